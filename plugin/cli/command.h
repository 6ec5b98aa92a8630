/*
 * command.h - the commands of `medals`, and what each promises
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <glib.h>
#include <stdbool.h>

/**
 * Runs one command.
 * @param arguments after the command's name, NULL-terminated
 * @param out the result; printed on stdout only if the command succeeds
 */
typedef bool CommandRun(char *const *arguments, GString *out, GError **error);

CommandRun command_segment, command_classes, command_inspect, command_convert,
    command_eval, command_bench, command_interact, command_journal,
    command_completion;

/** The commands of `medals`; a name of NULL ends them. */
typedef struct {
    const char *name;
    CommandRun *run;
} Command;
extern const Command commands[];

/** `segment` as `medals` runs it, or as the module of 3D Slicer: INPUT OUTPUT
 * are positional, and stdout begins with progress lines. */
bool segment_run(char *const *arguments, bool is_slicer_module, GString *out,
                 GError **error);

/** A page that fits a screen: the manual of a command, or of the program for
 * NULL. @return NULL for an unknown word. Static. */
const char *manual_page(const char *command);

/** Prints `out`, or the error's line.
 * @return the exit code */
int command_finish(bool done, const GString *out, const GError *error);

#endif

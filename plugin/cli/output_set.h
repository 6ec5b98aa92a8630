/*
 * output_set.h - all files of a request appear together, or none
 *
 *   output_set_add()     DIR/NAME.EXT -> DIR/.medals-PID-HASH.EXT, the staged
 *                        name that a writer is given
 *   output_set_commit()  renames every staged file to its target
 *   output_set_free()    removes what is still staged
 */
#ifndef CLI_OUTPUT_SET_H
#define CLI_OUTPUT_SET_H

#include <glib.h>
#include <stdbool.h>

typedef struct OutputSet OutputSet;

OutputSet *output_set_new(void);
void output_set_free(OutputSet *set);

/**
 * Checks that a file can appear at `target` and reserves a staged name; what
 * a killed run left for this target is removed.
 * @return the staged path, borrowed; NULL: EXIT_INPUT, the folder is absent or
 *         not writable, or the target is a folder; EXIT_USAGE, the file is in
 *         the set already
 */
const char *output_set_add(OutputSet *set, const char *target, GError **error);
/** A file that a writer makes by itself beside one of the others.
 * @return false: EXIT_INPUT, as output_set_add() */
bool output_set_add_pair(OutputSet *set, const char *staged, const char *target,
                         GError **error);
/** Removes what this process has written so far, also under the names that
 * writers make up, while one of them may still write. For the watchdog. */
void output_set_abandon(const OutputSet *set);
/** Puts targets in the place of staged names in a message. */
void output_set_reword(const OutputSet *set, GError *error);
/** @return false: EXIT_INPUT or EXIT_NO_ROOM, names the target */
bool output_set_commit(OutputSet *set, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutputSet, output_set_free)

#endif

/*
 * failure.h - how a command fails: one exit code, one line
 *
 * The programs are GLib programs: a function that can fail returns bool and
 * sets a GError of the domain FAILURE, whose code is the exit code of
 * command.md 1 and whose message is the line after "medals: ".
 */
#ifndef CLI_FAILURE_H
#define CLI_FAILURE_H

#include <glib.h>

#include "medals/types.h"

enum {
    EXIT_DONE = 0,
    EXIT_USAGE = 2,   /* options, counts, combinations, no text */
    EXIT_INPUT = 3,   /* image, text, model; unreadable or unwritable file */
    EXIT_NO_ROOM = 4, /* memory or disk space */
    EXIT_CANCELLED = 5
};

#define FAILURE failure_quark()
GQuark failure_quark(void);

/** Sets *error to a one-line message. @return false, always. */
bool failure_set(GError **error, int exit_code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/** Moves a failure of the library into *error and frees it.
 * @return false, always */
bool failure_take(GError **error, MedalsError *of_library);
/** The same for a message of the bridge (bridge.h). @return false, always */
bool failure_take_bridge(GError **error, MedalsStatus status, char *message);
/** errno of a file operation: EXIT_NO_ROOM for a full disk, else EXIT_INPUT. */
int failure_of_errno(int code);

/** Prints "medals: MESSAGE" as one line of valid UTF-8 on stderr.
 * @return the exit code */
int failure_report(const GError *error);

#endif

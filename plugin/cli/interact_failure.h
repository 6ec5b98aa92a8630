/*
 * interact_failure.h - why a request of `medals interact` failed
 *
 * Functions of interact_*.c that can fail set a GError of the domain INTERACT,
 * whose code is a MedalsStatus and whose message is one line.
 */
#ifndef CLI_INTERACT_FAILURE_H
#define CLI_INTERACT_FAILURE_H

#include <glib.h>

#include "medals/types.h"

#define INTERACT interact_quark()
GQuark interact_quark(void);

/** Sets *error. @return false, always */
bool interact_fail(GError **error, MedalsStatus status, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/** @return the word of command.md 3: usage, bad_input, no_memory, no_space or
 *          cancelled. Static. */
const char *interact_code(const GError *error);

#endif

/*
 * error.h - the one error domain of the engine
 *
 * Engine functions are `bool f(..., GError **error)` (or return a pointer):
 * on failure they set *error in the domain MEDALS_ERROR with a MedalsStatus as
 * its code, and one line "THING: what was found; what was expected".
 */
#ifndef MEDALS_ERROR_H
#define MEDALS_ERROR_H

#include <glib.h>

#include "medals/types.h"

#define MEDALS_ERROR (medals_error_quark())
GQuark medals_error_quark(void);

/** g_set_error in our domain; always returns false, for `return medals_fail(`. */
bool medals_fail(GError **error, MedalsStatus status, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/** The status of a GError; foreign domains count as MEDALS_E_INTERNAL. */
MedalsStatus medals_error_code(const GError *error);

#endif

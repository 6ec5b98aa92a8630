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

/** Sets *error (which may be NULL) in our domain. */
void medals_error_set(GError **error, MedalsStatus status, const char *format,
                      ...) G_GNUC_PRINTF(3, 4);

/** The same, as an expression that is false: `return medals_fail(...)`. A
 * macro, so that the compiler sees the value. */
#define medals_fail(...)                                                       \
    __extension__({                                                            \
        medals_error_set(__VA_ARGS__);                                         \
        false;                                                                 \
    })

/** The status of a GError; foreign domains count as MEDALS_E_INTERNAL. */
MedalsStatus medals_error_code(const GError *error);

/** errno -> MEDALS_E_NOMEM, MEDALS_E_NOSPACE for a full disk or quota, else
 * MEDALS_E_IO. */
MedalsStatus medals_errno_status(int code);

#endif

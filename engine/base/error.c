/*
 * error.c - the error domain
 */
#include "error.h"

#include <errno.h>
#include <stdarg.h>

GQuark medals_error_quark(void)
{
    return g_quark_from_static_string("medals-error");
}

void medals_error_set(GError **error, MedalsStatus status, const char *format,
                      ...)
{
    if (!error)
        return;
    va_list args;
    va_start(args, format);
    *error = g_error_new_valist(MEDALS_ERROR, (gint) status, format, args);
    va_end(args);
}

MedalsStatus medals_error_code(const GError *error)
{
    if (!error || error->domain != MEDALS_ERROR)
        return MEDALS_E_INTERNAL;
    return (MedalsStatus) error->code;
}

MedalsStatus medals_errno_status(int code)
{
    if (code == ENOMEM)
        return MEDALS_E_NOMEM;
    return code == ENOSPC || code == EDQUOT || code == EFBIG ? MEDALS_E_NOSPACE
                                                             : MEDALS_E_IO;
}

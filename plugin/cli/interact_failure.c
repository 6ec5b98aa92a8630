#include "interact_failure.h"

#include <stdarg.h>

GQuark interact_quark(void)
{
    return g_quark_from_static_string("medals-interact");
}

bool interact_fail(GError **error, MedalsStatus status, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    g_autofree char *message = g_strdup_vprintf(format, values);
    va_end(values);
    g_set_error_literal(error, INTERACT, (gint) status, message);
    return false;
}

const char *interact_code(const GError *error)
{
    switch (error->domain == INTERACT ? error->code : MEDALS_E_INPUT) {
    case MEDALS_E_USAGE:
        return "usage";
    case MEDALS_E_NOMEM:
    case MEDALS_E_BUSY:
        return "no_memory";
    case MEDALS_E_NOSPACE:
        return "no_space";
    case MEDALS_E_CANCELLED:
        return "cancelled";
    default:
        return "bad_input";
    }
}

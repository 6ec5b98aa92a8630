/*
 * error_api.c - MedalsError is a GError inside; nothing leaves otherwise
 */
#include "error_api.h"

const char *medals_error_message(const MedalsError *error)
{
    return error ? ((const GError *) error)->message : "";
}

MedalsStatus medals_error_status(const MedalsError *error)
{
    return error ? medals_error_code((const GError *) error) : MEDALS_OK;
}

void medals_error_free(MedalsError **error)
{
    if (!error || !*error)
        return;
    g_error_free((GError *) *error);
    *error = NULL;
}

MedalsStatus medals_error_take(GError *inner, MedalsError **error)
{
    if (!inner)
        medals_fail(&inner, MEDALS_E_INTERNAL, "a call failed without a word");
    MedalsStatus status = medals_error_code(inner);
    if (error)
        *error = (MedalsError *) inner;
    else
        g_error_free(inner);
    return status;
}

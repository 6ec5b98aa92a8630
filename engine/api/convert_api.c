/*
 * convert_api.c - making a model package, for callers
 */
#include "medals/convert.h"

#include "conversion.h"
#include "error_api.h"
#include "versioned.h"

MedalsStatus medals_convert(MedalsContext *context,
                            const MedalsConvertOptions *options,
                            MedalsConvertReport *report, MedalsError **error)
{
    MedalsConvertOptions full = MEDALS_CONVERT_OPTIONS_INIT;
    MedalsConvertReport out = {0};
    GError *inner = NULL;
    medals_versioned_clear(report, sizeof *report);
    if (!medals_check_given(context, "context", &inner) ||
        !medals_versioned_read(&full, sizeof full, options, "options",
                               &inner) ||
        !medals_conversion_run(context, &full, &out, &inner))
        return medals_error_take(inner, error);
    medals_versioned_write(report, &out, sizeof out);
    return MEDALS_OK;
}

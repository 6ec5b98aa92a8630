/*
 * model_api.c - opening a model package
 */
#include "context_data.h"
#include "error_api.h"
#include "model_data.h"
#include "versioned.h"

MedalsStatus medals_model_open(MedalsModel **out, MedalsContext *context,
                               const char *folder,
                               const MedalsModelOptions *options,
                               MedalsError **error)
{
    MedalsModelOptions full = MEDALS_MODEL_OPTIONS_INIT;
    GError *inner = NULL;
    if (out)
        *out = NULL;
    if (!medals_check_given(out, "out", &inner) ||
        !medals_check_given(context, "context", &inner) ||
        !medals_check_given(folder, "folder", &inner) ||
        !medals_versioned_read(&full, sizeof full, options, "options",
                               &inner) ||
        !medals_precision_check(full.precision, &inner))
        return medals_error_take(inner, error);
    bool bf16 = full.precision == MEDALS_PRECISION_BF16 ||
                (full.precision == MEDALS_PRECISION_AUTO &&
                 medals_context_has_bf16(context));
    *out = medals_model_create(context->lane, context->kernels, folder,
                               bf16 ? MEDALS_BF16 : MEDALS_F32, &inner);
    if (!*out)
        return medals_error_take(inner, error);
    (*out)->log = context->log;
    return MEDALS_OK;
}

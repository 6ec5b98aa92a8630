/*
 * model_api.c - opening a model package
 */
#include <string.h>

#include "context_data.h"
#include "error_api.h"
#include "model_data.h"

MedalsStatus medals_model_open(MedalsModel **out, MedalsContext *context,
                               const char *folder,
                               const MedalsModelOptions *options,
                               MedalsError **error)
{
    MedalsModelOptions full = MEDALS_MODEL_OPTIONS_INIT;
    if (options)
        memcpy(&full, options, MIN(options->struct_size, sizeof full));
    bool bf16 = full.precision == MEDALS_PRECISION_BF16 ||
                (full.precision == MEDALS_PRECISION_AUTO &&
                 medals_context_has_bf16(context));
    GError *inner = NULL;
    *out = medals_model_create(context->lane, context->kernels, folder,
                               bf16 ? MEDALS_BF16 : MEDALS_F32, &inner);
    return *out ? MEDALS_OK : medals_error_take(inner, error);
}

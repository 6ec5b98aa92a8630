/*
 * checkpoint_api.c - a MedalsCheckpoint is a MedalsWeights inside
 */
#include <string.h>

#include "error_api.h"
#include "medals/checkpoint.h"
#include "versioned.h"
#include "weights.h"

G_STATIC_ASSERT(MEDALS_TENSOR_MAX_DIMS == MEDALS_STORED_MAX_DIMS);

static const MedalsWeights *weights_of(const MedalsCheckpoint *checkpoint)
{
    return (const MedalsWeights *) checkpoint;
}

MedalsStatus medals_checkpoint_open(MedalsCheckpoint **out, const char *path,
                                    MedalsError **error)
{
    GError *inner = NULL;
    if (out)
        *out = NULL;
    if (medals_check_given(out, "out", &inner) &&
        medals_check_given(path, "path", &inner))
        *out = (MedalsCheckpoint *) medals_weights_open(path, &inner);
    return inner ? medals_error_take(inner, error) : MEDALS_OK;
}

void medals_checkpoint_free(MedalsCheckpoint **checkpoint)
{
    if (!checkpoint || !*checkpoint)
        return;
    medals_weights_unref((MedalsWeights *) *checkpoint);
    *checkpoint = NULL;
}

const char *medals_checkpoint_format(const MedalsCheckpoint *checkpoint)
{
    if (!checkpoint)
        return NULL;
    return medals_weights_is_torch(weights_of(checkpoint)) ? "pytorch"
                                                           : "safetensors";
}

int64_t medals_checkpoint_step(const MedalsCheckpoint *checkpoint)
{
    return checkpoint ? medals_weights_step(weights_of(checkpoint)) : -1;
}

uint64_t medals_checkpoint_parameters(const MedalsCheckpoint *checkpoint)
{
    const MedalsWeights *weights = weights_of(checkpoint);
    uint64_t sum = 0;
    for (size_t i = 0; weights && i < medals_weights_count(weights); i++) {
        const MedalsStoredTensor *tensor = medals_weights_at(weights, i);
        if (!tensor->alias_of)
            sum += tensor->bytes / medals_dtype_size(tensor->dtype);
    }
    return sum;
}

size_t medals_checkpoint_tensor_count(const MedalsCheckpoint *checkpoint)
{
    return checkpoint ? medals_weights_count(weights_of(checkpoint)) : 0;
}

bool medals_checkpoint_tensor(const MedalsCheckpoint *checkpoint, size_t index,
                              MedalsTensorInfo *info)
{
    const MedalsStoredTensor *tensor =
        checkpoint ? medals_weights_at(weights_of(checkpoint), index) : NULL;
    if (!tensor)
        return false;
    MedalsTensorInfo out = {.name = tensor->name,
                            .dtype = tensor->dtype,
                            .ndim = (uint32_t) tensor->ndim,
                            .bytes = tensor->bytes,
                            .alias_of = tensor->alias_of};
    memcpy(out.shape, tensor->shape, sizeof out.shape);
    return medals_versioned_write(info, &out, sizeof out);
}

/*
 * weights_open.c - which reader a file of weights is for
 */
#include <string.h>

#include "weights_data.h"

static bool looks_like_zip(const MedalsMap *map)
{
    size_t size;
    const uint8_t *data = medals_map_peek(map, &size);
    return size >= 4 && !memcmp(data, "PK\3\4", 4);
}

MedalsWeights *medals_weights_open(const char *path, GError **error)
{
    MedalsMap *map = medals_map_open(path, error);
    if (!map)
        return NULL;
    MedalsWeights *weights = medals_weights_new(path, map);
    weights->is_torch = looks_like_zip(map);
    bool ok = weights->is_torch ? medals_torch_read(weights, error)
                                : medals_safetensors_read(weights, error);
    if (!ok) {
        medals_weights_unref(weights);
        return NULL;
    }
    return weights;
}

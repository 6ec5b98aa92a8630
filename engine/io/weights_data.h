/*
 * weights_data.h - what a MedalsWeights holds, for the readers of this folder
 */
#ifndef MEDALS_WEIGHTS_DATA_H
#define MEDALS_WEIGHTS_DATA_H

#include <stdatomic.h>

#include "file.h"
#include "weights.h"

/** Bounds on what a file may claim. */
#define MEDALS_WEIGHTS_MAX_TENSORS 100000
#define MEDALS_WEIGHTS_MAX_NAME 512

struct MedalsWeights {
    atomic_int references;
    char *path;
    MedalsMap *map;
    GArray *tensors;     /* MedalsStoredTensor, file order; names owned */
    GHashTable *by_name; /* name -> index + 1 */
    GHashTable *by_data; /* address -> index + 1 of the first tensor there */
    GPtrArray *gathered; /* copies of tensors that do not lie in C order */
    bool is_torch;
    int64_t step; /* of training, -1: not told */
};

/** An empty MedalsWeights; takes the map. */
MedalsWeights *medals_weights_new(const char *path, MedalsMap *map);

/**
 * Adds a tensor whose bytes lie inside the map or in `gathered`; checks name
 * and shape.
 * @return false: MEDALS_E_INPUT name empty, too long, not UTF-8 or twice,
 *         shape that overflows or does not fit `bytes`
 */
bool medals_weights_add(MedalsWeights *weights, const char *name,
                        MedalsDtype dtype, int ndim, const int64_t *shape,
                        const void *data, size_t bytes, GError **error);

/** Readers: fill an empty MedalsWeights whose map is open. */
bool medals_safetensors_read(MedalsWeights *weights, GError **error);
bool medals_torch_read(MedalsWeights *weights, GError **error);

#endif

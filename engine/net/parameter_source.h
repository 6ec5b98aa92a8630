/*
 * parameter_source.h - where the layers of the network get their numbers from
 *
 * A file of named tensors, or seeded random numbers of a sensible size (for
 * benchmarks of widths that no file at hand has).
 */
#ifndef MEDALS_PARAMETER_SOURCE_H
#define MEDALS_PARAMETER_SOURCE_H

#include "weights.h"

typedef struct MedalsParameterSource {
    const MedalsWeights *weights; /* NULL: random numbers */
    uint64_t seed;                /* of the random numbers */
} MedalsParameterSource;

/** The tensor of that name (spec 2.1), with or without a leading "module.".
 * @return NULL: none. Borrowed. */
const MedalsStoredTensor *medals_parameter_find(const MedalsWeights *weights,
                                                const char *name);

/** A name of a file without one leading "module." (spec 2.2); the reader of
 * PyTorch checkpoints has already taken it away there. Borrowed. */
const char *medals_parameter_name(const MedalsWeights *weights,
                                  const char *stored);

/**
 * The tensor "prefix.name" as a float32 copy.
 * Random: weights are He-like, norm scales near 1, biases near 0; the numbers
 * depend on seed and name only.
 * @owner medals_free
 * @return NULL: MEDALS_E_SHAPE missing or another shape, MEDALS_E_NOMEM
 */
float *medals_parameter_take(const MedalsParameterSource *source,
                             const char *prefix, const char *name, int ndim,
                             const int64_t *shape, GError **error);

#endif

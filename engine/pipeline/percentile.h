/*
 * percentile.h - order statistics of the positive voxels, without a copy
 *
 * Positive float32 numbers sort like their bit patterns. Pass 1 counts the
 * upper 16 bits, pass 2 the lower 16 bits inside the few bins that hold a
 * wanted rank: exact, with 0.5 MB a counter whatever the image's size.
 */
#ifndef MEDALS_PERCENTILE_H
#define MEDALS_PERCENTILE_H

#include "kernels.h"

/**
 * NumPy's percentile (linear between order statistics) of the finite values
 * above 0 of an array of any scalar type, taken as float32.
 * @param percents [count] 0..100, count at most 2
 * @param values   receives [count]
 * @param positive receives how many values were above 0; 0: values untouched
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED
 */
bool medals_percentile_positive(const MedalsExec *exec, const void *data,
                                MedalsDtype dtype, size_t count_voxels,
                                const double *percents, int count,
                                float *values, uint64_t *positive,
                                GError **error);

#endif

/*
 * relative_bias.c - distances 0..7 have a bucket each, then logarithmic ones
 */
#include "relative_bias.h"

#include <float.h>
#include <glib.h>

/* The first distance of buckets 9..15 (bucket 8 starts at 8): where
 * trunc(ln(n/8)/ln(16)*8) in float32 steps up. */
static const int64_t steps[] = {12, 16, 23, 32, 46, 64, 91};

int medals_relative_bucket(int64_t relative)
{
    int base = relative > 0 ? MEDALS_RELATIVE_BUCKETS / 2 : 0;
    int64_t n = relative < 0 ? -relative : relative;
    if (n < 8)
        return base + (int) n;
    int bucket = 8;
    for (size_t i = 0; i < G_N_ELEMENTS(steps) && n >= steps[i]; i++)
        bucket++;
    return base + bucket;
}

void medals_relative_bias_fill(const float *table, int64_t heads,
                               const int32_t *ids, int64_t count, float *bias)
{
    for (int64_t h = 0; h < heads; h++)
        for (int64_t i = 0; i < count; i++)
            for (int64_t j = 0; j < count; j++) {
                int64_t bucket = medals_relative_bucket(j - i);
                *bias++ = ids[j] == 0 ? -FLT_MAX : table[bucket * heads + h];
            }
}

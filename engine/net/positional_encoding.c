/*
 * positional_encoding.c - sines and cosines per axis (spec 1.7)
 */
#include "positional_encoding.h"

#include <math.h>

/* Numbers per axis: even, and three of them cover the width. */
static int64_t axis_width(int64_t width)
{
    return 2 * ((width + 5) / 6);
}

/* Entry i of e(p). Float32 throughout, as the reference computes it: the
 * golden limit is 2e-6. */
static float entry(int64_t p, int64_t i, int64_t c)
{
    float exponent = (float) (i / 2 * 2) / (float) c;
    float angle = (float) p * (1.0f / powf(10000.0f, exponent));
    return i % 2 == 0 ? sinf(angle) : cosf(angle);
}

void medals_positional_encoding(int64_t h, int64_t w, int64_t d, int64_t width,
                                float *dst)
{
    int64_t c = axis_width(width);
    for (int64_t t = 0; t < h * w * d; t++) {
        const int64_t at[3] = {t / (w * d), t / d % w, t % d};
        for (int64_t i = 0; i < width; i++)
            dst[t * width + i] = entry(at[i / c], i % c, c);
    }
}

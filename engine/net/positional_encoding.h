/*
 * positional_encoding.h - a fixed table of sines for the token grid
 *
 *   token (ih,iw,id) -> e(ih) | e(iw) | e(id), cut to Q numbers
 *   e(p)[2m] = sin(p*f_m), e(p)[2m+1] = cos(p*f_m)
 */
#ifndef MEDALS_POSITIONAL_ENCODING_H
#define MEDALS_POSITIONAL_ENCODING_H

#include <stdint.h>

/**
 * @shape dst [h*w*d, width], h slowest, d fastest
 * @source spec 1.7, float32 arithmetic
 */
void medals_positional_encoding(int64_t h, int64_t w, int64_t d, int64_t width,
                                float *dst);

#endif

/*
 * layer_norm.h - (x - mean)/sqrt(var + eps)*gamma + beta on float32 rows
 */
#ifndef MEDALS_LAYER_NORM_H
#define MEDALS_LAYER_NORM_H

#include "kernels.h"

typedef struct MedalsLayerNorm {
    int64_t width;
    float eps;
    float *gamma, *beta; /* [width], owned */
} MedalsLayerNorm;

bool medals_layer_norm_init(MedalsLayerNorm *norm, int64_t width, float eps,
                            const void *gamma, const void *beta,
                            MedalsDtype dtype, GError **error);
void medals_layer_norm_clear(MedalsLayerNorm *norm);
/** @shape x, y [rows,width]; y may be x. Sums in double. */
void medals_layer_norm_forward(const MedalsLayerNorm *norm, const float *x,
                               int64_t rows, float *y);

#endif

/*
 * linear.h - y = activation(x * W^T + b) on rows of float32
 */
#ifndef MEDALS_LINEAR_H
#define MEDALS_LINEAR_H

#include "kernels.h"

typedef enum MedalsActivation {
    MEDALS_ACT_NONE,
    MEDALS_ACT_RELU,
    MEDALS_ACT_GELU /* exact: x/2*(1+erf(x/sqrt 2)) */
} MedalsActivation;

typedef struct MedalsLinear {
    int64_t in, out;
    float *packed; /* [out/16 rounded up][in][16], owned */
    float *bias;   /* [out], owned; NULL: none */
} MedalsLinear;

/** Copies the weights out of a stored type.
 *  @param weight [out,in] of dtype @param bias [out] of dtype, or NULL */
bool medals_linear_init(MedalsLinear *linear, int64_t in, int64_t out,
                        const void *weight, const void *bias, MedalsDtype dtype,
                        GError **error);
void medals_linear_clear(MedalsLinear *linear);
/** @shape x [rows,in] with `x_stride` floats between rows, y [rows,out] dense;
 *  y does not overlap x
 *  @return false: MEDALS_E_CANCELLED, MEDALS_E_NOMEM */
bool medals_linear_forward(const MedalsExec *exec, const MedalsLinear *linear,
                           const float *x, int64_t x_stride, int64_t rows,
                           float *y, MedalsActivation activation,
                           GError **error);

#endif

/*
 * kernels.h - the one table of compute kernels, chosen at run time
 *
 * ref first, then each instruction set overwrites what it does better. A
 * kernel is a plain function of one thread on checked shapes; who calls it
 * cuts the work into pieces (lane.h). Values inside are float32; tensors may
 * be stored as float32 or bf16.
 *
 *   multiply   every matrix product: linear layers, logits, transposed
 *              convolutions and, inside `conv`, the convolutions
 *   conv       3x3x3 convolutions, best first (conv_kernel.h)
 *   the rest   moves along rows of channels: load, store, norm, sigmoid
 */
#ifndef MEDALS_KERNELS_H
#define MEDALS_KERNELS_H

#include "cpu.h"
#include "lane.h"
#include "tensor.h"

/** Columns of one block of a packed right-hand matrix. */
#define MEDALS_BLOCK 16

/**
 * c[i][j] (+)= sum_s sum_k a[offset[i] + segment[s] + k] * b[s*K + k][j]
 * for j < MEDALS_BLOCK: some rows times one block of columns.
 */
typedef struct MedalsMultiply {
    const float *a;
    const int64_t *offset; /* [rows] floats from a to the row's first number */
    int64_t rows;
    int64_t segments;       /* parts of the sum that lie apart in a, or 1 */
    const int64_t *segment; /* [segments] floats from a row to each part */
    int64_t k;              /* numbers of one part, next to each other */
    const float *b;         /* [segments*k][MEDALS_BLOCK], 64-byte aligned */
    float *c;               /* row i begins at c + i*c_stride */
    int64_t c_stride;
    bool add; /* false: c is overwritten */
} MedalsMultiply;

/** The segments of a sum whose numbers all lie together. */
extern const int64_t medals_one_segment[1];

typedef struct MedalsConvKernel MedalsConvKernel;

/** Convolutions that a table tries in turn, best first. */
#define MEDALS_CONV_KERNELS 3

typedef struct MedalsKernels {
    const char *name;
    MedalsIsa isa;
    void (*multiply)(const MedalsMultiply *m);
    /** Rows of n numbers, f32|bf16 to float32 and back; strides in numbers. */
    void (*load)(float *dst, int64_t dst_stride, const void *src,
                 int64_t src_stride, MedalsDtype dtype, int64_t rows,
                 int64_t n);
    void (*store)(void *dst, int64_t dst_stride, const float *src,
                  int64_t src_stride, MedalsDtype dtype, int64_t rows,
                  int64_t n);
    /**
     * Per column of x [rows][columns], row i at x + i*stride: the mean and
     * the sum of squared distances from it.
     */
    void (*moments)(const float *x, int64_t rows, int64_t columns,
                    int64_t stride, double *mean, double *square);
    /** y = (x - mean)*scale + shift, then leaky ReLU 0.01, in place on
     * `rows` rows of c numbers, `stride` elements apart. */
    void (*norm_relu)(void *x, MedalsDtype dtype, int64_t rows, int64_t c,
                      int64_t stride, const float *mean, const float *scale,
                      const float *shift);
    void (*sigmoid)(float *x, size_t n);
    void (*exponential)(float *x, size_t n);
    /** Multiply-adds on registers alone: what the level can reach at best.
     * Reads and writes *result; @return operations done, two a multiply-add */
    double (*spin)(int64_t rounds, float *result);
    const MedalsConvKernel *conv[MEDALS_CONV_KERNELS + 1]; /* NULL ends */
} MedalsKernels;

/** The table of one instruction set. Never freed. */
const MedalsKernels *medals_kernels_get(MedalsIsa isa);

/** What every layer needs to run. */
typedef struct MedalsExec {
    MedalsLane *lane;
    const MedalsKernels *kernels;
    MedalsTask *task; /* NULL: no progress, cannot be cancelled */
} MedalsExec;

#endif

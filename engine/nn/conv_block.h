/*
 * conv_block.h - convolution 3x3x3 + instance norm + leaky ReLU
 *
 *   src [H,W,D,Cin] -> conv, zero padding 1, stride s, bias
 *       -> (x - mean)/sqrt(var + 1e-5) * gamma + beta   per channel, all voxels
 *       -> leaky ReLU 0.01 -> dst [ceil(H/s),ceil(W/s),ceil(D/s),Cout]
 */
#ifndef MEDALS_CONV_BLOCK_H
#define MEDALS_CONV_BLOCK_H

#include "kernels.h"

typedef struct MedalsConvBlock MedalsConvBlock;

/** Weights as PyTorch stores them; read during new(), not kept. */
typedef struct MedalsConvBlockWeights {
    int64_t cin, cout;
    int stride;          /* 1 or 2 */
    const float *weight; /* [cout,cin,3,3,3] */
    const float *bias;   /* [cout]; not read: it cancels in the norm */
    const float *gamma;  /* [cout] */
    const float *beta;   /* [cout] */
} MedalsConvBlockWeights;

/**
 * Reorders the weights once into the kernels' layout.
 * @param storage MEDALS_F32 or MEDALS_BF16: how weights and maps are stored
 * @source spec 1.3
 * @return NULL: MEDALS_E_NOMEM
 */
MedalsConvBlock *medals_conv_block_new(const MedalsKernels *kernels,
                                       const MedalsConvBlockWeights *weights,
                                       MedalsDtype storage, GError **error);
void medals_conv_block_free(MedalsConvBlock *block);

/**
 * @shape src [H,W,D,Cin], dst [ceil(H/s),ceil(W/s),ceil(D/s),Cout]; either
 *        may be a channel view of a wider tensor. src->c may be smaller than
 *        Cin: the missing last channels count as zeros and cost nothing.
 *        dst does not overlap src.
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED (dst undefined)
 */
bool medals_conv_block_forward(const MedalsExec *exec,
                               const MedalsConvBlock *block,
                               const MedalsTensor *src, MedalsTensor *dst,
                               GError **error);
/** Multiply-adds times two of one forward pass, for progress and bench. */
double medals_conv_block_flops(const MedalsConvBlock *block, int64_t h,
                               int64_t w, int64_t d);
/** Name of the kernel that serves this block: "packed", "onednn", "ref". */
const char *medals_conv_block_kernel(const MedalsConvBlock *block);

#endif

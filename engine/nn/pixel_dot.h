/*
 * pixel_dot.h - what meets every voxel outside the convolutions
 *
 *   logits   dst[n,v] = sum_c x[v,c]*m[n,c]            (spec 1.11)
 *   prompts  g[v,c]   = sum_n p[n,v]*m[n,c]            (spec 1.10)
 *   tokens   mean of k*k*k voxels                      (spec 1.6)
 *   sigmoid  1/(1+exp(-x))
 */
#ifndef MEDALS_PIXEL_DOT_H
#define MEDALS_PIXEL_DOT_H

#include "kernels.h"

/**
 * Logits of N classes.
 * @shape x [h,w,d,C] f32|bf16, may be a view (medals_tensor_rows for a slab);
 *        m [N,C] f32; dst: class n begins at dst + n*dst_stride and holds
 *        h*w*d floats in the order of x
 * @source spec 1.11
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED (dst undefined)
 */
bool medals_pixel_dot(const MedalsExec *exec, const MedalsTensor *x,
                      const float *m, int64_t n, float *dst, int64_t dst_stride,
                      GError **error);

/**
 * Mixes class prompts into voxel features; regions without a prompt cost
 * little more than writing zeros.
 * @shape p: class n begins at p + n*p_stride, h*w*d bytes 0 or 1 in the order
 *        of dst; m [N,C] f32; dst [h,w,d,C] f32|bf16, may be a channel view
 * @source spec 1.10
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED (dst undefined)
 */
bool medals_prompt_mix(const MedalsExec *exec, const uint8_t *p,
                       int64_t p_stride, const float *m, int64_t n,
                       MedalsTensor *dst, GError **error);

/**
 * Plain means of cubes of edge k.
 * @shape src [h,w,d,C] with h,w,d multiples of k, may be a view; dst: cell
 *        (i,j,l) begins at dst + ((i*w/k + j)*d/k + l)*dst_stride, C floats
 * @source spec 1.6
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED (dst undefined)
 */
bool medals_average_pool(const MedalsExec *exec, const MedalsTensor *src,
                         int64_t k, float *dst, int64_t dst_stride,
                         GError **error);

/** In place, n numbers, relative error below 1e-6 (never below FLT_MIN).
 * One thread; may be called from inside a piece. */
void medals_sigmoid(const MedalsKernels *kernels, float *x, size_t n);
/** exp in place; the same terms. Results below FLT_MIN become 0. */
void medals_exp(const MedalsKernels *kernels, float *x, size_t n);

#endif

/*
 * upconv.h - transposed convolution 2x2x2, stride 2, with bias
 *
 *   dst[2h+a,2w+b,2d+e,o] = sum_i src[h,w,d,i]*weight[i,o,a,b,e] + bias[o]
 */
#ifndef MEDALS_UPCONV_H
#define MEDALS_UPCONV_H

#include "kernels.h"

typedef struct MedalsUpconv MedalsUpconv;

/** @param weight [cin,cout,2,2,2] @param bias [cout]
 *  @source spec 1.5 @return NULL: MEDALS_E_NOMEM */
MedalsUpconv *medals_upconv_new(const MedalsKernels *kernels, int64_t cin,
                                int64_t cout, const float *weight,
                                const float *bias, MedalsDtype storage,
                                GError **error);
void medals_upconv_free(MedalsUpconv *upconv);
/** @shape src [H,W,D,Cin], dst [2H,2W,2D,Cout], either may be a view */
bool medals_upconv_forward(const MedalsExec *exec, const MedalsUpconv *upconv,
                           const MedalsTensor *src, MedalsTensor *dst,
                           GError **error);
double medals_upconv_flops(const MedalsUpconv *upconv, int64_t h, int64_t w,
                           int64_t d);

#endif

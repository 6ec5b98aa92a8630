/*
 * tensor.h - a 3-D feature map, channels last
 *
 *   element (h,w,d,c) = data[ ((h*W + w)*D + d)*stride + c ],  c < C <= stride
 *
 * h,w,d are the network axes of the paper; d runs fastest in space, channels
 * run fastest of all. `stride` is the distance of neighbouring voxels in
 * elements. A view on a range of channels shares memory with a wider tensor:
 * that is how the two halves of a concatenation are written without a copy.
 */
#ifndef MEDALS_TENSOR_H
#define MEDALS_TENSOR_H

#include "error.h"

typedef struct MedalsTensor {
    MedalsDtype dtype; /* MEDALS_F32 or MEDALS_BF16 */
    int64_t h, w, d;
    int64_t c;
    int64_t stride; /* elements between voxels */
    void *data;     /* aligned to 64 bytes at voxel 0 of the owner */
    void *owned;    /* what medals_tensor_clear() frees; NULL for a view */
} MedalsTensor;

/** Storage for [h,w,d,c], not cleared; stride = c.
 * @return false: MEDALS_E_NOMEM */
bool medals_tensor_init(MedalsTensor *tensor, MedalsDtype dtype, int64_t h,
                        int64_t w, int64_t d, int64_t c, GError **error);
/** Frees what is owned, leaves zeros behind. */
void medals_tensor_clear(MedalsTensor *tensor);
/** Channels [first, first+count) of a tensor; borrows its memory. */
MedalsTensor medals_tensor_channels(const MedalsTensor *tensor, int64_t first,
                                    int64_t count);
/** Rows [first, first+count) along h; borrows its memory. */
MedalsTensor medals_tensor_rows(const MedalsTensor *tensor, int64_t first,
                                int64_t count);
int64_t medals_tensor_voxels(const MedalsTensor *tensor);
/** Address of voxel (h,w,d), channel 0. */
void *medals_tensor_at(const MedalsTensor *tensor, int64_t h, int64_t w,
                       int64_t d);

/** float32 <-> bfloat16 (round to nearest even; NaN stays NaN), and half. */
uint16_t medals_bf16_from_f32(float value);
float medals_bf16_to_f32(uint16_t value);
uint16_t medals_f16_from_f32(float value);
float medals_f16_to_f32(uint16_t value);
/** n numbers of a stored type (F32 BF16 F16 F64, integers) to float32. */
void medals_convert_to_f32(float *dst, const void *src, MedalsDtype dtype,
                           size_t n);

#endif

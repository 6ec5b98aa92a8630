/*
 * resample.h - between the image's grid and the network's
 *
 * Arrays are C-order [h,w,d]. All work is done on the lane.
 * @source spec 7.1-7.6
 */
#ifndef MEDALS_RESAMPLE_H
#define MEDALS_RESAMPLE_H

#include "kernels.h"

/** 7.2: separable linear resize (trilinear). src, dst float32. */
bool medals_resample_linear(const MedalsExec *exec, const float *src,
                            const int64_t src_shape[3], float *dst,
                            const int64_t dst_shape[3], GError **error);
/** 7.4: image; separate_axis -1 = joint. */
bool medals_resample_image(const MedalsExec *exec, const float *src,
                           const int64_t src_shape[3], float *dst,
                           const int64_t dst_shape[3], int separate_axis,
                           GError **error);
/** 7.5: labels, exact to the half rounding. Values 0..65535. Looks only at
 * the labels around a voxel: cost does not grow with their number. */
bool medals_resample_labels(const MedalsExec *exec, const uint16_t *src,
                            const int64_t src_shape[3], uint16_t *dst,
                            const int64_t dst_shape[3], int separate_axis,
                            GError **error);

#endif

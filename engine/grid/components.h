/*
 * components.h - 6-connected components
 * @source spec 9.3, 9.6, 10
 */
#ifndef MEDALS_COMPONENTS_H
#define MEDALS_COMPONENTS_H

#include "error.h"

/**
 * Numbers the components of mask != 0, in the order of their first voxel in
 * C-order raster scan of [shape].
 * @param ids [voxels] receives 1..count, 0 outside
 * @param sizes receives count+1 numbers (sizes[0] unused); g_free; may be NULL
 * @return false: MEDALS_E_NOMEM
 */
bool medals_components_label(const uint8_t *mask, const int64_t shape[3],
                             uint32_t *ids, size_t *count, uint64_t **sizes,
                             GError **error);
/** 9.3: components of (labels > 0) below min_size voxels become 0.
 *  @param removed receives the number of voxels cleared; may be NULL */
bool medals_components_remove_small(uint16_t *labels, const int64_t shape[3],
                                    uint64_t min_size, uint64_t *removed,
                                    GError **error);
/** Section 10 for one label value. @param prob [voxels] maximum probability */
bool medals_components_keep_largest(uint16_t *labels, const float *prob,
                                    const int64_t shape[3], uint16_t value,
                                    GError **error);

#endif

/*
 * result_volume.h - result volumes on the input's grid
 *
 * Every function takes voxels of a box (NULL: the whole volume) and gives a
 * volume with the input's geometry, zero outside the box. NULL voxels give
 * zeros. The element type of labels is the smallest unsigned that holds them.
 */
#ifndef MEDALS_RESULT_VOLUME_H
#define MEDALS_RESULT_VOLUME_H

#include "volume_data.h"

/** values[i] -> labels[i].
 *  @shape src [box]; values, labels [count]; NULL: MEDALS_E_NOMEM */
MedalsVolume *medals_result_of_classes(const MedalsGeometry *geometry,
                                       const int64_t *box, const uint16_t *src,
                                       const uint16_t *values,
                                       const uint32_t *labels, size_t count,
                                       GError **error);
/** 6-connected components of src > 0, numbered in raster order; with `binary`
 * 0/1 as the reference (R13). */
MedalsVolume *medals_result_of_instances(const MedalsGeometry *geometry,
                                         const int64_t *box,
                                         const uint16_t *src, bool binary,
                                         uint64_t *instances, GError **error);
/** uint8 1 where p >= 0.5. @shape p [box] */
MedalsVolume *medals_result_layer(const MedalsGeometry *geometry,
                                  const int64_t *box, const float *p,
                                  GError **error);
/** float32. @shape p [box] */
MedalsVolume *medals_result_probability(const MedalsGeometry *geometry,
                                        const int64_t *box, const float *p,
                                        GError **error);
/** Voxels of that value; with `any`, all that are not 0. */
uint64_t medals_result_count(const MedalsVolume *labelmap, uint32_t value,
                             bool any);

#endif

/*
 * region.h - a box of a volume: cut out, put back
 *
 * A box is [i0,i1,j0,j1,k0,k1], half open, in voxel indices (i fastest).
 */
#ifndef MEDALS_REGION_H
#define MEDALS_REGION_H

#include "volume_data.h"

/** @return false: MEDALS_E_INPUT empty, or not inside the volume */
bool medals_region_check(const MedalsGeometry *geometry, const int64_t box[6],
                         GError **error);
/** The bytes of the box. @shape src [size of geometry]
 *  @owner medals_free; NULL: MEDALS_E_NOMEM */
uint8_t *medals_region_cut(const MedalsGeometry *geometry, const int64_t box[6],
                           const uint8_t *src, GError **error);
/** Voxel number `n` of the box (i fastest) as a voxel number of the volume.
 *  box NULL: the whole volume. */
int64_t medals_region_at(const MedalsGeometry *geometry, const int64_t *box,
                         int64_t n);
/** Voxels of the box; box NULL: of the volume. */
size_t medals_region_voxels(const MedalsGeometry *geometry, const int64_t *box);

#endif

/*
 * shape.h - what is drawn, as voxels
 *
 *   point      the voxel that holds it
 *   scribble   LPS polyline: voxels whose centre lies within radius_mm of it,
 *              and the nearest voxel of each point; indices: those voxels
 *   lasso      closed polygon in any plane: the filled area of that plane, one
 *              voxel thick; and the nearest voxel of each point
 *   box        an extent, or two corners in space
 *
 * index = floor(x + 0.5), valid where -0.5 <= x < n - 0.5 (command.md 3,
 * rule 7). Points outside the image are refused, each by its number.
 */
#ifndef MEDALS_SHAPE_H
#define MEDALS_SHAPE_H

#include "medals/session.h"
#include "volume_data.h"
#include "voxel_set.h"

/**
 * Voxels of a point, a scribble or a lasso (points, or the mask).
 * @return false: MEDALS_E_INPUT as medals_session_prompt() says; the set is
 *         empty then
 */
bool medals_shape_voxels(const MedalsGeometry *geometry,
                         const MedalsPrompt *prompt, MedalsVoxelSet *set,
                         GError **error);
/** The extent of a box. LPS corners: the voxels whose centre lies between
 * them, at least the one nearest to the middle along each axis; clipped.
 * @return false: MEDALS_E_INPUT zero size, outside, not finite */
bool medals_shape_box(const MedalsGeometry *geometry,
                      const MedalsPrompt *prompt, int64_t extent[6],
                      GError **error);
/** @return false: MEDALS_E_INPUT empty, or not inside the image */
bool medals_shape_check_extent(const MedalsGeometry *geometry,
                               const int64_t extent[6], GError **error);

#endif

/*
 * shape_points.h - points as voxels of a box
 *
 * Points are continuous indices inside the image. The canvas is a box and a
 * mask over it; a raster sets voxels of the mask and clears none.
 */
#ifndef MEDALS_SHAPE_POINTS_H
#define MEDALS_SHAPE_POINTS_H

#include "shape_frame.h"
#include "voxel_set.h"

/** The box of the image that a shape reaches. */
void medals_shape_points_box(const MedalsShapeFrame *frame,
                             const double *points, size_t count,
                             int64_t box[6]);
/** Sets the nearest voxel of each point. */
void medals_shape_raster_points(const MedalsShapeFrame *frame,
                                const double *points, size_t count,
                                MedalsVoxelSet *canvas);

#endif

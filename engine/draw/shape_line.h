/*
 * shape_line.h - what lies within a radius of a polyline, as voxels of a box
 *
 * Points are continuous indices inside the image. The canvas is a box and a
 * mask over it; a raster sets voxels of the mask and clears none.
 */
#ifndef MEDALS_SHAPE_LINE_H
#define MEDALS_SHAPE_LINE_H

#include "shape_frame.h"
#include "voxel_set.h"

/** A box that holds all voxels within radius_mm of the points and lines. */
void medals_shape_line_box(const MedalsShapeFrame *frame, const double *points,
                           size_t count, double radius_mm, int64_t box[6]);
/**
 * Sets the voxels whose centre lies within radius_mm of the polyline. Where
 * so many lines run so close together that this would take minutes, the
 * polyline is moved to the centres of its voxels first.
 * @param points [count][3], count at least 1
 * @return false: MEDALS_E_NOMEM
 */
bool medals_shape_raster_line(const MedalsShapeFrame *frame,
                              const double *points, size_t count,
                              double radius_mm, MedalsVoxelSet *canvas,
                              GError **error);

#endif

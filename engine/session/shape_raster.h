/*
 * shape_raster.h - lines and areas as voxels of a box
 *
 * Points are continuous indices inside the image. The canvas is a box and a
 * mask over it; a raster sets voxels of the mask and clears none.
 */
#ifndef MEDALS_SHAPE_RASTER_H
#define MEDALS_SHAPE_RASTER_H

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

/** The plane that a closed polygon lies in, and how to walk over it. */
typedef struct MedalsShapePlane {
    int axis;        /* index axis most parallel to the normal */
    int u, v;        /* the other two */
    double base;     /* index along `axis` = base + slope.(u,v) */
    double slope[2]; /* along u and v */
} MedalsShapePlane;
/**
 * The least-squares plane of the points, distances in mm.
 * @return false: MEDALS_E_INPUT all points on one line
 */
bool medals_shape_plane_fit(const MedalsShapeFrame *frame, const double *points,
                            size_t count, MedalsShapePlane *plane,
                            GError **error);
/** A box that holds the polygon and its voxels. */
void medals_shape_area_box(const MedalsShapeFrame *frame,
                           const MedalsShapePlane *plane, const double *points,
                           size_t count, int64_t box[6]);
/**
 * Sets one voxel, the nearest to the plane along its axis, for each column
 * whose (u,v) lies in the polygon by the even-odd rule, or on its edge.
 * @return false: MEDALS_E_NOMEM
 */
bool medals_shape_raster_area(const MedalsShapeFrame *frame,
                              const MedalsShapePlane *plane,
                              const double *points, size_t count,
                              MedalsVoxelSet *canvas, GError **error);

#endif

/*
 * shape_area.h - the area of a closed polygon as voxels of a box
 *
 * Points are continuous indices inside the image. The canvas is a box and a
 * mask over it; a raster sets voxels of the mask and clears none.
 */
#ifndef MEDALS_SHAPE_AREA_H
#define MEDALS_SHAPE_AREA_H

#include "shape_frame.h"
#include "voxel_set.h"

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

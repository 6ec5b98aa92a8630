/*
 * shape_frame.h - from millimetres to voxel indices and back
 *
 *   world = origin + matrix * index,  matrix = direction * diag(spacing)
 *
 * Shapes are drawn in offsets from voxel (0,0,0), in mm along the world's
 * axes: distances are true there, and a far origin costs no digits.
 */
#ifndef MEDALS_SHAPE_FRAME_H
#define MEDALS_SHAPE_FRAME_H

#include "volume_data.h"

typedef struct MedalsShapeFrame {
    int64_t size[3];
    double origin[3];
    double matrix[9];  /* row-major, index -> mm */
    double inverse[9]; /* row-major, mm -> index */
} MedalsShapeFrame;

/** @param geometry one that medals_geometry_check() accepts */
void medals_shape_frame_init(MedalsShapeFrame *frame,
                             const MedalsGeometry *geometry);
/** dst = matrix * src; src and dst are different. */
void medals_shape_frame_apply(const double matrix[9], const double src[3],
                              double dst[3]);
/** Millimetres from one voxel to the next along an index axis. */
double medals_shape_frame_step(const MedalsShapeFrame *frame, int axis);
/** Whether floor(x + 0.5) is a voxel along every axis; no for NaN. */
bool medals_shape_frame_holds(const MedalsShapeFrame *frame,
                              const double index[3]);
/** floor(x + 0.5), the nearest voxel where the image has none. */
int64_t medals_shape_frame_voxel(const MedalsShapeFrame *frame, int axis,
                                 double x);

/** LPS mm -> continuous index and back. */
void medals_shape_to_index(const MedalsGeometry *geometry,
                           const double world[3], double index[3]);
void medals_shape_to_world(const MedalsGeometry *geometry,
                           const double index[3], double world[3]);

#endif

/*
 * shape_points.c - points as voxels of a box
 */
#include "shape_points.h"

void medals_shape_points_box(const MedalsShapeFrame *frame,
                             const double *points, size_t count, int64_t box[6])
{
    for (size_t p = 0; p < count; p++)
        for (int a = 0; a < 3; a++) {
            int64_t at =
                medals_shape_frame_voxel(frame, a, points[3 * p + (size_t) a]);
            box[2 * a] = p ? MIN(box[2 * a], at) : at;
            box[2 * a + 1] = p ? MAX(box[2 * a + 1], at + 1) : at + 1;
        }
}

void medals_shape_raster_points(const MedalsShapeFrame *frame,
                                const double *points, size_t count,
                                MedalsVoxelSet *canvas)
{
    const int64_t *box = canvas->box;
    int64_t ni = box[1] - box[0], nj = box[3] - box[2];
    for (size_t p = 0; p < count; p++) {
        int64_t at[3];
        for (int a = 0; a < 3; a++)
            at[a] =
                medals_shape_frame_voxel(frame, a, points[3 * p + (size_t) a]) -
                box[2 * a];
        canvas->mask[at[0] + ni * (at[1] + nj * at[2])] = 1;
    }
}

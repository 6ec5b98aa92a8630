/*
 * shape_frame.c - the affine map of an image and its inverse
 */
#include "shape_frame.h"

#include <math.h>

/* Cofactors, divided by the determinant. */
static void invert(const double m[9], double inverse[9])
{
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            int a = (c + 1) % 3, b = (c + 2) % 3;
            int p = (r + 1) % 3, q = (r + 2) % 3;
            inverse[3 * r + c] =
                m[3 * a + p] * m[3 * b + q] - m[3 * a + q] * m[3 * b + p];
        }
    double determinant =
        m[0] * inverse[0] + m[1] * inverse[3] + m[2] * inverse[6];
    for (int i = 0; i < 9; i++)
        inverse[i] /= determinant;
}

void medals_shape_frame_init(MedalsShapeFrame *frame,
                             const MedalsGeometry *geometry)
{
    invert(geometry->direction, frame->inverse);
    for (int a = 0; a < 3; a++) {
        frame->size[a] = geometry->size[a];
        frame->origin[a] = geometry->origin[a];
        for (int r = 0; r < 3; r++)
            frame->matrix[3 * r + a] =
                geometry->direction[3 * r + a] * geometry->spacing[a];
        /* Spacing apart from the direction: no tiny determinants. */
        for (int c = 0; c < 3; c++)
            frame->inverse[3 * a + c] /= geometry->spacing[a];
    }
}

void medals_shape_frame_apply(const double matrix[9], const double src[3],
                              double dst[3])
{
    for (int r = 0; r < 3; r++)
        dst[r] = matrix[3 * r] * src[0] + matrix[3 * r + 1] * src[1] +
                 matrix[3 * r + 2] * src[2];
}

double medals_shape_frame_step(const MedalsShapeFrame *frame, int axis)
{
    const double *m = frame->matrix + axis;
    return sqrt(m[0] * m[0] + m[3] * m[3] + m[6] * m[6]);
}

bool medals_shape_frame_holds(const MedalsShapeFrame *frame,
                              const double index[3])
{
    for (int a = 0; a < 3; a++)
        if (!(index[a] >= -0.5 && index[a] < (double) frame->size[a] - 0.5))
            return false;
    return true;
}

int64_t medals_shape_frame_voxel(const MedalsShapeFrame *frame, int axis,
                                 double x)
{
    double at = floor(x + 0.5);
    int64_t last = frame->size[axis] - 1;
    if (!(at > 0))
        return 0;
    return at < (double) last ? (int64_t) at : last;
}

void medals_shape_to_index(const MedalsGeometry *geometry,
                           const double world[3], double index[3])
{
    MedalsShapeFrame frame;
    medals_shape_frame_init(&frame, geometry);
    double offset[3];
    for (int r = 0; r < 3; r++)
        offset[r] = world[r] - frame.origin[r];
    medals_shape_frame_apply(frame.inverse, offset, index);
}

void medals_shape_to_world(const MedalsGeometry *geometry,
                           const double index[3], double world[3])
{
    MedalsShapeFrame frame;
    medals_shape_frame_init(&frame, geometry);
    medals_shape_frame_apply(frame.matrix, index, world);
    for (int r = 0; r < 3; r++)
        world[r] += frame.origin[r];
}

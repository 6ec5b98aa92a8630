/*
 * shape_area.c - the filled area of a polygon in any plane, one voxel thick
 *
 *   points --> plane --> index axis most parallel to its normal
 *          \-> (u,v), the other two axes --> columns inside --> one voxel each
 *
 * Seen along that axis the area has one voxel a column: no holes, no second
 * layer, however oblique the plane.
 */
#include "shape_area.h"

#include <math.h>

#include "memory.h"
#include "shape_points.h"

/* A column this close to an edge, in voxels, is on it: rounding must not cost
 * the edge voxels of a polygon through voxel centres. */
#define ON_EDGE 1e-6
/* Second moment of a line, as a share of the largest. */
#define ON_LINE 1e-12

/* Bits of a column. */
enum { FLIP = 1, EDGE = 2 };

/* Columns (u,v) of the canvas, u fastest. */
typedef struct Columns {
    int64_t low[2], size[2];
    uint8_t *bits;
} Columns;

/* ---- plane -------------------------------------------------------------- */

/* Mean, and second moments about it, mm. */
static void moments(const MedalsShapeFrame *frame, const double *points,
                    size_t count, double mean[3], double m[3][3])
{
    double mm[3];
    for (int r = 0; r < 3; r++)
        mean[r] = 0;
    for (size_t p = 0; p < count; p++)
        for (int r = 0; r < 3; r++)
            mean[r] += points[3 * p + (size_t) r] / (double) count;
    for (int r = 0; r < 9; r++)
        m[r / 3][r % 3] = 0;
    for (size_t p = 0; p < count; p++) {
        double away[3];
        for (int r = 0; r < 3; r++)
            away[r] = points[3 * p + (size_t) r] - mean[r];
        medals_shape_frame_apply(frame->matrix, away, mm);
        for (int r = 0; r < 9; r++)
            m[r / 3][r % 3] += mm[r / 3] * mm[r % 3];
    }
}

/* Turns rows and columns p, q so that m[p][q] becomes 0. */
static void rotate(double m[3][3], double axes[3][3], int p, int q)
{
    if (m[p][q] == 0)
        return;
    double half = (m[q][q] - m[p][p]) / (2 * m[p][q]);
    double t = (half >= 0 ? 1 : -1) / (fabs(half) + sqrt(half * half + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;
    for (int r = 0; r < 3; r++) {
        double a = m[r][p], b = m[r][q];
        m[r][p] = c * a - s * b;
        m[r][q] = s * a + c * b;
    }
    for (int r = 0; r < 3; r++) {
        double a = m[p][r], b = m[q][r];
        m[p][r] = c * a - s * b;
        m[q][r] = s * a + c * b;
        a = axes[p][r], b = axes[q][r];
        axes[p][r] = c * a - s * b;
        axes[q][r] = s * a + c * b;
    }
}

/* Jacobi: the principal axes as rows, their moments on the diagonal. Ten
 * sweeps are more than a 3x3 matrix needs. */
static void principal_axes(double m[3][3], double axes[3][3])
{
    for (int r = 0; r < 9; r++)
        axes[r / 3][r % 3] = r / 3 == r % 3;
    for (int sweep = 0; sweep < 10; sweep++) {
        rotate(m, axes, 0, 1);
        rotate(m, axes, 0, 2);
        rotate(m, axes, 1, 2);
    }
}

/* The axis of least moment; false where the next larger one is nothing too. */
static bool plane_normal(const MedalsShapeFrame *frame, const double *points,
                         size_t count, double mean[3], double normal[3])
{
    double m[3][3], axes[3][3];
    moments(frame, points, count, mean, m);
    principal_axes(m, axes);
    int least = 0, most = 0;
    for (int r = 1; r < 3; r++) {
        if (m[r][r] < m[least][least])
            least = r;
        if (m[r][r] >= m[most][most])
            most = r;
    }
    for (int r = 0; r < 3; r++)
        normal[r] = axes[least][r];
    return most != least &&
           m[3 - least - most][3 - least - most] > ON_LINE * m[most][most];
}

bool medals_shape_plane_fit(const MedalsShapeFrame *frame, const double *points,
                            size_t count, MedalsShapePlane *plane,
                            GError **error)
{
    double mean[3], normal[3], tilt[3], most = -1;
    if (!plane_normal(frame, points, count, mean, normal))
        return medals_fail(error, MEDALS_E_INPUT,
                           "lasso: all points on one line; expected a "
                           "polygon with an area");
    for (int a = 0; a < 3; a++) {
        const double *m = frame->matrix + a;
        tilt[a] = m[0] * normal[0] + m[3] * normal[1] + m[6] * normal[2];
        double cosine = fabs(tilt[a]) / medals_shape_frame_step(frame, a);
        if (cosine > most * (1 + ON_EDGE)) {
            most = cosine;
            plane->axis = a;
        }
    }
    plane->u = plane->axis == 0 ? 1 : 0;
    plane->v = plane->axis == 2 ? 1 : 2;
    plane->slope[0] = -tilt[plane->u] / tilt[plane->axis];
    plane->slope[1] = -tilt[plane->v] / tilt[plane->axis];
    plane->base = mean[plane->axis] - plane->slope[0] * mean[plane->u] -
                  plane->slope[1] * mean[plane->v];
    return true;
}

/* The voxel of column (u,v). Half way between two it is the upper one, as
 * floor(x + 0.5) says, whichever way rounding went. */
static int64_t height(const MedalsShapeFrame *frame,
                      const MedalsShapePlane *plane, double u, double v)
{
    double at = plane->base + plane->slope[0] * u + plane->slope[1] * v;
    return medals_shape_frame_voxel(frame, plane->axis, at + ON_EDGE);
}

void medals_shape_area_box(const MedalsShapeFrame *frame,
                           const MedalsShapePlane *plane, const double *points,
                           size_t count, int64_t box[6])
{
    medals_shape_points_box(frame, points, count, box);
    int64_t *along = box + 2 * plane->axis;
    for (size_t p = 0; p < count; p++) {
        const double *at = points + 3 * p;
        int64_t voxel = height(frame, plane, at[plane->u], at[plane->v]);
        along[0] = MIN(along[0], voxel);
        along[1] = MAX(along[1], voxel + 1);
    }
    /* Columns on an edge may lie a hair outside of it. */
    along[0] = MAX(along[0] - 1, 0);
    along[1] = MIN(along[1] + 1, frame->size[plane->axis]);
}

/* ---- polygon ------------------------------------------------------------ */

/* NULL outside the canvas. */
static uint8_t *column_at(const Columns *columns, int64_t u, int64_t v)
{
    int64_t x = u - columns->low[0], y = v - columns->low[1];
    bool inside =
        x >= 0 && x < columns->size[0] && y >= 0 && y < columns->size[1];
    return inside ? columns->bits + x + columns->size[0] * y : NULL;
}

/* An edge turns in to out, and back, for all columns of a row from where it
 * crosses that row: one flip there, added up later. */
static void flip_rows(Columns *columns, const double a[2], const double b[2])
{
    const double *low = a[1] <= b[1] ? a : b, *high = low == a ? b : a;
    for (int64_t v = (int64_t) ceil(low[1]); (double) v < high[1]; v++) {
        double t = ((double) v - low[1]) / (high[1] - low[1]);
        double u = low[0] + t * (high[0] - low[0]);
        uint8_t *first =
            column_at(columns, MAX((int64_t) ceil(u), columns->low[0]), v);
        if (first)
            *first ^= FLIP;
    }
}

static void mark_edge(Columns *columns, const double at[2])
{
    double u = floor(at[0] + 0.5), v = floor(at[1] + 0.5);
    uint8_t *column = column_at(columns, (int64_t) u, (int64_t) v);
    if (column && fabs(at[0] - u) <= ON_EDGE && fabs(at[1] - v) <= ON_EDGE)
        *column |= EDGE;
}

/* Columns on an edge, walked along the axis on which it is longer. */
static void mark_edges(Columns *columns, const double a[2], const double b[2])
{
    int x = fabs(b[0] - a[0]) >= fabs(b[1] - a[1]) ? 0 : 1;
    const double *low = a[x] <= b[x] ? a : b, *high = low == a ? b : a;
    double length = high[x] - low[x];
    double first = ceil(low[x] - ON_EDGE), last = floor(high[x] + ON_EDGE);
    for (double s = first; s <= last; s++) {
        double t = length > 0 ? CLAMP((s - low[x]) / length, 0.0, 1.0) : 0;
        double at[2];
        at[x] = s;
        at[1 - x] = low[1 - x] + t * (high[1 - x] - low[1 - x]);
        mark_edge(columns, at);
    }
}

static void draw_polygon(Columns *columns, const MedalsShapePlane *plane,
                         const double *points, size_t count)
{
    for (size_t p = 0; p < count; p++) {
        const double *from = points + 3 * p;
        const double *to = points + 3 * ((p + 1) % count);
        double a[2] = {from[plane->u], from[plane->v]};
        double b[2] = {to[plane->u], to[plane->v]};
        flip_rows(columns, a, b);
        mark_edges(columns, a, b);
    }
}

/* One row of columns: adds up the flips, sets what is in. */
static void lift_row(const MedalsShapeFrame *frame,
                     const MedalsShapePlane *plane, const Columns *columns,
                     int64_t row, MedalsVoxelSet *canvas)
{
    const int64_t *box = canvas->box;
    int64_t step[3] = {1, box[1] - box[0], 0};
    step[2] = step[1] * (box[3] - box[2]);
    int64_t v = columns->low[1] + row;
    bool inside = false;
    for (int64_t n = 0; n < columns->size[0]; n++) {
        int bits = columns->bits[n + columns->size[0] * row];
        inside ^= (bits & FLIP) != 0;
        if (!inside && !(bits & EDGE))
            continue;
        int64_t w =
            height(frame, plane, (double) (columns->low[0] + n), (double) v) -
            box[2 * plane->axis];
        if (w >= 0 && w < box[2 * plane->axis + 1] - box[2 * plane->axis])
            canvas->mask[w * step[plane->axis] + n * step[plane->u] +
                         row * step[plane->v]] = 1;
    }
}

bool medals_shape_raster_area(const MedalsShapeFrame *frame,
                              const MedalsShapePlane *plane,
                              const double *points, size_t count,
                              MedalsVoxelSet *canvas, GError **error)
{
    const int64_t *u = canvas->box + 2 * plane->u;
    const int64_t *v = canvas->box + 2 * plane->v;
    Columns columns = {{u[0], v[0]}, {u[1] - u[0], v[1] - v[0]}, NULL};
    columns.bits = medals_alloc_zero(
        (size_t) (columns.size[0] * columns.size[1]), 1, "lasso", error);
    if (!columns.bits)
        return false;
    draw_polygon(&columns, plane, points, count);
    for (int64_t row = 0; row < columns.size[1]; row++)
        lift_row(frame, plane, &columns, row, canvas);
    medals_free(columns.bits);
    return true;
}

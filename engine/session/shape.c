/*
 * shape.c - points, capsules and polygons as voxels
 */
#include "shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* Coordinates beyond this are outside of any image. */
#define FAR 1e12
/* Distances within this part of a voxel count as on the line. */
#define TOUCH 1e-6

/* ---- geometry ----------------------------------------------------------- */

/* Inverse of direction * diag(spacing), row by row. */
static void inverse(const MedalsGeometry *g, double m[9])
{
    double a[9];
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++)
            a[3 * r + c] = g->direction[3 * r + c] * g->spacing[c];
    double det = 0;
    for (int c = 0; c < 3; c++) {
        int d = (c + 1) % 3, e = (c + 2) % 3;
        for (int r = 0; r < 3; r++) {
            int s = (r + 1) % 3, t = (r + 2) % 3;
            m[3 * c + r] =
                a[3 * s + d] * a[3 * t + e] - a[3 * s + e] * a[3 * t + d];
        }
        det += c == 0 ? a[0] * m[0] + a[3] * m[1] + a[6] * m[2] : 0;
    }
    for (int n = 0; n < 9; n++)
        m[n] /= det;
}

void medals_shape_to_index(const MedalsGeometry *geometry,
                           const double world[3], double index[3])
{
    double m[9];
    inverse(geometry, m);
    for (int c = 0; c < 3; c++) {
        index[c] = 0;
        for (int r = 0; r < 3; r++)
            index[c] += m[3 * c + r] * (world[r] - geometry->origin[r]);
    }
}

void medals_shape_to_world(const MedalsGeometry *geometry,
                           const double index[3], double world[3])
{
    for (int r = 0; r < 3; r++) {
        world[r] = geometry->origin[r];
        for (int c = 0; c < 3; c++)
            world[r] += geometry->direction[3 * r + c] * geometry->spacing[c] *
                        index[c];
    }
}

/* A drawing on one geometry: voxels are set in a mask over a growing box. */
typedef struct Canvas {
    const MedalsGeometry *geometry;
    double into[9]; /* world offset -> index */
    int64_t box[6];
    uint8_t *mask;
} Canvas;

static bool fail_point(GError **error, size_t number, const double at[3],
                       const int64_t size[3])
{
    return medals_fail(error, MEDALS_E_INPUT,
                       "point %zu: (%g, %g, %g) is outside the image; expected "
                       "an index within %" G_GINT64_FORMAT
                       " x %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT " voxels",
                       number + 1, at[0], at[1], at[2], size[0], size[1],
                       size[2]);
}

/* The continuous index of a point and the voxel that holds it. */
static bool locate(const Canvas *canvas, const MedalsPrompt *prompt,
                   size_t number, double index[3], int64_t voxel[3],
                   GError **error)
{
    const MedalsGeometry *g = canvas->geometry;
    const double *point = prompt->points + 3 * number;
    for (int x = 0; x < 3; x++)
        if (!isfinite(point[x]))
            return medals_fail(error, MEDALS_E_INPUT,
                               "point %zu: a coordinate is not finite; "
                               "expected numbers",
                               number + 1);
    for (int x = 0; x < 3; x++) {
        index[x] = point[x];
        if (prompt->space == MEDALS_SPACE_LPS) {
            index[x] = 0;
            for (int r = 0; r < 3; r++)
                index[x] += canvas->into[3 * x + r] * (point[r] - g->origin[r]);
        }
        if (!(fabs(index[x]) < FAR))
            return fail_point(error, number, index, g->size);
        voxel[x] = (int64_t) floor(index[x] + 0.5);
    }
    for (int x = 0; x < 3; x++)
        if (voxel[x] < 0 || voxel[x] >= g->size[x])
            return fail_point(error, number, index, g->size);
    return true;
}

static uint8_t *at(const Canvas *canvas, int64_t i, int64_t j, int64_t k)
{
    const int64_t *b = canvas->box;
    return canvas->mask +
           ((k - b[4]) * (b[3] - b[2]) + j - b[2]) * (b[1] - b[0]) + i - b[0];
}

/* ---- boxes that hold a drawing ------------------------------------------ */

/* Half the extent of a ball of radius mm, in voxels, along index axis x. */
static double reach(const Canvas *canvas, int x, double radius)
{
    const double *row = canvas->into + 3 * x;
    return radius * sqrt(row[0] * row[0] + row[1] * row[1] + row[2] * row[2]);
}

static void take_in(int64_t box[6], bool first, int x, double low, double high,
                    const int64_t size[3])
{
    int64_t lo = (int64_t) MAX(ceil(low - TOUCH), 0);
    int64_t hi = (int64_t) MIN(floor(high + TOUCH) + 1, (double) size[x]);
    box[2 * x] = first ? lo : MIN(box[2 * x], lo);
    box[2 * x + 1] = first ? hi : MAX(box[2 * x + 1], hi);
}

static bool canvas_open(Canvas *canvas, const MedalsPrompt *prompt,
                        double radius, GError **error)
{
    bool any = false;
    for (size_t n = 0; n < prompt->point_count; n++) {
        double index[3];
        int64_t voxel[3];
        if (!locate(canvas, prompt, n, index, voxel, error))
            return false;
        for (int x = 0; x < 3; x++) {
            double r = reach(canvas, x, radius);
            take_in(canvas->box, !any, x, MIN(index[x] - r, (double) voxel[x]),
                    MAX(index[x] + r, (double) voxel[x]),
                    canvas->geometry->size);
        }
        any = true;
    }
    const int64_t *b = canvas->box;
    canvas->mask =
        medals_alloc_zero((size_t) (b[1] - b[0]) * (size_t) (b[3] - b[2]),
                          (size_t) (b[5] - b[4]), "stroke", error);
    return canvas->mask != NULL;
}

/* ---- scribbles ---------------------------------------------------------- */

/* Squared distance in mm of index offset v from the segment 0..d. */
static double distance2(const Canvas *canvas, const double v[3],
                        const double d[3], double length2)
{
    const MedalsGeometry *g = canvas->geometry;
    double p[3], q[3];
    for (int r = 0; r < 3; r++) {
        p[r] = q[r] = 0;
        for (int c = 0; c < 3; c++) {
            double step = g->direction[3 * r + c] * g->spacing[c];
            p[r] += step * v[c];
            q[r] += step * d[c];
        }
    }
    double t = 0;
    if (length2 > 0)
        t = (p[0] * q[0] + p[1] * q[1] + p[2] * q[2]) / length2;
    t = CLAMP(t, 0, 1);
    double sum = 0;
    for (int r = 0; r < 3; r++)
        sum += (p[r] - t * q[r]) * (p[r] - t * q[r]);
    return sum;
}

/* One piece of a capsule: short, so that its box holds little else. */
static void draw_piece(Canvas *canvas, const double a[3], const double b[3],
                       double radius)
{
    const MedalsGeometry *g = canvas->geometry;
    int64_t box[6];
    double d[3], world[3] = {0}, length2 = 0;
    for (int x = 0; x < 3; x++) {
        double r = reach(canvas, x, radius);
        d[x] = b[x] - a[x];
        take_in(box, true, x, MIN(a[x], b[x]) - r, MAX(a[x], b[x]) + r,
                g->size);
    }
    for (int r = 0; r < 3; r++) {
        for (int c = 0; c < 3; c++)
            world[r] += g->direction[3 * r + c] * g->spacing[c] * d[c];
        length2 += world[r] * world[r];
    }
    double limit = radius * radius * (1 + TOUCH) + TOUCH * TOUCH;
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++) {
                const double v[3] = {(double) i - a[0], (double) j - a[1],
                                     (double) k - a[2]};
                if (distance2(canvas, v, d, length2) <= limit)
                    *at(canvas, i, j, k) = 1;
            }
}

/* A capsule, cut along its axis into pieces about as long as it is thick. */
static void draw_capsule(Canvas *canvas, const double a[3], const double b[3],
                         double radius)
{
    double longest = 0, thick = 1;
    for (int x = 0; x < 3; x++) {
        longest = MAX(longest, fabs(b[x] - a[x]));
        thick = MAX(thick, reach(canvas, x, radius));
    }
    int64_t pieces = MAX((int64_t) ceil(longest / (2 * thick)), 1);
    double from[3], to[3];
    memcpy(from, a, sizeof from);
    for (int64_t n = 1; n <= pieces; n++) {
        double t = (double) n / (double) pieces;
        for (int x = 0; x < 3; x++)
            to[x] = n == pieces ? b[x] : a[x] + t * (b[x] - a[x]);
        draw_piece(canvas, from, to, radius);
        memcpy(from, to, sizeof from);
    }
}

static bool draw_scribble(Canvas *canvas, const MedalsPrompt *prompt,
                          GError **error)
{
    bool line = prompt->space == MEDALS_SPACE_LPS;
    double radius = line ? prompt->radius_mm : 0;
    if (!(radius >= 0) || !isfinite(radius))
        return medals_fail(error, MEDALS_E_INPUT,
                           "scribble: radius %g mm; expected 0 or more",
                           radius);
    if (!canvas_open(canvas, prompt, radius, error))
        return false;
    double last[3];
    for (size_t n = 0; n < prompt->point_count; n++) {
        double index[3];
        int64_t voxel[3];
        if (!locate(canvas, prompt, n, index, voxel, error))
            return false;
        *at(canvas, voxel[0], voxel[1], voxel[2]) = 1;
        if (line)
            draw_capsule(canvas, n ? last : index, index, radius);
        memcpy(last, index, sizeof last);
    }
    return true;
}

/* ---- lassos ------------------------------------------------------------- */

/* The polygon's plane: through its centre, normal by Newell's sum, in index
 * space, where it is as flat as in the world. */
typedef struct Plane {
    double centre[3], normal[3];
    int along; /* index axis most parallel to the normal */
    int u, v;  /* the other two */
} Plane;

static bool fit_plane(const double *points, size_t count, Plane *plane,
                      GError **error)
{
    *plane = (Plane){0};
    for (size_t n = 0; n < count; n++)
        for (int x = 0; x < 3; x++)
            plane->centre[x] += points[3 * n + x] / (double) count;
    double most = 0, longest = 0;
    for (size_t n = 0; n < count; n++) {
        double p[3], q[3], size = 0;
        for (int x = 0; x < 3; x++) {
            p[x] = points[3 * n + x] - plane->centre[x];
            q[x] = points[3 * ((n + 1) % count) + x] - plane->centre[x];
            size += p[x] * p[x];
        }
        longest = MAX(longest, size);
        for (int x = 0; x < 3; x++) {
            int y = (x + 1) % 3, z = (x + 2) % 3;
            plane->normal[x] += p[y] * q[z] - p[z] * q[y];
        }
    }
    for (int x = 0; x < 3; x++)
        if (fabs(plane->normal[x]) > most) {
            most = fabs(plane->normal[x]);
            plane->along = x;
        }
    if (!(most > TOUCH * MAX(longest, TOUCH)))
        return medals_fail(error, MEDALS_E_INPUT,
                           "lasso: its points lie on a line; expected an area");
    plane->u = (plane->along + 1) % 3;
    plane->v = (plane->along + 2) % 3;
    return true;
}

/* Where the plane is along its axis, above (u,v). */
static double height(const Plane *plane, double u, double v)
{
    const double *n = plane->normal, *c = plane->centre;
    return c[plane->along] -
           (n[plane->u] * (u - c[plane->u]) + n[plane->v] * (v - c[plane->v])) /
               n[plane->along];
}

static void set_voxel(const Canvas *canvas, const Plane *plane, int64_t u,
                      int64_t v)
{
    int a = plane->along;
    double along = floor(height(plane, (double) u, (double) v) + 0.5);
    int64_t voxel[3];
    voxel[plane->u] = u;
    voxel[plane->v] = v;
    if (!(along >= (double) canvas->box[2 * a]) ||
        !(along < (double) canvas->box[2 * a + 1]))
        return;
    voxel[a] = (int64_t) along;
    *at(canvas, voxel[0], voxel[1], voxel[2]) = 1;
}

/* Voxels of row v from low to high, ends included. */
static void fill_span(const Canvas *canvas, const Plane *plane, int64_t v,
                      double low, double high)
{
    int64_t first = (int64_t) ceil(low - TOUCH);
    int64_t last = (int64_t) floor(high + TOUCH);
    first = MAX(first, canvas->box[2 * plane->u]);
    last = MIN(last, canvas->box[2 * plane->u + 1] - 1);
    for (int64_t u = first; u <= last; u++)
        set_voxel(canvas, plane, u, v);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

/* Row v of the area by the even-odd rule; the outline belongs to it. Where an
 * edge crosses the row is noted in `cross`, one number an edge. */
static void fill_row(const Canvas *canvas, const double *points, size_t count,
                     const Plane *plane, int64_t v, double *cross)
{
    size_t found = 0;
    double row = (double) v;
    for (size_t n = 0; n < count; n++) {
        const double *a = points + 3 * n, *b = points + 3 * ((n + 1) % count);
        double av = a[plane->v], bv = b[plane->v];
        double au = a[plane->u], bu = b[plane->u];
        if (fabs(av - row) <= TOUCH)
            fill_span(canvas, plane, v, au, au);
        if (fabs(av - row) <= TOUCH && fabs(bv - row) <= TOUCH)
            fill_span(canvas, plane, v, MIN(au, bu), MAX(au, bu));
        if ((av > row) != (bv > row))
            cross[found++] = au + (row - av) / (bv - av) * (bu - au);
    }
    qsort(cross, found, sizeof *cross, by_size);
    for (size_t n = 0; n + 1 < found; n += 2)
        fill_span(canvas, plane, v, cross[n], cross[n + 1]);
}

/* All points as indices. medals_free */
static double *indices(const Canvas *canvas, const MedalsPrompt *prompt,
                       GError **error)
{
    double *list =
        medals_alloc(prompt->point_count, 3 * sizeof *list, "lasso", error);
    for (size_t n = 0; list && n < prompt->point_count; n++) {
        int64_t voxel[3];
        if (!locate(canvas, prompt, n, list + 3 * n, voxel, error)) {
            medals_free(list);
            return NULL;
        }
        *at(canvas, voxel[0], voxel[1], voxel[2]) = 1;
    }
    return list;
}

static bool draw_lasso(Canvas *canvas, const MedalsPrompt *prompt,
                       GError **error)
{
    size_t count = prompt->point_count;
    if (count < 3)
        return medals_fail(error, MEDALS_E_INPUT,
                           "lasso: %zu points; expected at least 3", count);
    if (!canvas_open(canvas, prompt, 0, error))
        return false;
    double *points = indices(canvas, prompt, error);
    double *cross =
        points ? medals_alloc(count, sizeof *cross, "lasso", error) : NULL;
    Plane plane;
    bool ok = cross && fit_plane(points, count, &plane, error);
    for (int64_t v = ok ? canvas->box[2 * plane.v] : 0;
         ok && v < canvas->box[2 * plane.v + 1]; v++)
        fill_row(canvas, points, count, &plane, v, cross);
    medals_free(cross);
    medals_free(points);
    return ok;
}

/* ---- the prompt --------------------------------------------------------- */

static bool check_points(const MedalsPrompt *prompt, GError **error)
{
    if (prompt->point_count == 0 || !prompt->points)
        return medals_fail(error, MEDALS_E_INPUT,
                           "prompt: no point; expected at least one");
    if (prompt->kind == MEDALS_PROMPT_POINT && prompt->point_count != 1)
        return medals_fail(error, MEDALS_E_INPUT,
                           "point: %zu of them; expected one",
                           prompt->point_count);
    if (prompt->point_count > MEDALS_SESSION_MAX_POINTS)
        return medals_fail(error, MEDALS_E_INPUT,
                           "stroke: %zu points; expected at most %d",
                           prompt->point_count, MEDALS_SESSION_MAX_POINTS);
    if (prompt->space == MEDALS_SPACE_INDEX ||
        prompt->space == MEDALS_SPACE_LPS)
        return true;
    return medals_fail(error, MEDALS_E_USAGE,
                       "prompt: space %d; expected index or LPS",
                       (int) prompt->space);
}

static bool take_mask(const MedalsGeometry *geometry,
                      const MedalsPrompt *prompt, MedalsVoxelSet *set,
                      GError **error)
{
    if (!medals_shape_check_extent(geometry, prompt->extent, error) ||
        !medals_voxel_set_from_mask(set, prompt->extent, prompt->mask, error))
        return false;
    if (set->mask)
        return true;
    return medals_fail(
        error, MEDALS_E_INPUT,
        "stroke: its mask is empty; expected at least one voxel");
}

bool medals_shape_voxels(const MedalsGeometry *geometry,
                         const MedalsPrompt *prompt, MedalsVoxelSet *set,
                         GError **error)
{
    *set = (MedalsVoxelSet){0};
    if (prompt->mask && prompt->kind != MEDALS_PROMPT_POINT)
        return take_mask(geometry, prompt, set, error);
    if (!check_points(prompt, error))
        return false;
    Canvas canvas = {.geometry = geometry};
    inverse(geometry, canvas.into);
    MedalsPrompt point = *prompt;
    point.radius_mm = 0;
    bool ok = prompt->kind == MEDALS_PROMPT_LASSO
                  ? draw_lasso(&canvas, prompt, error)
                  : draw_scribble(&canvas,
                                  prompt->kind == MEDALS_PROMPT_POINT ? &point
                                                                      : prompt,
                                  error);
    ok = ok && medals_voxel_set_from_mask(set, canvas.box, canvas.mask, error);
    medals_free(canvas.mask);
    return ok;
}

bool medals_shape_check_extent(const MedalsGeometry *geometry,
                               const int64_t extent[6], GError **error)
{
    for (int x = 0; x < 3; x++) {
        int64_t low = extent[2 * x], high = extent[2 * x + 1];
        if (low >= high)
            return medals_fail(error, MEDALS_E_INPUT,
                               "extent: %" G_GINT64_FORMAT
                               " to %" G_GINT64_FORMAT
                               " along axis %d is empty; expected at least one "
                               "voxel",
                               low, high, x);
        if (low < 0 || high > geometry->size[x])
            return medals_fail(error, MEDALS_E_INPUT,
                               "extent: %" G_GINT64_FORMAT
                               " to %" G_GINT64_FORMAT
                               " along axis %d leaves the image; expected a "
                               "range within 0 to %" G_GINT64_FORMAT,
                               low, high, x, geometry->size[x]);
    }
    return true;
}

static bool index_box(const MedalsGeometry *geometry, const double *points,
                      int64_t extent[6], GError **error)
{
    for (int x = 0; x < 3; x++)
        for (int end = 0; end < 2; end++) {
            double value = points[3 * end + x];
            if (!(fabs(value) < FAR) || value != floor(value))
                return medals_fail(error, MEDALS_E_INPUT,
                                   "box: %g along axis %d; expected whole "
                                   "numbers",
                                   value, x);
            extent[2 * x + end] = (int64_t) value;
        }
    return medals_shape_check_extent(geometry, extent, error);
}

/* Voxels whose centre lies between two world planes; never none inside. */
static bool world_box(const MedalsGeometry *geometry, const double *points,
                      int64_t extent[6], GError **error)
{
    double index[2][3];
    for (int end = 0; end < 2; end++)
        medals_shape_to_index(geometry, points + 3 * end, index[end]);
    for (int x = 0; x < 3; x++) {
        double low = MIN(index[0][x], index[1][x]);
        double high = MAX(index[0][x], index[1][x]);
        double size = (double) geometry->size[x];
        if (!(high >= -0.5) || !(low < size - 0.5))
            return medals_fail(error, MEDALS_E_INPUT,
                               "box: outside the image along axis %d; expected "
                               "one that meets it",
                               x);
        double first = ceil(MAX(low, 0) - TOUCH);
        double last = floor(MIN(high, size - 1) + TOUCH);
        if (first > last)
            first = last = floor(CLAMP((low + high) / 2, 0, size - 1) + 0.5);
        extent[2 * x] = (int64_t) first;
        extent[2 * x + 1] = (int64_t) last + 1;
    }
    return true;
}

bool medals_shape_box(const MedalsGeometry *geometry,
                      const MedalsPrompt *prompt, int64_t extent[6],
                      GError **error)
{
    if (prompt->point_count != 2 || !prompt->points)
        return medals_fail(error, MEDALS_E_INPUT,
                           "box: %zu points; expected two corners",
                           prompt->point_count);
    for (int n = 0; n < 6; n++)
        if (!isfinite(prompt->points[n]))
            return medals_fail(error, MEDALS_E_INPUT,
                               "box: a coordinate is not finite; expected "
                               "numbers");
    if (prompt->space == MEDALS_SPACE_INDEX)
        return index_box(geometry, prompt->points, extent, error);
    return world_box(geometry, prompt->points, extent, error);
}

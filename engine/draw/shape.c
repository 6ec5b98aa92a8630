/*
 * shape.c - prompts as voxels: what is checked, which raster draws what
 *
 *   points --> indices, all inside --+-- point, scribble of indices: nearest
 *                                    +-- scribble: lines   (shape_line.c)
 *                                    +-- lasso: area       (shape_area.c)
 *   mask   --> trimmed
 */
#include "shape.h"

#include <math.h>
#include <string.h>

#include "box.h"
#include "memory.h"
#include "shape_area.h"
#include "shape_frame.h"
#include "shape_line.h"
#include "shape_points.h"

/* A centre this close outside a box in space, in voxels, is on its border. */
#define ON_BORDER 1e-6

static const char *kind_name(MedalsPromptKind kind)
{
    static const char *const names[] = {"point", "box", "scribble", "lasso"};
    return (unsigned) kind < G_N_ELEMENTS(names) ? names[kind] : "prompt";
}

/* ---- points ------------------------------------------------------------- */

static bool fail_outside(const MedalsPrompt *prompt, size_t p,
                         const MedalsShapeFrame *frame, const double index[3],
                         GError **error)
{
    const double *given = prompt->points + 3 * p;
    if (!isfinite(given[0]) || !isfinite(given[1]) || !isfinite(given[2]))
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: point %zu is (%g, %g, %g); expected finite "
                           "numbers",
                           kind_name(prompt->kind), p + 1, given[0], given[1],
                           given[2]);
    return medals_fail(
        error, MEDALS_E_INPUT,
        "%s: point %zu lies at index (%g, %g, %g); expected one inside the "
        "image of %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
        " voxels",
        kind_name(prompt->kind), p + 1, index[0], index[1], index[2],
        frame->size[0], frame->size[1], frame->size[2]);
}

static void to_index(const MedalsShapeFrame *frame, MedalsSpace space,
                     const double point[3], double index[3])
{
    double offset[3];
    for (int a = 0; a < 3; a++) {
        index[a] = point[a];
        offset[a] = point[a] - frame->origin[a];
    }
    if (space == MEDALS_SPACE_LPS)
        medals_shape_frame_apply(frame->inverse, offset, index);
}

static bool check_count(const MedalsPrompt *prompt, GError **error)
{
    size_t least = 1, most = MEDALS_SESSION_MAX_POINTS;
    if (prompt->kind == MEDALS_PROMPT_POINT)
        most = 1;
    else if (prompt->kind == MEDALS_PROMPT_LASSO)
        least = 3;
    size_t n = prompt->points ? prompt->point_count : 0;
    if (n < least || n > most)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: %zu points; expected %zu to %zu",
                           kind_name(prompt->kind), n, least, most);
    if (prompt->space != MEDALS_SPACE_INDEX &&
        prompt->space != MEDALS_SPACE_LPS)
        return medals_fail(error, MEDALS_E_USAGE,
                           "%s: points in space %d; expected indices or LPS",
                           kind_name(prompt->kind), (int) prompt->space);
    return true;
}

/* Indices of all points. NULL: one is outside, or no memory. */
static double *indices(const MedalsShapeFrame *frame,
                       const MedalsPrompt *prompt, GError **error)
{
    double *index =
        medals_alloc(prompt->point_count, 3 * sizeof *index, "points", error);
    for (size_t p = 0; index && p < prompt->point_count; p++) {
        to_index(frame, prompt->space, prompt->points + 3 * p, index + 3 * p);
        if (!medals_shape_frame_holds(frame, index + 3 * p)) {
            fail_outside(prompt, p, frame, index + 3 * p, error);
            medals_free(index);
            return NULL;
        }
    }
    return index;
}

/* ---- shapes ------------------------------------------------------------- */

static bool canvas_init(MedalsVoxelSet *canvas, GError **error)
{
    canvas->mask =
        medals_alloc_zero(medals_box_voxels(canvas->box), 1, "stroke", error);
    return canvas->mask != NULL;
}

static bool draw_points(const MedalsShapeFrame *frame, const double *points,
                        size_t count, MedalsVoxelSet *canvas, GError **error)
{
    medals_shape_points_box(frame, points, count, canvas->box);
    return canvas_init(canvas, error);
}

static bool draw_line(const MedalsShapeFrame *frame, const double *points,
                      size_t count, double radius_mm, MedalsVoxelSet *canvas,
                      GError **error)
{
    if (!isfinite(radius_mm) || radius_mm < 0)
        return medals_fail(error, MEDALS_E_INPUT,
                           "scribble: radius %g mm; expected 0 or more",
                           radius_mm);
    medals_shape_line_box(frame, points, count, radius_mm, canvas->box);
    return canvas_init(canvas, error) &&
           medals_shape_raster_line(frame, points, count, radius_mm, canvas,
                                    error);
}

static bool draw_area(const MedalsShapeFrame *frame, const double *points,
                      size_t count, MedalsVoxelSet *canvas, GError **error)
{
    MedalsShapePlane plane;
    if (!medals_shape_plane_fit(frame, points, count, &plane, error))
        return false;
    medals_shape_area_box(frame, &plane, points, count, canvas->box);
    return canvas_init(canvas, error) &&
           medals_shape_raster_area(frame, &plane, points, count, canvas,
                                    error);
}

static bool draw_shape(const MedalsShapeFrame *frame,
                       const MedalsPrompt *prompt, const double *points,
                       MedalsVoxelSet *canvas, GError **error)
{
    size_t n = prompt->point_count;
    bool lines = prompt->kind == MEDALS_PROMPT_SCRIBBLE &&
                 prompt->space == MEDALS_SPACE_LPS;
    bool ok =
        prompt->kind == MEDALS_PROMPT_LASSO
            ? draw_area(frame, points, n, canvas, error)
        : lines ? draw_line(frame, points, n, prompt->radius_mm, canvas, error)
                : draw_points(frame, points, n, canvas, error);
    if (ok)
        medals_shape_raster_points(frame, points, n, canvas);
    return ok;
}

static bool drawn_voxels(const MedalsGeometry *geometry,
                         const MedalsPrompt *prompt, MedalsVoxelSet *set,
                         GError **error)
{
    MedalsShapeFrame frame;
    medals_shape_frame_init(&frame, geometry);
    if (!check_count(prompt, error))
        return false;
    double *points = indices(&frame, prompt, error);
    if (!points)
        return false;
    MedalsVoxelSet canvas = {0};
    bool ok = draw_shape(&frame, prompt, points, &canvas, error) &&
              medals_voxel_set_from_mask(set, canvas.box, canvas.mask, error);
    medals_voxel_set_clear(&canvas);
    medals_free(points);
    return ok;
}

static bool mask_voxels(const MedalsGeometry *geometry,
                        const MedalsPrompt *prompt, MedalsVoxelSet *set,
                        GError **error)
{
    if (!medals_shape_check_extent(geometry, prompt->extent, error))
        return false;
    size_t voxels = medals_box_voxels(prompt->extent);
    if (prompt->mask_bytes != voxels)
        return medals_fail(error, MEDALS_E_SHAPE,
                           "%s: a mask of %zu bytes; expected %zu, one a voxel "
                           "of its extent",
                           kind_name(prompt->kind), prompt->mask_bytes, voxels);
    if (!medals_voxel_set_from_mask(set, prompt->extent, prompt->mask, error))
        return false;
    if (!set->mask)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: a mask without voxels; expected at least one",
                           kind_name(prompt->kind));
    return true;
}

bool medals_shape_voxels(const MedalsGeometry *geometry,
                         const MedalsPrompt *prompt, MedalsVoxelSet *set,
                         GError **error)
{
    *set = (MedalsVoxelSet){0};
    bool stroke = prompt->kind == MEDALS_PROMPT_SCRIBBLE ||
                  prompt->kind == MEDALS_PROMPT_LASSO;
    if (!stroke && prompt->kind != MEDALS_PROMPT_POINT)
        return medals_fail(error, MEDALS_E_INPUT,
                           "prompt: kind %d; expected a point, a scribble or "
                           "a lasso",
                           (int) prompt->kind);
    return stroke && prompt->mask ? mask_voxels(geometry, prompt, set, error)
                                  : drawn_voxels(geometry, prompt, set, error);
}

/* ---- boxes -------------------------------------------------------------- */

bool medals_shape_check_extent(const MedalsGeometry *geometry,
                               const int64_t extent[6], GError **error)
{
    for (int a = 0; a < 3; a++)
        if (extent[2 * a] < 0 || extent[2 * a] >= extent[2 * a + 1] ||
            extent[2 * a + 1] > geometry->size[a])
            return medals_fail(
                error, MEDALS_E_INPUT,
                "extent: %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                " along axis %d; expected a part of 0 to "
                "%" G_GINT64_FORMAT,
                extent[2 * a], extent[2 * a + 1], a, geometry->size[a]);
    return true;
}

static bool index_box(const MedalsGeometry *geometry,
                      const MedalsPrompt *prompt, int64_t extent[6],
                      GError **error)
{
    for (int x = 0; x < 6; x++) {
        double at = prompt->points[3 * (x & 1) + x / 2];
        if (!(at >= 0 && at <= (double) geometry->size[x / 2]) ||
            at != floor(at))
            return medals_fail(error, MEDALS_E_INPUT,
                               "box: %g along axis %d; expected a whole "
                               "number, 0 to %" G_GINT64_FORMAT,
                               at, x / 2, geometry->size[x / 2]);
        extent[x] = (int64_t) at;
    }
    return medals_shape_check_extent(geometry, extent, error);
}

/* Voxels whose centre lies between two indices, at least that of their middle.
 * @return false: the image has nothing there */
static bool span(const MedalsShapeFrame *frame, int axis, double a, double b,
                 int64_t extent[2])
{
    double n = (double) frame->size[axis];
    double low = MIN(a, b), high = MAX(a, b);
    if (!(low < n - 0.5 && high >= -0.5))
        return false;
    low = MAX(low, -0.5);
    high = MIN(high, n - 0.5);
    double first = MAX(ceil(low - ON_BORDER), 0.0);
    double last = MIN(floor(high + ON_BORDER), n - 1);
    extent[0] = first <= last
                    ? (int64_t) first
                    : medals_shape_frame_voxel(frame, axis, (low + high) / 2);
    extent[1] = first <= last ? (int64_t) last + 1 : extent[0] + 1;
    return true;
}

static bool space_box(const MedalsGeometry *geometry,
                      const MedalsPrompt *prompt, int64_t extent[6],
                      GError **error)
{
    MedalsShapeFrame frame;
    medals_shape_frame_init(&frame, geometry);
    const double *p = prompt->points, *q = p + 3;
    for (int x = 0; x < 6; x++)
        if (!isfinite(p[x]))
            return medals_fail(error, MEDALS_E_INPUT,
                               "box: corner at %g mm; expected a finite number",
                               p[x]);
    if (p[0] == q[0] && p[1] == q[1] && p[2] == q[2])
        return medals_fail(error, MEDALS_E_INPUT,
                           "box: both corners at (%g, %g, %g) mm; expected two "
                           "places",
                           p[0], p[1], p[2]);
    double a[3], b[3];
    to_index(&frame, MEDALS_SPACE_LPS, p, a);
    to_index(&frame, MEDALS_SPACE_LPS, q, b);
    for (int x = 0; x < 3; x++)
        if (!span(&frame, x, a[x], b[x], extent + 2 * x))
            return medals_fail(error, MEDALS_E_INPUT,
                               "box: index %g to %g along axis %d; expected a "
                               "part of the image's 0 to %" G_GINT64_FORMAT,
                               MIN(a[x], b[x]), MAX(a[x], b[x]), x,
                               frame.size[x]);
    return true;
}

bool medals_shape_box(const MedalsGeometry *geometry,
                      const MedalsPrompt *prompt, int64_t extent[6],
                      GError **error)
{
    if (!prompt->points || prompt->point_count != 2)
        return medals_fail(error, MEDALS_E_INPUT,
                           "box: %zu points; expected two corners",
                           prompt->points ? prompt->point_count : 0);
    if (prompt->space == MEDALS_SPACE_INDEX)
        return index_box(geometry, prompt, extent, error);
    if (prompt->space == MEDALS_SPACE_LPS)
        return space_box(geometry, prompt, extent, error);
    return medals_fail(error, MEDALS_E_USAGE,
                       "box: points in space %d; expected indices or LPS",
                       (int) prompt->space);
}

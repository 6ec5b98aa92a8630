/*
 * shape_line.c - voxels within a radius of a polyline
 *
 *   box, all lines --> near the middle? --+-- one line holds the box: fill it
 *                                         +-- no line reaches it: leave it
 *                                         +-- else halve it, with those that
 *                                             reach it
 *
 * A box of one voxel is in or out. So time goes where the border is, and a box
 * that is filled asks no further lines.
 */
#include "shape_line.h"

#include <math.h>
#include <string.h>

#include "box.h"
#include "distance_map.h"
#include "memory.h"
#include "shape_points.h"

/* Distances may be off by rounding: a centre on the border is in. */
#define SLACK 1e-6
/* Distances from lines to boxes before a stroke is too crowded; seconds. */
#define MOST_TESTS ((uint64_t) 300 * 1000 * 1000)

/* One piece of the polyline, mm. */
typedef struct Capsule {
    double from[3], along[3];
    double inverse; /* 1 / |along|^2, 0 for a ball */
} Capsule;

typedef struct Stroke {
    const MedalsShapeFrame *frame;
    Capsule *capsules; /* a box looks at the first so many */
    double radius;     /* mm, with slack */
    MedalsVoxelSet *canvas;
    uint64_t tests; /* left */
} Stroke;

static uint8_t *row_of(const MedalsVoxelSet *canvas, int64_t i, int64_t j,
                       int64_t k)
{
    const int64_t *box = canvas->box;
    int64_t ni = box[1] - box[0], nj = box[3] - box[2];
    return canvas->mask + ((k - box[4]) * nj + j - box[2]) * ni + i - box[0];
}

static void fill_box(const MedalsVoxelSet *canvas, const int64_t box[6])
{
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            memset(row_of(canvas, box[0], j, k), 1, (size_t) (box[1] - box[0]));
}

static double squared_distance(const Capsule *capsule, const double point[3])
{
    double away[3], t = 0, sum = 0;
    for (int r = 0; r < 3; r++) {
        away[r] = point[r] - capsule->from[r];
        t += away[r] * capsule->along[r];
    }
    t = CLAMP(t * capsule->inverse, 0.0, 1.0);
    for (int r = 0; r < 3; r++) {
        double d = away[r] - t * capsule->along[r];
        sum += d * d;
    }
    return sum;
}

/* Centre of a box, and how far its farthest voxel centre is from it, mm. */
static double box_ball(const MedalsShapeFrame *frame, const int64_t box[6],
                       double centre[3])
{
    double middle[3], half[3], reach = 0;
    for (int a = 0; a < 3; a++) {
        middle[a] = 0.5 * (double) (box[2 * a] + box[2 * a + 1] - 1);
        half[a] = 0.5 * (double) (box[2 * a + 1] - box[2 * a] - 1);
    }
    medals_shape_frame_apply(frame->matrix, middle, centre);
    for (int corner = 0; corner < 4; corner++) {
        double to[3] = {half[0], corner & 1 ? half[1] : -half[1],
                        corner & 2 ? half[2] : -half[2]};
        double mm[3];
        medals_shape_frame_apply(frame->matrix, to, mm);
        reach = MAX(reach, mm[0] * mm[0] + mm[1] * mm[1] + mm[2] * mm[2]);
    }
    return sqrt(reach);
}

static void swap(Capsule *a, Capsule *b)
{
    Capsule kept = *a;
    *a = *b;
    *b = kept;
}

/* Moves the capsules that reach into a ball to the front, the nearest first:
 * it is the likeliest to fill a part. Returns how many, or SIZE_MAX when one
 * holds the whole ball. They move themselves, no list of them: memory runs
 * straight. */
static size_t sift(Stroke *stroke, size_t count, const double centre[3],
                   double reach)
{
    double far = (stroke->radius + reach) * (stroke->radius + reach);
    double whole = stroke->radius < reach
                       ? -1.0
                       : (stroke->radius - reach) * (stroke->radius - reach);
    double least = INFINITY;
    Capsule *capsules = stroke->capsules;
    size_t kept = 0, nearest = 0;
    for (size_t n = 0; n < count; n++) {
        double d = squared_distance(&capsules[n], centre);
        if (d <= whole) {
            swap(&capsules[0], &capsules[n]);
            stroke->tests -= n;
            return SIZE_MAX;
        }
        if (!(d <= far)) /* nor where numbers overflow */
            continue;
        if (d < least) {
            least = d;
            nearest = kept;
        }
        if (kept < n)
            swap(&capsules[kept], &capsules[n]);
        kept++;
    }
    stroke->tests -= count;
    if (nearest > 0)
        swap(&capsules[0], &capsules[nearest]);
    return kept;
}

/* The axis along which a box is longest, mm. */
static int longest_axis(const MedalsShapeFrame *frame, const int64_t box[6])
{
    int longest = 0;
    double most = -1;
    for (int a = 0; a < 3; a++) {
        double length = (double) (box[2 * a + 1] - box[2 * a] - 1) *
                        medals_shape_frame_step(frame, a);
        if (length > most && box[2 * a + 1] - box[2 * a] > 1) {
            longest = a;
            most = length;
        }
    }
    return longest;
}

/* Deep as log2 of the voxels. @return false: too many tests */
static bool visit_box(Stroke *stroke, const int64_t box[6], size_t count)
{
    double centre[3];
    double reach = box_ball(stroke->frame, box, centre);
    if (count > stroke->tests)
        return false;
    count = sift(stroke, count, centre, reach);
    if (count == 0)
        return true;
    if (count == SIZE_MAX) {
        fill_box(stroke->canvas, box);
        return true;
    }
    int a = longest_axis(stroke->frame, box);
    int64_t lower[6], upper[6];
    memcpy(lower, box, sizeof lower);
    memcpy(upper, box, sizeof upper);
    lower[2 * a + 1] = upper[2 * a] =
        box[2 * a] + (box[2 * a + 1] - box[2 * a]) / 2;
    return visit_box(stroke, lower, count) && visit_box(stroke, upper, count);
}

static void set_capsule(const MedalsShapeFrame *frame, const double a[3],
                        const double b[3], Capsule *capsule)
{
    double to[3], squared = 0;
    medals_shape_frame_apply(frame->matrix, a, capsule->from);
    medals_shape_frame_apply(frame->matrix, b, to);
    for (int r = 0; r < 3; r++) {
        capsule->along[r] = to[r] - capsule->from[r];
        squared += capsule->along[r] * capsule->along[r];
    }
    capsule->inverse = squared > 0 ? 1 / squared : 0;
}

/* Pieces between neighbours that differ; one ball when none do. */
static size_t cut_lines(const MedalsShapeFrame *frame, const double *points,
                        size_t count, Capsule *capsules)
{
    size_t n = 0;
    for (size_t p = 1; p < count; p++) {
        const double *a = points + 3 * (p - 1), *b = points + 3 * p;
        if (a[0] != b[0] || a[1] != b[1] || a[2] != b[2])
            set_capsule(frame, a, b, &capsules[n++]);
    }
    if (n == 0)
        set_capsule(frame, points, points, &capsules[n++]);
    return n;
}

static bool draw_exactly(Stroke *stroke, const double *points, size_t count,
                         bool *crowded, GError **error)
{
    stroke->capsules =
        medals_alloc(count, sizeof *stroke->capsules, "stroke", error);
    if (!stroke->capsules)
        return false;
    size_t n = cut_lines(stroke->frame, points, count, stroke->capsules);
    *crowded = !visit_box(stroke, stroke->canvas->box, n);
    medals_free(stroke->capsules);
    return true;
}

/* Sets the voxels that a piece runs through, every half voxel. */
static void trace(const MedalsShapeFrame *frame, const double a[3],
                  const double b[3], MedalsVoxelSet *sites)
{
    double length = 0;
    for (int x = 0; x < 3; x++)
        length = MAX(length, fabs(b[x] - a[x]));
    int64_t steps = (int64_t) ceil(2 * length);
    for (int64_t s = 0; s <= steps; s++) {
        double t = steps ? (double) s / (double) steps : 0, at[3];
        for (int x = 0; x < 3; x++)
            at[x] = a[x] + t * (b[x] - a[x]);
        medals_shape_raster_points(frame, at, 1, sites);
    }
}

/* The same from voxel centres, in time that only the image bounds. */
static bool draw_crowded(const Stroke *stroke, const double *points,
                         size_t count, GError **error)
{
    static const bool is_site[256] = {false, true};
    MedalsVoxelSet *canvas = stroke->canvas;
    const int64_t *box = canvas->box;
    int64_t shape[3] = {box[5] - box[4], box[3] - box[2], box[1] - box[0]};
    size_t n = medals_box_product(shape);
    double spacing[3];
    for (int a = 0; a < 3; a++)
        spacing[a] = medals_shape_frame_step(stroke->frame, 2 - a);
    double *squared = medals_alloc(n, sizeof *squared, "stroke", error);
    double far = stroke->radius * stroke->radius;
    memset(canvas->mask, 0, n);
    for (size_t p = 0; squared && p < count; p++)
        trace(stroke->frame, points + 3 * (p ? p - 1 : 0), points + 3 * p,
              canvas);
    bool ok = squared && medals_distance_map(canvas->mask, is_site, shape,
                                             spacing, far, squared, error);
    for (size_t v = 0; ok && v < n; v++)
        canvas->mask[v] = squared[v] <= far;
    medals_free(squared);
    return ok;
}

bool medals_shape_raster_line(const MedalsShapeFrame *frame,
                              const double *points, size_t count,
                              double radius_mm, MedalsVoxelSet *canvas,
                              GError **error)
{
    double step = medals_shape_frame_step(frame, 0);
    for (int a = 1; a < 3; a++)
        step = MIN(step, medals_shape_frame_step(frame, a));
    Stroke stroke = {.frame = frame,
                     .radius = radius_mm + SLACK * (radius_mm + step),
                     .canvas = canvas,
                     .tests = MOST_TESTS};
    bool crowded = false;
    return draw_exactly(&stroke, points, count, &crowded, error) &&
           (!crowded || draw_crowded(&stroke, points, count, error));
}

void medals_shape_line_box(const MedalsShapeFrame *frame, const double *points,
                           size_t count, double radius_mm, int64_t box[6])
{
    medals_shape_points_box(frame, points, count, box);
    for (int a = 0; a < 3; a++) {
        /* Half the extent of a ball along an index axis. */
        const double *row = frame->inverse + 3 * a;
        double reach = radius_mm * sqrt(row[0] * row[0] + row[1] * row[1] +
                                        row[2] * row[2]);
        double steps = ceil(MIN(reach, (double) frame->size[a])) + 1;
        box[2 * a] = MAX(box[2 * a] - (int64_t) steps, 0);
        box[2 * a + 1] = MIN(box[2 * a + 1] + (int64_t) steps, frame->size[a]);
    }
}

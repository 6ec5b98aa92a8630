/*
 * canonical.c - axis matching, and copies that permute and flip
 *
 *   network axis   anatomical direction   closest image axis   runs the
 *        a      ->  letter of axes     ->     axis[a]       ->  other way: flip
 */
#include "canonical.h"

#include <math.h>
#include <string.h>

/* Index axes further from a right angle than this (as |cos|) are sheared. */
#define SHEAR 1e-2
/* An assignment has to be better by this much: rounding breaks no ties. */
#define TIE 1e-9
/* Edge of the blocks in which a permuting copy works: along the axis that is
 * fastest in src, and along the one that is fastest in dst. */
#define TILE_SRC 64
#define TILE_DST 16

/* World axis (LPS) of a letter and its sign; false: no such letter. */
static bool letter_axis(char letter, int *world, double *sign)
{
    static const char letters[] = "LRPASI";
    const char *at = letter ? strchr(letters, letter) : NULL;
    if (!at)
        return false;
    *world = (int) (at - letters) / 2;
    *sign = (at - letters) % 2 ? -1 : 1;
    return true;
}

static bool parse_axes(const char *axes, int world[3], double sign[3],
                       GError **error)
{
    unsigned seen = 0;
    bool good = axes && strlen(axes) == 3;
    for (int a = 0; good && a < 3; a++) {
        good = letter_axis(axes[a], &world[a], &sign[a]);
        if (good)
            seen |= 1u << world[a];
    }
    if (good && seen == 7)
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "network axes: \"%s\"; expected one letter of each of "
                       "RL, AP, SI",
                       axes ? axes : "");
}

/* Columns of direction at unit length: unit[c] is where index axis c runs. */
static bool unit_columns(const double *direction, double unit[3][3],
                         GError **error)
{
    for (int c = 0; c < 3; c++) {
        double length = 0;
        for (int r = 0; r < 3; r++) {
            unit[c][r] = direction[3 * r + c];
            length += unit[c][r] * unit[c][r];
        }
        length = sqrt(length);
        if (!(length > 1e-6) || !isfinite(length))
            return medals_fail(error, MEDALS_E_INPUT,
                               "volume: direction of axis %d has length %g; "
                               "expected a unit vector",
                               c, length);
        for (int r = 0; r < 3; r++)
            unit[c][r] /= length;
    }
    for (int c = 0; c < 3; c++) {
        const double *a = unit[c], *b = unit[(c + 1) % 3];
        double cosine = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        if (fabs(cosine) > SHEAR)
            return medals_fail(error, MEDALS_E_INPUT,
                               "volume: axes %d and %d meet at %.2f degrees; "
                               "expected a right angle (no shear)",
                               c, (c + 1) % 3, acos(cosine) * 180 / G_PI);
    }
    return true;
}

/* The permutation of index axes with the largest sum of |cos|. */
static void closest_axes(double unit[3][3], const int world[3], int axis[3])
{
    static const int permutations[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                           {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    double best = -1;
    for (int p = 0; p < 6; p++) {
        double sum = 0;
        for (int a = 0; a < 3; a++)
            sum += fabs(unit[permutations[p][a]][world[a]]);
        if (sum > best + TIE) {
            best = sum;
            memcpy(axis, permutations[p], sizeof permutations[p]);
        }
    }
}

static void fill_extent(MedalsCanonical *canonical,
                        const MedalsGeometry *geometry)
{
    for (int a = 0; a < 3; a++) {
        canonical->shape[a] = geometry->size[canonical->axis[a]];
        canonical->spacing[a] = geometry->spacing[canonical->axis[a]];
    }
}

bool medals_canonical_init(MedalsCanonical *canonical,
                           const MedalsGeometry *geometry, const char *axes,
                           GError **error)
{
    int world[3];
    double sign[3], unit[3][3];
    if (!parse_axes(axes, world, sign, error) ||
        !unit_columns(geometry->direction, unit, error))
        return false;
    closest_axes(unit, world, canonical->axis);
    for (int a = 0; a < 3; a++)
        canonical->flip[a] = unit[canonical->axis[a]][world[a]] * sign[a] < 0;
    fill_extent(canonical, geometry);
    return true;
}

void medals_canonical_literal(MedalsCanonical *canonical,
                              const MedalsGeometry *geometry)
{
    static const int axis[3] = {1, 0, 2}; /* h = j, w = i, d = k */
    for (int a = 0; a < 3; a++) {
        canonical->axis[a] = axis[a];
        canonical->flip[a] = false;
    }
    fill_extent(canonical, geometry);
}

/* ---- copies ------------------------------------------------------------- */

/* A copy over network axes; steps in elements, negative where flipped. */
typedef struct Copy {
    const int64_t *shape;
    int64_t src_step[3], dst_step[3];
    const uint8_t *src; /* of network voxel (0,0,0) */
    uint8_t *dst;
    int src_fast, dst_fast; /* the axes that are contiguous there */
    int64_t block;          /* of axis 0 in a piece */
    size_t size;
} Copy;

#define COPY_LINE(type)                                                        \
    do {                                                                       \
        type *to = (type *) dst;                                               \
        const type *from = (const type *) src;                                 \
        for (int64_t i = 0; i < count; i++)                                    \
            to[i * dst_step] = from[i * src_step];                             \
    } while (0)

static void copy_line(void *dst, int64_t dst_step, const void *src,
                      int64_t src_step, int64_t count, size_t size)
{
    if (dst_step == 1 && src_step == 1)
        memcpy(dst, src, (size_t) count * size);
    else if (size == 1)
        COPY_LINE(uint8_t);
    else if (size == 2)
        COPY_LINE(uint16_t);
    else
        COPY_LINE(uint32_t);
}

/* The box lo..hi (exclusive) with dst's fastest axis innermost. */
static void copy_box(const Copy *copy, const int64_t lo[3], const int64_t hi[3])
{
    int inner = copy->dst_fast, middle = (inner + 2) % 3,
        outer = (inner + 1) % 3;
    for (int64_t o = lo[outer]; o < hi[outer]; o++)
        for (int64_t m = lo[middle]; m < hi[middle]; m++) {
            int64_t from = o * copy->src_step[outer] +
                           m * copy->src_step[middle] +
                           lo[inner] * copy->src_step[inner];
            int64_t to = o * copy->dst_step[outer] +
                         m * copy->dst_step[middle] +
                         lo[inner] * copy->dst_step[inner];
            copy_line(copy->dst + to * (int64_t) copy->size,
                      copy->dst_step[inner],
                      copy->src + from * (int64_t) copy->size,
                      copy->src_step[inner], hi[inner] - lo[inner], copy->size);
        }
}

/* Blocks of axis 0, cut into tiles along the two fast axes. */
static void copy_piece(void *context, size_t piece, unsigned worker)
{
    const Copy *copy = context;
    int64_t tile[3], lo[3], hi[3], end[3], start0;
    for (int a = 0; a < 3; a++) {
        bool same = copy->src_fast == copy->dst_fast;
        end[a] = copy->shape[a];
        tile[a] = same                  ? copy->shape[a]
                  : a == copy->src_fast ? TILE_SRC
                  : a == copy->dst_fast ? TILE_DST
                                        : 1;
    }
    start0 = (int64_t) piece * copy->block;
    end[0] = MIN(start0 + copy->block, copy->shape[0]);
    for (lo[0] = start0; lo[0] < end[0]; lo[0] = hi[0])
        for (lo[1] = 0, hi[0] = MIN(lo[0] + tile[0], end[0]); lo[1] < end[1];
             lo[1] = hi[1])
            for (lo[2] = 0, hi[1] = MIN(lo[1] + tile[1], end[1]);
                 lo[2] < end[2]; lo[2] = hi[2]) {
                hi[2] = MIN(lo[2] + tile[2], end[2]);
                copy_box(copy, lo, hi);
            }
}

static bool run_copy(const MedalsExec *exec, Copy *copy, GError **error)
{
    bool fast = copy->src_fast == 0 || copy->dst_fast == 0;
    copy->block = fast ? TILE_SRC : 1;
    size_t pieces = (size_t) ((copy->shape[0] + copy->block - 1) / copy->block);
    return medals_lane_run(exec->lane, pieces, copy_piece, copy, exec->task,
                           0) ||
           medals_task_check(exec->task, error);
}

/* Steps of network axes in an image-order array and where (0,0,0) lies. */
static int64_t image_steps(const MedalsCanonical *canonical, int64_t step[3],
                           int *fast)
{
    int64_t size[3], stride[3], offset = 0;
    for (int a = 0; a < 3; a++)
        size[canonical->axis[a]] = canonical->shape[a];
    stride[0] = 1;
    stride[1] = size[0];
    stride[2] = size[0] * size[1];
    for (int a = 0; a < 3; a++) {
        step[a] = stride[canonical->axis[a]];
        if (canonical->axis[a] == 0)
            *fast = a;
        if (canonical->flip[a]) {
            offset += (canonical->shape[a] - 1) * step[a];
            step[a] = -step[a];
        }
    }
    return offset;
}

static void network_steps(const int64_t shape[3], int64_t step[3])
{
    step[2] = 1;
    step[1] = shape[2];
    step[0] = shape[1] * shape[2];
}

bool medals_canonical_forward(const MedalsExec *exec,
                              const MedalsCanonical *canonical, const void *src,
                              void *dst, size_t size, GError **error)
{
    Copy copy = {.shape = canonical->shape, .size = size, .dst_fast = 2};
    int64_t offset = image_steps(canonical, copy.src_step, &copy.src_fast);
    network_steps(canonical->shape, copy.dst_step);
    copy.src = (const uint8_t *) src + offset * (int64_t) size;
    copy.dst = dst;
    return run_copy(exec, &copy, error);
}

bool medals_canonical_backward(const MedalsExec *exec,
                               const MedalsCanonical *canonical,
                               const void *src, void *dst, size_t size,
                               GError **error)
{
    Copy copy = {.shape = canonical->shape, .size = size, .src_fast = 2};
    int64_t offset = image_steps(canonical, copy.dst_step, &copy.dst_fast);
    network_steps(canonical->shape, copy.src_step);
    copy.src = src;
    copy.dst = (uint8_t *) dst + offset * (int64_t) size;
    return run_copy(exec, &copy, error);
}

void medals_canonical_box(const MedalsCanonical *canonical,
                          const int64_t image_box[6], int64_t network_box[6])
{
    for (int a = 0; a < 3; a++) {
        int64_t lo = image_box[2 * canonical->axis[a]];
        int64_t hi = image_box[2 * canonical->axis[a] + 1];
        int64_t size = canonical->shape[a];
        network_box[2 * a] = canonical->flip[a] ? size - hi : lo;
        network_box[2 * a + 1] = canonical->flip[a] ? size - lo : hi;
    }
}

/*
 * window_field.c - shares by overlap, scores by linear interpolation
 */
#include "window_field.h"

#include <math.h>
#include <string.h>

#include "box.h"
#include "memory.h"

/* Grid cells of the window that one image voxel overlaps along an axis. */
typedef struct Reach {
    int64_t first, count;
    double scale;     /* grid voxels an image voxel */
    double low, high; /* the voxel's interval in grid voxels of the window */
} Reach;

/* Network axis of image axis x. */
static int network_axis(const MedalsCanonical *canonical, int x)
{
    for (int a = 0; a < 2; a++)
        if (canonical->axis[a] == x)
            return a;
    return 2;
}

static Reach reach_of(const MedalsLattice *lattice, int a, int64_t start,
                      int64_t voxel)
{
    const MedalsCanonical *canonical = &lattice->canonical;
    int64_t n = canonical->shape[a];
    int64_t u = canonical->flip[a] ? n - 1 - voxel : voxel;
    Reach reach;
    reach.scale = (double) lattice->grid.shape[a] / (double) n;
    reach.low = (double) u * reach.scale - (double) start;
    reach.high = (double) (u + 1) * reach.scale - (double) start;
    double crop = (double) lattice->stage.crop[a];
    double low = CLAMP(reach.low, 0, crop), high = CLAMP(reach.high, 0, crop);
    reach.first = (int64_t) low;
    reach.count = (int64_t) ceil(high) - reach.first;
    return reach;
}

/* Part of grid cell `cell` that the voxel covers. */
static float overlap(const Reach *reach, int64_t cell)
{
    double low = MAX(reach->low, (double) cell);
    double high = MIN(reach->high, (double) cell + 1);
    return (float) MAX(high - low, 0);
}

static void scatter(const int64_t crop[3], const Reach *const by_axis[3],
                    float *share)
{
    const Reach *h = by_axis[0], *w = by_axis[1], *d = by_axis[2];
    for (int64_t i = h->first; i < h->first + h->count; i++)
        for (int64_t j = w->first; j < w->first + w->count; j++) {
            float part = overlap(h, i) * overlap(w, j);
            float *row = share + (i * crop[1] + j) * crop[2];
            for (int64_t l = d->first; l < d->first + d->count; l++)
                row[l] += part * overlap(d, l);
        }
}

/* Reaches of every voxel of the box along image axis x. */
static Reach *reaches(const MedalsLattice *lattice, const int64_t start[3],
                      const int64_t box[6], int x, GError **error)
{
    int a = network_axis(&lattice->canonical, x);
    Reach *list = medals_alloc((size_t) MAX(box[2 * x + 1] - box[2 * x], 0),
                               sizeof *list, "window", error);
    for (int64_t v = box[2 * x]; list && v < box[2 * x + 1]; v++)
        list[v - box[2 * x]] = reach_of(lattice, a, start[a], v);
    return list;
}

/* Sums go in the order of the network's axes: the same bits however the image
 * is stored. */
bool medals_field_share(const MedalsLattice *lattice, size_t window,
                        const int64_t box[6], const uint8_t *values,
                        const bool wanted[256], float *share, GError **error)
{
    const MedalsCanonical *canonical = &lattice->canonical;
    int64_t start[3], n[3], step[3], first = 0;
    const int64_t stride[3] = {1, box[1] - box[0],
                               (box[1] - box[0]) * (box[3] - box[2])};
    Reach *list[3] = {NULL}; /* by network axis, in image order */
    bool ok = true;
    medals_lattice_start(lattice, window, start);
    memset(share, 0,
           (size_t) medals_lattice_crop_voxels(lattice) * sizeof *share);
    for (int a = 0; a < 3; a++) {
        int x = canonical->axis[a];
        n[a] = box[2 * x + 1] - box[2 * x];
        ok = ok && (list[a] = reaches(lattice, start, box, x, error));
        step[a] = canonical->flip[a] ? -stride[x] : stride[x];
        first += canonical->flip[a] ? stride[x] * (n[a] - 1) : 0;
    }
    for (int64_t h = 0; ok && h < n[0]; h++)
        for (int64_t w = 0; w < n[1]; w++)
            for (int64_t d = 0; d < n[2]; d++) {
                if (!wanted[values[first + h * step[0] + w * step[1] +
                                   d * step[2]]])
                    continue;
                const Reach *by_axis[3] = {
                    &list[0][canonical->flip[0] ? n[0] - 1 - h : h],
                    &list[1][canonical->flip[1] ? n[1] - 1 - w : w],
                    &list[2][canonical->flip[2] ? n[2] - 1 - d : d]};
                scatter(lattice->stage.crop, by_axis, share);
            }
    for (int a = 0; a < 3; a++)
        medals_free(list[a]);
    return ok;
}

void medals_field_touch(const MedalsLattice *lattice, size_t window,
                        const int64_t box[6], const uint8_t *values,
                        const bool wanted[256], int8_t as, int8_t *hit)
{
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++) {
                if (!wanted[*values++])
                    continue;
                const int64_t voxel[3] = {i, j, k};
                int64_t at = medals_lattice_voxel(lattice, window, voxel);
                if (at >= 0)
                    hit[at] = as;
            }
}

static gint by_number(gconstpointer a, gconstpointer b)
{
    int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;
    return (x > y) - (x < y);
}

GArray *medals_field_seeds(const MedalsLattice *lattice, size_t window,
                           const MedalsVoxelSet *set)
{
    GArray *seeds = g_array_new(FALSE, FALSE, sizeof(int64_t));
    const uint8_t *mask = set->mask;
    const int64_t *box = set->box;
    int64_t last = -1;
    for (int64_t k = box[4]; mask && k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++) {
                if (!*mask++)
                    continue;
                const int64_t voxel[3] = {i, j, k};
                int64_t at = medals_lattice_voxel(lattice, window, voxel);
                if (at < 0 || at == last)
                    continue;
                g_array_append_val(seeds, at);
                last = at;
            }
    g_array_sort(seeds, by_number);
    guint kept = 0;
    int64_t *list = (int64_t *) (void *) seeds->data;
    for (guint n = 0; n < seeds->len; n++)
        if (n == 0 || list[n] != list[kept - 1])
            list[kept++] = list[n];
    g_array_set_size(seeds, kept);
    return seeds;
}

/* Where an image voxel looks along one grid axis. */
typedef struct Look {
    int64_t low, high;
    float weight; /* of high */
} Look;

typedef struct Draw {
    const float *score;
    const int64_t *crop, *box;
    Look *look[3];  /* by image axis, from the box's first voxel */
    int network[3]; /* axis of the grid, by image axis */
    float *dst;
} Draw;

static Look look_of(const MedalsLattice *lattice, int a, int64_t start,
                    int64_t voxel, int64_t low, int64_t high)
{
    Reach reach = reach_of(lattice, a, start, voxel);
    double at = (reach.low + reach.high) / 2 - 0.5;
    at = CLAMP(at, (double) low, (double) (high - 1));
    Look look = {.low = (int64_t) at};
    look.high = MIN(look.low + 1, high - 1);
    look.weight = (float) (at - (double) look.low);
    return look;
}

static float between(float low, float high, float weight)
{
    return low + weight * (high - low);
}

/* Axis by axis in the network's order: the same bits however the image is
 * stored. */
static float draw_voxel(const Draw *draw, const Look *const look[3])
{
    const Look *h = look[0], *w = look[1], *d = look[2];
    float plane[2];
    for (int p = 0; p < 2; p++) {
        int64_t at = (p ? h->high : h->low) * draw->crop[1];
        const float *low = draw->score + (at + w->low) * draw->crop[2];
        const float *high = draw->score + (at + w->high) * draw->crop[2];
        plane[p] =
            between(between(low[d->low], low[d->high], d->weight),
                    between(high[d->low], high[d->high], d->weight), w->weight);
    }
    return between(plane[0], plane[1], h->weight);
}

static void draw_slice(void *context, size_t piece, unsigned worker)
{
    const Draw *draw = context;
    const int64_t *box = draw->box;
    int64_t ni = box[1] - box[0], nj = box[3] - box[2];
    float *dst = draw->dst + (int64_t) piece * nj * ni;
    const Look *look[3];
    look[draw->network[2]] = &draw->look[2][piece];
    for (int64_t y = 0; y < nj; y++) {
        look[draw->network[1]] = &draw->look[1][y];
        for (int64_t x = 0; x < ni; x++) {
            look[draw->network[0]] = &draw->look[0][x];
            *dst++ = draw_voxel(draw, look);
        }
    }
}

/* Image voxels, along image axis x, whose centre lies in grid cells
 * [low, high) of the window; false: none. */
static bool image_range(const MedalsLattice *lattice, int x,
                        const int64_t extent[6], int64_t start, int64_t low,
                        int64_t high, int64_t range[2])
{
    int a = network_axis(&lattice->canonical, x);
    range[0] = INT64_MAX;
    range[1] = 0;
    for (int64_t v = extent[2 * x]; v < extent[2 * x + 1]; v++) {
        Reach reach = reach_of(lattice, a, start, v);
        double centre = (reach.low + reach.high) / 2;
        if (centre < (double) low || centre >= (double) high)
            continue;
        range[0] = MIN(range[0], v);
        range[1] = v + 1;
    }
    return range[0] < range[1];
}

float *medals_field_to_image(const MedalsExec *exec,
                             const MedalsLattice *lattice, size_t window,
                             const float *score, const int64_t grid_box[6],
                             int64_t box[6], GError **error)
{
    const int64_t *crop = lattice->stage.crop;
    int64_t start[3], extent[6];
    medals_lattice_start(lattice, window, start);
    medals_lattice_extent(lattice, window, extent);
    Draw draw = {.score = score, .crop = crop, .box = box};
    memset(box, 0, 6 * sizeof *box);
    for (int x = 0; x < 3; x++) {
        int a = network_axis(&lattice->canonical, x);
        if (!image_range(lattice, x, extent, start[a], grid_box[2 * a],
                         grid_box[2 * a + 1], box + 2 * x)) {
            memset(box, 0, 6 * sizeof *box);
            return NULL;
        }
    }
    draw.dst =
        medals_alloc(medals_box_voxels(box), sizeof *draw.dst, "answer", error);
    if (!draw.dst)
        return NULL;
    bool ok = true;
    for (int x = 0; ok && x < 3; x++) {
        int a = network_axis(&lattice->canonical, x);
        draw.network[x] = a;
        draw.look[x] = medals_alloc((size_t) (box[2 * x + 1] - box[2 * x]),
                                    sizeof *draw.look[x], "answer", error);
        ok = draw.look[x] != NULL;
        for (int64_t v = box[2 * x]; ok && v < box[2 * x + 1]; v++)
            draw.look[x][v - box[2 * x]] = look_of(
                lattice, a, start[a], v, grid_box[2 * a], grid_box[2 * a + 1]);
    }
    ok = ok && (medals_lane_run(exec->lane, (size_t) (box[5] - box[4]),
                                draw_slice, &draw, exec->task, 0) ||
                medals_task_check(exec->task, error));
    for (int x = 0; x < 3; x++)
        medals_free(draw.look[x]);
    if (!ok)
        medals_free(draw.dst);
    return ok ? draw.dst : NULL;
}

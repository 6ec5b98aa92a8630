/*
 * components.c - union-find over a raster scan
 *
 *   pass 1  voxel -> provisional number; numbers that meet are joined, the
 *           smaller becomes the root
 *   pass 2  roots in ascending order -> 1, 2, 3, ...
 *
 * Provisional numbers ascend along the scan, so the root of a component is the
 * number of its first voxel, and pass 2 keeps the order of first voxels.
 */
#include "components.h"

#include <string.h>

#include "box.h"
#include "memory.h"

/* parent[i] <= i; parent[i] == i: a root. Number 0 is the background. */
typedef struct Forest {
    uint32_t *parent;
    size_t count, room;
} Forest;

static bool forest_grow(Forest *forest, GError **error)
{
    size_t room = forest->room ? 2 * forest->room : 4096;
    uint32_t *grown = medals_alloc(room, sizeof *grown, "components", error);
    if (!grown)
        return false;
    if (forest->count)
        memcpy(grown, forest->parent, forest->count * sizeof *grown);
    medals_free(forest->parent);
    forest->parent = grown;
    forest->room = room;
    return true;
}

/* A new root; 0 when there is no room. */
static uint32_t forest_add(Forest *forest, GError **error)
{
    if (forest->count == forest->room && !forest_grow(forest, error))
        return 0;
    if (forest->count > UINT32_MAX) {
        medals_fail(error, MEDALS_E_NOMEM,
                    "components: more than %u; expected fewer", UINT32_MAX);
        return 0;
    }
    uint32_t number = (uint32_t) forest->count++;
    forest->parent[number] = number;
    return number;
}

static uint32_t find_root(Forest *forest, uint32_t number)
{
    uint32_t *parent = forest->parent;
    while (parent[number] != number) {
        parent[number] = parent[parent[number]];
        number = parent[number];
    }
    return number;
}

static uint32_t join(Forest *forest, uint32_t a, uint32_t b)
{
    a = find_root(forest, a);
    b = find_root(forest, b);
    uint32_t root = MIN(a, b);
    forest->parent[MAX(a, b)] = root;
    return root;
}

/* One row: before = previous row in the plane, above = same row of the plane
 * before (either may be NULL). */
static bool scan_row(Forest *forest, const uint8_t *mask, uint32_t *ids,
                     const uint32_t *before, const uint32_t *above,
                     int64_t length, GError **error)
{
    uint32_t last = 0;
    for (int64_t d = 0; d < length; d++) {
        if (!mask[d]) {
            ids[d] = last = 0;
            continue;
        }
        uint32_t number = last, b = before ? before[d] : 0,
                 a = above ? above[d] : 0;
        if (b)
            number = number && number != b ? join(forest, number, b) : b;
        if (a)
            number = number && number != a ? join(forest, number, a) : a;
        if (!number && !(number = forest_add(forest, error)))
            return false;
        ids[d] = last = number;
    }
    return true;
}

static bool scan(Forest *forest, const uint8_t *mask, const int64_t shape[3],
                 uint32_t *ids, GError **error)
{
    int64_t row = shape[2], plane = shape[1] * row;
    for (int64_t h = 0; h < shape[0]; h++)
        for (int64_t w = 0; w < shape[1]; w++) {
            int64_t at = h * plane + w * row;
            if (!scan_row(forest, mask + at, ids + at,
                          w ? ids + at - row : NULL,
                          h ? ids + at - plane : NULL, row, error))
                return false;
        }
    return true;
}

/* parent[] becomes the final number; returns how many there are. */
static size_t number_roots(Forest *forest)
{
    uint32_t *parent = forest->parent;
    size_t count = 0;
    for (size_t i = 1; i < forest->count; i++)
        parent[i] = parent[i] == i ? (uint32_t) ++count : parent[parent[i]];
    return count;
}

bool medals_components_label(const uint8_t *mask, const int64_t shape[3],
                             uint32_t *ids, size_t *count, uint64_t **sizes,
                             GError **error)
{
    Forest forest = {0};
    size_t voxels = medals_box_product(shape);
    bool ok = forest_grow(&forest, error);
    if (ok) {
        forest.parent[forest.count++] = 0;
        ok = scan(&forest, mask, shape, ids, error);
    }
    if (ok) {
        *count = number_roots(&forest);
        if (sizes)
            *sizes = g_try_new0(uint64_t, *count + 1);
        if (sizes && !*sizes)
            ok = medals_fail(error, MEDALS_E_NOMEM,
                             "components: no memory for %zu sizes", *count);
    }
    for (size_t i = 0; ok && i < voxels; i++) {
        ids[i] = forest.parent[ids[i]];
        if (sizes)
            (*sizes)[ids[i]]++;
    }
    medals_free(forest.parent);
    return ok;
}

/* ---- what is done with them -------------------------------------------- */

/* The box lo..hi (inclusive) of the voxels that a rule looks at, and their
 * components. */
typedef struct Parts {
    int64_t lo[3], size[3];
    uint32_t *ids; /* [size] */
    size_t count;
    uint64_t *sizes; /* [count+1] */
} Parts;

static void parts_clear(Parts *parts)
{
    medals_free(parts->ids);
    g_free(parts->sizes);
}

/* value 0 stands for "any label". */
static bool matches(uint16_t label, uint16_t value)
{
    return value ? label == value : label != 0;
}

/* Box of the matching voxels; false when there are none. */
static bool find_box(const uint16_t *labels, const int64_t shape[3],
                     uint16_t value, Parts *parts)
{
    int64_t lo[3] = {shape[0], shape[1], shape[2]}, hi[3] = {-1, -1, -1};
    for (int64_t h = 0; h < shape[0]; h++)
        for (int64_t w = 0; w < shape[1]; w++, labels += shape[2]) {
            int64_t first = 0, last = shape[2] - 1;
            while (first <= last && !matches(labels[first], value))
                first++;
            if (first > last)
                continue;
            while (!matches(labels[last], value))
                last--;
            int64_t low[3] = {h, w, first}, high[3] = {h, w, last};
            for (int a = 0; a < 3; a++) {
                lo[a] = MIN(lo[a], low[a]);
                hi[a] = MAX(hi[a], high[a]);
            }
        }
    for (int a = 0; a < 3; a++) {
        parts->lo[a] = lo[a];
        parts->size[a] = hi[a] - lo[a] + 1;
    }
    return hi[0] >= 0;
}

/* Where row (h,w) of the box begins in the whole. */
static int64_t row_offset(const Parts *parts, const int64_t shape[3], int64_t h,
                          int64_t w)
{
    int64_t row = (parts->lo[0] + h) * shape[1] + parts->lo[1] + w;
    return row * shape[2] + parts->lo[2];
}

static bool find_parts(const uint16_t *labels, const int64_t shape[3],
                       uint16_t value, Parts *parts, GError **error)
{
    const int64_t *size = parts->size;
    size_t voxels = medals_box_product(size);
    uint8_t *mask = medals_alloc(voxels, 1, "components", error);
    parts->ids =
        mask ? medals_alloc(voxels, sizeof(uint32_t), "components", error)
             : NULL;
    if (!parts->ids) {
        medals_free(mask);
        return false;
    }
    uint8_t *to = mask;
    for (int64_t h = 0; h < size[0]; h++)
        for (int64_t w = 0; w < size[1]; w++, to += size[2]) {
            const uint16_t *from = labels + row_offset(parts, shape, h, w);
            for (int64_t d = 0; d < size[2]; d++)
                to[d] = matches(from[d], value);
        }
    bool ok = medals_components_label(mask, size, parts->ids, &parts->count,
                                      &parts->sizes, error);
    medals_free(mask);
    return ok;
}

/* Clears the voxels of components with keep[id] == 0; returns how many. */
static uint64_t clear_parts(uint16_t *labels, const int64_t shape[3],
                            const Parts *parts, const uint8_t *keep)
{
    const uint32_t *ids = parts->ids;
    const int64_t *size = parts->size;
    uint64_t cleared = 0;
    for (int64_t h = 0; h < size[0]; h++)
        for (int64_t w = 0; w < size[1]; w++, ids += size[2]) {
            uint16_t *row = labels + row_offset(parts, shape, h, w);
            for (int64_t d = 0; d < size[2]; d++)
                if (ids[d] && !keep[ids[d]]) {
                    row[d] = 0;
                    cleared++;
                }
        }
    return cleared;
}

bool medals_components_remove_small(uint16_t *labels, const int64_t shape[3],
                                    uint64_t min_size, uint64_t *removed,
                                    GError **error)
{
    Parts parts = {0};
    uint64_t cleared = 0;
    bool ok = true;
    if (find_box(labels, shape, 0, &parts)) {
        ok = find_parts(labels, shape, 0, &parts, error);
        uint8_t *keep = ok ? medals_alloc(parts.count + 1, sizeof *keep,
                                          "components", error)
                           : NULL;
        ok = keep != NULL;
        for (size_t i = 1; ok && i <= parts.count; i++)
            keep[i] = parts.sizes[i] >= min_size;
        if (ok)
            cleared = clear_parts(labels, shape, &parts, keep);
        medals_free(keep);
    }
    parts_clear(&parts);
    if (ok && removed)
        *removed = cleared;
    return ok;
}

/* ---- section 10 --------------------------------------------------------- */

#define CANDIDATES 3
#define CLOSE_MEAN 0.1
#define SURE_MEAN 0.86

/* Ids of the largest components, largest first; the earlier one on ties. */
static int largest_parts(const Parts *parts, uint32_t top[CANDIDATES])
{
    int count = 0;
    for (uint32_t id = 1; id <= parts->count; id++) {
        int at = count;
        while (at > 0 && parts->sizes[top[at - 1]] < parts->sizes[id])
            at--;
        if (at == CANDIDATES)
            continue;
        count = MIN(count + 1, CANDIDATES);
        for (int i = count - 1; i > at; i--)
            top[i] = top[i - 1];
        top[at] = id;
    }
    return count;
}

/* Mean probability of each candidate. */
static void candidate_means(const Parts *parts, const float *prob,
                            const int64_t shape[3], const uint32_t *top,
                            int count, double mean[CANDIDATES])
{
    const uint32_t *ids = parts->ids;
    const int64_t *size = parts->size;
    double sum[CANDIDATES] = {0};
    for (int64_t h = 0; h < size[0]; h++)
        for (int64_t w = 0; w < size[1]; w++, ids += size[2]) {
            const float *row = prob + row_offset(parts, shape, h, w);
            for (int64_t d = 0; d < size[2]; d++)
                for (int i = 0; ids[d] && i < count; i++)
                    if (ids[d] == top[i])
                        sum[i] += row[d];
        }
    for (int i = 0; i < count; i++)
        mean[i] = sum[i] / (double) parts->sizes[top[i]];
}

/* Which of the candidates stay. */
static void choose(const double *mean, int count, bool stay[CANDIDATES])
{
    int best = 0, close = 0;
    for (int i = 1; i < count; i++)
        if (mean[i] > mean[best])
            best = i;
    for (int i = 0; i < count; i++) {
        stay[i] = mean[best] - mean[i] <= CLOSE_MEAN && mean[i] > SURE_MEAN;
        close += stay[i];
    }
    if (close >= 2)
        return;
    for (int i = 0; i < count; i++)
        stay[i] = i == (best < 2 ? best : 0);
}

bool medals_components_keep_largest(uint16_t *labels, const float *prob,
                                    const int64_t shape[3], uint16_t value,
                                    GError **error)
{
    Parts parts = {0};
    bool ok = true;
    if (value && find_box(labels, shape, value, &parts)) {
        ok = find_parts(labels, shape, value, &parts, error);
        uint8_t *keep = ok ? medals_alloc_zero(parts.count + 1, sizeof *keep,
                                               "components", error)
                           : NULL;
        ok = keep != NULL;
        if (ok) {
            uint32_t top[CANDIDATES];
            double mean[CANDIDATES];
            bool stay[CANDIDATES];
            int count = largest_parts(&parts, top);
            candidate_means(&parts, prob, shape, top, count, mean);
            choose(mean, count, stay);
            for (int i = 0; i < count; i++)
                keep[top[i]] = stay[i];
            clear_parts(labels, shape, &parts, keep);
        }
        medals_free(keep);
    }
    parts_clear(&parts);
    return ok;
}

/*
 * simulated_user.c - error components, and the depth inside the largest one
 */
#include "simulated_user.h"

#include <math.h>
#include <string.h>

#include "components.h"
#include "distance_map.h"
#include "memory.h"

/* Everything happens in the box that holds all errors, one voxel wider on each
 * side: beyond the image's border lies nothing of them. */
typedef struct Errors {
    int64_t box[6], shape[3]; /* shape: k, j, i */
    size_t voxels;
    uint8_t *missing, *extra; /* [shape], owned */
} Errors;

/* The largest component of one kind of error. */
typedef struct Worst {
    uint64_t voxels;
    uint32_t *ids; /* [shape], owned */
    uint32_t id;
} Worst;

/* @return false: nothing is wrong */
static bool find_box(const uint8_t *truth, const uint8_t *mask,
                     const int64_t size[3], int64_t box[6])
{
    bool any = false;
    size_t n = 0;
    for (int64_t k = 0; k < size[2]; k++)
        for (int64_t j = 0; j < size[1]; j++)
            for (int64_t i = 0; i < size[0]; i++, n++) {
                if (!truth[n] == !mask[n])
                    continue;
                const int64_t at[3] = {i, j, k};
                for (int x = 0; x < 3; x++) {
                    int64_t *low = box + 2 * x, *high = low + 1;
                    *low = any ? MIN(*low, at[x] - 1) : at[x] - 1;
                    *high = any ? MAX(*high, at[x] + 2) : at[x] + 2;
                }
                any = true;
            }
    return any;
}

static void cut(const uint8_t *truth, const uint8_t *mask,
                const int64_t size[3], Errors *errors)
{
    const int64_t *box = errors->box;
    size_t m = 0;
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++, m++) {
                bool inside = i >= 0 && i < size[0] && j >= 0 && j < size[1] &&
                              k >= 0 && k < size[2];
                int64_t n = inside ? (k * size[1] + j) * size[0] + i : 0;
                errors->missing[m] = inside && truth[n] && !mask[n];
                errors->extra[m] = inside && !truth[n] && mask[n];
            }
}

static bool find_worst(const Errors *errors, const uint8_t *wrong, Worst *worst,
                       GError **error)
{
    size_t count = 0;
    uint64_t *sizes = NULL;
    worst->ids =
        medals_alloc(errors->voxels, sizeof *worst->ids, "errors", error);
    if (!worst->ids ||
        !medals_components_label(wrong, errors->shape, worst->ids, &count,
                                 &sizes, error))
        return false;
    for (size_t n = 1; n <= count; n++)
        if (sizes[n] > worst->voxels) {
            worst->voxels = sizes[n];
            worst->id = (uint32_t) n;
        }
    g_free(sizes);
    return true;
}

static bool deepest(const Errors *errors, const Worst *worst,
                    const double spacing[3], int64_t voxel[3], GError **error)
{
    static const bool outside[256] = {[0] = true};
    const double step[3] = {spacing[2], spacing[1], spacing[0]};
    const int64_t *box = errors->box, *shape = errors->shape;
    uint8_t *part = errors->missing; /* no longer asked for */
    double *depth =
        medals_alloc(errors->voxels, sizeof *depth, "errors", error);
    if (!depth)
        return false;
    for (size_t n = 0; n < errors->voxels; n++)
        part[n] = worst->ids[n] == worst->id;
    bool ok =
        medals_distance_map(part, outside, shape, step, INFINITY, depth, error);
    int64_t best = 0;
    for (int64_t n = 0; ok && n < (int64_t) errors->voxels; n++)
        if (depth[n] > depth[best])
            best = n;
    voxel[0] = box[0] + best % shape[2];
    voxel[1] = box[2] + best / shape[2] % shape[1];
    voxel[2] = box[4] + best / shape[2] / shape[1];
    medals_free(depth);
    return ok;
}

static bool errors_init(Errors *errors, const uint8_t *truth,
                        const uint8_t *mask, const int64_t size[3],
                        GError **error)
{
    for (int x = 0; x < 3; x++)
        errors->shape[2 - x] = errors->box[2 * x + 1] - errors->box[2 * x];
    errors->voxels =
        (size_t) (errors->shape[0] * errors->shape[1] * errors->shape[2]);
    errors->missing = medals_alloc(errors->voxels, 1, "errors", error);
    errors->extra = errors->missing
                        ? medals_alloc(errors->voxels, 1, "errors", error)
                        : NULL;
    if (!errors->extra)
        return false;
    cut(truth, mask, size, errors);
    return true;
}

bool simulated_user_click(const uint8_t *truth, const uint8_t *mask,
                          const int64_t size[3], const double spacing[3],
                          SimulatedClick *click, bool *found, GError **error)
{
    Errors errors = {.missing = NULL};
    Worst missing = {0}, extra = {0};
    *found = find_box(truth, mask, size, errors.box);
    if (!*found)
        return true;
    bool ok = errors_init(&errors, truth, mask, size, error) &&
              find_worst(&errors, errors.missing, &missing, error) &&
              find_worst(&errors, errors.extra, &extra, error);
    if (ok) {
        click->positive = missing.voxels >= extra.voxels;
        ok = deepest(&errors, click->positive ? &missing : &extra, spacing,
                     click->voxel, error);
    }
    medals_free(errors.missing);
    medals_free(errors.extra);
    medals_free(missing.ids);
    medals_free(extra.ids);
    return ok;
}

double simulated_user_dice(const uint8_t *truth, const uint8_t *mask,
                           size_t voxels)
{
    uint64_t both = 0, sum = 0;
    for (size_t n = 0; n < voxels; n++) {
        both += truth[n] && mask[n];
        sum += (truth[n] != 0) + (mask[n] != 0);
    }
    return sum ? 2.0 * (double) both / (double) sum : 1;
}

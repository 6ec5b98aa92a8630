/*
 * simulated_user.c - error components, and the depth inside the largest one
 */
#include "simulated_user.h"

#include <math.h>
#include <string.h>

#include "components.h"
#include "distance_map.h"
#include "memory.h"

/* The largest component of one kind of error. */
typedef struct Worst {
    uint64_t voxels;
    uint32_t *ids; /* [image], owned */
    uint32_t id;
} Worst;

static bool find_worst(const uint8_t *wrong, const int64_t shape[3],
                       size_t voxels, Worst *worst, GError **error)
{
    size_t count = 0;
    uint64_t *sizes = NULL;
    *worst = (Worst){0};
    worst->ids = medals_alloc(voxels, sizeof *worst->ids, "errors", error);
    if (!worst->ids || !medals_components_label(wrong, shape, worst->ids,
                                                &count, &sizes, error)) {
        medals_free(worst->ids);
        return false;
    }
    for (size_t n = 1; n <= count; n++)
        if (sizes[n] > worst->voxels) {
            worst->voxels = sizes[n];
            worst->id = (uint32_t) n;
        }
    g_free(sizes);
    return true;
}

/* Box of a component, one voxel wider on every side: beyond the image's border
 * lies nothing of it. */
static void box_of(const Worst *worst, const int64_t size[3], int64_t box[6])
{
    bool any = false;
    size_t n = 0;
    for (int64_t k = 0; k < size[2]; k++)
        for (int64_t j = 0; j < size[1]; j++)
            for (int64_t i = 0; i < size[0]; i++, n++) {
                if (worst->ids[n] != worst->id)
                    continue;
                const int64_t at[3] = {i, j, k};
                for (int x = 0; x < 3; x++) {
                    box[2 * x] = any ? MIN(box[2 * x], at[x] - 1) : at[x] - 1;
                    box[2 * x + 1] =
                        any ? MAX(box[2 * x + 1], at[x] + 2) : at[x] + 2;
                }
                any = true;
            }
}

static void cut(const Worst *worst, const int64_t size[3], const int64_t box[6],
                uint8_t *part)
{
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++) {
                bool inside = i >= 0 && i < size[0] && j >= 0 && j < size[1] &&
                              k >= 0 && k < size[2];
                *part++ =
                    inside &&
                    worst->ids[(k * size[1] + j) * size[0] + i] == worst->id;
            }
}

static bool deepest(const Worst *worst, const int64_t size[3],
                    const double spacing[3], int64_t voxel[3], GError **error)
{
    int64_t box[6] = {0};
    box_of(worst, size, box);
    const int64_t shape[3] = {box[5] - box[4], box[3] - box[2],
                              box[1] - box[0]};
    const double step[3] = {spacing[2], spacing[1], spacing[0]};
    static const bool outside[256] = {[0] = true};
    size_t voxels = (size_t) (shape[0] * shape[1] * shape[2]);
    uint8_t *part = medals_alloc(voxels, 1, "error", error);
    double *depth = medals_alloc(voxels, sizeof *depth, "error", error);
    bool ok = part && depth;
    if (ok) {
        cut(worst, size, box, part);
        ok = medals_distance_map(part, outside, shape, step, INFINITY, depth,
                                 error);
    }
    size_t best = 0;
    for (size_t n = 0; ok && n < voxels; n++)
        if (depth[n] > depth[best])
            best = n;
    voxel[0] = box[0] + (int64_t) best % shape[2];
    voxel[1] = box[2] + (int64_t) best / shape[2] % shape[1];
    voxel[2] = box[4] + (int64_t) best / shape[2] / shape[1];
    medals_free(part);
    medals_free(depth);
    return ok;
}

bool simulated_user_click(const uint8_t *truth, const uint8_t *mask,
                          const int64_t size[3], const double spacing[3],
                          SimulatedClick *click, bool *found, GError **error)
{
    const int64_t shape[3] = {size[2], size[1], size[0]};
    size_t voxels = (size_t) (size[0] * size[1] * size[2]);
    uint8_t *wrong = medals_alloc(voxels, 1, "errors", error);
    Worst missing = {0}, extra = {0};
    bool ok = wrong != NULL;
    for (size_t n = 0; ok && n < voxels; n++)
        wrong[n] = truth[n] && !mask[n];
    ok = ok && find_worst(wrong, shape, voxels, &missing, error);
    for (size_t n = 0; ok && n < voxels; n++)
        wrong[n] = !truth[n] && mask[n];
    ok = ok && find_worst(wrong, shape, voxels, &extra, error);
    if (ok) {
        click->positive = missing.voxels >= extra.voxels;
        const Worst *worst = click->positive ? &missing : &extra;
        *found = worst->voxels > 0;
        ok = !*found || deepest(worst, size, spacing, click->voxel, error);
    }
    medals_free(wrong);
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

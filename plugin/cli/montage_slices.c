#include "montage_slices.h"

#include <stdlib.h>

#include "failure.h"

enum { SLOTS = 64 };

static void count_voxels(SliceCounts *counts, const MedalsVolume *labelmap)
{
    const void *data = medals_volume_peek_data(labelmap);
    MedalsDtype dtype = medals_volume_dtype(labelmap);
    const int64_t *size = counts->size;
    size_t index = 0;
    for (int64_t k = 0; k < size[2]; k++)
        for (int64_t j = 0; j < size[1]; j++)
            for (int64_t i = 0; i < size[0]; i++, index++) {
                uint32_t value = label_at(data, dtype, index);
                if (!value)
                    continue;
                int64_t slot = value % SLOTS;
                counts->count[0][slot * size[0] + i]++;
                counts->count[1][slot * size[1] + j]++;
                counts->count[2][slot * size[2] + k]++;
            }
}

bool slice_counts_init(SliceCounts *counts, const MedalsVolume *labelmap,
                       GError **error)
{
    const MedalsGeometry *geometry = medals_volume_peek_geometry(labelmap);
    *counts = (SliceCounts){{0}, {NULL}};
    for (int axis = 0; axis < 3; axis++) {
        counts->size[axis] = geometry->size[axis];
        counts->count[axis] = g_try_malloc0_n(
            SLOTS * (gsize) geometry->size[axis], sizeof(uint32_t));
        if (counts->count[axis])
            continue;
        slice_counts_clear(counts);
        return failure_set(error, EXIT_NO_ROOM,
                           "montage: no memory to count slices; expected room "
                           "for %" G_GINT64_FORMAT " of them",
                           geometry->size[axis]);
    }
    count_voxels(counts, labelmap);
    return true;
}

void slice_counts_clear(SliceCounts *counts)
{
    for (int axis = 0; axis < 3; axis++)
        g_clear_pointer(&counts->count[axis], g_free);
}

/* Largest count of each slot over all slices, and the labelled extent. */
static bool survey(const uint32_t *count, int64_t size, double *largest,
                   int64_t *first, int64_t *last)
{
    *first = size;
    *last = -1;
    for (int slot = 0; slot < SLOTS; slot++) {
        largest[slot] = 0;
        for (int64_t s = 0; s < size; s++) {
            uint32_t voxels = count[slot * size + s];
            if (!voxels)
                continue;
            largest[slot] = MAX(largest[slot], voxels);
            *first = MIN(*first, s);
            *last = MAX(*last, s);
        }
    }
    return *last >= 0;
}

static int spread_evenly(int64_t size, int wanted, int64_t *chosen)
{
    int n = (int) MIN(wanted, size);
    for (int i = 0; i < n; i++)
        chosen[i] = (2 * i + 1) * size / (2 * n);
    return n;
}

/* Distance to the nearest chosen slice as a share of the extent, 0..1. */
static double remoteness(int64_t slice, const int64_t *chosen, int n,
                         int64_t extent)
{
    double nearest = 1;
    for (int i = 0; i < n; i++)
        nearest =
            MIN(nearest, (double) llabs(slice - chosen[i]) / (double) extent);
    return nearest;
}

static int compare_slices(const void *a, const void *b)
{
    int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;
    return (x > y) - (x < y);
}

int slices_choose(const SliceCounts *counts, int axis, int wanted,
                  int64_t *chosen)
{
    const uint32_t *count = counts->count[axis];
    int64_t size = counts->size[axis], first, last;
    double largest[SLOTS], shown[SLOTS] = {0};
    if (!survey(count, size, largest, &first, &last))
        return spread_evenly(size, wanted, chosen);
    int n = 0;
    for (; n < wanted; n++) {
        double best = 0;
        for (int64_t s = first; s <= last; s++) {
            double gain = 0, fullest = 0;
            for (int slot = 0; slot < SLOTS; slot++) {
                uint32_t voxels = count[slot * size + s];
                if (!voxels)
                    continue;
                double share = voxels / largest[slot];
                fullest = MAX(fullest, share);
                gain += MAX(0, share - shown[slot]);
            }
            gain += fullest * remoteness(s, chosen, n, last - first + 1);
            if (gain > best) {
                best = gain;
                chosen[n] = s;
            }
        }
        if (best <= 0)
            break;
        for (int slot = 0; slot < SLOTS; slot++)
            if (largest[slot] > 0)
                shown[slot] = MAX(shown[slot], count[slot * size + chosen[n]] /
                                                   largest[slot]);
    }
    qsort(chosen, (size_t) n, sizeof *chosen, compare_slices);
    return n;
}

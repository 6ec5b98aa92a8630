/*
 * voxel_set.c - boxes with masks: counting, joining, trimming
 */
#include "voxel_set.h"

#include <string.h>

#include "box.h"
#include "memory.h"

void medals_voxel_set_clear(MedalsVoxelSet *set)
{
    medals_free(set->mask);
    *set = (MedalsVoxelSet){0};
}

uint64_t medals_voxel_set_count(const MedalsVoxelSet *set)
{
    uint64_t count = 0;
    size_t n = set->mask ? medals_box_voxels(set->box) : 0;
    for (size_t v = 0; v < n; v++)
        count += set->mask[v] != 0;
    return count;
}

/* Address of the first voxel of a row of `box` in the mask over `whole`. */
static uint8_t *row_at(uint8_t *mask, const int64_t whole[6], int64_t i,
                       int64_t j, int64_t k)
{
    int64_t ni = whole[1] - whole[0], nj = whole[3] - whole[2];
    return mask + ((k - whole[4]) * nj + (j - whole[2])) * ni + (i - whole[0]);
}

/* Sets in `dst` (over the larger box `whole`) what is set in `set`. */
static void paint(uint8_t *dst, const int64_t whole[6],
                  const MedalsVoxelSet *set)
{
    const int64_t *box = set->box;
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++) {
            uint8_t *to = row_at(dst, whole, box[0], j, k);
            const uint8_t *from = row_at(set->mask, box, box[0], j, k);
            for (int64_t i = 0; i < box[1] - box[0]; i++)
                to[i] |= from[i];
        }
}

bool medals_voxel_set_join(MedalsVoxelSet *a, const MedalsVoxelSet *b,
                           GError **error)
{
    if (!b->mask)
        return true;
    int64_t whole[6];
    for (int x = 0; x < 6; x += 2) {
        whole[x] = a->mask ? MIN(a->box[x], b->box[x]) : b->box[x];
        whole[x + 1] =
            a->mask ? MAX(a->box[x + 1], b->box[x + 1]) : b->box[x + 1];
    }
    uint8_t *mask =
        medals_alloc_zero(medals_box_voxels(whole), 1, "stroke", error);
    if (!mask)
        return false;
    if (a->mask)
        paint(mask, whole, a);
    paint(mask, whole, b);
    medals_free(a->mask);
    a->mask = mask;
    memcpy(a->box, whole, sizeof whole);
    return true;
}

/* The box of what is not 0; false: nothing is. */
static bool used_box(const int64_t extent[6], const uint8_t *mask,
                     int64_t box[6])
{
    bool any = false;
    for (int64_t k = extent[4]; k < extent[5]; k++)
        for (int64_t j = extent[2]; j < extent[3]; j++)
            for (int64_t i = extent[0]; i < extent[1]; i++) {
                if (!*mask++)
                    continue;
                int64_t at[3] = {i, j, k};
                for (int x = 0; x < 3; x++) {
                    box[2 * x] = any ? MIN(box[2 * x], at[x]) : at[x];
                    box[2 * x + 1] =
                        any ? MAX(box[2 * x + 1], at[x] + 1) : at[x] + 1;
                }
                any = true;
            }
    return any;
}

bool medals_voxel_set_from_mask(MedalsVoxelSet *set, const int64_t extent[6],
                                const uint8_t *mask, GError **error)
{
    *set = (MedalsVoxelSet){0};
    int64_t box[6];
    if (!used_box(extent, mask, box))
        return true;
    set->mask = medals_alloc(medals_box_voxels(box), 1, "mask", error);
    if (!set->mask)
        return false;
    memcpy(set->box, box, sizeof box);
    uint8_t *to = set->mask;
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++) {
            const uint8_t *from =
                row_at((uint8_t *) mask, extent, box[0], j, k);
            for (int64_t i = 0; i < box[1] - box[0]; i++)
                *to++ = from[i] != 0;
        }
    return true;
}

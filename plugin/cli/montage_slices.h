/*
 * montage_slices.h - which slices of a labelmap show most of it
 */
#ifndef CLI_MONTAGE_SLICES_H
#define CLI_MONTAGE_SLICES_H

#include <glib.h>
#include <stdbool.h>

#include "medals/volume.h"

/** Voxels per slice of each index axis, per class. Values are folded to SLOTS
 * classes, so that any number of them needs little memory. */
typedef struct {
    int64_t size[3];
    uint32_t *count[3]; /* [SLOTS, size[axis]] */
} SliceCounts;

bool slice_counts_init(SliceCounts *counts, const MedalsVolume *labelmap,
                       GError **error);
void slice_counts_clear(SliceCounts *counts);

/**
 * Chooses at most `wanted` slices across an axis, ascending: each in turn adds
 * most of the structures that are not shown well yet, and lies away from those
 * chosen before. Without any label, evenly spread ones.
 * @return how many were chosen
 */
int slices_choose(const SliceCounts *counts, int axis, int wanted,
                  int64_t *chosen);

/** The value of a labelmap at an index. */
static inline uint32_t label_at(const void *data, MedalsDtype dtype,
                                size_t index)
{
    if (dtype == MEDALS_U8)
        return ((const uint8_t *) data)[index];
    if (dtype == MEDALS_U16)
        return ((const uint16_t *) data)[index];
    return ((const uint32_t *) data)[index];
}

#endif

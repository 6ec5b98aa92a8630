/*
 * voxel_set.h - some voxels of a volume: a box and a mask over it
 */
#ifndef MEDALS_VOXEL_SET_H
#define MEDALS_VOXEL_SET_H

#include "error.h"

typedef struct MedalsVoxelSet {
    int64_t box[6]; /* half open, inside the volume; empty set: all zero */
    uint8_t *mask;  /* [box] i fastest, 0/1, owned; NULL: the empty set */
} MedalsVoxelSet;

void medals_voxel_set_clear(MedalsVoxelSet *set);
uint64_t medals_voxel_set_count(const MedalsVoxelSet *set);
/** a takes in the voxels of b. @return false: MEDALS_E_NOMEM */
bool medals_voxel_set_join(MedalsVoxelSet *a, const MedalsVoxelSet *b,
                           GError **error);
/** A mask over an extent: its voxels, box cut to what is not 0.
 *  @return false: MEDALS_E_NOMEM */
bool medals_voxel_set_from_mask(MedalsVoxelSet *set, const int64_t extent[6],
                                const uint8_t *mask, GError **error);

#endif

/*
 * layer.h - one version of a volume of bytes, zero where nothing was written
 *
 *   layer --> table of blocks --> blocks of 32^3
 *             NULL = all zeros    NULL = zeros
 *
 * Tables and blocks are shared between versions and never change once shared:
 * a copy costs a pointer, a write clones the table and only the blocks that it
 * changes. So a call works on a copy, a cancelled one drops it, and readers
 * keep the version that they began with. Labelmaps (slots of classes) and
 * marks are layers.
 *
 * Boxes are [i0,i1,j0,j1,k0,k1], half open, inside the volume; buffers of a
 * box are i fastest. A layer is written by one thread at a time; its copies
 * belong to other threads.
 */
#ifndef MEDALS_LAYER_H
#define MEDALS_LAYER_H

#include "error.h"

typedef struct MedalsLayer MedalsLayer;

/** @param size i,j,k, each at least 1. NULL: MEDALS_E_NOMEM */
MedalsLayer *medals_layer_new(const int64_t size[3], GError **error);
/** Shares all blocks. NULL: MEDALS_E_NOMEM */
MedalsLayer *medals_layer_copy(const MedalsLayer *layer, GError **error);
void medals_layer_free(MedalsLayer *layer);
const int64_t *medals_layer_size(const MedalsLayer *layer);

uint8_t medals_layer_at(const MedalsLayer *layer, const int64_t at[3]);
void medals_layer_read(const MedalsLayer *layer, const int64_t box[6],
                       uint8_t *dst);
/** @return false: MEDALS_E_NOMEM (the layer is then to be thrown away) */
bool medals_layer_write(MedalsLayer *layer, const int64_t box[6],
                        const uint8_t *src, GError **error);
/** XORs the box with a buffer of its own.
 * @return false: MEDALS_E_NOMEM (the layer is then to be thrown away) */
bool medals_layer_flip(MedalsLayer *layer, const int64_t box[6],
                       const uint8_t *difference, GError **error);
/** True: no block that the box meets holds anything; it reads as zeros. Looks
 * at pointers only. */
bool medals_layer_is_clear(const MedalsLayer *layer, const int64_t box[6]);
/** Smallest box that holds every voxel that is not 0 (value 0) or that is
 * `value`. @return false: none */
bool medals_layer_bounds(const MedalsLayer *layer, uint8_t value,
                         int64_t box[6]);
/** counts[256] of the whole volume; zeros included. */
void medals_layer_count(const MedalsLayer *layer, uint64_t counts[256]);
/** Smallest box of the voxels in which two layers of one size differ; blocks
 * that they share are not looked at. NULL stands for zeros.
 * @return false: they are equal */
bool medals_layer_difference(const MedalsLayer *a, const MedalsLayer *b,
                             int64_t box[6]);
/** Calls visit for every block (clipped box, i fastest) in which the two
 * differ. before and after are buffers of the box. Stops and returns false
 * when visit does. NULL layers stand for zeros. */
bool medals_layer_compare(const MedalsLayer *a, const MedalsLayer *b,
                          bool (*visit)(void *cookie, const int64_t box[6],
                                        const uint8_t *before,
                                        const uint8_t *after),
                          void *cookie);
/** Bytes of memory that blocks of this layer take, shared ones included. */
size_t medals_layer_bytes(const MedalsLayer *layer);

#endif

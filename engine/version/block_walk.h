/*
 * block_walk.h - a volume cut into blocks of 32^3, and boxes cut with them
 *
 *   size [ni,nj,nk] --> blocks 0, 1, ... i fastest; the last ones are clipped
 *   box             --> parts, one a block that it meets
 *
 * Boxes are [i0,i1,j0,j1,k0,k1], half open, inside the volume; buffers of a
 * box are i fastest.
 */
#ifndef MEDALS_BLOCK_WALK_H
#define MEDALS_BLOCK_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEDALS_BLOCK_EDGE 32
#define MEDALS_BLOCK_VOXELS                                                    \
    (MEDALS_BLOCK_EDGE * MEDALS_BLOCK_EDGE * MEDALS_BLOCK_EDGE)

/** What of a box lies in one block. */
typedef struct MedalsBlockPart {
    size_t block;    /* its number */
    int64_t box[6];  /* of the volume; never empty */
    int64_t from[3]; /* first voxel of the block */
} MedalsBlockPart;

typedef struct MedalsBlockWalk {
    int64_t blocks[3]; /* of the volume, along each axis */
    int64_t box[6];
    int64_t low[3], high[3], at[3]; /* blocks of the box */
} MedalsBlockWalk;

/** @param count receives the product; may be NULL
 *  @return false: an edge below 1, or more blocks than can be counted */
bool medals_block_count(const int64_t size[3], int64_t blocks[3],
                        size_t *count);
/** Box of a block, clipped to the volume; block below the count. */
void medals_block_box(const int64_t size[3], size_t block, int64_t box[6]);
/** Number of the block that holds a voxel. */
size_t medals_block_of(const int64_t size[3], const int64_t at[3]);
/** An empty box has no parts. */
MedalsBlockWalk medals_block_walk(const int64_t size[3], const int64_t box[6]);
/** The next part, in the order of blocks. @return false: there is none */
bool medals_block_next(MedalsBlockWalk *walk, MedalsBlockPart *part);

/** [0,ni,0,nj,0,nk] */
void medals_block_whole(const int64_t size[3], int64_t box[6]);
size_t medals_block_voxels(const int64_t box[6]);
/** Voxels of `part`, a box inside `box`, out of a buffer over `box`. */
void medals_block_gather(const uint8_t *src, const int64_t box[6],
                         const int64_t part[6], uint8_t *dst);

#endif

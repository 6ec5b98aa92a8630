/*
 * block_mask.h - which blocks of a window show their prompts
 *
 *   window [H,W,D], block edge e -> grid [ceil(H/e),ceil(W/e),ceil(D/e)] of 0/1
 *   1 = the prompts of this block are visible in pass A of a masked pair
 */
#ifndef MEDALS_BLOCK_MASK_H
#define MEDALS_BLOCK_MASK_H

#include "error.h"

/** Blocks of the grid: ceil(h/edge)*ceil(w/edge)*ceil(d/edge). edge >= 1. */
size_t medals_block_mask_count(int64_t h, int64_t w, int64_t d, int64_t edge);

/**
 * Sets max(1, count/2) distinct blocks, uniformly chosen, to 1, the others to
 * 0. The same state gives the same mask on every platform.
 *
 * @param state of the generator (any number is a seed); moved on, so that the
 *        next call draws a fresh mask
 * @shape blocks [count]
 * @source spec 8.1
 */
void medals_block_mask_draw(uint64_t *state, size_t count, uint8_t *blocks);

/**
 * The grid at voxel resolution, cropped to the window.
 * @shape blocks as above, voxels [h,w,d] 0/1
 */
void medals_block_mask_expand(const uint8_t *blocks, int64_t h, int64_t w,
                              int64_t d, int64_t edge, uint8_t *voxels);

#endif

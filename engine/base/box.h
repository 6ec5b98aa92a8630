/*
 * box.h - how many voxels there are
 *
 *   edges [3]  voxels along three axes
 *   box [6]    i0,i1,j0,j1,k0,k1, half open
 *
 * A product that cannot be addressed is SIZE_MAX, never a small number:
 * medals_alloc() refuses it, and no buffer is as large.
 */
#ifndef MEDALS_BOX_H
#define MEDALS_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** @return the product, 0 when an edge is 0, SIZE_MAX when an edge is negative
 *          or the product exceeds SIZE_MAX/2 */
size_t medals_box_product(const int64_t edges[3]);
/** Voxels of a box; SIZE_MAX likewise, or when it ends before it begins. */
size_t medals_box_voxels(const int64_t box[6]);
/** [0,ni,0,nj,0,nk] */
void medals_box_whole(const int64_t size[3], int64_t box[6]);
/** Whether a box holds a voxel and lies inside 0..size. */
bool medals_box_inside(const int64_t size[3], const int64_t box[6]);

#endif

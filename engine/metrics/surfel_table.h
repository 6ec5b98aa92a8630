/*
 * surfel_table.h - pieces of surface inside a 2x2x2 neighbourhood of voxels
 *
 * A code has one bit a corner: (0,0,0) = 128, (0,0,1) = 64, (0,1,0) = 32,
 * (0,1,1) = 16, (1,0,0) = 8, (1,0,1) = 4, (1,1,0) = 2, (1,1,1) = 1. The
 * marching-cubes surface of that neighbourhood consists of up to four pieces,
 * each a normal vector whose length is its area in units of voxel faces.
 * @source spec training.md 8
 */
#ifndef MEDALS_SURFEL_TABLE_H
#define MEDALS_SURFEL_TABLE_H

#include <stdint.h>

/** In eighths; zeros fill up. */
extern const int8_t medals_surfel_normals[256][4][3];

#endif

/*
 * window_field.h - between the image's voxels and a window's grid
 *
 *   masks, marks   image -> grid   share of a grid voxel that they fill
 *   flip scores    grid -> image   linear between grid voxels
 *
 * Boxes and buffers of the image are i fastest, those of the window d fastest.
 */
#ifndef MEDALS_WINDOW_FIELD_H
#define MEDALS_WINDOW_FIELD_H

#include "lattice.h"
#include "voxel_set.h"

/**
 * Adds to each grid voxel of the window the share of it that voxels of one
 * value fill; shares of one value never sum to more than 1.
 * @param box the window's extent (medals_lattice_extent())
 * @param values [box] @param wanted [256] which values count
 * @shape share [crop], overwritten
 * @return false: MEDALS_E_NOMEM
 */
bool medals_field_share(const MedalsLattice *lattice, size_t window,
                        const int64_t box[6], const uint8_t *values,
                        const bool wanted[256], float *share, GError **error);
/** 1 in every grid voxel that holds the centre of a voxel with a wanted value.
 * @shape hit [crop]; only ones are written: `as` at those voxels */
void medals_field_touch(const MedalsLattice *lattice, size_t window,
                        const int64_t box[6], const uint8_t *values,
                        const bool wanted[256], int8_t as, int8_t *hit);
/** Grid voxels, ascending and different, that hold a voxel of the set.
 *  @return int64_t array; empty: the set lies outside the window */
GArray *medals_field_seeds(const MedalsLattice *lattice, size_t window,
                           const MedalsVoxelSet *set);

/**
 * A score on the grid, at the image's voxels.
 * @param grid_box h0,h1,w0,w1,d0,d1: where score is written; beyond it the
 *        nearest one inside counts
 * @param box receives the image voxels whose centre lies in grid_box
 * @return [box] floats, medals_free; NULL: MEDALS_E_NOMEM, or none (box all
 *         zero and *error not set)
 */
float *medals_field_to_image(const MedalsExec *exec,
                             const MedalsLattice *lattice, size_t window,
                             const float *score, const int64_t grid_box[6],
                             int64_t box[6], GError **error);

#endif

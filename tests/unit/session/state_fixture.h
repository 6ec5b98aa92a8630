/*
 * state_fixture.h - random volumes and states with fixed seeds
 */
#ifndef STATE_FIXTURE_H
#define STATE_FIXTURE_H

#include "state.h"

/** A box inside the volume, no edge longer than `longest`. */
void fixture_box(uint64_t *seed, const int64_t size[3], uint64_t longest,
                 int64_t box[6]);
/** Voxels of a layer, i fastest. g_free */
uint8_t *fixture_voxels(const MedalsLayer *layer);
/** The layer of some voxels. */
MedalsLayer *fixture_layer(const int64_t size[3], const uint8_t *voxels);
/** Blobs of values 1..most: some boxes painted over one another. */
void fixture_paint(uint64_t *seed, MedalsLayer *layer, uint64_t boxes,
                   uint64_t most);
/** One random change, as a call makes it: marks, answers, predictions,
 * prompts, classes that come, go, or change places. */
void fixture_edit(uint64_t *seed, MedalsState *state);
/** Bit for bit, with ids; marks of zeros equal none. */
void fixture_assert_equal(const MedalsState *a, const MedalsState *b);

#endif

/*
 * axis_taps.h - where a resampled voxel looks along one axis
 *
 *   source voxels   |  0  |  1  |  2  |  3  |      from = 4
 *   target voxels   | 0 | 1 | 2 | 3 | 4 | 5 |      to = 6
 *   tap of 2        low 1, high 2, weight 1/6 of high
 *
 * @source spec 7.2, 7.3
 */
#ifndef MEDALS_AXIS_TAPS_H
#define MEDALS_AXIS_TAPS_H

#include "error.h"

/** value = (1-weight) * x[low] + weight * x[high] */
typedef struct MedalsTap {
    int64_t low, high; /* voxels of the source */
    float weight;      /* of high, in [0,1) */
} MedalsTap;

/** One tap per target voxel. from, to at least 1.
 *  @param nearest nearest-exact (7.3): weight 0, low = high
 *  @owner medals_free; NULL: MEDALS_E_NOMEM */
MedalsTap *medals_taps_new(int64_t from, int64_t to, bool nearest,
                           GError **error);

/** Taps of the axes h, w, d. */
typedef struct MedalsTaps {
    MedalsTap *axis[3];
} MedalsTaps;

/** @param separate_axis gets nearest-exact taps; -1: none does
 *  @return false: MEDALS_E_SHAPE an extent below 1; MEDALS_E_NOMEM (taps
 *          cleared) */
bool medals_taps_init(MedalsTaps *taps, const int64_t from[3],
                      const int64_t to[3], int separate_axis, GError **error);
void medals_taps_clear(MedalsTaps *taps);

#endif

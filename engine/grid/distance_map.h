/*
 * distance_map.h - exact Euclidean distance transform
 */
#ifndef MEDALS_DISTANCE_MAP_H
#define MEDALS_DISTANCE_MAP_H

#include "error.h"

/**
 * Squared distance of every voxel to the nearest site, in mm^2; infinite
 * everywhere when there is no site. Axis by axis: count steps along axis 0,
 * then take lower envelopes of parabolas along axes 1 and 2.
 * @param far squared distances above this may come out infinite, which saves
 *        most of the work; INFINITY: all are exact
 * @param is_site 256 entries: which values of `map` are sites
 * @shape map, squared [shape] C order; spacing in mm per axis
 * @return false: MEDALS_E_NOMEM
 */
bool medals_distance_map(const uint8_t *map, const bool is_site[256],
                         const int64_t shape[3], const double spacing[3],
                         double far, double *squared, GError **error);

#endif

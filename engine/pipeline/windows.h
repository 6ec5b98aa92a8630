/*
 * windows.h - sliding windows and their importance map
 * @source spec 7.7-7.9
 */
#ifndef MEDALS_WINDOWS_H
#define MEDALS_WINDOWS_H

#include "error.h"

/** 7.8 for one axis: starts of the windows of length min(n,crop)...
 * @return count; starts is medals_free'd. n >= crop (padded).
 * 0: MEDALS_E_NOMEM */
size_t medals_windows_axis(int64_t n, int64_t crop, int64_t **starts,
                           GError **error);

/** 7.9: one axis' Gaussian in double, exp(-(o-c/2)^2/(2 s^2)), zero beyond
 * the radius. @param profile [crop] */
void medals_importance_axis(int64_t crop, double *profile);
/** 7.9: the whole map as float32 numbers that are exact halves.
 * @param map [c0,c1,c2]
 * @return false: MEDALS_E_NOMEM */
bool medals_importance_map(const int64_t crop[3], float *map, GError **error);
/** The compact model's map: no half rounding, maximum 1, floor 1e-6. */
bool medals_importance_map_smooth(const int64_t crop[3], float *map,
                                  GError **error);

#endif

/*
 * feature_cache.h - voxel features of windows, least recently used out
 *
 * A kept window can be dropped at any time: it is run again when it is asked
 * for, with the same numbers. At least one window is always kept.
 */
#ifndef MEDALS_FEATURE_CACHE_H
#define MEDALS_FEATURE_CACHE_H

#include "window_features.h"

typedef struct MedalsFeatureCache MedalsFeatureCache;

/** @param limit bytes of all kept windows together */
MedalsFeatureCache *medals_feature_cache_new(uint64_t limit);
void medals_feature_cache_free(MedalsFeatureCache *cache);
/** @return borrowed until the next put, or NULL */
const MedalsFeatures *medals_feature_cache_get(MedalsFeatureCache *cache,
                                               size_t window);
/** Takes the features. @return the same, borrowed until the next put */
const MedalsFeatures *medals_feature_cache_put(MedalsFeatureCache *cache,
                                               size_t window,
                                               MedalsFeatures *features);
/** @return windows dropped to make room since this was last asked */
size_t medals_feature_cache_take_dropped(MedalsFeatureCache *cache);
uint64_t medals_feature_cache_bytes(const MedalsFeatureCache *cache);
size_t medals_feature_cache_count(const MedalsFeatureCache *cache);

#endif

/*
 * window_features_data.h - inside of MedalsFeatures: for the network that makes them
 */
#ifndef MEDALS_WINDOW_FEATURES_DATA_H
#define MEDALS_WINDOW_FEATURES_DATA_H

#include "window_features.h"

struct MedalsFeatures {
    MedalsTensor x; /* [h,w,d,C] */
    int64_t n;
    float *embeddings; /* [N,C], owned */
    int64_t grid[3];   /* of the tokens: [h,w,d]/32 */
    float *tokens;     /* [T,Q], owned */
};

MedalsFeatures *medals_features_new(void);

#endif

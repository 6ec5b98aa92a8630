/*
 * simulated_user.h - where a patient user would click next
 *
 *   truth, labels --> largest 6-connected error component --> its deepest
 *   voxel (Euclidean, mm) --> a click there, positive where something is
 *   missing
 */
#ifndef SIMULATED_USER_H
#define SIMULATED_USER_H

#include "error.h"

typedef struct SimulatedClick {
    int64_t voxel[3]; /* i, j, k */
    bool positive;
} SimulatedClick;

/**
 * @shape truth, mask [nk][nj][ni], not 0 where the object is; size i,j,k
 * @param found receives whether anything is wrong
 * @return false: MEDALS_E_NOMEM
 */
bool simulated_user_click(const uint8_t *truth, const uint8_t *mask,
                          const int64_t size[3], const double spacing[3],
                          SimulatedClick *click, bool *found, GError **error);
/** 2|A and B| / (|A| + |B|); 1 when both are empty. */
double simulated_user_dice(const uint8_t *truth, const uint8_t *mask,
                           size_t voxels);

#endif

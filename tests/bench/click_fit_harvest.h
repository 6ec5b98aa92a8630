/*
 * click_fit_harvest.h - what simulated users teach
 */
#ifndef CLICK_FIT_HARVEST_H
#define CLICK_FIT_HARVEST_H

#include "click_fit_net.h"
#include "click_fit_user.h"
#include "click_head.h"

/**
 * Rows of the voxels round the last click of a user, some of them drawn at
 * random, weighted by what a right answer is worth.
 * @param weight of this kind of user
 * @param rows of this sign
 */
bool fit_harvest(const FitUser *user, const FitQuestion *question, float weight,
                 uint64_t *state, FitRows *rows, GError **error);

#endif

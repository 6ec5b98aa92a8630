/*
 * click_inputs.h - the numbers that the head sees of one voxel
 *
 * Free of scale: lengths against the click's depth or in voxels, features in
 * standard deviations of the neighbourhood, signs turned so that larger speaks
 * for the prompt.
 */
#ifndef MEDALS_CLICK_INPUTS_H
#define MEDALS_CLICK_INPUTS_H

#include "click_features.h"

#define MEDALS_CLICK_INPUTS 30

/** Whether voxel i of the scene could still follow the prompt. */
bool medals_click_is_open(const MedalsClickScene *scene, size_t i);
/** @shape row [MEDALS_CLICK_INPUTS] */
void medals_click_inputs(const MedalsClickScene *scene,
                         const MedalsClickFeatures *features, size_t i,
                         float *row);

#endif

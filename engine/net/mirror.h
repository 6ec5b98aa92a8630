/*
 * mirror.h - the logits of a window, once or as the mean of 8 mirrored runs
 *
 *   for every subset S of the axes {h,w,d}:
 *     flip(image, S), flip(prompts, S) -> network -> logits -> flip(logits, S)
 *   mean of the 8 logits (not of probabilities)
 */
#ifndef MEDALS_MIRROR_H
#define MEDALS_MIRROR_H

#include "network.h"

/**
 * @param mirror false: one plain run; true: the mean of the 8
 * @shape logits [N,h,w,d] float32 of the caller, overwritten
 * @source spec 8.2: the three spatial axes of the prompts are flipped like
 *         those of the image, queries are never permuted
 * @return false: as medals_network_forward (logits undefined)
 */
bool medals_mirror_logits(const MedalsExec *exec, const MedalsNetwork *network,
                          const MedalsWindow *window, bool mirror,
                          float *logits, GError **error);

/**
 * The same, added to what logits holds, only at voxels where keep is not 0.
 * @shape keep [h,w,d], NULL: everywhere
 */
bool medals_mirror_add(const MedalsExec *exec, const MedalsNetwork *network,
                       const MedalsWindow *window, bool mirror,
                       const uint8_t *keep, float *logits, GError **error);

#endif

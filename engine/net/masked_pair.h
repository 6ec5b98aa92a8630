/*
 * masked_pair.h - two runs, each voxel answered by the one that hid its prompt
 *
 *   A = net(image, sc*M,     mc*M)          M  1 on half of the blocks
 *   B = net(image, sc*(1-M), mc*(1-M))
 *   logits = A*(1-M) + B*M
 *
 * sc: union prompt, mc: class prompts. A window without any prompt voxel is
 * run once: A and B are then the same run.
 */
#ifndef MEDALS_MASKED_PAIR_H
#define MEDALS_MASKED_PAIR_H

#include "network.h"

/**
 * @param window class_prompts or class_prompts_zero must be given
 * @param blocks M as medals_block_mask_draw() (block_mask.h) makes it,
 *        [ceil(h/edge),ceil(w/edge),ceil(d/edge)] 0/1
 * @param edge block edge in voxels: 8, for instance refinement 4
 * @param mirror every run is the mean of 8 mirrored ones (spec 8.2)
 * @shape logits [N,h,w,d] float32 of the caller, overwritten
 * @source spec 8.1
 * @return false: as medals_network_forward (logits undefined)
 */
bool medals_masked_pair(const MedalsExec *exec, const MedalsNetwork *network,
                        const MedalsWindow *window, const uint8_t *blocks,
                        int64_t edge, bool mirror, float *logits,
                        GError **error);

/** Bytes that the pair takes beside medals_network_window_bytes(). */
uint64_t medals_masked_pair_bytes(int64_t h, int64_t w, int64_t d, int64_t n,
                                  bool mirror);

#endif

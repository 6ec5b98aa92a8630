/*
 * prompt_fusion.h - class prompts folded into the voxel features
 *
 *   p [N,H,W,D] --+
 *                 +-- sum over n --> g [H,W,D,C] --+
 *   m [N,C] ------+                                +-- block(2C->C) --> X
 *   P0 [H,W,D,C] ----------------------------------+
 */
#ifndef MEDALS_PROMPT_FUSION_H
#define MEDALS_PROMPT_FUSION_H

#include "conv_block.h"

/**
 * @param block fusion_conv
 * @param pixels [H,W,D,2C]: P0 in the left half; g is written to the right
 * @shape p [N,H,W,D] 0/1, or NULL: zeros (g is then neither written nor
 *        multiplied; the block runs with g = 0); m [N,C]; dst [H,W,D,C]
 * @source spec 1.10
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED (dst undefined)
 */
bool medals_prompt_fusion_forward(const MedalsExec *exec,
                                  const MedalsConvBlock *block,
                                  const MedalsTensor *pixels, const uint8_t *p,
                                  const float *m, int64_t n, MedalsTensor *dst,
                                  GError **error);

/** Is there any prompt voxel? NULL counts as none. */
bool medals_prompt_any(const uint8_t *p, size_t count);

#endif

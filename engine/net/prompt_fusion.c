/*
 * prompt_fusion.c - the spatial-prompt path (spec 1.10)
 */
#include "prompt_fusion.h"

#include <string.h>

#include "pixel_dot.h"

bool medals_prompt_any(const uint8_t *p, size_t count)
{
    if (!p || count == 0)
        return false;
    /* all equal to their neighbour, and the first is zero: all zero */
    return p[0] != 0 || memcmp(p, p + 1, count - 1) != 0;
}

bool medals_prompt_fusion_forward(const MedalsExec *exec,
                                  const MedalsConvBlock *block,
                                  const MedalsTensor *pixels, const uint8_t *p,
                                  const float *m, int64_t n, MedalsTensor *dst,
                                  GError **error)
{
    int64_t c = pixels->c / 2, voxels = medals_tensor_voxels(pixels);
    if (!medals_prompt_any(p, (size_t) (n * voxels))) {
        MedalsTensor left = medals_tensor_channels(pixels, 0, c);
        return medals_conv_block_forward(exec, block, &left, dst, error);
    }
    MedalsTensor right = medals_tensor_channels(pixels, c, c);
    return medals_prompt_mix(exec, p, voxels, m, n, &right, error) &&
           medals_conv_block_forward(exec, block, pixels, dst, error);
}

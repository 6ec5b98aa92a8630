/*
 * test_conv_proof.c - right kernels pass, a wrong one is caught
 */
#include "conv_proof.h"

#include <glib.h>

static void test_right_kernels(void)
{
    for (int isa = 0; isa <= (int) medals_cpu_best(); isa++) {
        const MedalsKernels *kernels = medals_kernels_get((MedalsIsa) isa);
        for (int i = 0; kernels->conv[i]; i++)
            for (int stride = 1; stride <= 2; stride++) {
                g_assert_true(medals_conv_agrees(kernels->conv[i], kernels,
                                                 MEDALS_F32, stride));
                g_assert_true(
                    medals_conv_proves(kernels->conv[i], kernels, MEDALS_F32));
            }
    }
    const MedalsKernels *best = medals_kernels_get(medals_cpu_best());
    g_assert_true(medals_conv_agrees(&medals_conv_onednn, best, MEDALS_F32, 1));
    g_assert_true(medals_conv_agrees(&medals_conv_onednn, best, MEDALS_F32, 2));
    g_assert_true(
        medals_conv_agrees(&medals_conv_packed, best, MEDALS_BF16, 1));
    g_assert_true(
        medals_conv_agrees(&medals_conv_packed, best, MEDALS_BF16, 2));
}

/* One number of each tile is off by a little. */
static bool spoilt_tile(const MedalsConvRun *run, const MedalsConvTile *tile,
                        void *scratch, double *mean, double *square)
{
    bool ok = medals_conv_packed.tile(run, tile, scratch, mean, square);
    float *voxel = medals_tensor_at(run->dst, tile->first[0], tile->first[1],
                                    tile->first[2]);
    voxel[tile->c0] += 0.5f;
    return ok;
}

static void test_wrong_kernel(void)
{
    MedalsConvKernel spoilt = medals_conv_packed;
    spoilt.tile = spoilt_tile;
    const MedalsKernels *best = medals_kernels_get(medals_cpu_best());
    g_assert_false(medals_conv_agrees(&spoilt, best, MEDALS_F32, 1));
    g_assert_false(medals_conv_agrees(&spoilt, best, MEDALS_F32, 2));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kernels/proof/right", test_right_kernels);
    g_test_add_func("/kernels/proof/wrong", test_wrong_kernel);
    return g_test_run();
}

/*
 * test_conv_proof.c - right kernels pass, a wrong one is caught
 */
#include "conv_proof.h"

#include <glib.h>

#include "memory.h"

static bool agrees(const MedalsConvKernel *kernel, const MedalsKernels *kernels,
                   MedalsDtype storage, int stride)
{
    GError *error = NULL;
    bool answer;
    g_assert_true(
        medals_conv_agrees(kernel, kernels, storage, stride, &answer, &error));
    g_assert_no_error(error);
    return answer;
}

static bool proves(const MedalsConvKernel *kernel, const MedalsKernels *kernels)
{
    GError *error = NULL;
    bool answer;
    g_assert_true(
        medals_conv_proves(kernel, kernels, MEDALS_F32, &answer, &error));
    g_assert_no_error(error);
    return answer;
}

/* No memory is no answer: the next call finds the kernel right. First, while
 * nothing is known yet. */
static void test_without_memory(void)
{
    const MedalsKernels *best = medals_kernels_get(medals_cpu_best());
    for (int64_t n = 0;; n++) {
        GError *error = NULL;
        bool answer;
        medals_alloc_fail_after(n);
        bool known = medals_conv_proves(best->conv[0], best, MEDALS_F32,
                                        &answer, &error);
        bool untouched = medals_alloc_fail_after(-1) >= 0;
        if (known) {
            g_assert_true(answer);
            if (untouched)
                break;
            continue;
        }
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
        g_error_free(error);
    }
    g_assert_true(proves(best->conv[0], best));
}

static void test_right_kernels(void)
{
    for (int isa = 0; isa <= (int) medals_cpu_best(); isa++) {
        const MedalsKernels *kernels = medals_kernels_get((MedalsIsa) isa);
        for (int i = 0; kernels->conv[i]; i++) {
            for (int stride = 1; stride <= 2; stride++)
                g_assert_true(
                    agrees(kernels->conv[i], kernels, MEDALS_F32, stride));
            g_assert_true(proves(kernels->conv[i], kernels));
        }
    }
    const MedalsKernels *best = medals_kernels_get(medals_cpu_best());
    for (int stride = 1; stride <= 2; stride++) {
        g_assert_true(agrees(&medals_conv_onednn, best, MEDALS_F32, stride));
        g_assert_true(agrees(&medals_conv_packed, best, MEDALS_BF16, stride));
    }
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
    g_assert_false(agrees(&spoilt, best, MEDALS_F32, 1));
    g_assert_false(agrees(&spoilt, best, MEDALS_F32, 2));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kernels/proof/without_memory", test_without_memory);
    g_test_add_func("/kernels/proof/right", test_right_kernels);
    g_test_add_func("/kernels/proof/wrong", test_wrong_kernel);
    return g_test_run();
}

/*
 * test_windows.c - positions and weights of windows
 */
#include <math.h>

#include "memory.h"
#include "tensor.h"
#include "windows.h"

static void assert_starts(int64_t n, int64_t crop, size_t count, ...)
{
    int64_t *starts;
    va_list args;
    va_start(args, count);
    g_assert_cmpuint(medals_windows_axis(n, crop, &starts, NULL), ==, count);
    for (size_t i = 0; i < count; i++)
        g_assert_cmpint(starts[i], ==, va_arg(args, int));
    va_end(args);
    medals_free(starts);
}

static void test_positions(void)
{
    assert_starts(64, 64, (size_t) 1, 0);
    assert_starts(65, 64, (size_t) 2, 0, 1);
    assert_starts(128, 64, (size_t) 3, 0, 32, 64);
    assert_starts(129, 64, (size_t) 4, 0, 32, 64, 65);
    assert_starts(3, 1, (size_t) 2, 0, 1); /* step is never 0 */
    assert_starts(1, 1, (size_t) 1, 0);
}

/* Every voxel of any length is in some window, all windows inside. */
static void test_windows_cover(void)
{
    for (int64_t n = 32; n < 300; n++) {
        int64_t *starts, reached = 0;
        size_t count = medals_windows_axis(n, 32, &starts, NULL);
        for (size_t i = 0; i < count; i++) {
            g_assert_cmpint(starts[i], >=, 0);
            g_assert_cmpint(starts[i], <=, reached);
            reached = starts[i] + 32;
            g_assert_cmpint(reached, <=, n);
        }
        g_assert_cmpint(reached, ==, n);
        medals_free(starts);
    }
}

static void test_profile(void)
{
    double profile[16];
    medals_importance_axis(16, profile);
    g_assert_cmpfloat(profile[8], ==, 1);
    g_assert_cmpfloat_with_epsilon(profile[10], exp(-0.5), 1e-15);
    g_assert_cmpfloat(profile[6], ==, profile[10]);
    g_assert_cmpfloat(profile[0], >, 0); /* 8 voxels = 4 sigma = radius */
}

static void test_maps(void)
{
    const int64_t crop[3] = {16, 8, 24};
    static float map[16 * 8 * 24];
    int64_t centre = (8 * 8 + 4) * 24 + 12;
    g_assert_true(medals_importance_map(crop, map, NULL));
    g_assert_cmpfloat(map[centre], ==, 10);
    for (size_t i = 0; i < G_N_ELEMENTS(map); i++)
        g_assert_true(map[i] >= 5.9e-8f && map[i] <= 10);
    g_assert_true(medals_importance_map_smooth(crop, map, NULL));
    g_assert_cmpfloat(map[centre], ==, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(map); i++)
        g_assert_true(map[i] >= 1e-6f && map[i] <= 1);
    g_assert_cmpfloat(map[0], ==, 1e-6f);
}

static void test_no_memory(void)
{
    const int64_t crop[3] = {4, 4, 4};
    float map[64];
    g_autoptr(GError) error = NULL;
    medals_alloc_fail_after(0);
    g_assert_false(medals_importance_map(crop, map, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
    medals_alloc_fail_after(-1);
}

/* Every entry is the half nearest to the product in double (7.9). A crop of
 * which 36 entries lie so close to the middle of two halves that float32 on the
 * way moves them to the farther one. */
static void test_halves(void)
{
    enum { H = 48, W = 64, D = 80 };
    const int64_t crop[3] = {H, W, D};
    double axis[3][D];
    for (int a = 0; a < 3; a++)
        medals_importance_axis(crop[a], axis[a]);
    float *map = g_new(float, H *W *D);
    g_assert_true(medals_importance_map(crop, map, NULL));
    for (int64_t h = 0; h < H; h++)
        for (int64_t w = 0; w < W; w++)
            for (int64_t d = 0; d < D; d++) {
                double exact = axis[0][h] * axis[1][w] * axis[2][d] * 10;
                float entry = map[(h * W + w) * D + d];
                uint16_t half = medals_f16_from_f32(entry);
                g_assert_cmpfloat(medals_f16_to_f32(half), ==, entry);
                if (half <= 1)
                    continue; /* the floor of the map */
                double miss = fabs(exact - entry);
                double below =
                    fabs(exact - medals_f16_to_f32((uint16_t) (half - 1)));
                double above =
                    fabs(exact - medals_f16_to_f32((uint16_t) (half + 1)));
                g_assert_cmpfloat(miss, <=, below);
                g_assert_cmpfloat(miss, <=, above);
            }
    g_free(map);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pipeline/windows/no_memory", test_no_memory);
    g_test_add_func("/pipeline/windows/positions", test_positions);
    g_test_add_func("/pipeline/windows/cover", test_windows_cover);
    g_test_add_func("/pipeline/windows/profile", test_profile);
    g_test_add_func("/pipeline/windows/maps", test_maps);
    g_test_add_func("/pipeline/windows/halves", test_halves);
    return g_test_run();
}

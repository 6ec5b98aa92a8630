/*
 * test_intensity.c - raw voxels to 0..255
 */
#include "intensity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grid_fixture.h"
#include "memory.h"
#include "percentile.h"

static MedalsExec exec;
static const double soft_tissue[2] = {-160, 240};

/* Maps a line of voxels. */
static MedalsIntensityReport map(MedalsDtype dtype, void *data, int64_t n,
                                 MedalsModality modality, bool prepared,
                                 uint8_t *dst)
{
    MedalsGeometry geometry = fixture_geometry(n, 1, 1);
    MedalsVolume *volume =
        medals_volume_take(&geometry, dtype, data, NULL, NULL, NULL);
    MedalsIntensityReport report;
    g_assert_true(medals_intensity_prepare(&exec, volume, modality, soft_tissue,
                                           prepared, dst, &report, NULL));
    medals_volume_free(&volume);
    return report;
}

static void test_ct_window(void)
{
    int16_t hu[6] = {-1000, -160, 40, 240, 3000, 239};
    uint8_t dst[6];
    const uint8_t expected[6] = {0, 0, 127, 255, 255, 254};
    MedalsIntensityReport report =
        map(MEDALS_I16, hu, 6, MEDALS_MODALITY_CT, false, dst);
    g_assert_cmpmem(dst, 6, expected, 6);
    g_assert_true(report.has_window && !report.constant);
    g_assert_cmpfloat(report.window[0], ==, -160);
    g_assert_cmpfloat(report.window[1], ==, 240);
}

/* Bounds are those of the clipped image, not of the window. */
static void test_ct_bounds_not_reached(void)
{
    float hu[3] = {0, 50, 100};
    uint8_t dst[3];
    const uint8_t expected[3] = {0, 127, 255};
    map(MEDALS_F32, hu, 3, MEDALS_MODALITY_CT, false, dst);
    g_assert_cmpmem(dst, 3, expected, 3);
}

/* The whole rule as one would write it, on sorted voxels. */
static void plain_mr(const float *x, size_t n, uint8_t *dst)
{
    g_autofree float *sorted = g_new(float, n);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (x[i] > 0) {
            size_t at = count++;
            for (; at > 0 && sorted[at - 1] > x[i]; at--)
                sorted[at] = sorted[at - 1];
            sorted[at] = x[i];
        }
    float bound[2];
    for (int b = 0; b < 2; b++) {
        double at = (double) (count - 1) * (b ? 99.5 : 0.5) / 100;
        size_t low = (size_t) at, high = MIN(low + 1, count - 1);
        bound[b] = (float) (sorted[low] +
                            (at - (double) low) * (sorted[high] - sorted[low]));
    }
    float least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        least = MIN(least, CLAMP(x[i], bound[0], bound[1]));
        most = MAX(most, CLAMP(x[i], bound[0], bound[1]));
    }
    for (size_t i = 0; i < n; i++)
        dst[i] = x[i] == 0
                     ? 0
                     : (uint8_t) ((CLAMP(x[i], bound[0], bound[1]) - least) /
                                  (most - least) * 255.0f);
}

static void test_mr_percentiles(void)
{
    enum { N = 3000 };
    float x[N];
    uint8_t expected[N], dst[N];
    uint64_t state = 11;
    for (int i = 0; i < N; i++) {
        uint32_t r = fixture_random(&state);
        x[i] = r % 5 == 0 ? 0 : (float) (r % 100003) * 0.37f - 500;
    }
    plain_mr(x, N, expected);
    map(MEDALS_F32, x, N, MEDALS_MODALITY_MRI, false, dst);
    g_assert_cmpmem(dst, N, expected, N);
}

#define CHECK_TYPE(type, dtype)                                                \
    do {                                                                       \
        type x[300];                                                           \
        for (int i = 0; i < 300; i++)                                          \
            x[i] = (type) (i % 120);                                           \
        map(dtype, x, 300, MEDALS_MODALITY_US, false, dst);                    \
        g_assert_cmpmem(dst, 300, expected, 300);                              \
    } while (0)

static void test_every_type(void)
{
    float x[300];
    uint8_t expected[300], dst[300];
    for (int i = 0; i < 300; i++)
        x[i] = (float) (i % 120);
    plain_mr(x, 300, expected);
    CHECK_TYPE(uint8_t, MEDALS_U8);
    CHECK_TYPE(int8_t, MEDALS_I8);
    CHECK_TYPE(uint16_t, MEDALS_U16);
    CHECK_TYPE(int16_t, MEDALS_I16);
    CHECK_TYPE(uint32_t, MEDALS_U32);
    CHECK_TYPE(int32_t, MEDALS_I32);
    CHECK_TYPE(uint64_t, MEDALS_U64);
    CHECK_TYPE(int64_t, MEDALS_I64);
    CHECK_TYPE(float, MEDALS_F32);
    CHECK_TYPE(double, MEDALS_F64);
}

static void test_percentile_of_many(void)
{
    enum { N = 1 << 21 };
    uint32_t *x = medals_alloc(N, sizeof *x, "values", NULL);
    /* 1..N in a scrambled order: an odd factor permutes. */
    for (uint32_t i = 0; i < N; i++)
        x[i] = (i * 2654435761u) % N + 1;
    const double percents[2] = {25, 99.5};
    float values[2];
    uint64_t positive;
    g_assert_true(medals_percentile_positive(&exec, x, MEDALS_U32, N, percents,
                                             2, values, &positive, NULL));
    g_assert_cmpuint(positive, ==, N);
    for (int i = 0; i < 2; i++)
        g_assert_cmpfloat(values[i], ==,
                          (float) (1 + (double) (N - 1) * percents[i] / 100));
    medals_free(x);
}

static void test_not_finite(void)
{
    float x[5] = {NAN, -50, INFINITY, 100, -INFINITY};
    uint8_t dst[5];
    const uint8_t expected[5] = {0, 0, 0, 255, 0};
    MedalsIntensityReport report =
        map(MEDALS_F32, x, 5, MEDALS_MODALITY_CT, false, dst);
    g_assert_cmpmem(dst, 5, expected, 5);
    g_assert_cmpuint(report.not_finite, ==, 3);
    map(MEDALS_F32, x, 5, MEDALS_MODALITY_MRI, false, dst);
    g_assert_cmpuint(dst[0], ==, dst[1]);
}

static void test_nothing_to_see(void)
{
    float same[4] = {7, 7, 7, 7}, negative[4] = {-1, -2, -3, 0},
          outside[4] = {900, 1000, 1100, 1200}, nan[4] = {NAN, NAN, NAN, NAN};
    uint8_t dst[4], zeros[4] = {0};
    float *const all[] = {same, negative, nan};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        memset(dst, 9, sizeof dst);
        g_assert_true(
            map(MEDALS_F32, all[i], 4, MEDALS_MODALITY_MRI, false, dst)
                .constant);
        g_assert_cmpmem(dst, 4, zeros, 4);
    }
    memset(dst, 9, sizeof dst);
    g_assert_true(
        map(MEDALS_F32, outside, 4, MEDALS_MODALITY_CT, false, dst).constant);
    g_assert_cmpmem(dst, 4, zeros, 4);
}

static void test_prepared(void)
{
    double x[5] = {-3, 0.9, 77.99, 255, 300};
    uint8_t dst[5];
    const uint8_t expected[5] = {0, 0, 77, 255, 255};
    MedalsIntensityReport report =
        map(MEDALS_F64, x, 5, MEDALS_MODALITY_CT, true, dst);
    g_assert_cmpmem(dst, 5, expected, 5);
    g_assert_false(report.has_window);
}

static void test_refusals(void)
{
    MedalsGeometry geometry = fixture_geometry(2, 1, 1);
    MedalsVolume *volume = medals_volume_create(&geometry, MEDALS_U8, NULL);
    const double upside_down[2] = {240, -160};
    MedalsIntensityReport report;
    uint8_t dst[2];
    GError *error = NULL;
    fixture_assert_failed(
        medals_intensity_prepare(&exec, volume, MEDALS_MODALITY_CT, upside_down,
                                 false, dst, &report, &error),
        &error, MEDALS_E_USAGE);
    for (int n = 0; n < 2; n++) {
        medals_alloc_fail_after(n);
        bool ok =
            medals_intensity_prepare(&exec, volume, MEDALS_MODALITY_MRI,
                                     soft_tissue, false, dst, &report, &error);
        fixture_assert_failed(ok, &error, MEDALS_E_NOMEM);
    }
    medals_alloc_fail_after(-1);
    medals_volume_free(&volume);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    exec = fixture_exec(2);
    g_test_add_func("/pipeline/intensity/ct-window", test_ct_window);
    g_test_add_func("/pipeline/intensity/ct-bounds",
                    test_ct_bounds_not_reached);
    g_test_add_func("/pipeline/intensity/percentiles", test_mr_percentiles);
    g_test_add_func("/pipeline/intensity/types", test_every_type);
    g_test_add_func("/pipeline/intensity/many", test_percentile_of_many);
    g_test_add_func("/pipeline/intensity/not-finite", test_not_finite);
    g_test_add_func("/pipeline/intensity/nothing", test_nothing_to_see);
    g_test_add_func("/pipeline/intensity/prepared", test_prepared);
    g_test_add_func("/pipeline/intensity/refusals", test_refusals);
    int status = g_test_run();
    fixture_exec_free(&exec);
    return status;
}

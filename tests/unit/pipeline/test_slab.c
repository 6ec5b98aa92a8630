/*
 * test_slab.c - open windows, labels, and probabilities at borders
 */
#include "slab.h"

#include <math.h>
#include <string.h>

#include "grid_fixture.h"
#include "memory.h"
#include "resample.h"
#include "resample_probabilities.h"
#include "windows.h"

enum { CROP = 8, N = 3 };

/* A logit that depends on class and place alone. */
static float logit_at(int64_t n, int64_t h, int64_t w, int64_t d)
{
    return (float) (sin(0.7 * (double) (h + 2 * n)) +
                    cos(0.5 * (double) (w - n)) + 0.3 * sin((double) d)) *
           2;
}

/* Runs all windows over a grid; every window tells the same story. */
static void run_windows(const MedalsExec *exec, const int64_t padded[3],
                        MedalsGridResult *result, int64_t chunk)
{
    const int64_t crop[3] = {CROP, CROP, CROP};
    float map[CROP * CROP * CROP];
    g_assert_true(medals_importance_map_smooth(crop, map, NULL));
    MedalsSlab slab;
    g_assert_true(medals_slab_init(&slab, N, crop, padded, map, NULL));
    float *logits =
        medals_alloc(N * CROP * CROP * CROP, sizeof *logits, "logits", NULL);
    int64_t *starts[3];
    size_t count[3];
    for (int a = 0; a < 3; a++)
        count[a] = medals_windows_axis(padded[a], CROP, &starts[a], NULL);
    for (size_t i = 0; i < count[0] * count[1] * count[2]; i++) {
        int64_t start[3] = {starts[0][i / count[2] / count[1]],
                            starts[1][i / count[2] % count[1]],
                            starts[2][i % count[2]]};
        g_assert_true(medals_slab_close(exec, &slab, start[0], result, NULL));
        for (int64_t first = 0; first < CROP; first += chunk) {
            float *to = logits;
            for (int64_t n = 0; n < N; n++)
                for (int64_t v = 0; v < chunk * CROP * CROP; v++)
                    *to++ = logit_at(n, start[0] + first + v / CROP / CROP,
                                     start[1] + v / CROP % CROP,
                                     start[2] + v % CROP);
            g_assert_true(medals_slab_add(exec, &slab, start, first, chunk,
                                          logits, NULL));
        }
    }
    g_assert_true(medals_slab_close(exec, &slab, padded[0], result, NULL));
    for (int a = 0; a < 3; a++)
        medals_free(starts[a]);
    medals_free(logits);
    medals_slab_clear(&slab);
}

/* Where all windows agree, the mean is what each of them says. */
static void test_mean_of_equal_windows(void)
{
    const int64_t shape[3] = {19, 11, 8}, padded[3] = {19, 11, 8};
    const uint16_t values[N] = {7, 3, 300};
    for (unsigned threads = 1; threads <= 2; threads++) {
        MedalsExec exec = fixture_exec(threads);
        exec.kernels = medals_kernels_get(MEDALS_ISA_REF);
        MedalsGridResult result;
        g_assert_true(medals_grid_result_init(&result, shape, N, values, true,
                                              true, NULL));
        run_windows(&exec, padded, &result, threads == 1 ? CROP : 2);
        uint64_t labelled = 0;
        for (int64_t i = 0; i < 19 * 11 * 8; i++) {
            float best = -1, second = -1;
            int which = 0;
            for (int n = 0; n < N; n++) {
                float x = logit_at(n, i / 88, i / 8 % 11, i % 8);
                float p = 1 / (1 + expf(-x));
                g_assert_cmpfloat_with_epsilon(
                    result.probabilities[n * 19 * 88 + i], p, 1e-5);
                second = fmaxf(second, fminf(p, best));
                which = p > best ? n : which;
                best = fmaxf(p, best);
            }
            g_assert_cmpfloat_with_epsilon(result.best[i], best, 2e-4);
            if (best > 0.51f && best - second > 1e-3f)
                g_assert_cmpint(result.labels[i], ==, values[which]);
            labelled += result.labels[i] != 0;
            g_assert_true((result.labels[i] != 0) == (result.best[i] >= 0.5f));
        }
        g_assert_cmpuint(result.count[0] + result.count[1] + result.count[2],
                         ==, labelled);
        medals_grid_result_clear(&result);
        fixture_exec_free(&exec);
    }
}

/* A window that was not run counts as probability 0. */
static void test_nothing_counts(void)
{
    const int64_t crop[3] = {CROP, CROP, CROP};
    float map[CROP * CROP * CROP];
    for (int i = 0; i < CROP * CROP * CROP; i++)
        map[i] = 1;
    MedalsExec exec = fixture_exec(1);
    exec.kernels = medals_kernels_get(MEDALS_ISA_REF);
    const uint16_t value = 1;
    const int64_t start[3] = {0, 0, 0};
    MedalsSlab slab;
    MedalsGridResult result;
    float *logits =
        medals_alloc(CROP * CROP * CROP, sizeof *logits, "logits", NULL);
    for (int i = 0; i < CROP * CROP * CROP; i++)
        logits[i] = 20;
    g_assert_true(medals_slab_init(&slab, 1, crop, crop, map, NULL));
    g_assert_true(
        medals_grid_result_init(&result, crop, 1, &value, true, false, NULL));
    g_assert_true(medals_slab_add(&exec, &slab, start, 0, CROP, logits, NULL));
    medals_slab_add_nothing(&slab, start);
    medals_slab_add_nothing(&slab, start);
    g_assert_true(medals_slab_close(&exec, &slab, CROP, &result, NULL));
    for (int i = 0; i < CROP * CROP * CROP; i++) {
        g_assert_cmpfloat_with_epsilon(result.best[i], 1.0 / 3, 1e-5);
        g_assert_cmpint(result.labels[i], ==, 0);
    }
    medals_free(logits);
    medals_slab_clear(&slab);
    medals_grid_result_clear(&result);
    fixture_exec_free(&exec);
}

/* The shortcut at unanimous voxels gives what interpolation gives. */
static void test_probabilities_against_plain(void)
{
    const int64_t shape[3] = {19, 11, 8}, wanted[3] = {31, 25, 17};
    const uint16_t values[N] = {2, 9, 4};
    MedalsExec exec = fixture_exec(2);
    exec.kernels = medals_kernels_get(MEDALS_ISA_REF);
    MedalsGridResult grid;
    g_assert_true(
        medals_grid_result_init(&grid, shape, N, values, false, true, NULL));
    run_windows(&exec, shape, &grid, CROP);
    int64_t voxels = 31 * 25 * 17;
    uint16_t *labels =
        medals_alloc((size_t) voxels, sizeof *labels, "labels", NULL);
    g_assert_true(
        medals_resample_probabilities(&exec, &grid, labels, wanted, NULL));
    float *p[N];
    for (int n = 0; n < N; n++) {
        p[n] = medals_alloc((size_t) voxels, sizeof **p, "map", NULL);
        g_assert_true(medals_resample_linear(&exec,
                                             grid.probabilities + n * 19 * 88,
                                             shape, p[n], wanted, NULL));
    }
    int64_t odd = 0, set = 0;
    for (int64_t i = 0; i < voxels; i++) {
        int best = 0;
        for (int n = 1; n < N; n++)
            best = p[n][i] > p[best][i] ? n : best;
        odd += labels[i] != (p[best][i] >= 0.5f ? values[best] : 0);
        set += labels[i] != 0;
    }
    g_assert_cmpint(odd, <=, voxels / 10000); /* ties to rounding */
    g_assert_cmpint(set, >, voxels / 10);
    for (int n = 0; n < N; n++)
        medals_free(p[n]);
    medals_free(labels);
    medals_grid_result_clear(&grid);
    fixture_exec_free(&exec);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pipeline/slab/mean", test_mean_of_equal_windows);
    g_test_add_func("/pipeline/slab/nothing", test_nothing_counts);
    g_test_add_func("/pipeline/resample-probabilities/plain",
                    test_probabilities_against_plain);
    return g_test_run();
}

/*
 * test_metrics.c - distances, surfaces, pairings, whole comparisons
 */
#include "label_scores.h"

#include <math.h>
#include <string.h>

#include "assignment.h"
#include "distance_map.h"
#include "grid_fixture.h"
#include "medals/metrics.h"
#include "memory.h"

static const bool ones[256] = {[1] = true};

static void test_distances_are_exact(void)
{
    enum { H = 9, W = 12, D = 10 };
    const int64_t shape[3] = {H, W, D};
    const double s[3] = {2.5, 0.7, 1.1};
    static uint8_t map[H * W * D];
    static double squared[H * W * D];
    uint64_t state = 3;
    for (int i = 0; i < H * W * D; i++)
        map[i] = fixture_random(&state) % 60 == 0;
    g_assert_true(
        medals_distance_map(map, ones, shape, s, INFINITY, squared, NULL));
    for (int i = 0; i < H * W * D; i++) {
        double best = INFINITY;
        for (int j = 0; j < H * W * D; j++) {
            double h = (i / (W * D) - j / (W * D)) * s[0],
                   w = (i / D % W - j / D % W) * s[1],
                   d = (i % D - j % D) * s[2];
            if (map[j])
                best = fmin(best, h * h + w * w + d * d);
        }
        g_assert_cmpfloat_with_epsilon(squared[i], best, 1e-12);
    }
    static double near[H * W * D];
    g_assert_true(medals_distance_map(map, ones, shape, s, 9, near, NULL));
    for (int i = 0; i < H * W * D; i++)
        g_assert_true(squared[i] > 9 ? near[i] > 9 : near[i] == squared[i]);
    memset(map, 0, sizeof map);
    g_assert_true(
        medals_distance_map(map, ones, shape, s, INFINITY, squared, NULL));
    for (int i = 0; i < H * W * D; i++)
        g_assert_true(squared[i] == INFINITY);
}

/* A cube of edge 6 in a volume of edge 16, from `at` on along axis 2. */
static void cube(uint8_t *mask, int at)
{
    memset(mask, 0, 16 * 16 * 16);
    for (int h = 5; h < 11; h++)
        for (int w = 5; w < 11; w++)
            memset(mask + (h * 16 + w) * 16 + at, 1, 6);
}

static void test_surface_of_cubes(void)
{
    static uint8_t a[4096], b[4096], none[4096];
    const int64_t shape[3] = {16, 16, 16};
    const double unit[3] = {1, 1, 1}, wide[3] = {1, 1, 3};
    MedalsSurfaceDice out;
    cube(a, 2);
    cube(b, 4);
    g_assert_true(medals_metrics_surface(a, a, shape, unit, 0, &out, NULL));
    g_assert_cmpfloat(out.nsd, ==, 1);
    g_assert_cmpfloat(out.area_gt, ==, out.area_pred);
    /* Cut edges and corners: a little less than 6 * 36. */
    g_assert_true(out.area_gt > 0.8 * 216 && out.area_gt < 216);
    g_assert_true(medals_metrics_surface(a, b, shape, unit, 2, &out, NULL));
    g_assert_cmpfloat(out.nsd, ==, 1);
    g_assert_true(medals_metrics_surface(a, b, shape, unit, 1, &out, NULL));
    g_assert_true(out.nsd > 0.3 && out.nsd < 0.9);
    /* Moved by 6 mm now. */
    g_assert_true(medals_metrics_surface(a, b, shape, wide, 2, &out, NULL));
    g_assert_cmpfloat(out.nsd, <, 1);
    g_assert_true(medals_metrics_surface(a, none, shape, unit, 2, &out, NULL));
    g_assert_cmpfloat(out.nsd, ==, 0);
    g_assert_cmpfloat(out.area_pred, ==, 0);
    g_assert_true(
        medals_metrics_surface(none, none, shape, unit, 2, &out, NULL));
    g_assert_true(isnan(out.nsd));
    g_assert_cmpfloat_with_epsilon(medals_metrics_dice(a, b, 4096), 4.0 / 6,
                                   1e-12);
    g_assert_true(isnan(medals_metrics_dice(none, none, 4096)));
}

/* Best sum of gains by trying everything. */
static double best_gain(double gain[6][6], int row, unsigned taken)
{
    if (row == 6)
        return 0;
    double best = best_gain(gain, row + 1, taken);
    for (int c = 0; c < 6; c++)
        if (gain[row][c] > 0 && !(taken >> c & 1))
            best = fmax(best, gain[row][c] +
                                  best_gain(gain, row + 1, taken | 1u << c));
    return best;
}

static void test_assignment_is_best(void)
{
    uint64_t state = 17;
    for (int round = 0; round < 200; round++) {
        double gain[6][6], sum = 0;
        MedalsPairing pairs[36];
        uint32_t column_of[6];
        size_t count = 0;
        unsigned seen = 0;
        for (uint32_t r = 0; r < 6; r++)
            for (uint32_t c = 0; c < 6; c++) {
                uint32_t x = fixture_random(&state);
                gain[r][c] = x % 3 ? 0 : (double) (x % 997 + 1);
                if (gain[r][c] > 0)
                    pairs[count++] = (MedalsPairing){r, c, gain[r][c]};
            }
        g_assert_true(medals_assign(pairs, count, 6, 6, column_of, NULL));
        for (int r = 0; r < 6; r++) {
            if (column_of[r] == UINT32_MAX)
                continue;
            g_assert_cmpuint(column_of[r], <, 6);
            g_assert_false(seen >> column_of[r] & 1);
            seen |= 1u << column_of[r];
            sum += gain[r][column_of[r]];
        }
        g_assert_cmpfloat_with_epsilon(sum, best_gain(gain, 0, 0), 1e-9);
    }
}

static void test_many_instances(void)
{
    enum { N = 3000 };
    const int64_t shape[3] = {1, N, 8};
    uint32_t *gt = medals_alloc_zero(N * 8, sizeof *gt, "gt", NULL);
    uint32_t *pred = medals_alloc_zero(N * 8, sizeof *pred, "pred", NULL);
    /* Instance r of the truth overlaps its own and its neighbour's. */
    for (uint32_t r = 0; r < N; r++)
        for (int d = 0; d < 8; d++) {
            gt[r * 8 + d] = 10 * r + 1;
            pred[r * 8 + d] = d < 6 ? r + 1 : (r + 1) % N + 1;
        }
    MedalsInstanceScore score;
    g_assert_true(medals_metrics_instances(gt, pred, shape, &score, NULL));
    g_assert_cmpuint(score.tp, ==, N);
    g_assert_cmpuint(score.fp + score.fn, ==, 0);
    g_assert_cmpfloat(score.f1, ==, 1);
    g_assert_cmpfloat_with_epsilon(score.dsc_tp, 0.75, 1e-12);
    medals_free(gt);
    medals_free(pred);
}

static void test_binary_prediction_is_split(void)
{
    const int64_t shape[3] = {1, 1, 9};
    uint32_t gt[9] = {1, 1, 0, 2, 2, 0, 3, 3, 0},
             pred[9] = {4, 4, 0, 4, 4, 0, 0, 0, 4}, none[9] = {0};
    MedalsInstanceScore score;
    g_assert_true(medals_metrics_instances(gt, pred, shape, &score, NULL));
    g_assert_cmpuint(score.tp, ==, 2);
    g_assert_cmpuint(score.fp, ==, 1);
    g_assert_cmpuint(score.fn, ==, 1);
    g_assert_true(medals_metrics_instances(gt, none, shape, &score, NULL));
    g_assert_cmpuint(score.tp + score.fp + score.fn, ==, 0);
    g_assert_cmpfloat(score.f1, ==, 0);
    g_assert_true(medals_metrics_instances(none, pred, shape, &score, NULL));
    g_assert_cmpuint(score.fp, ==, 3);
    g_assert_cmpfloat(score.f1, ==, 0);
}

/* ---- the public call ---------------------------------------------------- */

static MedalsVolume *labelmap(const MedalsGeometry *geometry, int at)
{
    static uint8_t mask[4096];
    MedalsVolume *volume = medals_volume_create(geometry, MEDALS_U16, NULL);
    cube(mask, at);
    for (int i = 0; i < 4096; i++)
        ((uint16_t *) volume->data)[i] = mask[i] ? 300 : i == 0 ? 7 : 0;
    return volume;
}

static MedalsComparison *compare(const MedalsVolume *a, const MedalsVolume *b,
                                 bool literal)
{
    MedalsCompareOptions options = MEDALS_COMPARE_OPTIONS_INIT;
    MedalsComparison *out = NULL;
    options.literal = literal;
    g_assert_cmpint(medals_compare(&out, a, b, &options, NULL), ==, MEDALS_OK);
    return out;
}

static void test_compare_labels(void)
{
    MedalsGeometry geometry = fixture_geometry(16, 16, 16);
    geometry.spacing[0] = 3; /* i, axis 2 of the array: where cubes moved */
    MedalsVolume *a = labelmap(&geometry, 2), *b = labelmap(&geometry, 4);
    MedalsComparison *c = compare(a, b, false);
    MedalsLabelScore score = {.struct_size = sizeof score};
    g_assert_cmpuint(medals_comparison_label_count(c), ==, 2);
    g_assert_true(medals_comparison_label(c, 0, &score));
    g_assert_cmpuint(score.label, ==, 7);
    g_assert_cmpfloat(score.dice, ==, 1);
    g_assert_true(medals_comparison_label(c, 1, &score));
    g_assert_cmpuint(score.label, ==, 300);
    g_assert_cmpuint(score.voxels_truth, ==, 216);
    g_assert_cmpfloat_with_epsilon(score.dice, 4.0 / 6, 1e-12);
    g_assert_cmpfloat(score.nsd, <, 1);
    g_assert_cmpfloat_with_epsilon(medals_comparison_mean_dice(c), 5.0 / 6,
                                   1e-12);
    g_assert_false(medals_comparison_label(c, 2, &score));
    medals_comparison_free(&c);
    g_assert_null(c);
    /* Literal: spacing 3 goes to k, so the move counts as 2 mm; 300 is 44. */
    c = compare(a, b, true);
    g_assert_true(medals_comparison_label(c, 1, &score));
    g_assert_cmpuint(score.label, ==, 44);
    g_assert_cmpfloat(score.nsd, ==, 1);
    medals_comparison_free(&c);
    medals_volume_free(&a);
    medals_volume_free(&b);
}

static void test_compare_instances(void)
{
    MedalsGeometry geometry = fixture_geometry(16, 16, 16);
    MedalsVolume *a = labelmap(&geometry, 2), *b = labelmap(&geometry, 3);
    MedalsCompareOptions options = MEDALS_COMPARE_OPTIONS_INIT;
    MedalsInstanceReport report = {.struct_size = sizeof report};
    MedalsComparison *c = NULL;
    options.instances = true;
    g_assert_cmpint(medals_compare(&c, a, b, &options, NULL), ==, MEDALS_OK);
    g_assert_true(medals_comparison_instances(c, &report));
    g_assert_cmpuint(report.tp, ==, 2);
    g_assert_cmpfloat(report.f1, ==, 1);
    g_assert_cmpuint(medals_comparison_label_count(c), ==, 0);
    medals_comparison_free(&c);
    medals_volume_free(&a);
    medals_volume_free(&b);
}

static void assert_refused(const MedalsVolume *a, const MedalsVolume *b,
                           const MedalsCompareOptions *options,
                           MedalsStatus status)
{
    MedalsComparison *out = NULL;
    MedalsError *error = NULL;
    g_assert_cmpint(medals_compare(&out, a, b, options, &error), ==, status);
    g_assert_null(out);
    g_assert_cmpint(medals_error_status(error), ==, status);
    medals_error_free(&error);
}

static void test_compare_refusals(void)
{
    MedalsCompareOptions options = MEDALS_COMPARE_OPTIONS_INIT, bad = options;
    MedalsGeometry geometry = fixture_geometry(16, 16, 16), moved = geometry,
                   other = fixture_geometry(16, 16, 15);
    moved.origin[1] = 0.5;
    MedalsVolume *a = labelmap(&geometry, 2), *b = labelmap(&moved, 2),
                 *c = medals_volume_create(&other, MEDALS_U8, NULL),
                 *f = medals_volume_create(&geometry, MEDALS_F32, NULL);
    assert_refused(a, b, &options, MEDALS_E_INPUT);
    assert_refused(a, c, &options, MEDALS_E_SHAPE);
    bad.tolerance_mm = NAN;
    assert_refused(a, a, &bad, MEDALS_E_USAGE);
    ((float *) f->data)[5] = 0.5f;
    assert_refused(a, f, &options, MEDALS_E_INPUT);
    ((float *) f->data)[5] = -1;
    assert_refused(a, f, &options, MEDALS_E_INPUT);
    for (int n = 0; n < 12; n++) {
        medals_alloc_fail_after(n);
        assert_refused(a, a, &options, MEDALS_E_NOMEM);
    }
    medals_alloc_fail_after(-1);
    medals_volume_free(&a);
    medals_volume_free(&b);
    medals_volume_free(&c);
    medals_volume_free(&f);
}

static void test_empty_truth(void)
{
    MedalsGeometry geometry = fixture_geometry(4, 4, 4);
    MedalsVolume *a = medals_volume_create(&geometry, MEDALS_U8, NULL);
    MedalsComparison *c = compare(a, a, false);
    g_assert_cmpuint(medals_comparison_label_count(c), ==, 0);
    g_assert_true(isnan(medals_comparison_mean_dice(c)));
    medals_comparison_free(&c);
    medals_volume_free(&a);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/metrics/distances", test_distances_are_exact);
    g_test_add_func("/metrics/surface", test_surface_of_cubes);
    g_test_add_func("/metrics/assignment", test_assignment_is_best);
    g_test_add_func("/metrics/many-instances", test_many_instances);
    g_test_add_func("/metrics/binary-split", test_binary_prediction_is_split);
    g_test_add_func("/metrics/compare-labels", test_compare_labels);
    g_test_add_func("/metrics/compare-instances", test_compare_instances);
    g_test_add_func("/metrics/refusals", test_compare_refusals);
    g_test_add_func("/metrics/empty", test_empty_truth);
    return g_test_run();
}

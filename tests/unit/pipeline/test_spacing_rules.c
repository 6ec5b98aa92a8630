/*
 * test_spacing_rules.c - the rules one by one; whole rows are golden
 */
#include "label_table.h"
#include "spacing_rules.h"

#define EPSILON 1e-6

static const int64_t crop1[3] = {224, 224, 128}, crop2[3] = {192, 192, 192};
static const double target1[3] = {1.5, 1.5, 3}, target2[3] = {1, 1, 1};
static const MedalsClassSet several = {0, false};

static void assert_near(const float *got, double a, double b, double c)
{
    g_assert_cmpfloat_with_epsilon(got[0], a, EPSILON);
    g_assert_cmpfloat_with_epsilon(got[1], b, EPSILON);
    g_assert_cmpfloat_with_epsilon(got[2], c, EPSILON);
}

static void test_npz_order_and_floor(void)
{
    float s[3];
    const int64_t cube[3] = {100, 100, 100};
    /* (d,h,w) from (s2,s0,s1); below 0.1 becomes 1; coarse axis is d. */
    medals_spacing_from_npz((const double[]){0.7, 0.05, 3}, cube, s);
    assert_near(s, 3, 0.7, 1);
}

static void test_npz_swap(void)
{
    float s[3];
    const int64_t thin_d[3] = {20, 100, 100};
    medals_spacing_from_npz((const double[]){5, 0.8, 0.7}, thin_d, s);
    assert_near(s, 5, 0.7, 0.8);
    /* Nothing above 0.5 mm: stays. */
    medals_spacing_from_npz((const double[]){0.5, 0.2, 0.3}, thin_d, s);
    assert_near(s, 0.3, 0.5, 0.2);
}

static void test_small_image_is_enlarged(void)
{
    const int64_t shape[3] = {96, 192, 300};
    const float spacing[3] = {1, 1, 1};
    MedalsStageGrid grid;
    medals_spacing_enlarge(shape, spacing, crop2, target2, &grid);
    /* alpha = 1.25^3 is the largest with 96 <= 192/alpha. */
    g_assert_cmpfloat_with_epsilon(grid.target[0], 1 / 1.953125, EPSILON);
    g_assert_cmpfloat(grid.target[1], ==, 1);
    g_assert_cmpint(grid.shape[0], ==, 188); /* 187.5 to even */
    g_assert_cmpint(grid.shape[1], ==, 192);
    g_assert_cmpint(grid.shape[2], ==, 300);
    g_assert_cmpint(grid.separate_axis, ==, -1);
}

static void test_unit_spacing_class(void)
{
    const int64_t shape[3] = {400, 400, 400};
    const float spacing[3] = {7, 7, 7};
    MedalsClassSet set = {MEDALS_CLASS_UNIT_SPACING, false};
    MedalsStageGrid grid;
    medals_spacing_stage(shape, spacing, crop2, target2, &set, false, &grid);
    /* The volume rule alone lowers S below 1: 400 > 1.9 * 192. */
    assert_near(grid.spacing, 1.9 * 192 / 400, 1.9 * 192 / 400,
                1.9 * 192 / 400);
    set.flags |= MEDALS_CLASS_STAGE2_SPACING_X11;
    const int64_t low[3] = {192, 192, 192};
    medals_spacing_stage(low, spacing, crop2, target2, &set, false, &grid);
    assert_near(grid.spacing, 1.1, 1.1, 1.1);
    medals_spacing_stage(low, spacing, crop2, target2, &set, true, &grid);
    assert_near(grid.spacing, 1, 1, 1);
}

static void test_extent_caps(void)
{
    const int64_t shape[3] = {320, 320, 320}; /* 1.67 crops */
    const float spacing[3] = {1, 1, 1};
    MedalsClassSet set = {MEDALS_CLASS_EXTENT_CAP_16, true};
    MedalsStageGrid grid;
    float roi[3];
    medals_spacing_stage(shape, spacing, crop2, target2, &set, false, &grid);
    assert_near(grid.spacing, 0.96, 0.96, 0.96);
    medals_spacing_roi(shape, spacing, crop2, target2, &set, roi);
    assert_near(roi, 1, 1, 1); /* that cap has a flag of its own */
    set.single = false;
    medals_spacing_stage(shape, spacing, crop2, target2, &set, false, &grid);
    assert_near(grid.spacing, 1, 1, 1);
}

static void separate(float h, float w, float d, int expected)
{
    const int64_t shape[3] = {192, 192, 192};
    const float spacing[3] = {h, w, d};
    MedalsStageGrid grid;
    medals_spacing_enlarge(shape, spacing, (const int64_t[]){1, 1, 1}, target1,
                           &grid);
    g_assert_cmpint(grid.separate_axis, ==, expected);
}

static void test_separate_axis(void)
{
    separate(1, 1, 3, -1);
    separate(1, 1, 3.1f, 2);
    separate(5, 1, 1, 0);
    separate(5, 5, 1, -1); /* two coarse axes: joint */
}

static void test_huge_numbers_stay_numbers(void)
{
    const int64_t shape[3] = {1, 30000, 2};
    const float spacing[3] = {1e30f, 1e-3f, 3e38f};
    MedalsStageGrid grid;
    medals_spacing_stage(shape, spacing, crop1, target1, &several, true, &grid);
    for (int a = 0; a < 3; a++) {
        g_assert_cmpint(grid.shape[a], >=, 0);
        g_assert_cmpint(grid.shape[a], <=, (int64_t) 1 << 40);
    }
}

static void test_roi_box(void)
{
    const int64_t shape[3] = {400, 400, 50}, lo[3] = {200, 0, 20},
                  hi[3] = {299, 9, 29};
    const float r[3] = {1, 1, 1};
    MedalsClassSet set = several;
    int64_t start[3], end[3];
    medals_spacing_roi_box(shape, lo, hi, crop2, target2, r, &set, start, end);
    /* 95 voxels are the least half; clamped to the image. */
    g_assert_cmpint(start[0], ==, 154); /* 249.5 - 95 */
    g_assert_cmpint(end[0], ==, 344);
    g_assert_cmpint(start[1], ==, 0);
    g_assert_cmpint(end[1], ==, 99);
    g_assert_cmpint(start[2], ==, 0);
    g_assert_cmpint(end[2], ==, 49);
    const int64_t wide_lo[3] = {50, 0, 0}, wide_hi[3] = {249, 9, 9};
    set.flags = MEDALS_CLASS_ROI_SCALE_15;
    medals_spacing_roi_box(shape, wide_lo, wide_hi, crop2, target2, r, &set,
                           start, end);
    g_assert_cmpint(start[0], ==, 0); /* 149.5 - 150, toward zero */
    g_assert_cmpint(end[0], ==, 299);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pipeline/spacing-rules/npz-order",
                    test_npz_order_and_floor);
    g_test_add_func("/pipeline/spacing-rules/npz-swap", test_npz_swap);
    g_test_add_func("/pipeline/spacing-rules/enlarge",
                    test_small_image_is_enlarged);
    g_test_add_func("/pipeline/spacing-rules/unit-spacing",
                    test_unit_spacing_class);
    g_test_add_func("/pipeline/spacing-rules/extent-caps", test_extent_caps);
    g_test_add_func("/pipeline/spacing-rules/separate-axis",
                    test_separate_axis);
    g_test_add_func("/pipeline/spacing-rules/huge",
                    test_huge_numbers_stay_numbers);
    g_test_add_func("/pipeline/spacing-rules/roi-box", test_roi_box);
    return g_test_run();
}

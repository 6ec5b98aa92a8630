/*
 * test_simulated_user.c - clicks on shapes whose worst error is known
 */
#include "simulated_user.h"

#include <string.h>

enum { NI = 12, NJ = 10, NK = 9, VOXELS = NI * NJ * NK };
static const int64_t size[3] = {NI, NJ, NK};
static const double cubic[3] = {1, 1, 1};

static size_t place(int64_t i, int64_t j, int64_t k)
{
    return (size_t) ((k * NJ + j) * NI + i);
}

static void fill(uint8_t *mask, int i0, int i1, int j0, int j1, int k0, int k1)
{
    for (int k = k0; k < k1; k++)
        for (int j = j0; j < j1; j++)
            for (int i = i0; i < i1; i++)
                mask[place(i, j, k)] = 1;
}

static void click_is(const uint8_t *truth, const uint8_t *mask,
                     const double spacing[3], bool positive, int64_t i,
                     int64_t j, int64_t k)
{
    SimulatedClick click;
    bool found = false;
    g_assert_true(
        simulated_user_click(truth, mask, size, spacing, &click, &found, NULL));
    g_assert_true(found);
    g_assert_true(click.positive == positive);
    g_assert_cmpint(click.voxel[0], ==, i);
    g_assert_cmpint(click.voxel[1], ==, j);
    g_assert_cmpint(click.voxel[2], ==, k);
}

static void test_missing(void)
{
    uint8_t truth[VOXELS] = {0}, mask[VOXELS] = {0};
    fill(truth, 3, 8, 2, 7, 1, 6);
    click_is(truth, mask, cubic, true, 5, 4, 3);
}

/* The larger error counts, whatever kind it is. */
static void test_kinds_compete(void)
{
    uint8_t truth[VOXELS] = {0}, mask[VOXELS] = {0};
    fill(truth, 1, 4, 1, 4, 1, 4);
    fill(mask, 6, 11, 3, 8, 3, 8);
    click_is(truth, mask, cubic, false, 8, 5, 5);
    fill(truth, 1, 6, 1, 6, 1, 8);
    click_is(truth, mask, cubic, true, 3, 3, 3);
}

/* Voxels that touch by an edge are two components: alone each is smaller than
 * the cube. */
static void test_six_connected(void)
{
    uint8_t truth[VOXELS] = {0}, mask[VOXELS] = {0};
    fill(truth, 0, 3, 0, 3, 0, 2);
    fill(truth, 3, 6, 3, 6, 0, 2);
    fill(truth, 8, 11, 5, 8, 4, 7);
    click_is(truth, mask, cubic, true, 9, 6, 5);
}

/* Only what is wrong is clicked, not the object's middle; of voxels that are
 * equally deep the first. */
static void test_rim(void)
{
    uint8_t truth[VOXELS] = {0}, mask[VOXELS] = {0};
    fill(truth, 1, 11, 1, 8, 1, 8);
    fill(mask, 1, 8, 1, 8, 1, 8);
    click_is(truth, mask, cubic, true, 9, 2, 2);
}

/* A bar along i and a block in one component: where i is coarse the block is
 * deeper, where j and k are coarse the bar. */
static void test_depth_in_mm(void)
{
    const double coarse_i[3] = {4, 1, 1}, coarse_jk[3] = {1, 5, 5};
    uint8_t truth[VOXELS] = {0}, mask[VOXELS] = {0};
    fill(truth, 0, 12, 1, 4, 1, 4);
    fill(truth, 9, 12, 1, 9, 3, 8);
    click_is(truth, mask, coarse_i, true, 9, 3, 5);
    click_is(truth, mask, coarse_jk, true, 5, 2, 2);
}

/* Outside the image lies nothing of the object: a plate on the border is
 * deepest in its own middle. */
static void test_border_is_outside(void)
{
    uint8_t truth[VOXELS] = {0}, mask[VOXELS] = {0};
    fill(truth, 0, 3, 0, NJ, 0, NK);
    SimulatedClick click;
    bool found = false;
    g_assert_true(
        simulated_user_click(truth, mask, size, cubic, &click, &found, NULL));
    g_assert_cmpint(click.voxel[0], ==, 1);
    g_assert_cmpint(click.voxel[1], >=, 1);
    g_assert_cmpint(click.voxel[2], >=, 1);
}

/* Of equal errors the missing one, of equal components the first. */
static void test_ties(void)
{
    uint8_t truth[VOXELS] = {0}, mask[VOXELS] = {0};
    fill(mask, 0, 3, 0, 3, 0, 3);
    fill(truth, 8, 11, 6, 9, 5, 8);
    click_is(truth, mask, cubic, true, 9, 7, 6);
    memset(mask, 0, sizeof mask);
    fill(truth, 4, 7, 1, 4, 1, 4);
    click_is(truth, mask, cubic, true, 5, 2, 2);
}

static void test_nothing_wrong(void)
{
    uint8_t truth[VOXELS] = {0};
    fill(truth, 3, 8, 2, 7, 1, 6);
    SimulatedClick click;
    bool found = true;
    g_assert_true(
        simulated_user_click(truth, truth, size, cubic, &click, &found, NULL));
    g_assert_false(found);
}

static void test_dice(void)
{
    uint8_t truth[VOXELS] = {0}, mask[VOXELS] = {0};
    g_assert_cmpfloat(simulated_user_dice(truth, mask, VOXELS), ==, 1);
    fill(truth, 0, 4, 0, 1, 0, 1);
    g_assert_cmpfloat(simulated_user_dice(truth, mask, VOXELS), ==, 0);
    fill(mask, 2, 6, 0, 1, 0, 1);
    g_assert_cmpfloat(simulated_user_dice(truth, mask, VOXELS), ==, 0.5);
    g_assert_cmpfloat(simulated_user_dice(truth, truth, VOXELS), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/simulated_user/missing", test_missing);
    g_test_add_func("/simulated_user/kinds_compete", test_kinds_compete);
    g_test_add_func("/simulated_user/six_connected", test_six_connected);
    g_test_add_func("/simulated_user/rim", test_rim);
    g_test_add_func("/simulated_user/depth_in_mm", test_depth_in_mm);
    g_test_add_func("/simulated_user/border", test_border_is_outside);
    g_test_add_func("/simulated_user/ties", test_ties);
    g_test_add_func("/simulated_user/nothing_wrong", test_nothing_wrong);
    g_test_add_func("/simulated_user/dice", test_dice);
    return g_test_run();
}

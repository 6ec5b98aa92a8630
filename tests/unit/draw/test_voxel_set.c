/*
 * test_voxel_set.c - masks are trimmed to what they hold, and joined
 */
#include "voxel_set.h"

static const int64_t extent[6] = {2, 5, 1, 3, 7, 9};

static void test_trim(void)
{
    uint8_t mask[3 * 2 * 2] = {0};
    mask[(1 * 2 + 0) * 3 + 2] = 9; /* i 4, j 1, k 8 */
    MedalsVoxelSet set;
    g_assert_true(medals_voxel_set_from_mask(&set, extent, mask, NULL));
    const int64_t box[6] = {4, 5, 1, 2, 8, 9};
    g_assert_cmpmem(set.box, sizeof box, box, sizeof box);
    g_assert_cmpint(set.mask[0], ==, 1);
    medals_voxel_set_clear(&set);
}

static void test_empty(void)
{
    uint8_t mask[3 * 2 * 2] = {0};
    MedalsVoxelSet set;
    g_assert_true(medals_voxel_set_from_mask(&set, extent, mask, NULL));
    g_assert_null(set.mask);
    g_assert_cmpuint(medals_voxel_set_count(&set), ==, 0);
}

static void test_join(void)
{
    const int64_t one[6] = {0, 2, 0, 1, 0, 1}, two[6] = {1, 4, 0, 1, 3, 4};
    const uint8_t ones[3] = {1, 1, 1};
    MedalsVoxelSet a = {0}, b;
    MedalsVoxelSet first;
    g_assert_true(medals_voxel_set_from_mask(&first, one, ones, NULL));
    g_assert_true(medals_voxel_set_from_mask(&b, two, ones, NULL));
    g_assert_true(medals_voxel_set_join(&a, &first, NULL));
    g_assert_true(medals_voxel_set_join(&a, &b, NULL));
    g_assert_true(medals_voxel_set_join(&a, &b, NULL));
    const int64_t box[6] = {0, 4, 0, 1, 0, 4};
    g_assert_cmpmem(a.box, sizeof box, box, sizeof box);
    g_assert_cmpuint(medals_voxel_set_count(&a), ==, 5);
    g_assert_cmpint(a.mask[1], ==, 1);         /* i 1, k 0 */
    g_assert_cmpint(a.mask[3 * 4 + 0], ==, 0); /* i 0, k 3 */
    g_assert_cmpint(a.mask[3 * 4 + 3], ==, 1); /* i 3, k 3 */
    medals_voxel_set_clear(&a);
    medals_voxel_set_clear(&b);
    medals_voxel_set_clear(&first);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/voxel_set/trim", test_trim);
    g_test_add_func("/voxel_set/empty", test_empty);
    g_test_add_func("/voxel_set/join", test_join);
    return g_test_run();
}

/*
 * test_box.c - products at the edge of what can be addressed
 */
#include "box.h"

#include <glib.h>

static void test_product(void)
{
    const int64_t big = INT64_C(1) << 40;
    g_assert_cmpuint(medals_box_product((int64_t[]){2, 3, 4}), ==, 24);
    g_assert_cmpuint(medals_box_product((int64_t[]){0, big, big}), ==, 0);
    g_assert_cmpuint(medals_box_product((int64_t[]){big, big, 0}), ==, 0);
    g_assert_cmpuint(medals_box_product((int64_t[]){-1, -1, 4}), ==, SIZE_MAX);
    g_assert_cmpuint(medals_box_product((int64_t[]){0, -1, 4}), ==, SIZE_MAX);
    g_assert_cmpuint(medals_box_product((int64_t[]){big, big, 1}), ==,
                     SIZE_MAX);
    /* 2^66: 0 and 4 in 64 bits, where nobody looks. */
    const int64_t wraps = INT64_C(1) << 22;
    g_assert_cmpuint(medals_box_product((int64_t[]){wraps, wraps, wraps}), ==,
                     SIZE_MAX);
    g_assert_cmpuint(medals_box_product((int64_t[]){INT64_MAX, 1, 1}), ==,
                     INT64_MAX);
    g_assert_cmpuint(medals_box_product((int64_t[]){INT64_MAX, 2, 1}), ==,
                     SIZE_MAX);
}

static void test_voxels(void)
{
    g_assert_cmpuint(medals_box_voxels((int64_t[]){1, 3, 0, 3, -2, 2}), ==, 24);
    g_assert_cmpuint(medals_box_voxels((int64_t[]){1, 1, 0, 3, 0, 2}), ==, 0);
    g_assert_cmpuint(medals_box_voxels((int64_t[]){3, 1, 0, 3, 0, 2}), ==,
                     SIZE_MAX);
    g_assert_cmpuint(
        medals_box_voxels((int64_t[]){INT64_MIN, INT64_MAX, 0, 1, 0, 1}), ==,
        SIZE_MAX);
}

static void test_inside(void)
{
    const int64_t size[3] = {4, 5, 6};
    int64_t box[6];
    medals_box_whole(size, box);
    g_assert_true(medals_box_inside(size, box));
    g_assert_cmpuint(medals_box_voxels(box), ==, 120);
    g_assert_false(medals_box_inside(size, (int64_t[]){0, 5, 0, 5, 0, 6}));
    g_assert_false(medals_box_inside(size, (int64_t[]){-1, 4, 0, 5, 0, 6}));
    g_assert_false(medals_box_inside(size, (int64_t[]){0, 4, 2, 2, 0, 6}));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/box/product", test_product);
    g_test_add_func("/base/box/voxels", test_voxels);
    g_test_add_func("/base/box/inside", test_inside);
    return g_test_run();
}

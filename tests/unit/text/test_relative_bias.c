/*
 * test_relative_bias.c - buckets of distances
 */
#include "relative_bias.h"

#include <float.h>
#include <glib.h>
#include <math.h>

static void test_thresholds(void)
{
    static const int64_t starts[] = {8, 12, 16, 23, 32, 46, 64, 91};
    for (int i = 0; i < 8; i++) {
        g_assert_cmpint(medals_relative_bucket(-starts[i]), ==, 8 + i);
        g_assert_cmpint(medals_relative_bucket(starts[i]), ==, 24 + i);
        g_assert_cmpint(medals_relative_bucket(1 - starts[i]), ==, 7 + i);
    }
    g_assert_cmpint(medals_relative_bucket(0), ==, 0);
    g_assert_cmpint(medals_relative_bucket(1), ==, 17);
    g_assert_cmpint(medals_relative_bucket(-100000), ==, 15);
    g_assert_cmpint(medals_relative_bucket(INT32_MAX), ==, 31);
}

static void test_fill(void)
{
    float table[MEDALS_RELATIVE_BUCKETS * 2], bias[2 * 3 * 3];
    for (int i = 0; i < MEDALS_RELATIVE_BUCKETS * 2; i++)
        table[i] = (float) i;
    const int32_t ids[] = {5, 0, 6}; /* the middle one is masked */
    medals_relative_bias_fill(table, 2, ids, 3, bias);
    g_assert_cmpfloat(bias[0], ==, 0);              /* head 0, distance 0 */
    g_assert_cmpfloat(bias[2], ==, 18 * 2);         /* key two to the right */
    g_assert_cmpfloat(bias[6], ==, 2 * 2);          /* key two to the left */
    g_assert_cmpfloat(bias[9 + 2], ==, 18 * 2 + 1); /* head 1 */
    g_assert_cmpfloat(bias[1], ==, -FLT_MAX);
    g_assert_cmpfloat(bias[9 + 4], ==, -FLT_MAX);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/relative_bias/thresholds", test_thresholds);
    g_test_add_func("/text/relative_bias/fill", test_fill);
    return g_test_run();
}

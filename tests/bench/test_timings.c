/*
 * test_timings.c - quantiles, by hand
 */
#include "timings.h"

#include <math.h>

static void test_quantiles(void)
{
    Timings timings = {0};
    g_assert_true(isnan(timings_quantile(&timings, 0.5)));
    g_assert_cmpuint(timings_count(&timings), ==, 0);
    for (int n = 20; n >= 1; n--)
        timings_add(&timings, n);
    g_assert_cmpuint(timings_count(&timings), ==, 20);
    g_assert_cmpfloat(timings_quantile(&timings, 0), ==, 1);
    g_assert_cmpfloat(timings_quantile(&timings, 0.5), ==, 10);
    g_assert_cmpfloat(timings_quantile(&timings, 0.95), ==, 19);
    g_assert_cmpfloat(timings_quantile(&timings, 1), ==, 20);
    timings_clear(&timings);
    g_assert_cmpuint(timings_count(&timings), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/timings/quantiles", test_quantiles);
    return g_test_run();
}

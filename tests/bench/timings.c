#include "timings.h"

#include <math.h>

void timings_add(Timings *timings, double seconds)
{
    if (!timings->seconds)
        timings->seconds = g_array_new(FALSE, FALSE, sizeof(double));
    g_array_append_val(timings->seconds, seconds);
}

guint timings_count(const Timings *timings)
{
    return timings->seconds ? timings->seconds->len : 0;
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *) a, right = *(const double *) b;
    return (left > right) - (left < right);
}

double timings_quantile(const Timings *timings, double share)
{
    guint count = timings_count(timings);
    if (!count)
        return NAN;
    g_autoptr(GArray) sorted = g_array_copy(timings->seconds);
    g_array_sort(sorted, by_size);
    /* A little off, so that 0.95 of 20 is the 19th and not the 20th. */
    double rank = ceil(share * count - 1e-9);
    return g_array_index(sorted, double, (guint) CLAMP(rank, 1, count) - 1);
}

void timings_clear(Timings *timings)
{
    g_clear_pointer(&timings->seconds, g_array_unref);
}

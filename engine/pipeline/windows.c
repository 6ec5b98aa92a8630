/*
 * windows.c - sliding windows and their importance map
 */
#include "windows.h"

#include <math.h>

#include "memory.h"

/* The largest entry of the map (7.9). */
#define PEAK 10.0
/* A half has 11 binary digits; its last place is never below 2^-24. */
#define HALF_DIGITS 11
#define HALF_LEAST_EXPONENT (-24)
/* Least weight of the compact model's map. */
#define FLOOR_SMOOTH 1e-6f

size_t medals_windows_axis(int64_t n, int64_t crop, int64_t **starts,
                           GError **error)
{
    int64_t step = MAX(crop / 2, 1);
    int64_t count = MAX((n + step - 1) / step - 1, 1);
    int64_t *out = medals_alloc((size_t) count, sizeof *out, "windows", error);
    for (int64_t k = 0; out && k < count; k++)
        out[k] = MAX(0, MIN(k * step, n - crop));
    *starts = out;
    return out ? (size_t) count : 0;
}

void medals_importance_axis(int64_t crop, double *profile)
{
    double sigma = (double) crop / 8;
    int64_t radius = (int64_t) (4 * sigma + 0.5), centre = crop / 2;
    for (int64_t o = 0; o < crop; o++) {
        double x = (double) (o - centre);
        profile[o] =
            ABS(o - centre) > radius ? 0 : exp(-x * x / (2 * sigma * sigma));
    }
}

/* The product of three profiles times `peak`, each entry through `round`.
 * *least receives the least entry above 0. */
static bool fill_importance(const int64_t crop[3], double peak,
                            float (*round)(double), float *map, float *least,
                            GError **error)
{
    double *all = medals_alloc((size_t) (crop[0] + crop[1] + crop[2]),
                               sizeof *all, "importance map", error);
    if (!all)
        return false;
    double *const axis[3] = {all, all + crop[0], all + crop[0] + crop[1]};
    for (int a = 0; a < 3; a++)
        medals_importance_axis(crop[a], axis[a]);
    *least = INFINITY;
    for (int64_t h = 0; h < crop[0]; h++)
        for (int64_t w = 0; w < crop[1]; w++) {
            double plane = axis[0][h] * axis[1][w];
            for (int64_t d = 0; d < crop[2]; d++) {
                float value = round(plane * axis[2][d] * peak);
                if (value > 0 && value < *least)
                    *least = value;
                *map++ = value;
            }
        }
    medals_free(all);
    return true;
}

static void raise_to(float *map, const int64_t crop[3], float least)
{
    int64_t voxels = crop[0] * crop[1] * crop[2];
    for (int64_t i = 0; i < voxels; i++)
        map[i] = MAX(map[i], least);
}

/* The nearest half, ties to even, in one rounding: on the way through float32
 * a value beside the middle of two halves would be rounded twice. */
static float through_half(double value)
{
    int exponent;
    frexp(value, &exponent);
    double unit = ldexp(1, MAX(exponent - HALF_DIGITS, HALF_LEAST_EXPONENT));
    return (float) (nearbyint(value / unit) * unit);
}

static float through_float(double value)
{
    return (float) value;
}

bool medals_importance_map(const int64_t crop[3], float *map, GError **error)
{
    float least;
    if (!fill_importance(crop, PEAK, through_half, map, &least, error))
        return false;
    raise_to(map, crop, least);
    return true;
}

bool medals_importance_map_smooth(const int64_t crop[3], float *map,
                                  GError **error)
{
    float least;
    if (!fill_importance(crop, 1, through_float, map, &least, error))
        return false;
    raise_to(map, crop, FLOOR_SMOOTH);
    return true;
}

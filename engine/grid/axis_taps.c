/*
 * axis_taps.c - source positions with a float32 scale, as in the reference
 */
#include "axis_taps.h"

#include "memory.h"

/* The position is not rounded to float32 before the whole part is taken off:
 * so the reference's fused instructions do, and its weights show it. */
static MedalsTap linear_tap(float scale, int64_t o, int64_t from)
{
    double source = MAX((double) scale * ((double) o + 0.5) - 0.5, 0);
    int64_t low = MIN((int64_t) source, from - 1);
    int64_t high = MIN(low + 1, from - 1);
    float weight = (float) (source - (double) low);
    return (MedalsTap){low, high, high > low ? weight : 0};
}

static MedalsTap nearest_tap(float scale, int64_t o, int64_t from)
{
    int64_t at = MIN((int64_t) (scale * ((float) o + 0.5f)), from - 1);
    return (MedalsTap){at, at, 0};
}

MedalsTap *medals_taps_new(int64_t from, int64_t to, bool nearest,
                           GError **error)
{
    MedalsTap *taps =
        medals_alloc((size_t) to, sizeof *taps, "interpolation", error);
    float scale = (float) from / (float) to;
    for (int64_t o = 0; taps && o < to; o++)
        taps[o] =
            nearest ? nearest_tap(scale, o, from) : linear_tap(scale, o, from);
    return taps;
}

bool medals_taps_init(MedalsTaps *taps, const int64_t from[3],
                      const int64_t to[3], int separate_axis, GError **error)
{
    *taps = (MedalsTaps){{NULL}};
    for (int a = 0; a < 3; a++) {
        if (from[a] < 1 || to[a] < 1)
            return medals_fail(error, MEDALS_E_SHAPE,
                               "resampling: %" G_GINT64_FORMAT
                               " to %" G_GINT64_FORMAT
                               " voxels along axis %d; expected at least 1",
                               from[a], to[a], a);
    }
    for (int a = 0; a < 3; a++) {
        taps->axis[a] =
            medals_taps_new(from[a], to[a], a == separate_axis, error);
        if (!taps->axis[a]) {
            medals_taps_clear(taps);
            return false;
        }
    }
    return true;
}

void medals_taps_clear(MedalsTaps *taps)
{
    for (int a = 0; a < 3; a++)
        medals_free(taps->axis[a]);
    *taps = (MedalsTaps){{NULL}};
}

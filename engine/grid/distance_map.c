/*
 * distance_map.c - separable squared distances
 *
 *   axis 0   g(h)   = (steps to the nearest site in the column * s0)^2
 *   axis 1   g'(w)  = min_v g(v)  + ((w-v) * s1)^2
 *   axis 2   g''(d) = min_v g'(v) + ((d-v) * s2)^2
 *
 * The minimum over v is the lower envelope of parabolas with tips g(v)
 * (Felzenszwalb and Huttenlocher 2012): linear in the length of a line.
 */
#include "distance_map.h"

#include <math.h>

#include "memory.h"

/* One line: heights in, lower envelope, heights out. */
typedef struct Line {
    double *tip;    /* [length] */
    double *begins; /* [length] where parabola k starts to be lowest */
    int64_t *at;    /* [length] voxel of parabola k */
} Line;

/* Column steps, one plane after the other, so that memory runs straight. */
static void sweep_first_axis(const uint8_t *map, const bool is_site[256],
                             const int64_t shape[3], double spacing,
                             double *squared)
{
    int64_t plane = shape[1] * shape[2];
    for (int64_t h = 0; h < shape[0]; h++) {
        double *now = squared + h * plane;
        for (int64_t i = 0; i < plane; i++)
            now[i] = is_site[map[h * plane + i]] ? 0
                     : h                         ? now[i - plane] + 1
                                                 : INFINITY;
    }
    for (int64_t h = shape[0] - 2; h >= 0; h--) {
        double *now = squared + h * plane;
        for (int64_t i = 0; i < plane; i++)
            now[i] = MIN(now[i], now[i + plane] + 1);
    }
    for (int64_t i = 0; i < shape[0] * plane; i++)
        squared[i] = (squared[i] * spacing) * (squared[i] * spacing);
}

/* Builds the envelope of the tips up to `far`; returns how many parabolas it
 * has. */
static int64_t build_envelope(Line *line, int64_t length, double spacing,
                              double far)
{
    int64_t count = 0;
    double scale = spacing * spacing;
    for (int64_t v = 0; v < length; v++) {
        if (line->tip[v] == INFINITY || line->tip[v] > far)
            continue;
        double begin = -INFINITY;
        while (count > 0) {
            int64_t u = line->at[count - 1];
            /* Where parabolas u and v meet, in voxels. */
            begin =
                (line->tip[v] - line->tip[u]) / (2 * scale * (double) (v - u)) +
                (double) (v + u) / 2;
            if (begin > line->begins[count - 1])
                break;
            count--;
            begin = -INFINITY;
        }
        line->at[count] = v;
        line->begins[count++] = begin;
    }
    return count;
}

static void lower_envelope(Line *line, double *squared, int64_t step,
                           int64_t length, double spacing, double far)
{
    for (int64_t i = 0; i < length; i++)
        line->tip[i] = squared[i * step];
    int64_t count = build_envelope(line, length, spacing, far);
    if (count == 0)
        return; /* infinite or far as it was */
    int64_t k = 0;
    for (int64_t i = 0; i < length; i++) {
        while (k + 1 < count && line->begins[k + 1] <= (double) i)
            k++;
        int64_t v = line->at[k];
        double away = (double) (i - v) * spacing;
        squared[i * step] = line->tip[v] + away * away;
    }
}

static bool line_init(Line *line, int64_t length, GError **error)
{
    size_t n = (size_t) length;
    return (line->tip =
                medals_alloc(n, sizeof *line->tip, "distances", error)) &&
           (line->begins =
                medals_alloc(n, sizeof *line->begins, "distances", error)) &&
           (line->at = medals_alloc(n, sizeof *line->at, "distances", error));
}

static void line_clear(Line *line)
{
    medals_free(line->tip);
    medals_free(line->begins);
    medals_free(line->at);
}

bool medals_distance_map(const uint8_t *map, const bool is_site[256],
                         const int64_t shape[3], const double spacing[3],
                         double far, double *squared, GError **error)
{
    Line line = {NULL, NULL, NULL};
    bool ok = line_init(&line, MAX(shape[1], shape[2]), error);
    if (ok) {
        sweep_first_axis(map, is_site, shape, spacing[0], squared);
        for (int64_t h = 0; h < shape[0]; h++) {
            double *plane = squared + h * shape[1] * shape[2];
            for (int64_t d = 0; d < shape[2]; d++)
                lower_envelope(&line, plane + d, shape[2], shape[1], spacing[1],
                               far);
            for (int64_t w = 0; w < shape[1]; w++)
                lower_envelope(&line, plane + w * shape[2], 1, shape[2],
                               spacing[2], far);
        }
    }
    line_clear(&line);
    return ok;
}

/*
 * resample.c - images between grids
 *
 *   for each row of dst (h,w)
 *     four rows of src --mix along h,w--> line [D of src]
 *     line             --taps along d --> row  [D of dst]
 *
 * The axis resampled alone has nearest-exact taps: slices are picked, and the
 * two other axes are interpolated within them.
 */
#include "resample.h"

#include "resample_rows.h"

/* a + w (b - a): exact where a = b, so constants stay constants. */
static float mix(float a, float b, float weight)
{
    return a + weight * (b - a);
}

static void mix_rows(const MedalsResampleRows *rows, const MedalsTap *h,
                     const MedalsTap *w, float *line)
{
    const int64_t *n = rows->from;
    const float *src = rows->src;
    const float *a = src + (h->low * n[1] + w->low) * n[2];
    const float *b = src + (h->low * n[1] + w->high) * n[2];
    const float *c = src + (h->high * n[1] + w->low) * n[2];
    const float *e = src + (h->high * n[1] + w->high) * n[2];
    float hw = h->weight, ww = w->weight;
    for (int64_t d = 0; d < n[2]; d++)
        line[d] = mix(mix(a[d], b[d], ww), mix(c[d], e[d], ww), hw);
}

static void image_row(const MedalsResampleRows *rows, int64_t row, void *line)
{
    const int64_t *n = rows->to;
    const float *mixed = line;
    mix_rows(rows, &rows->taps.axis[0][row / n[1]],
             &rows->taps.axis[1][row % n[1]], line);
    float *to = (float *) rows->dst + row * n[2];
    const MedalsTap *d = rows->taps.axis[2];
    for (int64_t o = 0; o < n[2]; o++)
        to[o] = mix(mixed[d[o].low], mixed[d[o].high], d[o].weight);
}

bool medals_resample_image(const MedalsExec *exec, const float *src,
                           const int64_t src_shape[3], float *dst,
                           const int64_t dst_shape[3], int separate_axis,
                           GError **error)
{
    MedalsResampleRows rows = {.src = src,
                               .dst = dst,
                               .from = src_shape,
                               .to = dst_shape,
                               .element = sizeof *dst,
                               .row = image_row};
    return medals_resample_rows(exec, &rows, separate_axis, error);
}

bool medals_resample_linear(const MedalsExec *exec, const float *src,
                            const int64_t src_shape[3], float *dst,
                            const int64_t dst_shape[3], GError **error)
{
    return medals_resample_image(exec, src, src_shape, dst, dst_shape, -1,
                                 error);
}

/*
 * resample_labels.c - labels between grids, without a map per label
 *
 *   weight_u(v) = half(1000 * linear_resize(src = u)) ; dst(v) = arg-max_u
 *
 * Only the (at most eight) labels around a voxel have a weight above 0. Where
 * they are one label, that is the result. The four source rows that a row of
 * dst looks at are first reduced to one: the label they agree on, or MIXED.
 *
 * The order of the float additions (d, then w, then h) is the reference's: the
 * half rounding decides near-ties.
 */
#include "resample.h"
#include "resample_rows.h"
#include "tensor.h"

/* The four rows differ here. */
#define MIXED 0x10000u

/* The four source rows of a row of dst, and their weights. */
typedef struct RowTap {
    const uint16_t *row[4]; /* low/low, low/high, high/low, high/high of h,w */
    float h, w;             /* weights of high */
} RowTap;

static void row_tap(const MedalsResampleRows *rows, int64_t row, RowTap *tap)
{
    const int64_t *n = rows->from;
    const uint16_t *src = rows->src;
    const MedalsTap *h = &rows->taps.axis[0][row / rows->to[1]];
    const MedalsTap *w = &rows->taps.axis[1][row % rows->to[1]];
    tap->row[0] = src + (h->low * n[1] + w->low) * n[2];
    tap->row[1] = src + (h->low * n[1] + w->high) * n[2];
    tap->row[2] = src + (h->high * n[1] + w->low) * n[2];
    tap->row[3] = src + (h->high * n[1] + w->high) * n[2];
    tap->h = h->weight;
    tap->w = w->weight;
}

static void agree(const RowTap *tap, int64_t n, uint32_t *agreed)
{
    const uint16_t *a = tap->row[0], *b = tap->row[1], *c = tap->row[2],
                   *e = tap->row[3];
    for (int64_t d = 0; d < n; d++) {
        uint16_t differ =
            (uint16_t) ((a[d] ^ b[d]) | (a[d] ^ c[d]) | (a[d] ^ e[d]));
        agreed[d] = differ ? MIXED : a[d];
    }
}

static float mix(float a, float b, float weight)
{
    return (1 - weight) * a + weight * b;
}

/* half(1000 * share of label) at a voxel with the eight neighbours. */
static float weight_of(uint16_t label, const uint16_t near[8], float h, float w,
                       float d)
{
    float row[4];
    for (int i = 0; i < 4; i++)
        row[i] = mix(near[2 * i] == label, near[2 * i + 1] == label, d);
    float share = mix(mix(row[0], row[1], w), mix(row[2], row[3], w), h);
    return medals_f16_to_f32(medals_f16_from_f32(1000 * share));
}

static bool seen_before(const uint16_t near[8], int i)
{
    for (int j = 0; j < i; j++)
        if (near[j] == near[i])
            return true;
    return false;
}

static uint16_t decide(const RowTap *tap, const MedalsTap *d)
{
    uint16_t near[8], label = 0;
    float best = -1;
    for (int i = 0; i < 8; i++)
        near[i] = tap->row[i / 2][i & 1 ? d->high : d->low];
    for (int i = 0; i < 8; i++) {
        if (seen_before(near, i))
            continue;
        float weight = weight_of(near[i], near, tap->h, tap->w, d->weight);
        if (weight > best || (weight == best && near[i] < label)) {
            best = weight;
            label = near[i];
        }
    }
    return label;
}

static void label_row(const MedalsResampleRows *rows, int64_t row, void *line)
{
    const int64_t *n = rows->to;
    uint32_t *agreed = line;
    RowTap tap;
    row_tap(rows, row, &tap);
    agree(&tap, rows->from[2], agreed);
    uint16_t *to = (uint16_t *) rows->dst + row * n[2];
    for (int64_t o = 0; o < n[2]; o++) {
        const MedalsTap *d = &rows->taps.axis[2][o];
        uint32_t low = agreed[d->low];
        to[o] = low == agreed[d->high] && low != MIXED ? (uint16_t) low
                                                       : decide(&tap, d);
    }
}

bool medals_resample_labels(const MedalsExec *exec, const uint16_t *src,
                            const int64_t src_shape[3], uint16_t *dst,
                            const int64_t dst_shape[3], int separate_axis,
                            GError **error)
{
    MedalsResampleRows rows = {.src = src,
                               .dst = dst,
                               .from = src_shape,
                               .to = dst_shape,
                               .element = sizeof *dst,
                               .row = label_row};
    return medals_resample_rows(exec, &rows, separate_axis, error);
}

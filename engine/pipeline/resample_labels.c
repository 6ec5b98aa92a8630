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
#include <string.h>

#include "axis_taps.h"
#include "memory.h"
#include "resample.h"
#include "tensor.h"

/* Voxels of dst that one piece of work fills, about. */
#define PIECE 65536
/* The four rows differ here. */
#define MIXED 0x10000u

typedef struct Job {
    const uint16_t *src;
    const int64_t *from, *to;
    uint16_t *dst;
    MedalsTaps taps;
    int64_t rows;     /* of dst in a piece */
    uint32_t *agreed; /* [threads, from[2]] */
} Job;

/* The four source rows of a row of dst, and their weights. */
typedef struct RowTap {
    const uint16_t *row[4]; /* low/low, low/high, high/low, high/high of h,w */
    float h, w;             /* weights of high */
} RowTap;

static void row_tap(const Job *job, int64_t row, RowTap *tap)
{
    const int64_t *n = job->from;
    const MedalsTap *h = &job->taps.axis[0][row / job->to[1]];
    const MedalsTap *w = &job->taps.axis[1][row % job->to[1]];
    tap->row[0] = job->src + (h->low * n[1] + w->low) * n[2];
    tap->row[1] = job->src + (h->low * n[1] + w->high) * n[2];
    tap->row[2] = job->src + (h->high * n[1] + w->low) * n[2];
    tap->row[3] = job->src + (h->high * n[1] + w->high) * n[2];
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

static void rows_piece(void *context, size_t piece, unsigned worker)
{
    const Job *job = context;
    uint32_t *agreed = job->agreed + (int64_t) worker * job->from[2];
    int64_t first = (int64_t) piece * job->rows;
    int64_t last = MIN(first + job->rows, job->to[0] * job->to[1]);
    for (int64_t row = first; row < last; row++) {
        RowTap tap;
        row_tap(job, row, &tap);
        agree(&tap, job->from[2], agreed);
        uint16_t *to = job->dst + row * job->to[2];
        for (int64_t o = 0; o < job->to[2]; o++) {
            const MedalsTap *d = &job->taps.axis[2][o];
            uint32_t low = agreed[d->low];
            to[o] = low == agreed[d->high] && low != MIXED ? (uint16_t) low
                                                           : decide(&tap, d);
        }
    }
}

static bool run(const MedalsExec *exec, Job *job, GError **error)
{
    int64_t rows = job->to[0] * job->to[1];
    job->rows = MAX(PIECE / job->to[2], 1);
    size_t lines = medals_lane_threads(exec->lane);
    if (!medals_size_multiply(&lines, (size_t) job->from[2]))
        lines = SIZE_MAX;
    job->agreed = medals_alloc(lines, sizeof(uint32_t), "resampling", error);
    if (!job->agreed)
        return false;
    size_t pieces = (size_t) ((rows + job->rows - 1) / job->rows);
    bool ok =
        medals_lane_run(exec->lane, pieces, rows_piece, job, exec->task, 0) ||
        medals_task_check(exec->task, error);
    medals_free(job->agreed);
    return ok;
}

bool medals_resample_labels(const MedalsExec *exec, const uint16_t *src,
                            const int64_t src_shape[3], uint16_t *dst,
                            const int64_t dst_shape[3], int separate_axis,
                            GError **error)
{
    Job job = {.src = src, .from = src_shape, .to = dst_shape, .dst = dst};
    if (!medals_taps_init(&job.taps, src_shape, dst_shape, separate_axis,
                          error))
        return false;
    bool ok = true;
    if (memcmp(src_shape, dst_shape, 3 * sizeof *src_shape) == 0)
        memcpy(dst, src,
               (size_t) (src_shape[0] * src_shape[1] * src_shape[2]) *
                   sizeof *dst);
    else
        ok = run(exec, &job, error);
    medals_taps_clear(&job.taps);
    return ok;
}

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

#include <string.h>

#include "axis_taps.h"
#include "memory.h"

/* Voxels of dst that one piece of work fills, about. */
#define PIECE 65536

typedef struct Job {
    const float *src;
    const int64_t *from, *to;
    float *dst;
    MedalsTaps taps;
    int64_t rows; /* of dst in a piece */
    float *lines; /* [threads, from[2]] */
} Job;

/* a + w (b - a): exact where a = b, so constants stay constants. */
static float mix(float a, float b, float weight)
{
    return a + weight * (b - a);
}

static void mix_rows(const Job *job, const MedalsTap *h, const MedalsTap *w,
                     float *line)
{
    const int64_t *n = job->from;
    const float *a = job->src + (h->low * n[1] + w->low) * n[2];
    const float *b = job->src + (h->low * n[1] + w->high) * n[2];
    const float *c = job->src + (h->high * n[1] + w->low) * n[2];
    const float *e = job->src + (h->high * n[1] + w->high) * n[2];
    float hw = h->weight, ww = w->weight;
    for (int64_t d = 0; d < n[2]; d++)
        line[d] = mix(mix(a[d], b[d], ww), mix(c[d], e[d], ww), hw);
}

static void rows_piece(void *context, size_t piece, unsigned worker)
{
    const Job *job = context;
    float *line = job->lines + (int64_t) worker * job->from[2];
    int64_t first = (int64_t) piece * job->rows;
    int64_t last = MIN(first + job->rows, job->to[0] * job->to[1]);
    for (int64_t row = first; row < last; row++) {
        mix_rows(job, &job->taps.axis[0][row / job->to[1]],
                 &job->taps.axis[1][row % job->to[1]], line);
        float *to = job->dst + row * job->to[2];
        const MedalsTap *d = job->taps.axis[2];
        for (int64_t o = 0; o < job->to[2]; o++)
            to[o] = mix(line[d[o].low], line[d[o].high], d[o].weight);
    }
}

static bool run(const MedalsExec *exec, Job *job, GError **error)
{
    int64_t rows = job->to[0] * job->to[1];
    job->rows = MAX(PIECE / job->to[2], 1);
    size_t lines = medals_lane_threads(exec->lane);
    if (!medals_size_multiply(&lines, (size_t) job->from[2]))
        lines = SIZE_MAX;
    job->lines = medals_alloc(lines, sizeof(float), "resampling", error);
    if (!job->lines)
        return false;
    size_t pieces = (size_t) ((rows + job->rows - 1) / job->rows);
    bool ok =
        medals_lane_run(exec->lane, pieces, rows_piece, job, exec->task, 0) ||
        medals_task_check(exec->task, error);
    medals_free(job->lines);
    return ok;
}

bool medals_resample_image(const MedalsExec *exec, const float *src,
                           const int64_t src_shape[3], float *dst,
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

bool medals_resample_linear(const MedalsExec *exec, const float *src,
                            const int64_t src_shape[3], float *dst,
                            const int64_t dst_shape[3], GError **error)
{
    return medals_resample_image(exec, src, src_shape, dst, dst_shape, -1,
                                 error);
}

/*
 * slab.c - sums and weights of open windows, and the labels they decide
 */
#include "slab.h"

#include <math.h>
#include <string.h>

#include "box.h"
#include "memory.h"
#include "pixel_dot.h"

bool medals_grid_result_init(MedalsGridResult *result, const int64_t shape[3],
                             int64_t n, const uint16_t *values, bool want_best,
                             bool want_probabilities, GError **error)
{
    *result = (MedalsGridResult){
        .shape = {shape[0], shape[1], shape[2]}, .n = n, .values = values};
    size_t voxels = medals_box_product(shape), all = voxels;
    bool ok = medals_size_multiply(&all, (size_t) n) ||
              medals_fail(error, MEDALS_E_NOMEM, "probabilities: too large");
    ok = ok &&
         (result->labels = medals_alloc_zero(voxels, 2, "label grid", error)) &&
         (result->sum = medals_alloc_zero((size_t) n, sizeof(double),
                                          "class sums", error)) &&
         (result->count = medals_alloc_zero((size_t) n, sizeof(uint64_t),
                                            "class sums", error));
    if (ok && want_best)
        ok = (result->best = medals_alloc_zero(voxels, sizeof(float),
                                               "probability grid", error));
    if (ok && want_probabilities)
        ok = (result->probabilities = medals_alloc_zero(
                  all, sizeof(float), "class probabilities", error));
    if (!ok)
        medals_grid_result_clear(result);
    return ok;
}

void medals_grid_result_clear(MedalsGridResult *result)
{
    medals_free(result->labels);
    medals_free(result->best);
    medals_free(result->probabilities);
    medals_free(result->sum);
    medals_free(result->count);
    memset(result, 0, sizeof *result);
}

bool medals_slab_init(MedalsSlab *slab, int64_t n, const int64_t crop[3],
                      const int64_t padded[3], const float *importance,
                      GError **error)
{
    *slab = (MedalsSlab){.n = n, .importance = importance};
    memcpy(slab->crop, crop, sizeof slab->crop);
    memcpy(slab->padded, padded, sizeof slab->padded);
    const int64_t open[3] = {crop[0], padded[1], padded[2]};
    size_t weights = medals_box_product(open);
    size_t sums = weights;
    if (!medals_size_multiply(&sums, (size_t) n))
        return medals_fail(error, MEDALS_E_NOMEM,
                           "window probabilities: too large");
    slab->weight =
        medals_alloc_zero(weights, sizeof(float), "window weights", error);
    slab->sum = slab->weight ? medals_alloc_zero(sums, sizeof(float),
                                                 "window probabilities", error)
                             : NULL;
    if (!slab->sum)
        medals_slab_clear(slab);
    return slab->sum != NULL;
}

void medals_slab_clear(MedalsSlab *slab)
{
    medals_free(slab->sum);
    medals_free(slab->weight);
    memset(slab, 0, sizeof *slab);
}

static int64_t plane_voxels(const MedalsSlab *slab)
{
    return slab->padded[1] * slab->padded[2];
}

static float *sum_plane(const MedalsSlab *slab, int64_t plane, int64_t n)
{
    return slab->sum + (plane * slab->n + n) * plane_voxels(slab);
}

/* weight += importance for one plane of a window. */
static void add_weight(MedalsSlab *slab, const int64_t start[3], int64_t row)
{
    int64_t plane = start[0] + row - slab->base;
    for (int64_t w = 0; w < slab->crop[1]; w++) {
        const float *from =
            slab->importance + (row * slab->crop[1] + w) * slab->crop[2];
        float *to = slab->weight + plane * plane_voxels(slab) +
                    (start[1] + w) * slab->padded[2] + start[2];
        for (int64_t d = 0; d < slab->crop[2]; d++)
            to[d] += from[d];
    }
}

void medals_slab_add_nothing(MedalsSlab *slab, const int64_t start[3])
{
    for (int64_t row = 0; row < slab->crop[0]; row++)
        add_weight(slab, start, row);
}

typedef struct AddJob {
    MedalsSlab *slab;
    const MedalsKernels *kernels;
    const int64_t *start;
    int64_t first, rows;
    float *logits;
} AddJob;

/* One piece: all classes of one window row. */
static void add_row(void *context, size_t piece, unsigned worker)
{
    AddJob *job = context;
    MedalsSlab *slab = job->slab;
    int64_t row = job->first + (int64_t) piece;
    int64_t plane = job->start[0] + row - slab->base;
    int64_t cw = slab->crop[1], cd = slab->crop[2];
    add_weight(slab, job->start, row);
    for (int64_t n = 0; n < slab->n; n++) {
        float *p = job->logits + (n * job->rows + (int64_t) piece) * cw * cd;
        medals_sigmoid(job->kernels, p, (size_t) (cw * cd));
        for (int64_t w = 0; w < cw; w++) {
            const float *g = slab->importance + (row * cw + w) * cd;
            float *to = sum_plane(slab, plane, n) +
                        (job->start[1] + w) * slab->padded[2] + job->start[2];
            for (int64_t d = 0; d < cd; d++)
                to[d] += p[w * cd + d] * g[d];
        }
    }
}

bool medals_slab_add(const MedalsExec *exec, MedalsSlab *slab,
                     const int64_t start[3], int64_t first, int64_t rows,
                     float *logits, GError **error)
{
    AddJob job = {slab, exec->kernels, start, first, rows, logits};
    return medals_lane_run(exec->lane, (size_t) rows, add_row, &job, exec->task,
                           0) ||
           medals_task_check(exec->task, error);
}

typedef struct CloseJob {
    MedalsSlab *slab;
    MedalsGridResult *result;
    int64_t rows;     /* of the grid, without padding */
    double *sums;     /* [rows][n] */
    uint64_t *counts; /* [rows][n] */
} CloseJob;

/* Labels of one line along d. */
static void close_line(CloseJob *job, int64_t row, int64_t w)
{
    MedalsSlab *slab = job->slab;
    MedalsGridResult *out = job->result;
    int64_t grid_row = slab->base + row;
    int64_t in_plane = w * slab->padded[2];
    int64_t at = (grid_row * out->shape[1] + w) * out->shape[2];
    const float *weight = slab->weight + row * plane_voxels(slab) + in_plane;
    int64_t voxels = out->shape[0] * out->shape[1] * out->shape[2];
    for (int64_t d = 0; d < out->shape[2]; d++) {
        float best = -1;
        int64_t which = 0;
        for (int64_t n = 0; n < slab->n; n++) {
            float p = sum_plane(slab, row, n)[in_plane + d] / weight[d];
            if (out->probabilities)
                out->probabilities[n * voxels + at + d] = p;
            if (p > best) {
                best = p;
                which = n;
            }
        }
        if (out->best)
            out->best[at + d] = best;
        if (best >= 0.5f) {
            out->labels[at + d] = out->values[which];
            job->sums[row * slab->n + which] += best;
            job->counts[row * slab->n + which]++;
        }
    }
}

static void close_row(void *context, size_t piece, unsigned worker)
{
    CloseJob *job = context;
    for (int64_t w = 0; w < job->result->shape[1]; w++)
        close_line(job, (int64_t) piece, w);
}

/* Moves the planes that stay to the front and clears the rest. */
static void shift(MedalsSlab *slab, int64_t planes)
{
    int64_t stay = slab->crop[0] - planes;
    size_t plane = (size_t) plane_voxels(slab);
    size_t classes = (size_t) slab->n * plane;
    memmove(slab->weight, slab->weight + (size_t) planes * plane,
            (size_t) stay * plane * sizeof(float));
    memset(slab->weight + (size_t) stay * plane, 0,
           (size_t) planes * plane * sizeof(float));
    memmove(slab->sum, slab->sum + (size_t) planes * classes,
            (size_t) stay * classes * sizeof(float));
    memset(slab->sum + (size_t) stay * classes, 0,
           (size_t) planes * classes * sizeof(float));
    slab->base += planes;
}

bool medals_slab_close(const MedalsExec *exec, MedalsSlab *slab, int64_t end,
                       MedalsGridResult *result, GError **error)
{
    CloseJob job = {.slab = slab, .result = result};
    job.rows = MAX(MIN(end, result->shape[0]) - slab->base, 0);
    size_t cells = (size_t) (job.rows * slab->n);
    job.sums = medals_alloc_zero(cells, sizeof(double), "class sums", error);
    job.counts = job.sums ? medals_alloc_zero(cells, sizeof(uint64_t),
                                              "class sums", error)
                          : NULL;
    bool ok = job.counts && (medals_lane_run(exec->lane, (size_t) job.rows,
                                             close_row, &job, exec->task, 0) ||
                             medals_task_check(exec->task, error));
    for (size_t i = 0; ok && i < cells; i++) {
        result->sum[i % (size_t) slab->n] += job.sums[i];
        result->count[i % (size_t) slab->n] += job.counts[i];
    }
    if (ok)
        shift(slab, end - slab->base);
    medals_free(job.sums);
    medals_free(job.counts);
    return ok;
}

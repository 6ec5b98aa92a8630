/*
 * resample_probabilities.c - arg-max of interpolated class probabilities
 */
#include "resample_probabilities.h"

#include "axis_taps.h"

typedef struct Job {
    const MedalsGridResult *grid;
    uint16_t *dst;
    const int64_t *shape;
    MedalsTaps taps;
} Job;

/* Offsets on the grid and weights of the eight neighbours of a voxel. */
static void corners(const Job *job, const MedalsTap *h, const MedalsTap *w,
                    const MedalsTap *d, int64_t offset[8], float weight[8])
{
    const int64_t *size = job->grid->shape;
    for (int i = 0; i < 8; i++) {
        int64_t row = (i & 4 ? h->high : h->low) * size[1];
        row = (row + (i & 2 ? w->high : w->low)) * size[2];
        offset[i] = row + (i & 1 ? d->high : d->low);
        weight[i] = (i & 4 ? h->weight : 1 - h->weight) *
                    (i & 2 ? w->weight : 1 - w->weight) *
                    (i & 1 ? d->weight : 1 - d->weight);
    }
}

static uint16_t decide(const Job *job, const int64_t offset[8],
                       const float weight[8])
{
    const MedalsGridResult *grid = job->grid;
    int64_t voxels = grid->shape[0] * grid->shape[1] * grid->shape[2];
    float best = 0.5f;
    uint16_t label = 0;
    for (int64_t n = 0; n < grid->n; n++) {
        const float *p = grid->probabilities + n * voxels;
        float value = 0;
        for (int i = 0; i < 8; i++)
            value += weight[i] * p[offset[i]];
        if (value > best || (label == 0 && value >= best)) {
            best = value;
            label = grid->values[n];
        }
    }
    return label;
}

static void row_piece(void *context, size_t piece, unsigned worker)
{
    Job *job = context;
    const MedalsTap *h = &job->taps.axis[0][piece];
    const uint16_t *labels = job->grid->labels;
    for (int64_t w = 0; w < job->shape[1]; w++) {
        uint16_t *to =
            job->dst + ((int64_t) piece * job->shape[1] + w) * job->shape[2];
        for (int64_t d = 0; d < job->shape[2]; d++) {
            int64_t offset[8];
            float weight[8];
            corners(job, h, &job->taps.axis[1][w], &job->taps.axis[2][d],
                    offset, weight);
            uint16_t first = labels[offset[0]];
            bool same = true;
            for (int i = 1; i < 8; i++)
                same &= labels[offset[i]] == first;
            to[d] = same ? first : decide(job, offset, weight);
        }
    }
}

bool medals_resample_probabilities(const MedalsExec *exec,
                                   const MedalsGridResult *grid, uint16_t *dst,
                                   const int64_t shape[3], GError **error)
{
    Job job = {.grid = grid, .dst = dst, .shape = shape};
    if (!medals_taps_init(&job.taps, grid->shape, shape, -1, error))
        return false;
    bool ok = medals_lane_run(exec->lane, (size_t) shape[0], row_piece, &job,
                              exec->task, 0) ||
              medals_task_check(exec->task, error);
    medals_taps_clear(&job.taps);
    return ok;
}

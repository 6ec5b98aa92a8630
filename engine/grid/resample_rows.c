/*
 * resample_rows.c - rows of a resampled array, some at a time
 */
#include "resample_rows.h"

#include <string.h>

#include "memory.h"

/* Voxels of dst that one piece of work fills, about. */
#define PIECE 65536

typedef struct Job {
    const MedalsResampleRows *rows;
    int64_t count;   /* rows of dst in a piece */
    uint32_t *lines; /* [threads, from[2]] */
} Job;

static void rows_piece(void *context, size_t piece, unsigned worker)
{
    const Job *job = context;
    const MedalsResampleRows *rows = job->rows;
    int64_t first = (int64_t) piece * job->count;
    int64_t last = MIN(first + job->count, rows->to[0] * rows->to[1]);
    for (int64_t row = first; row < last; row++)
        rows->row(rows, row, job->lines + (int64_t) worker * rows->from[2]);
}

static bool run_rows(const MedalsExec *exec, const MedalsResampleRows *rows,
                     GError **error)
{
    Job job = {.rows = rows, .count = MAX(PIECE / rows->to[2], 1)};
    size_t lines = medals_lane_threads(exec->lane);
    if (!medals_size_multiply(&lines, (size_t) rows->from[2]))
        lines = SIZE_MAX;
    job.lines = medals_alloc(lines, sizeof *job.lines, "resampling", error);
    if (!job.lines)
        return false;
    int64_t all = rows->to[0] * rows->to[1];
    bool ok = medals_lane_run(exec->lane,
                              (size_t) ((all + job.count - 1) / job.count),
                              rows_piece, &job, exec->task, 0) ||
              medals_task_check(exec->task, error);
    medals_free(job.lines);
    return ok;
}

bool medals_resample_rows(const MedalsExec *exec, MedalsResampleRows *rows,
                          int separate_axis, GError **error)
{
    const int64_t *from = rows->from;
    if (!medals_taps_init(&rows->taps, from, rows->to, separate_axis, error))
        return false;
    bool ok = true;
    if (memcmp(from, rows->to, 3 * sizeof *from) == 0)
        memcpy(rows->dst, rows->src,
               (size_t) (from[0] * from[1] * from[2]) * rows->element);
    else
        ok = run_rows(exec, rows, error);
    medals_taps_clear(&rows->taps);
    return ok;
}

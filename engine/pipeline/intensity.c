/*
 * intensity.c - two passes over the voxels, in float32
 *
 *   voxel --float32--> (not finite: smallest) --clip lo,hi--> linear 0..255
 *         --truncate--> uint8
 *
 * lo, hi: the CT window, or the 0.5th and 99.5th percentile of the positive
 * voxels. 0 and 255 are what the smallest and largest clipped voxel become.
 */
#include "intensity.h"

#include <math.h>

#include "memory.h"
#include "percentile.h"
#include "tensor.h"

#define PIECE ((size_t) 1 << 18)
#define CHUNK 4096
/* The least range that is stretched to 0..255. */
#define LEAST_RANGE 1e-6f

/* Finite voxels of a piece. */
typedef struct Extent {
    float low, high;
    uint64_t not_finite;
} Extent;

typedef struct Job {
    const MedalsVolume *volume;
    size_t voxels;
    Extent *extents; /* [pieces] */
    float smallest;  /* for voxels that are not finite */
    float lo, hi;    /* clip */
    float least, range;
    bool keep_zero; /* voxels of exactly 0 become 0 */
    bool prepared;
    uint8_t *dst;
} Job;

/* Voxels [at, at+n) of the volume as float32. */
static void load_values(const Job *job, size_t at, size_t n, float *values)
{
    const MedalsVolume *volume = job->volume;
    const uint8_t *data = volume->data;
    medals_convert_to_f32(values, data + at * medals_dtype_size(volume->dtype),
                          volume->dtype, n);
}

static void extent_piece(void *context, size_t piece, unsigned worker)
{
    const Job *job = context;
    size_t first = piece * PIECE, last = MIN(first + PIECE, job->voxels);
    Extent extent = {INFINITY, -INFINITY, 0};
    float values[CHUNK];
    for (size_t at = first; at < last; at += CHUNK) {
        size_t n = MIN(CHUNK, last - at);
        load_values(job, at, n, values);
        for (size_t i = 0; i < n; i++) {
            if (!isfinite(values[i])) {
                extent.not_finite++;
                continue;
            }
            extent.low = MIN(extent.low, values[i]);
            extent.high = MAX(extent.high, values[i]);
        }
    }
    job->extents[piece] = extent;
}

static void map_piece(void *context, size_t piece, unsigned worker)
{
    const Job *job = context;
    size_t first = piece * PIECE, last = MIN(first + PIECE, job->voxels);
    float values[CHUNK];
    for (size_t at = first; at < last; at += CHUNK) {
        size_t n = MIN(CHUNK, last - at);
        load_values(job, at, n, values);
        for (size_t i = 0; i < n; i++) {
            float value = isfinite(values[i]) ? values[i] : job->smallest;
            float clipped = MIN(MAX(value, job->lo), job->hi);
            float mapped = job->prepared
                               ? clipped
                               : (clipped - job->least) / job->range * 255.0f;
            job->dst[at + i] =
                job->keep_zero && value == 0 ? 0 : (uint8_t) mapped;
        }
    }
}

static bool run_job(const MedalsExec *exec, Job *job, MedalsPieceFn fn,
                    GError **error)
{
    size_t pieces = (job->voxels + PIECE - 1) / PIECE;
    return medals_lane_run(exec->lane, pieces, fn, job, exec->task, 0) ||
           medals_task_check(exec->task, error);
}

/* Smallest and largest finite voxel; both 0 when there is none. */
static bool find_extent(const MedalsExec *exec, Job *job, Extent *whole,
                        GError **error)
{
    size_t pieces = (job->voxels + PIECE - 1) / PIECE;
    job->extents =
        medals_alloc(pieces, sizeof *job->extents, "intensity", error);
    bool ok = job->extents && run_job(exec, job, extent_piece, error);
    *whole = (Extent){INFINITY, -INFINITY, 0};
    for (size_t i = 0; ok && i < pieces; i++) {
        whole->low = MIN(whole->low, job->extents[i].low);
        whole->high = MAX(whole->high, job->extents[i].high);
        whole->not_finite += job->extents[i].not_finite;
    }
    if (whole->low > whole->high)
        whole->low = whole->high = 0;
    medals_free(job->extents);
    return ok;
}

/* Clip bounds from the finite positive voxels; 0 and 1 where there is none. */
static bool find_percentiles(const MedalsExec *exec, Job *job, GError **error)
{
    static const double percents[2] = {0.5, 99.5};
    float bounds[2] = {0, 1};
    uint64_t positive;
    if (!medals_percentile_positive(exec, job->volume->data, job->volume->dtype,
                                    job->voxels, percents, 2, bounds, &positive,
                                    error))
        return false;
    job->lo = bounds[0];
    job->hi = bounds[1];
    job->keep_zero = true;
    return true;
}

static bool find_bounds(const MedalsExec *exec, Job *job,
                        MedalsModality modality, const double window[2],
                        MedalsIntensityReport *report, GError **error)
{
    if (job->prepared) {
        job->hi = 255;
        return true;
    }
    if (modality != MEDALS_MODALITY_CT)
        return find_percentiles(exec, job, error);
    if (!(window[0] < window[1]) || !isfinite(window[0]) ||
        !isfinite(window[1]))
        return medals_fail(error, MEDALS_E_USAGE,
                           "window: %g to %g; expected a lower and an upper "
                           "bound",
                           window[0], window[1]);
    job->lo = (float) window[0];
    job->hi = (float) window[1];
    report->has_window = true;
    report->window[0] = window[0];
    report->window[1] = window[1];
    return true;
}

bool medals_intensity_prepare(const MedalsExec *exec,
                              const MedalsVolume *volume,
                              MedalsModality modality, const double window[2],
                              bool prepared, uint8_t *dst,
                              MedalsIntensityReport *report, GError **error)
{
    Job job = {.volume = volume, .prepared = prepared, .dst = dst};
    job.voxels = medals_geometry_voxels(&volume->geometry);
    *report = (MedalsIntensityReport){0};
    Extent extent;
    if (!find_extent(exec, &job, &extent, error) ||
        !find_bounds(exec, &job, modality, window, report, error))
        return false;
    job.smallest = extent.low;
    job.least = MIN(MAX(extent.low, job.lo), job.hi);
    float most = MIN(MAX(extent.high, job.lo), job.hi);
    job.range = MAX(most - job.least, LEAST_RANGE);
    report->not_finite = extent.not_finite;
    report->low = extent.low;
    report->high = extent.high;
    report->constant = prepared ? extent.low == extent.high : most == job.least;
    return run_job(exec, &job, map_piece, error);
}

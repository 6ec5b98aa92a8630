/*
 * percentile.c - two-level radix counting
 */
#include "percentile.h"

#include <math.h>
#include <string.h>

#include "memory.h"
#include "tensor.h"

/* Voxels of a piece; they are converted CHUNK at a time. */
#define PIECE ((size_t) 1 << 20)
#define CHUNK 4096
#define BINS 65536
/* Two percentiles look at two neighbouring ranks each. */
#define MAX_RANKS 4

typedef struct Count {
    const uint8_t *data;
    MedalsDtype dtype;
    size_t voxels;
    uint64_t *bins; /* [threads, levels, BINS] */
    int levels;     /* 1: upper bits; else one per entry of upper */
    uint32_t upper[MAX_RANKS];
    bool refine; /* count lower bits within upper[] */
} Count;

static void count_value(const Count *count, uint64_t *bins, float value)
{
    uint32_t bits;
    if (!(value > 0) || value == INFINITY)
        return;
    memcpy(&bits, &value, sizeof bits);
    if (!count->refine) {
        bins[bits >> 16]++;
        return;
    }
    for (int i = 0; i < count->levels; i++)
        if (bits >> 16 == count->upper[i])
            bins[(uint32_t) i * BINS + (bits & 0xffff)]++;
}

static void count_piece(void *context, size_t piece, unsigned worker)
{
    const Count *count = context;
    uint64_t *bins =
        count->bins + (size_t) worker * (size_t) count->levels * BINS;
    size_t first = piece * PIECE, last = MIN(first + PIECE, count->voxels);
    size_t element = medals_dtype_size(count->dtype);
    float values[CHUNK];
    for (size_t at = first; at < last; at += CHUNK) {
        size_t n = MIN(CHUNK, last - at);
        medals_convert_to_f32(values, count->data + at * element, count->dtype,
                              n);
        for (size_t i = 0; i < n; i++)
            count_value(count, bins, values[i]);
    }
}

/* Runs one level; the sum of all workers ends in the first one's bins. */
static bool run_level(const MedalsExec *exec, Count *count, GError **error)
{
    size_t pieces = (count->voxels + PIECE - 1) / PIECE;
    size_t level = (size_t) count->levels * BINS;
    unsigned threads = medals_lane_threads(exec->lane);
    memset(count->bins, 0, threads * level * sizeof *count->bins);
    if (!medals_lane_run(exec->lane, pieces, count_piece, count, exec->task, 0))
        return medals_task_check(exec->task, error);
    for (unsigned t = 1; t < threads; t++)
        for (size_t i = 0; i < level; i++)
            count->bins[i] += count->bins[t * level + i];
    return true;
}

/* Bin that holds the value of that rank; rank becomes the rank inside it. */
static uint32_t find_bin(const uint64_t *bins, uint64_t *rank)
{
    uint32_t bin = 0;
    while (bin < BINS - 1 && *rank >= bins[bin])
        *rank -= bins[bin++];
    return bin;
}

/* The values of some ranks (0 = smallest). */
static bool select_ranks(const MedalsExec *exec, Count *count, uint64_t *ranks,
                         int n, float *values, GError **error)
{
    for (int i = 0; i < n; i++)
        count->upper[i] = find_bin(count->bins, &ranks[i]);
    count->refine = true;
    count->levels = n;
    if (!run_level(exec, count, error))
        return false;
    for (int i = 0; i < n; i++) {
        uint32_t bits = count->upper[i] << 16 |
                        find_bin(count->bins + (size_t) i * BINS, &ranks[i]);
        memcpy(&values[i], &bits, sizeof bits);
    }
    return true;
}

static bool percentiles(const MedalsExec *exec, Count *count,
                        const double *percents, int n, float *values,
                        uint64_t *positive, GError **error)
{
    uint64_t ranks[MAX_RANKS], total = 0;
    double share[MAX_RANKS / 2];
    float found[MAX_RANKS];
    count->levels = 1;
    if (!run_level(exec, count, error))
        return false;
    for (size_t i = 0; i < BINS; i++)
        total += count->bins[i];
    *positive = total;
    if (total == 0)
        return true;
    for (int i = 0; i < n; i++) {
        double at = (double) (total - 1) * percents[i] / 100;
        ranks[2 * i] = (uint64_t) at;
        ranks[2 * i + 1] = MIN(ranks[2 * i] + 1, total - 1);
        share[i] = at - floor(at);
    }
    if (!select_ranks(exec, count, ranks, 2 * n, found, error))
        return false;
    for (int i = 0; i < n; i++)
        values[i] =
            (float) (found[2 * i] + share[i] * ((double) found[2 * i + 1] -
                                                (double) found[2 * i]));
    return true;
}

bool medals_percentile_positive(const MedalsExec *exec, const void *data,
                                MedalsDtype dtype, size_t count_voxels,
                                const double *percents, int count,
                                float *values, uint64_t *positive,
                                GError **error)
{
    Count work = {.data = data, .dtype = dtype, .voxels = count_voxels};
    work.bins = medals_alloc((size_t) medals_lane_threads(exec->lane) *
                                 MAX_RANKS * BINS,
                             sizeof *work.bins, "percentiles", error);
    if (!work.bins)
        return false;
    bool ok = percentiles(exec, &work, percents, MIN(count, MAX_RANKS / 2),
                          values, positive, error);
    medals_free(work.bins);
    return ok;
}

/*
 * memory_need.c - estimate of a request's peak
 */
#include "memory_need.h"

#include "clock.h"
#include "masked_pair.h"

static double product(const int64_t shape[3])
{
    return (double) shape[0] * (double) shape[1] * (double) shape[2];
}

static double stage_need(const MedalsCase *request, const MedalsStage *stage)
{
    const MedalsStageMode *mode = &request->mode;
    const int64_t *crop = stage->crop;
    double voxels = product(request->canonical.shape), n = (double) mode->n;
    MedalsStageGrid grid;
    int64_t padded[3];
    medals_stage_plan(stage, mode, request->canonical.shape, request->spacing,
                      &grid, padded);
    /* float image, its grid, padded grid; labels and prompts */
    double need =
        4 * voxels + 8 * product(padded) + 8 * product(grid.shape) + 4 * voxels;
    /* open slab */
    need += 4 * (n + 1) * (double) crop[0] * (double) padded[1] *
            (double) padded[2];
    bool pairs = mode->instance || mode->tta || stage->number == 2;
    if (pairs)
        need += 6 * n * product(crop) +
                (double) medals_masked_pair_bytes(crop[0], crop[1], crop[2],
                                                  mode->n, mode->tta);
    if (mode->want_probabilities || stage->package->resample_probabilities)
        need += 4 * n * product(grid.shape);
    if (mode->want_probabilities)
        need += 12 * n * voxels;
    return need + (double) medals_network_window_bytes(
                      stage->network, crop[0], crop[1], crop[2], mode->n);
}

double medals_memory_need(const MedalsCase *request)
{
    double most = 0;
    for (size_t i = 0; i < request->stage_count; i++) {
        double need = stage_need(request, &request->stages[i]);
        most = MAX(most, need);
    }
    /* image in network axes, labels there and in image order */
    return most + 8 * product(request->canonical.shape);
}

bool medals_memory_allow(const char *what, double need, GError **error)
{
    double available = (double) medals_available_memory();
    return need <= available ||
           medals_fail(error, MEDALS_E_NOMEM,
                       "%s: about %.1f GB of memory needed; %.1f GB are "
                       "available",
                       what, need * 1e-9, available * 1e-9);
}

bool medals_memory_check(const MedalsCase *request, GError **error)
{
    return medals_memory_allow("request", medals_memory_need(request), error);
}

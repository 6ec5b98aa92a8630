/*
 * stage.c - grid, windows, network, labels, and back
 */
#include "stage.h"

#include <math.h>
#include <string.h>

#include "block_mask.h"
#include "box.h"
#include "clock.h"
#include "masked_pair.h"
#include "memory.h"
#include "mirror.h"
#include "resample.h"
#include "resample_probabilities.h"
#include "slab.h"
#include "windows.h"

/* Edge of the blocks of a masked pair (8.1). */
#define PROMPT_BLOCK 8
#define REFINE_BLOCK 4
/* Floats of logits that a prompt-free window holds at a time. */
#define LOGITS_AT_ONCE ((int64_t) 8 << 20)
/* A window whose voxels differ by less than this (of 255) holds nothing. */
#define FLAT 1.0f

typedef struct StageRun {
    const MedalsExec *exec;
    const MedalsStage *stage;
    const MedalsStageMode *mode;
    MedalsStageResult *result;
    int64_t padded[3];
    float *image;      /* [padded] */
    uint16_t *prompt;  /* [padded] or NULL */
    float *importance; /* [crop] */
    MedalsSlab slab;
    MedalsGridResult grid;
    /* one window */
    float *patch;       /* [crop] */
    uint8_t *union_map; /* [crop], only with prompts or refinement */
    uint8_t *class_map; /* [n,crop], likewise */
    uint8_t *blocks;    /* block mask, likewise */
    float *logits;      /* [n,crop], or [n,rows,crop w,crop d] */
    int64_t rows;       /* of logits */
    int iterations;     /* of the instance refinement */
    bool trusted;       /* the prompt is what a user marked: shown whole */
    bool store;         /* mode->store fits this stage */
} StageRun;

void medals_stage_plan(const MedalsStage *stage, const MedalsStageMode *mode,
                       const int64_t shape[3], const float spacing[3],
                       MedalsStageGrid *grid, int64_t padded[3])
{
    if (stage->package->spacing_rules == MEDALS_SPACING_MEDAL_S)
        medals_spacing_stage(shape, spacing, stage->crop, stage->target,
                             &mode->classes, stage->number == 1, grid);
    else
        medals_spacing_enlarge(shape, spacing, stage->crop, stage->target,
                               grid);
    for (int a = 0; a < 3; a++) {
        grid->shape[a] = MAX(grid->shape[a], 1);
        padded[a] = MAX(grid->shape[a], stage->crop[a]);
    }
}

/* Refinement passes of an instance case (section 8, last line). */
static int refine_iterations(const StageRun *run)
{
    uint32_t flags = run->mode->classes.flags;
    if (!run->mode->instance || flags & MEDALS_CLASS_NO_REFINE)
        return 0;
    if (run->stage->number == 2 && flags & MEDALS_CLASS_NO_REFINE_STAGE2)
        return 0;
    return 1;
}

/* Copies [from] into the low corner of zeroed [to]. */
static void pad(const uint8_t *src, const int64_t from[3], uint8_t *dst,
                const int64_t to[3], size_t element)
{
    memset(dst, 0, medals_box_product(to) * element);
    for (int64_t h = 0; h < from[0]; h++)
        for (int64_t w = 0; w < from[1]; w++)
            memcpy(dst + (size_t) ((h * to[1] + w) * to[2]) * element,
                   src + (size_t) ((h * from[1] + w) * from[2]) * element,
                   (size_t) from[2] * element);
}

bool medals_stage_grid_image(const MedalsExec *exec,
                             const MedalsStageGrid *grid, const uint8_t *image,
                             const int64_t shape[3], const int64_t padded[3],
                             float *padded_image, GError **error)
{
    size_t voxels = medals_box_product(shape);
    float *raw = medals_alloc(voxels, sizeof *raw, "image", error);
    float *resampled = raw ? medals_alloc(medals_box_product(grid->shape),
                                          sizeof *raw, "grid", error)
                           : NULL;
    bool ok = resampled != NULL;
    for (size_t i = 0; ok && i < voxels; i++)
        raw[i] = image[i];
    ok = ok && medals_resample_image(exec, raw, shape, resampled, grid->shape,
                                     grid->separate_axis, error);
    medals_free(raw);
    if (ok)
        pad((uint8_t *) resampled, grid->shape, (uint8_t *) padded_image,
            padded, sizeof *raw);
    medals_free(resampled);
    return ok;
}

static bool prepare_image(StageRun *run, const uint8_t *image,
                          const int64_t shape[3], GError **error)
{
    run->image = medals_alloc(medals_box_product(run->padded),
                              sizeof *run->image, "padded grid", error);
    return run->image &&
           medals_stage_grid_image(run->exec, &run->result->grid, image, shape,
                                   run->padded, run->image, error);
}

/* Every mark reaches the grid, however small: the grid voxel that holds its
 * centre takes it. Marks win over the labels shown. */
static bool prepare_annotation(StageRun *run, const int64_t shape[3],
                               GError **error)
{
    const uint16_t *mark = run->mode->annotation;
    const int64_t *grid = run->result->grid.shape;
    if (!mark)
        return true;
    run->trusted = !run->prompt;
    if (!run->prompt && !(run->prompt = medals_alloc_zero(
                              medals_box_product(run->padded),
                              sizeof *run->prompt, "prompts", error)))
        return false;
    for (int64_t h = 0; h < shape[0]; h++)
        for (int64_t w = 0; w < shape[1]; w++)
            for (int64_t d = 0; d < shape[2]; d++, mark++) {
                if (!*mark)
                    continue;
                int64_t at = (2 * h + 1) * grid[0] / (2 * shape[0]);
                at = at * run->padded[1] +
                     (2 * w + 1) * grid[1] / (2 * shape[1]);
                at = at * run->padded[2] +
                     (2 * d + 1) * grid[2] / (2 * shape[2]);
                run->prompt[at] = *mark;
            }
    return true;
}

static bool prepare_prompt(StageRun *run, const uint16_t *prompt,
                           const int64_t shape[3], GError **error)
{
    if (!prompt)
        return true;
    const MedalsStageGrid *grid = &run->result->grid;
    uint16_t *resampled = medals_alloc(medals_box_product(grid->shape),
                                       sizeof *resampled, "grid", error);
    bool ok =
        resampled &&
        medals_resample_labels(run->exec, prompt, shape, resampled, grid->shape,
                               grid->separate_axis, error) &&
        (run->prompt = medals_alloc(medals_box_product(run->padded),
                                    sizeof *resampled, "padded grid", error));
    if (ok)
        pad((uint8_t *) resampled, grid->shape, (uint8_t *) run->prompt,
            run->padded, sizeof *resampled);
    medals_free(resampled);
    return ok;
}

/* Whether windows go through masked pairs, which need whole logits. */
static bool uses_prompts(const StageRun *run)
{
    return run->prompt || run->iterations > 0;
}

static bool prepare_window_buffers(StageRun *run, GError **error)
{
    const int64_t *crop = run->stage->crop;
    size_t voxels = medals_box_product(crop), n = (size_t) run->mode->n,
           all = voxels;
    if (!medals_size_multiply(&all, n))
        return medals_fail(error, MEDALS_E_NOMEM, "window: too many classes");
    run->rows = crop[0];
    if (!uses_prompts(run) && !run->mode->tta) {
        int64_t row = run->mode->n * crop[1] * crop[2];
        run->rows = CLAMP(LOGITS_AT_ONCE / row, 1, crop[0]);
    }
    size_t logits = (size_t) run->rows * (voxels / (size_t) crop[0]) * n;
    bool ok =
        (run->importance =
             medals_alloc(voxels, sizeof(float), "importance map", error)) &&
        (run->patch = medals_alloc(voxels, sizeof(float), "window", error)) &&
        (run->logits = medals_alloc(logits, sizeof(float), "logits", error));
    if (ok && uses_prompts(run))
        ok = (run->union_map = medals_alloc(voxels, 1, "prompt", error)) &&
             (run->class_map = medals_alloc(all, 1, "prompts", error)) &&
             (run->blocks = medals_alloc(voxels, 1, "block mask", error));
    if (!ok)
        return false;
    return run->stage->package->importance_half
               ? medals_importance_map(crop, run->importance, error)
               : medals_importance_map_smooth(crop, run->importance, error);
}

/* Cuts the window's image out of the padded grid; true if it is flat. */
static bool cut_patch(StageRun *run, const int64_t start[3])
{
    const int64_t *crop = run->stage->crop, *size = run->padded;
    float low = INFINITY, high = -INFINITY;
    for (int64_t h = 0; h < crop[0]; h++)
        for (int64_t w = 0; w < crop[1]; w++) {
            const float *from =
                run->image +
                ((start[0] + h) * size[1] + start[1] + w) * size[2] + start[2];
            float *to = run->patch + (h * crop[1] + w) * crop[2];
            for (int64_t d = 0; d < crop[2]; d++) {
                to[d] = from[d];
                low = MIN(low, from[d]);
                high = MAX(high, from[d]);
            }
        }
    return high - low < FLAT;
}

/* sc and mc from the label patch; true if any voxel is prompted. */
static bool cut_prompt(StageRun *run, const int64_t start[3])
{
    const int64_t *crop = run->stage->crop, *size = run->padded;
    size_t voxels = medals_box_product(crop);
    memset(run->class_map, 0, voxels * (size_t) run->mode->n);
    bool any = false;
    for (int64_t h = 0; h < crop[0]; h++)
        for (int64_t w = 0; w < crop[1]; w++) {
            const uint16_t *from =
                run->prompt +
                ((start[0] + h) * size[1] + start[1] + w) * size[2] + start[2];
            size_t at = (size_t) ((h * crop[1] + w) * crop[2]);
            for (int64_t d = 0; d < crop[2]; d++) {
                run->union_map[at + (size_t) d] = from[d] > 0;
                if (from[d] == 0)
                    continue;
                any = true;
                for (int64_t n = 0; n < run->mode->n; n++)
                    if (from[d] == run->mode->values[n])
                        run->class_map[(size_t) n * voxels + at + (size_t) d] =
                            1;
            }
        }
    return any;
}

/* sc and mc from the logits: p > 0.5, strictly (R32). */
static void prompt_from_logits(StageRun *run)
{
    size_t voxels = medals_box_product(run->stage->crop);
    memset(run->union_map, 0, voxels);
    for (size_t n = 0; n < (size_t) run->mode->n; n++)
        for (size_t v = 0; v < voxels; v++) {
            uint8_t in = run->logits[n * voxels + v] > 0;
            run->class_map[n * voxels + v] = in;
            run->union_map[v] |= in;
        }
}

static bool run_pair(StageRun *run, MedalsWindow *window, int64_t edge,
                     GError **error)
{
    size_t count =
        medals_block_mask_count(window->h, window->w, window->d, edge);
    const MedalsMaskSource *masks = &run->mode->masks;
    if (!masks->next(masks->cookie, count, run->blocks))
        return medals_fail(error, MEDALS_E_INPUT,
                           "block masks: none left for a grid of %zu", count);
    window->union_prompt = run->union_map;
    window->class_prompts = run->class_map;
    return medals_masked_pair(run->exec, run->stage->network, window,
                              run->blocks, edge, run->mode->tta, run->logits,
                              error);
}

/* A window that needs whole logits: prompts, refinement or mirroring. */
static bool run_whole(StageRun *run, MedalsWindow *window,
                      const int64_t start[3], GError **error)
{
    bool pair = run->prompt && !run->trusted;
    window->class_prompts_zero = !run->prompt;
    if (run->trusted) {
        window->union_prompt = run->union_map;
        window->class_prompts = run->class_map;
    }
    bool ok = pair
                  ? run_pair(run, window, PROMPT_BLOCK, error)
                  : medals_mirror_logits(run->exec, run->stage->network, window,
                                         run->mode->tta, run->logits, error);
    window->class_prompts_zero = false;
    for (int i = 0; ok && i < run->iterations; i++) {
        prompt_from_logits(run);
        ok = run_pair(run, window, REFINE_BLOCK, error);
    }
    return ok && medals_slab_add(run->exec, &run->slab, start, 0,
                                 run->stage->crop[0], run->logits, error);
}

static bool add_logits(StageRun *run, const MedalsFeatures *features,
                       const float *embeddings, const int64_t start[3],
                       GError **error)
{
    int64_t height = run->stage->crop[0];
    bool ok = true;
    for (int64_t h = 0; ok && h < height; h += run->rows) {
        int64_t end = MIN(h + run->rows, height);
        ok = medals_features_logits(run->exec, features, embeddings,
                                    run->mode->n, h, end, run->logits, error) &&
             medals_slab_add(run->exec, &run->slab, start, h, end - h,
                             run->logits, error);
    }
    return ok;
}

/* A window whose features a store has: only the queries are new. */
static bool run_kept(StageRun *run, const MedalsFeatures *kept,
                     const int64_t start[3], GError **error)
{
    const MedalsNetwork *network = run->stage->network;
    size_t width = (size_t) medals_network_feature_width(network);
    float *embeddings = medals_alloc(
        (size_t) run->mode->n, width * sizeof(float), "embeddings", error);
    bool ok = embeddings &&
              medals_network_embed(run->exec, network, kept, run->mode->queries,
                                   run->mode->n, embeddings, error) &&
              add_logits(run, kept, embeddings, start, error);
    medals_free(embeddings);
    return ok;
}

/* A prompt-free window: logits a few rows at a time. */
static bool run_plain(StageRun *run, MedalsWindow *window,
                      const int64_t start[3], GError **error)
{
    const MedalsFeatureStore *store = run->store ? run->mode->store : NULL;
    const MedalsFeatures *kept =
        store ? store->find(store->cookie, start) : NULL;
    if (kept)
        return run_kept(run, kept, start, error);
    window->class_prompts_zero = true;
    MedalsFeatures *features = medals_network_forward(
        run->exec, run->stage->network, window, NULL, NULL, error);
    bool ok = features &&
              add_logits(run, features, medals_features_embedding(features, 0),
                         start, error);
    if (ok && store)
        store->keep(store->cookie, start, features);
    else
        medals_features_free(features);
    return ok;
}

/* Work of one window in the network's own measure. */
static double window_work(const StageRun *run)
{
    const int64_t *crop = run->stage->crop;
    int passes = (run->prompt && !run->trusted ? 2 : 1) + 2 * run->iterations;
    return medals_network_flops(run->stage->network, crop[0], crop[1], crop[2],
                                run->mode->n, uses_prompts(run)) *
           passes * (run->mode->tta ? 8 : 1);
}

static bool run_window(StageRun *run, const int64_t start[3], GError **error)
{
    const int64_t *crop = run->stage->crop;
    const MedalsStageObserver *observer = run->mode->observer;
    if (observer && observer->window)
        observer->window(observer->cookie, run->stage->number, start);
    bool flat = cut_patch(run, start);
    bool prompted = run->prompt && cut_prompt(run, start);
    run->result->windows++;
    if (flat && !prompted && run->stage->package->skip_flat_windows) {
        run->result->skipped++;
        medals_slab_add_nothing(&run->slab, start);
        return medals_task_advance(run->exec->task, window_work(run)) ||
               medals_task_check(run->exec->task, error);
    }
    MedalsWindow window = {.h = crop[0],
                           .w = crop[1],
                           .d = crop[2],
                           .image = run->patch,
                           .queries = run->mode->queries,
                           .n = run->mode->n};
    bool plain = run->trusted && !prompted && !run->iterations;
    if ((uses_prompts(run) && !plain) || run->mode->tta)
        return run_whole(run, &window, start, error);
    return run_plain(run, &window, start, error);
}

static bool run_windows(StageRun *run, GError **error)
{
    int64_t *starts[3] = {NULL};
    size_t count[3] = {0};
    bool ok = true;
    for (int a = 0; ok && a < 3; a++)
        ok = (count[a] = medals_windows_axis(
                  run->padded[a], run->stage->crop[a], &starts[a], error)) > 0;
    double all = (double) count[0] * (double) count[1] * (double) count[2];
    medals_task_span(run->exec->task, run->stage->number == 1 ? 0.5 : 0.97,
                     all * window_work(run));
    for (size_t h = 0; ok && h < count[0]; h++) {
        ok = medals_slab_close(run->exec, &run->slab, starts[0][h], &run->grid,
                               error);
        for (size_t w = 0; ok && w < count[1]; w++)
            for (size_t d = 0; ok && d < count[2]; d++) {
                int64_t start[3] = {starts[0][h], starts[1][w], starts[2][d]};
                ok = medals_lane_yield(run->exec->lane, run->exec->task,
                                       error) &&
                     run_window(run, start, error);
            }
    }
    ok = ok && medals_slab_close(run->exec, &run->slab, run->padded[0],
                                 &run->grid, error);
    for (int a = 0; a < 3; a++)
        medals_free(starts[a]);
    return ok;
}

/* Labels and maps from the grid back to the array that the stage was given. */
static bool resample_back(StageRun *run, const int64_t shape[3], GError **error)
{
    MedalsGridResult *grid = &run->grid;
    MedalsStageResult *out = run->result;
    size_t voxels = medals_box_product(shape);
    const MedalsExec *exec = run->exec;
    out->labels = medals_alloc(voxels, sizeof(uint16_t), "labels", error);
    if (!out->labels)
        return false;
    bool ok = run->stage->package->resample_probabilities
                  ? medals_resample_probabilities(exec, grid, out->labels,
                                                  shape, error)
                  : medals_resample_labels(exec, grid->labels, grid->shape,
                                           out->labels, shape, -1, error);
    if (ok && grid->best)
        ok = (out->best =
                  medals_alloc(voxels, sizeof(float), "probability", error)) &&
             medals_resample_linear(exec, grid->best, grid->shape, out->best,
                                    shape, error);
    size_t all = voxels;
    if (ok && run->mode->want_probabilities)
        ok = (medals_size_multiply(&all, (size_t) grid->n) ||
              medals_fail(error, MEDALS_E_NOMEM, "probabilities: too large")) &&
             (out->probabilities =
                  medals_alloc(all, sizeof(float), "probabilities", error));
    for (int64_t n = 0; ok && out->probabilities && n < grid->n; n++)
        ok = medals_resample_linear(
            exec,
            grid->probabilities + (size_t) n * medals_box_product(grid->shape),
            grid->shape, out->probabilities + (size_t) n * voxels, shape,
            error);
    return ok;
}

static bool keep_means(StageRun *run, GError **error)
{
    size_t n = (size_t) run->mode->n;
    run->result->mean =
        medals_alloc(n, sizeof(double), "mean probabilities", error);
    for (size_t i = 0; run->result->mean && i < n; i++)
        run->result->mean[i] = run->grid.sum[i] / (double) run->grid.count[i];
    return run->result->mean != NULL;
}

static void clear_run(StageRun *run)
{
    medals_free(run->image);
    medals_free(run->prompt);
    medals_free(run->importance);
    medals_free(run->patch);
    medals_free(run->union_map);
    medals_free(run->class_map);
    medals_free(run->blocks);
    medals_free(run->logits);
    medals_slab_clear(&run->slab);
    medals_grid_result_clear(&run->grid);
}

static bool run_stage(StageRun *run, const uint8_t *image,
                      const int64_t shape[3], const uint16_t *prompt,
                      GError **error)
{
    const MedalsStageMode *mode = run->mode;
    const MedalsStageObserver *observer = mode->observer;
    double begun = medals_now();
    const MedalsFeatureStore *store = mode->store;
    run->iterations = refine_iterations(run);
    run->store =
        store && store->stage == run->stage->number &&
        !memcmp(store->grid, run->result->grid.shape, sizeof store->grid);
    medals_task_phase(run->exec->task, "resample");
    if (!prepare_image(run, image, shape, error) ||
        !prepare_prompt(run, prompt, shape, error) ||
        !prepare_annotation(run, shape, error) ||
        !prepare_window_buffers(run, error))
        return false;
    if (observer && observer->grid)
        observer->grid(observer->cookie, run->stage->number, &run->result->grid,
                       run->padded, run->image);
    bool keep_all =
        mode->want_probabilities || run->stage->package->resample_probabilities;
    bool ok =
        medals_slab_init(&run->slab, mode->n, run->stage->crop, run->padded,
                         run->importance, error) &&
        medals_grid_result_init(&run->grid, run->result->grid.shape, mode->n,
                                mode->values, mode->want_best, keep_all, error);
    double prepared = medals_now();
    medals_task_phase(run->exec->task, "network");
    ok = ok && run_windows(run, error);
    double networked = medals_now();
    medals_task_phase(run->exec->task, "labels");
    ok = ok && resample_back(run, shape, error) && keep_means(run, error);
    run->result->seconds_network = networked - prepared;
    run->result->seconds_resample = prepared - begun + medals_now() - networked;
    if (ok && observer && observer->result)
        observer->result(observer->cookie, run->stage->number, shape,
                         run->result->labels, run->result->best);
    return ok;
}

bool medals_stage_run(const MedalsExec *exec, const MedalsStage *stage,
                      const MedalsStageMode *mode, const uint8_t *image,
                      const int64_t shape[3], const float spacing[3],
                      const uint16_t *prompt, MedalsStageResult *result,
                      GError **error)
{
    memset(result, 0, sizeof *result);
    StageRun run = {
        .exec = exec, .stage = stage, .mode = mode, .result = result};
    medals_stage_plan(stage, mode, shape, spacing, &result->grid, run.padded);
    bool ok = run_stage(&run, image, shape, prompt, error);
    clear_run(&run);
    if (!ok)
        medals_stage_result_clear(result);
    return ok;
}

void medals_stage_result_clear(MedalsStageResult *result)
{
    medals_free(result->labels);
    medals_free(result->best);
    medals_free(result->probabilities);
    medals_free(result->mean);
    memset(result, 0, sizeof *result);
}

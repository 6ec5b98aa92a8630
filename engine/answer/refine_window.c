/*
 * refine_window.c - labels to prompts, and the two answers
 */
#include "refine_window.h"

#include <string.h>

#include "block_mask.h"
#include "box.h"
#include "masked_pair.h"
#include "memory.h"
#include "window_field.h"

/* Edge of the blocks of the masked pair (8.1). */
#define BLOCK 8

typedef struct Run {
    MedalsScene *scene;
    const MedalsExec *exec;
    const MedalsState *state;
    const size_t *index;
    size_t n, window, voxels;
    MedalsRefineWindow *out;
    float *patch, *queries;
    uint8_t *shown, *all, *blocks;
} Run;

static bool reserve_window_logits(Run *run, GError **error)
{
    size_t all = run->voxels;
    const MedalsNetwork *network = run->scene->lattice.stage.network;
    size_t query = (size_t) medals_network_query_width(network);
    if (!medals_size_multiply(&all, run->n))
        return medals_fail(error, MEDALS_E_NOMEM, "refine: too many classes");
    return (run->out->current =
                medals_alloc(all, sizeof(float), "refine", error)) &&
           (run->out->other =
                medals_alloc(all, sizeof(float), "refine", error)) &&
           (run->out->plain =
                medals_alloc(all, sizeof(float), "refine", error)) &&
           (run->out->shown =
                medals_alloc(all, sizeof(float), "refine", error)) &&
           (run->shown = medals_alloc(all, 1, "refine", error)) &&
           (run->all = medals_alloc_zero(run->voxels, 1, "refine", error)) &&
           (run->patch =
                medals_alloc(run->voxels, sizeof(float), "refine", error)) &&
           (run->queries =
                medals_alloc(run->n, query * sizeof(float), "queries", error));
}

/* Shares, and prompts where at least half of a grid voxel has the class. */
static bool draw_labels(Run *run, size_t c, const uint8_t *labels,
                        GError **error)
{
    const MedalsLattice *lattice = &run->scene->lattice;
    const int64_t *extent = run->out->extent;
    uint8_t slot =
        medals_class_list_at(run->state->classes, run->index[c])->slot;
    bool own[256] = {false}, others[256];
    own[slot] = true;
    for (int n = 0; n < 256; n++)
        others[n] = n > 0 && n != slot;
    float *share = run->out->current + c * run->voxels;
    uint8_t *shown = run->shown + c * run->voxels;
    if (!medals_field_share(lattice, run->window, extent, labels, own, share,
                            error) ||
        !medals_field_share(lattice, run->window, extent, labels, others,
                            run->out->other + c * run->voxels, error))
        return false;
    for (size_t v = 0; v < run->voxels; v++) {
        shown[v] = share[v] >= 0.5f;
        run->all[v] |= shown[v];
    }
    return true;
}

static bool draw_all_labels(Run *run, GError **error)
{
    medals_lattice_extent(&run->scene->lattice, run->window, run->out->extent);
    uint8_t *labels =
        medals_alloc(medals_box_voxels(run->out->extent), 1, "refine", error);
    if (!labels)
        return false;
    medals_layer_read(run->state->labels, run->out->extent, labels);
    bool ok = true;
    for (size_t c = 0; ok && c < run->n; c++)
        ok = draw_labels(run, c, labels, error);
    medals_free(labels);
    return ok;
}

static bool collect_queries(Run *run, GError **error)
{
    const MedalsNetwork *network = run->scene->lattice.stage.network;
    size_t width = (size_t) medals_network_query_width(network);
    for (size_t c = 0; c < run->n; c++) {
        const char *text =
            medals_class_list_at(run->state->classes, run->index[c])->text;
        const float *query =
            medals_scene_query(run->scene, run->exec, text, error);
        if (!query)
            return false;
        memcpy(run->queries + c * width, query, width * sizeof *query);
    }
    return true;
}

static bool run_plain(Run *run, GError **error)
{
    const MedalsNetwork *network = run->scene->lattice.stage.network;
    size_t width = (size_t) medals_network_feature_width(network);
    const MedalsFeatures *features =
        medals_scene_features(run->scene, run->exec, run->window, error);
    float *embeddings = features ? medals_alloc(run->n, width * sizeof(float),
                                                "embeddings", error)
                                 : NULL;
    bool ok = embeddings &&
              medals_network_embed(run->exec, network, features, run->queries,
                                   (int64_t) run->n, embeddings, error) &&
              medals_features_logits(
                  run->exec, features, embeddings, (int64_t) run->n, 0,
                  run->scene->lattice.stage.crop[0], run->out->plain, error);
    medals_free(embeddings);
    return ok;
}

static bool run_pair(Run *run, uint64_t seed, GError **error)
{
    const MedalsLattice *lattice = &run->scene->lattice;
    const int64_t *crop = lattice->stage.crop;
    size_t count = medals_block_mask_count(crop[0], crop[1], crop[2], BLOCK);
    run->blocks = medals_alloc(count, 1, "block mask", error);
    if (!run->blocks)
        return false;
    medals_block_mask_draw(&seed, count, run->blocks);
    medals_lattice_patch(lattice, run->window, run->patch);
    MedalsWindow window = {.h = crop[0],
                           .w = crop[1],
                           .d = crop[2],
                           .image = run->patch,
                           .union_prompt = run->all,
                           .class_prompts = run->shown,
                           .queries = run->queries,
                           .n = (int64_t) run->n};
    return medals_masked_pair(run->exec, lattice->stage.network, &window,
                              run->blocks, BLOCK, false, run->out->shown,
                              error);
}

bool medals_refine_window_run(MedalsScene *scene, const MedalsExec *exec,
                              const MedalsState *state, const size_t *index,
                              size_t n, size_t window, uint64_t seed,
                              MedalsRefineWindow *out, GError **error)
{
    Run run = {.scene = scene,
               .exec = exec,
               .state = state,
               .index = index,
               .n = n,
               .window = window,
               .voxels = (size_t) medals_lattice_crop_voxels(&scene->lattice),
               .out = out};
    *out = (MedalsRefineWindow){0};
    bool ok = reserve_window_logits(&run, error) &&
              draw_all_labels(&run, error) && collect_queries(&run, error) &&
              run_plain(&run, error) && run_pair(&run, seed, error);
    medals_free(run.patch);
    medals_free(run.queries);
    medals_free(run.shown);
    medals_free(run.all);
    medals_free(run.blocks);
    if (!ok)
        medals_refine_window_clear(out);
    return ok;
}

void medals_refine_window_clear(MedalsRefineWindow *out)
{
    medals_free(out->current);
    medals_free(out->other);
    medals_free(out->plain);
    medals_free(out->shown);
    *out = (MedalsRefineWindow){0};
}

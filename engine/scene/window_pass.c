/*
 * window_pass.c - prompts on a window's grid, and the pass over it
 */
#include "window_pass.h"

#include <string.h>

#include "box.h"
#include "memory.h"
#include "window_field.h"

/* Classes of a pass and what is shown of them. */
typedef struct Shown {
    GArray *index;    /* size_t, the asked class first */
    uint8_t *classes; /* [n,crop] 0/1 */
    uint8_t *all;     /* [crop] 0/1 */
    float *queries;   /* [n,Q] */
} Shown;

static const bool is_in[256] = {[MEDALS_MARK_IN] = true};

/* Marks of a class in a window; false: none. values is scratch of the box. */
static bool draw_marks(const MedalsLattice *lattice, size_t window,
                       const int64_t box[6], const MedalsLayer *marks,
                       uint8_t *values, uint8_t *hit)
{
    int64_t bounds[6];
    if (!marks || !medals_layer_bounds(marks, MEDALS_MARK_IN, bounds))
        return false;
    for (int x = 0; x < 6; x += 2)
        if (bounds[x] >= box[x + 1] || bounds[x + 1] <= box[x])
            return false;
    medals_layer_read(marks, box, values);
    size_t voxels = (size_t) medals_lattice_crop_voxels(lattice);
    memset(hit, 0, voxels);
    medals_field_touch(lattice, window, box, values, is_in, 1, (int8_t *) hit);
    return memchr(hit, 1, voxels) != NULL;
}

/* Which classes the pass asks for. */
static bool choose_classes(MedalsScene *scene, const MedalsState *state,
                           size_t index, size_t window, Shown *shown,
                           GError **error)
{
    const MedalsLattice *lattice = &scene->lattice;
    size_t voxels = (size_t) medals_lattice_crop_voxels(lattice);
    int64_t box[6];
    medals_lattice_extent(lattice, window, box);
    size_t inside = medals_box_voxels(box);
    uint8_t *values = medals_alloc(inside, 1, "window", error);
    uint8_t *hit = medals_alloc(voxels, 1, "window", error);
    bool ok = values && hit;
    g_array_append_val(shown->index, index);
    for (size_t i = 0; ok && i < medals_class_list_count(state->classes); i++) {
        const MedalsClassEntry *entry = medals_class_list_at(state->classes, i);
        if (i != index && entry->text &&
            draw_marks(lattice, window, box,
                       medals_state_peek_marks(state, entry->uid), values, hit))
            g_array_append_val(shown->index, i);
    }
    size_t n = shown->index->len, all = voxels;
    ok = ok && medals_size_multiply(&all, n) &&
         (shown->classes = medals_alloc_zero(all, 1, "prompts", error)) &&
         (shown->all = medals_alloc_zero(voxels, 1, "prompts", error));
    for (size_t c = 0; ok && c < n; c++) {
        size_t i = g_array_index(shown->index, size_t, c);
        uint32_t uid = medals_class_list_at(state->classes, i)->uid;
        if (!draw_marks(lattice, window, box,
                        medals_state_peek_marks(state, uid), values, hit))
            continue;
        memcpy(shown->classes + c * voxels, hit, voxels);
        for (size_t v = 0; v < voxels; v++)
            shown->all[v] |= hit[v];
    }
    medals_free(values);
    medals_free(hit);
    return ok;
}

static bool collect_queries(MedalsScene *scene, const MedalsExec *exec,
                            const MedalsState *state, Shown *shown,
                            GError **error)
{
    size_t width = (size_t) medals_query_encoder_width(scene->model->encoder);
    size_t n = shown->index->len;
    shown->queries =
        medals_alloc(n * width, sizeof *shown->queries, "queries", error);
    for (size_t c = 0; shown->queries && c < n; c++) {
        size_t i = g_array_index(shown->index, size_t, c);
        const float *query = medals_scene_query(
            scene, exec, medals_class_list_at(state->classes, i)->text, error);
        if (!query)
            return false;
        memcpy(shown->queries + c * width, query, width * sizeof *query);
    }
    return shown->queries != NULL;
}

static MedalsFeatures *run_window(MedalsScene *scene, const MedalsExec *exec,
                                  size_t window, const Shown *shown,
                                  GError **error)
{
    const MedalsLattice *lattice = &scene->lattice;
    const int64_t *crop = lattice->stage.crop;
    float *patch = medals_alloc((size_t) medals_lattice_crop_voxels(lattice),
                                sizeof *patch, "window", error);
    if (!patch)
        return NULL;
    medals_lattice_patch(lattice, window, patch);
    MedalsWindow pass = {.h = crop[0],
                         .w = crop[1],
                         .d = crop[2],
                         .image = patch,
                         .union_prompt = shown->all,
                         .class_prompts = shown->classes,
                         .queries = shown->queries,
                         .n = shown->index->len};
    MedalsFeatures *features = medals_network_forward(
        exec, lattice->stage.network, &pass, NULL, NULL, error);
    medals_free(patch);
    return features;
}

MedalsFeatures *medals_window_pass(MedalsScene *scene, const MedalsExec *exec,
                                   const MedalsState *state, size_t index,
                                   size_t window, GError **error)
{
    if (!medals_class_list_at(state->classes, index)->text) {
        medals_fail(error, MEDALS_E_INPUT,
                    "class %zu: it has no text; expected one for a pass of "
                    "the network",
                    index);
        return NULL;
    }
    Shown shown = {.index = g_array_new(FALSE, FALSE, sizeof(size_t))};
    MedalsFeatures *features =
        choose_classes(scene, state, index, window, &shown, error) &&
                collect_queries(scene, exec, state, &shown, error)
            ? run_window(scene, exec, window, &shown, error)
            : NULL;
    g_array_unref(shown.index);
    medals_free(shown.classes);
    medals_free(shown.all);
    medals_free(shown.queries);
    return features;
}

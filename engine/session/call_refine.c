/*
 * call_refine.c - passes that are shown what is there, and keep what is good
 *
 *   for each window that holds the classes: plain and shown logits
 *   refine_rule.h says which voxels at a border move (ANSWERS.md has the
 *   figures); marks and what answers put there stay
 */
#include <math.h>
#include <string.h>

#include "box.h"
#include "call.h"
#include "memory.h"
#include "refine_rule.h"
#include "refine_window.h"
#include "window_field.h"

/* Grid voxels around a class that a pass looks at. */
#define MARGIN MEDALS_REFINE_MARGIN

/* The classes of a refine: a text and at least one voxel. */
typedef struct Refined {
    size_t *index;
    size_t n;
} Refined;

static Refined refined_classes(const MedalsState *state, const bool *asked)
{
    uint64_t counts[256];
    size_t all = medals_class_list_count(state->classes);
    Refined refined = {.index = g_new0(size_t, MAX(all, 1))};
    medals_layer_count(state->labels, counts);
    for (size_t i = 0; i < all; i++) {
        const MedalsClassEntry *entry = medals_class_list_at(state->classes, i);
        if (asked[i] && entry->text && counts[entry->slot] > 0)
            refined.index[refined.n++] = i;
    }
    return refined;
}

/* The box of a class's voxels and their surroundings. */
static bool surroundings(const MedalsLattice *lattice, const MedalsState *state,
                         size_t index, int64_t box[6])
{
    const MedalsCanonical *canonical = &lattice->canonical;
    uint8_t slot = medals_class_list_at(state->classes, index)->slot;
    if (!medals_layer_bounds(state->labels, slot, box))
        return false;
    for (int a = 0; a < 3; a++) {
        int x = canonical->axis[a];
        int64_t margin =
            MARGIN * canonical->shape[a] / lattice->grid.shape[a] + 1;
        box[2 * x] = MAX(box[2 * x] - margin, 0);
        box[2 * x + 1] = MIN(box[2 * x + 1] + margin, state->size[x]);
    }
    return true;
}

static gint by_number(gconstpointer a, gconstpointer b)
{
    size_t x = *(const size_t *) a, y = *(const size_t *) b;
    return (x > y) - (x < y);
}

/* Windows nearest to some voxel around the classes, ascending. */
static GArray *windows_of(const MedalsLattice *lattice,
                          const MedalsState *state, const Refined *refined)
{
    GArray *windows = g_array_new(FALSE, FALSE, sizeof(size_t));
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (size_t c = 0; c < refined->n; c++) {
        int64_t box[6];
        if (!surroundings(lattice, state, refined->index[c], box))
            continue;
        g_autoptr(GArray) cover = medals_lattice_cover(lattice, box);
        for (guint n = 0; n < cover->len; n++) {
            size_t window = g_array_index(cover, size_t, n);
            if (g_hash_table_add(seen, GSIZE_TO_POINTER(window)))
                g_array_append_val(windows, window);
        }
    }
    g_array_sort(windows, by_number);
    return windows;
}

/* Whether a mark lies on a voxel of the box or beside it: what the user said
 * there, and the border that an answer drew, stay. */
static bool was_said(const int64_t box[6], const uint8_t *said,
                     const int64_t voxel[3])
{
    int64_t low[3], high[3], ni = box[1] - box[0], nj = box[3] - box[2];
    for (int a = 0; a < 3; a++) {
        low[a] = MAX(voxel[a] - 1, box[2 * a]) - box[2 * a];
        high[a] = MIN(voxel[a] + 2, box[2 * a + 1]) - box[2 * a];
    }
    for (int64_t k = low[2]; k < high[2]; k++)
        for (int64_t j = low[1]; j < high[1]; j++)
            for (int64_t i = low[0]; i < high[0]; i++)
                if (said[(k * nj + j) * ni + i] != MEDALS_MARK_NONE)
                    return true;
    return false;
}

/* The image voxels of a class that a window moves. */
static bool move_class(MedalsRun *run, MedalsState *next, size_t index,
                       size_t window, const float *score, GError **error)
{
    const MedalsLattice *lattice = &run->session->scene.lattice;
    const int64_t *crop = lattice->stage.crop;
    const int64_t grid_box[6] = {0, crop[0], 0, crop[1], 0, crop[2]};
    const MedalsClassEntry *entry = medals_class_list_at(next->classes, index);
    const MedalsLayer *marks = medals_state_peek_marks(next, entry->uid);
    int64_t box[6];
    float *flip = medals_field_to_image(&run->exec, lattice, window, score,
                                        grid_box, box, error);
    if (!flip)
        return false;
    size_t voxels = medals_box_voxels(box);
    uint8_t *change = medals_alloc_zero(voxels, 1, "refine", error);
    uint8_t *labels = medals_alloc(voxels, 1, "refine", error);
    uint8_t *said = medals_alloc_zero(voxels, 1, "refine", error);
    bool ok = change && labels && said;
    if (ok) {
        medals_layer_read(next->labels, box, labels);
        if (marks)
            medals_layer_read(marks, box, said);
        size_t n = 0;
        for (int64_t k = box[4]; k < box[5]; k++)
            for (int64_t j = box[2]; j < box[3]; j++)
                for (int64_t i = box[0]; i < box[1]; i++, n++) {
                    const int64_t voxel[3] = {i, j, k};
                    bool enters = flip[n] > 0 && labels[n] == 0;
                    bool leaves = flip[n] < 0 && labels[n] == entry->slot;
                    if ((enters || leaves) && !was_said(box, said, voxel) &&
                        medals_lattice_nearest(lattice, voxel) == window)
                        change[n] = enters ? 1 : 2;
                }
        ok = medals_state_answer(next, index, box, change, false, error);
    }
    medals_free(change);
    medals_free(labels);
    medals_free(said);
    medals_free(flip);
    return ok;
}

static bool refine_window(MedalsRun *run, const MedalsState *before,
                          MedalsState *next, const Refined *refined,
                          size_t window, uint64_t seed, GError **error)
{
    MedalsScene *scene = &run->session->scene;
    const int64_t *crop = scene->lattice.stage.crop;
    size_t voxels = (size_t) medals_lattice_crop_voxels(&scene->lattice);
    MedalsRefineWindow seen;
    if (!medals_lane_yield(run->exec.lane, &run->task, error) ||
        !medals_refine_window_run(scene, &run->exec, before, refined->index,
                                  refined->n, window, seed, &seen, error))
        return false;
    float *score = medals_alloc(voxels, sizeof *score, "refine", error);
    bool ok = score != NULL;
    for (size_t c = 0; ok && c < refined->n; c++) {
        MedalsRefineField field = {.size = {crop[0], crop[1], crop[2]},
                                   .plain = seen.plain + c * voxels,
                                   .shown = seen.shown + c * voxels,
                                   .current = seen.current + c * voxels,
                                   .other = seen.other + c * voxels};
        ok = medals_refine_rule(&field, score, error) &&
             move_class(run, next, refined->index[c], window, score, error);
    }
    medals_free(score);
    medals_refine_window_clear(&seen);
    return ok;
}

/* One pass over all windows; *changed tells whether a voxel moved. */
static bool pass(MedalsRun *run, MedalsState *next, const Refined *refined,
                 uint64_t number, uint64_t total, bool *changed, GError **error)
{
    const MedalsLattice *lattice = &run->session->scene.lattice;
    MedalsState *before = medals_state_copy(next, error);
    if (!before)
        return false;
    g_autoptr(GArray) windows = windows_of(lattice, before, refined);
    const int64_t *crop = lattice->stage.crop;
    double work =
        2 * medals_network_flops(lattice->stage.network, crop[0], crop[1],
                                 crop[2], (int64_t) refined->n, true);
    medals_task_phase(&run->task, "network");
    medals_task_span(&run->task, (double) (number + 1) / (double) total,
                     work * MAX(windows->len, 1));
    bool ok = true;
    for (guint n = 0; ok && n < windows->len; n++) {
        size_t window = g_array_index(windows, size_t, n);
        ok = refine_window(run, before, next, refined, window,
                           window + (number << 32), error);
    }
    int64_t box[6];
    *changed = ok && medals_layer_difference(before->labels, next->labels, box);
    medals_state_free(before);
    return ok;
}

static void report(MedalsRun *run, const MedalsState *next,
                   const Refined *refined)
{
    const MedalsState *before = run->session->state;
    size_t all = medals_class_list_count(next->classes);
    uint64_t counts[256];
    medals_layer_count(before->labels, counts);
    for (size_t i = 0; i < all; i++) {
        double none = NAN;
        g_array_append_val(run->answer->dice, none);
    }
    for (size_t c = 0; c < refined->n; c++) {
        const MedalsClassEntry *entry =
            medals_class_list_at(next->classes, refined->index[c]);
        int64_t extent[6];
        uint64_t added, removed;
        medals_state_change(before, next, entry->uid, extent, &added, &removed);
        double a = (double) counts[entry->slot];
        double b = a + (double) added - (double) removed;
        double dice = a + b > 0 ? 2 * (a - (double) removed) / (a + b) : 1;
        g_array_index(run->answer->dice, double, refined->index[c]) = dice;
    }
}

static bool run_passes(MedalsRun *run, MedalsState *next,
                       const Refined *refined, uint32_t passes, GError **error)
{
    if (!medals_run_enter(run, error) ||
        !medals_scene_prepare(&run->session->scene, &run->exec, &run->settled,
                              error))
        return false;
    bool changed = refined->n > 0, ok = true;
    for (uint32_t n = 0; ok && changed && n < passes; n++) {
        ok = pass(run, next, refined, n, passes, &changed, error);
        run->answer->count++;
    }
    medals_run_leave(run);
    return ok && medals_task_check(&run->task, error);
}

bool medals_call_refine(MedalsSession *session, uint32_t passes,
                        const size_t *classes, size_t count,
                        const MedalsCall *call, MedalsAnswer **answer,
                        GError **error)
{
    MedalsRun run;
    if (passes == 0)
        return medals_fail(error, MEDALS_E_INPUT,
                           "passes: 0; expected at least 1");
    if (!medals_run_begin(&run, session, call, false, error))
        return false;
    g_autofree bool *asked =
        medals_call_asked(session->state, classes, count, error);
    MedalsState *next = asked ? medals_state_copy(session->state, error) : NULL;
    bool done = next != NULL;
    if (done) {
        Refined refined = refined_classes(next, asked);
        done = run_passes(&run, next, &refined, passes, error);
        if (done)
            report(&run, next, &refined);
        g_free(refined.index);
    }
    if (!done)
        medals_state_free(next);
    done = done && medals_run_commit(&run, next, "refine", error);
    return medals_run_end(&run, done, answer);
}

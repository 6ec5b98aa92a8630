/*
 * prompt_answer.c - window by window, from the prompt outwards
 */
#include "prompt_answer.h"

#include <math.h>
#include <string.h>

#include "box.h"
#include "click_answer.h"
#include "memory.h"
#include "window_field.h"
#include "window_pass.h"

/* Windows that one prompt is answered in; marks outside them still hold. */
#define MOST_WINDOWS 27
/* Further windows that an answer may grow into. */
#define MOST_ZOOMS 8
/* Inside a positive box a class is believed from this logit on: p = 0.27. */
#define BOX_LOGIT 1.0f

/* One window while it is answered. */
typedef struct Work {
    const MedalsAnswering *with;
    const MedalsLayer *before;
    MedalsState *next;
    MedalsAsked asked; /* set: the part of the prompt that is this window's */
    bool full;
    size_t window;
    int64_t extent[6];
    uint8_t *labels; /* [extent] slots before the prompt */
    float *patch, *current, *other, *flip; /* [crop] */
    int8_t *marks;                         /* [crop] */
    float *embedding;                      /* [C] or NULL */
    MedalsFeatures *pass;                  /* full: owned, or NULL */
    const MedalsFeatures *features;        /* pass, or the scene's */
    int64_t grid_box[6];
} Work;

static MedalsScene *scene_of(const Work *work)
{
    return work->with->scene;
}

static const MedalsClassEntry *entry_of(const Work *work)
{
    return medals_class_list_at(work->next->classes, work->asked.index);
}

/* ---- which windows ------------------------------------------------------ */

typedef struct Share {
    size_t window;
    uint64_t voxels;
} Share;

static gint by_share(gconstpointer a, gconstpointer b)
{
    const Share *x = a, *y = b;
    if (x->voxels != y->voxels)
        return x->voxels > y->voxels ? -1 : 1;
    return (x->window > y->window) - (x->window < y->window);
}

/* The windows nearest to voxels of a set, those of most voxels first. */
static GArray *windows_of(const MedalsLattice *lattice,
                          const MedalsVoxelSet *set)
{
    GArray *shares = g_array_new(FALSE, FALSE, sizeof(Share));
    const int64_t *box = set->box;
    const uint8_t *mask = set->mask;
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++) {
                if (!*mask++)
                    continue;
                const int64_t voxel[3] = {i, j, k};
                size_t window = medals_lattice_nearest(lattice, voxel);
                guint n = 0;
                while (n < shares->len &&
                       g_array_index(shares, Share, n).window != window)
                    n++;
                if (n == shares->len) {
                    Share share = {window, 0};
                    g_array_append_val(shares, share);
                }
                g_array_index(shares, Share, n).voxels++;
            }
    g_array_sort(shares, by_share);
    return shares;
}

/* The voxels of a set whose nearest window this is. */
static bool own_part(const MedalsLattice *lattice, const MedalsVoxelSet *set,
                     size_t window, MedalsVoxelSet *part, GError **error)
{
    const int64_t *box = set->box;
    uint8_t *mask = medals_alloc(medals_box_voxels(box), 1, "prompt", error);
    if (!mask)
        return false;
    size_t n = 0;
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++, n++) {
                const int64_t voxel[3] = {i, j, k};
                mask[n] = set->mask[n] &&
                          medals_lattice_nearest(lattice, voxel) == window;
            }
    bool ok = medals_voxel_set_from_mask(part, box, mask, error);
    medals_free(mask);
    return ok;
}

static void note_window(const MedalsAnswering *with, size_t window)
{
    int64_t extent[6];
    medals_lattice_extent(&with->scene->lattice, window, extent);
    medals_answer_add_window(with->answer, extent);
}

bool medals_prompt_windows(const MedalsAnswering *with, const int64_t box[6],
                           GError **error)
{
    MedalsScene *scene = with->scene;
    if (!medals_scene_prepare(with->scene, with->exec, with->settled, error))
        return false;
    g_autoptr(GArray) windows = medals_lattice_cover(&scene->lattice, box);
    for (guint n = 0; n < windows->len; n++)
        note_window(with, g_array_index(windows, size_t, n));
    return true;
}

/* ---- what a window knows ------------------------------------------------ */

static bool reserve_window(Work *work, GError **error)
{
    const MedalsLattice *lattice = &scene_of(work)->lattice;
    size_t voxels = (size_t) medals_lattice_crop_voxels(lattice);
    size_t width =
        (size_t) medals_network_feature_width(lattice->stage.network);
    medals_lattice_extent(lattice, work->window, work->extent);
    return (work->labels = medals_alloc(medals_box_voxels(work->extent), 1,
                                        "window", error)) &&
           (work->patch =
                medals_alloc(voxels, sizeof(float), "window", error)) &&
           (work->current =
                medals_alloc(voxels, sizeof(float), "window", error)) &&
           (work->other =
                medals_alloc(voxels, sizeof(float), "window", error)) &&
           (work->flip =
                medals_alloc_zero(voxels, sizeof(float), "window", error)) &&
           (work->marks = medals_alloc_zero(voxels, 1, "window", error)) &&
           (work->embedding =
                medals_alloc(width, sizeof(float), "embedding", error));
}

static void release(Work *work)
{
    medals_free(work->labels);
    medals_free(work->patch);
    medals_free(work->current);
    medals_free(work->other);
    medals_free(work->flip);
    medals_free(work->marks);
    medals_free(work->embedding);
    medals_features_free(work->pass);
}

/* Image, labels and marks of the window. */
static bool look(Work *work, GError **error)
{
    const MedalsLattice *lattice = &scene_of(work)->lattice;
    const MedalsClassEntry *entry = entry_of(work);
    bool own[256] = {false}, others[256];
    own[entry->slot] = true;
    for (int slot = 0; slot < 256; slot++)
        others[slot] = slot > 0 && slot != entry->slot;
    medals_lattice_patch(lattice, work->window, work->patch);
    medals_layer_read(work->before, work->extent, work->labels);
    if (!medals_field_share(lattice, work->window, work->extent, work->labels,
                            own, work->current, error) ||
        !medals_field_share(lattice, work->window, work->extent, work->labels,
                            others, work->other, error))
        return false;
    const MedalsLayer *marks = medals_state_peek_marks(work->next, entry->uid);
    if (!marks)
        return true;
    uint8_t *values =
        medals_alloc(medals_box_voxels(work->extent), 1, "window", error);
    if (!values)
        return false;
    static const bool in[256] = {[MEDALS_MARK_IN] = true};
    static const bool out[256] = {[MEDALS_MARK_OUT] = true};
    medals_layer_read(marks, work->extent, values);
    medals_field_touch(lattice, work->window, work->extent, values, in, 1,
                       work->marks);
    medals_field_touch(lattice, work->window, work->extent, values, out, -1,
                       work->marks);
    medals_free(values);
    return true;
}

/* X and the class's embedding: kept ones, or those of a pass. */
static bool sense(Work *work, GError **error)
{
    MedalsScene *scene = scene_of(work);
    const MedalsExec *exec = work->with->exec;
    const MedalsNetwork *network = scene->lattice.stage.network;
    const char *text = entry_of(work)->text;
    if (work->full && text) {
        work->pass = medals_window_pass(scene, exec, work->next,
                                        work->asked.index, work->window, error);
        if (!work->pass)
            return false;
        work->features = work->pass;
        memcpy(work->embedding, medals_features_embedding(work->pass, 0),
               (size_t) medals_network_feature_width(network) *
                   sizeof *work->embedding);
        return true;
    }
    const float *query = NULL;
    if (text && !(query = medals_scene_query(scene, exec, text, error)))
        return false;
    work->features = medals_scene_features(scene, exec, work->window, error);
    if (!work->features)
        return false;
    if (text)
        return medals_network_embed(exec, network, work->features, query, 1,
                                    work->embedding, error);
    g_clear_pointer(&work->embedding, medals_free);
    return true;
}

/* ---- flip scores -------------------------------------------------------- */

static void load_rows(void *cookie, const int64_t *voxel, size_t count,
                      float *dst)
{
    const Work *work = cookie;
    medals_features_rows(work->features, work->with->exec->kernels, voxel,
                         count, dst);
}

static bool score_seeds(Work *work, const MedalsVoxelSet *seeds_of,
                        GError **error)
{
    const MedalsLattice *lattice = &scene_of(work)->lattice;
    const int64_t *crop = lattice->stage.crop;
    g_autoptr(GArray) seeds =
        medals_field_seeds(lattice, work->window, seeds_of);
    MedalsClickField field = {.h = crop[0],
                              .w = crop[1],
                              .d = crop[2],
                              .channels =
                                  medals_features_channels(work->features),
                              .rows = load_rows,
                              .rows_cookie = work,
                              .embedding = work->embedding,
                              .image = work->patch,
                              .current = work->current,
                              .other = work->other,
                              .marks = work->marks,
                              .seeds = (const int64_t *) (void *) seeds->data,
                              .seed_count = seeds->len,
                              .positive = work->asked.positive};
    memcpy(field.spacing, lattice->spacing, sizeof field.spacing);
    return medals_click_answer(work->with->exec, &field, work->flip,
                               work->grid_box, error);
}

/* A box stands for a click at its middle; with a text, for the class too. */
static bool score_box(Work *work, GError **error)
{
    const int64_t *box = work->asked.set->box;
    MedalsVoxelSet middle = {0};
    int64_t at[6];
    /* Of two voxels in the middle the lower one on the network's axes: the
     * same place however the image is stored. */
    const MedalsCanonical *canonical = &scene_of(work)->lattice.canonical;
    for (int a = 0; a < 3; a++) {
        int x = canonical->axis[a];
        at[2 * x] = (box[2 * x] + box[2 * x + 1] - !canonical->flip[a]) / 2;
        at[2 * x + 1] = at[2 * x] + 1;
    }
    static const uint8_t one = 1;
    bool ok = medals_voxel_set_from_mask(&middle, at, &one, error) &&
              score_seeds(work, &middle, error);
    medals_voxel_set_clear(&middle);
    if (!ok || !work->embedding)
        return ok;
    const MedalsLattice *lattice = &scene_of(work)->lattice;
    const int64_t *crop = lattice->stage.crop;
    size_t voxels = (size_t) medals_lattice_crop_voxels(lattice);
    float *logits = medals_alloc(voxels, sizeof *logits, "logits", error);
    ok = logits &&
         medals_features_logits(work->with->exec, work->features,
                                work->embedding, 1, 0, crop[0], logits, error);
    const int64_t *near = work->grid_box;
    for (size_t v = 0; ok && v < voxels; v++) {
        int64_t d = (int64_t) v % crop[2], w = (int64_t) v / crop[2] % crop[1],
                h = (int64_t) v / crop[2] / crop[1];
        bool inside = h >= near[0] && h < near[1] && w >= near[2] &&
                      w < near[3] && d >= near[4] && d < near[5];
        float score = logits[v] + BOX_LOGIT;
        work->flip[v] = inside ? MAX(work->flip[v], score) : score;
    }
    medals_free(logits);
    for (int a = 0; a < 3; a++) {
        work->grid_box[2 * a] = 0;
        work->grid_box[2 * a + 1] = crop[a];
    }
    return ok;
}

/* How many marks around the prompt the answer obeys by itself. */
static void judge(const Work *work, MedalsAgreement *agreement)
{
    const int64_t *crop = scene_of(work)->lattice.stage.crop;
    const int64_t *box = work->grid_box;
    for (int64_t h = box[0]; h < box[1]; h++)
        for (int64_t w = box[2]; w < box[3]; w++)
            for (int64_t d = box[4]; d < box[5]; d++) {
                int64_t v = (h * crop[1] + w) * crop[2] + d;
                if (!work->marks[v])
                    continue;
                bool in = work->current[v] >= 0.5f;
                if (work->flip[v] > 0)
                    in = work->asked.positive;
                agreement->marks++;
                agreement->kept += in == (work->marks[v] > 0);
            }
}

/* ---- from scores to voxels ---------------------------------------------- */

/* Voxels of a box that hang together with the prompt. */
typedef struct Flood {
    const int64_t *box;
    const float *score; /* [box] */
    uint8_t *change;    /* [box] 0, or 1 enter, 2 leave */
    int64_t *stack;
    size_t depth;
    uint8_t as;
} Flood;

static void flood_visit(Flood *flood, int64_t n)
{
    if (flood->change[n] || !(flood->score[n] > 0))
        return;
    flood->change[n] = flood->as;
    flood->stack[flood->depth++] = n;
}

static void spread(Flood *flood)
{
    const int64_t *box = flood->box;
    int64_t ni = box[1] - box[0], nj = box[3] - box[2], nk = box[5] - box[4];
    while (flood->depth > 0) {
        int64_t n = flood->stack[--flood->depth];
        int64_t i = n % ni, j = n / ni % nj, k = n / ni / nj;
        if (i > 0)
            flood_visit(flood, n - 1);
        if (i + 1 < ni)
            flood_visit(flood, n + 1);
        if (j > 0)
            flood_visit(flood, n - ni);
        if (j + 1 < nj)
            flood_visit(flood, n + ni);
        if (k > 0)
            flood_visit(flood, n - ni * nj);
        if (k + 1 < nk)
            flood_visit(flood, n + ni * nj);
    }
}

/* Scores stay where a voxel may change, and inside the box of a box prompt;
 * elsewhere they become 0. */
static void confine(const Work *work, const int64_t box[6], float *score)
{
    const int64_t *extent = work->extent, *limit = work->asked.set->box;
    int64_t ni = extent[1] - extent[0], nj = extent[3] - extent[2];
    uint8_t slot = entry_of(work)->slot;
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++, score++) {
                bool has =
                    work->labels[((k - extent[4]) * nj + j - extent[2]) * ni +
                                 i - extent[0]] == slot;
                bool inside = !work->asked.box ||
                              (i >= limit[0] && i < limit[1] && j >= limit[2] &&
                               j < limit[3] && k >= limit[4] && k < limit[5]);
                if (has == work->asked.positive || !inside)
                    *score = 0;
            }
}

/* Voxels of the prompt always belong to what follows it. */
static void plant(const Work *work, Flood *flood)
{
    const int64_t *box = flood->box, *from = work->asked.set->box;
    const uint8_t *mask = work->asked.set->mask;
    int64_t ni = box[1] - box[0], nj = box[3] - box[2];
    for (int64_t k = from[4]; k < from[5]; k++)
        for (int64_t j = from[2]; j < from[3]; j++)
            for (int64_t i = from[0]; i < from[1]; i++) {
                if (!*mask++ || i < box[0] || i >= box[1] || j < box[2] ||
                    j >= box[3] || k < box[4] || k >= box[5])
                    continue;
                int64_t n = ((k - box[4]) * nj + j - box[2]) * ni + i - box[0];
                if (work->asked.box) {
                    flood_visit(flood, n);
                } else if (!flood->change[n]) {
                    flood->change[n] = flood->as;
                    flood->stack[flood->depth++] = n;
                }
            }
}

/* Changed voxels in the outermost grid cells of the window, on sides where the
 * grid goes on: what the next window begins with. */
static bool border_part(const Work *work, const int64_t box[6],
                        const uint8_t *change, MedalsVoxelSet *border,
                        GError **error)
{
    const MedalsLattice *lattice = &scene_of(work)->lattice;
    const int64_t *crop = lattice->stage.crop;
    int64_t start[3];
    medals_lattice_start(lattice, work->window, start);
    uint8_t *mask =
        medals_alloc_zero(medals_box_voxels(box), 1, "window", error);
    if (!mask)
        return false;
    size_t n = 0;
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++, n++) {
                const int64_t voxel[3] = {i, j, k};
                int64_t at =
                    change[n]
                        ? medals_lattice_voxel(lattice, work->window, voxel)
                        : -1;
                if (at < 0)
                    continue;
                int64_t g[3] = {at / crop[2] / crop[1], at / crop[2] % crop[1],
                                at % crop[2]};
                for (int a = 0; a < 3; a++)
                    if ((g[a] == 0 && start[a] > 0) ||
                        (g[a] == crop[a] - 1 &&
                         start[a] + crop[a] < lattice->grid.shape[a]))
                        mask[n] = 1;
            }
    bool ok = medals_voxel_set_from_mask(border, box, mask, error);
    medals_free(mask);
    return ok;
}

static bool apply(Work *work, MedalsVoxelSet *border, GError **error)
{
    int64_t box[6];
    GError *inner = NULL;
    float *score = medals_field_to_image(
        work->with->exec, &scene_of(work)->lattice, work->window, work->flip,
        work->grid_box, box, &inner);
    if (inner)
        g_propagate_error(error, inner);
    if (!score)
        return inner == NULL;
    size_t voxels = medals_box_voxels(box);
    Flood flood = {.box = box,
                   .score = score,
                   .as = work->asked.positive ? 1 : 2,
                   .change = medals_alloc_zero(voxels, 1, "answer", error)};
    bool ok = flood.change &&
              (flood.stack =
                   medals_alloc(voxels, sizeof *flood.stack, "answer", error));
    if (ok) {
        confine(work, box, score);
        plant(work, &flood);
        spread(&flood);
        ok = medals_state_answer(work->next, work->asked.index, box,
                                 flood.change, true, error) &&
             border_part(work, box, flood.change, border, error);
    }
    medals_free(flood.stack);
    medals_free(flood.change);
    medals_free(score);
    return ok;
}

/* ---- windows in turn ---------------------------------------------------- */

static bool answer_window(Work *work, MedalsAgreement *agreement,
                          MedalsVoxelSet *border, GError **error)
{
    bool ok = medals_lane_yield(work->with->exec->lane, work->with->exec->task,
                                error) &&
              reserve_window(work, error) && look(work, error) &&
              sense(work, error) &&
              (work->asked.box ? score_box(work, error)
                               : score_seeds(work, work->asked.set, error));
    if (ok)
        judge(work, agreement);
    ok = ok && apply(work, border, error);
    release(work);
    return ok;
}

/* The windows of the prompt, then those that the answer grows into. */
typedef struct Front {
    MedalsVoxelSet border; /* of the windows so far */
    GHashTable *done;      /* windows */
} Front;

static bool answer_part(const MedalsAnswering *with, const MedalsLayer *before,
                        MedalsState *next, const MedalsAsked *asked, bool full,
                        size_t window, Front *front, MedalsAgreement *agreement,
                        GError **error)
{
    const MedalsLattice *lattice = &with->scene->lattice;
    MedalsVoxelSet part = {0}, border = {0};
    Work work = {.with = with,
                 .before = before,
                 .next = next,
                 .asked = *asked,
                 .full = full,
                 .window = window};
    work.asked.set = &part;
    bool ok = own_part(lattice, asked->set, window, &part, error);
    if (ok && part.mask)
        ok = answer_window(&work, agreement, &border, error) &&
             medals_voxel_set_join(&front->border, &border, error);
    g_hash_table_add(front->done, GSIZE_TO_POINTER(window));
    note_window(with, window);
    medals_voxel_set_clear(&part);
    medals_voxel_set_clear(&border);
    return ok;
}

/* The nearest window of the border that was not answered yet; false: none. */
static bool next_window(const MedalsLattice *lattice, const Front *front,
                        size_t *window)
{
    if (!front->border.mask)
        return false;
    g_autoptr(GArray) shares = windows_of(lattice, &front->border);
    for (guint n = 0; n < shares->len; n++) {
        *window = g_array_index(shares, Share, n).window;
        if (!g_hash_table_contains(front->done, GSIZE_TO_POINTER(*window)))
            return true;
    }
    return false;
}

static bool answer_all(const MedalsAnswering *with, const MedalsLayer *before,
                       MedalsState *next, const MedalsAsked *asked, bool full,
                       Front *front, MedalsAgreement *agreement, GError **error)
{
    const MedalsLattice *lattice = &with->scene->lattice;
    g_autoptr(GArray) shares = windows_of(lattice, asked->set);
    bool ok = true;
    for (guint n = 0; ok && n < MIN(shares->len, MOST_WINDOWS); n++)
        ok = answer_part(with, before, next, asked, full,
                         g_array_index(shares, Share, n).window, front,
                         agreement, error);
    size_t window;
    for (int zoom = 0; ok && zoom < MOST_ZOOMS && !asked->box &&
                       next_window(lattice, front, &window);
         zoom++) {
        MedalsVoxelSet seeds = front->border;
        front->border = (MedalsVoxelSet){0};
        MedalsAsked grown = *asked;
        grown.set = &seeds;
        ok = answer_part(with, before, next, &grown, full, window, front,
                         agreement, error) &&
             medals_voxel_set_join(&front->border, &seeds, error);
        medals_voxel_set_clear(&seeds);
    }
    return ok;
}

bool medals_prompt_answer(const MedalsAnswering *with,
                          const MedalsLayer *before, MedalsState *next,
                          const MedalsAsked *asked, bool full,
                          MedalsAgreement *agreement, GError **error)
{
    *agreement = (MedalsAgreement){0};
    if (!medals_scene_prepare(with->scene, with->exec, with->settled, error))
        return false;
    Front front = {.done = g_hash_table_new(NULL, NULL)};
    bool ok =
        answer_all(with, before, next, asked, full, &front, agreement, error);
    medals_voxel_set_clear(&front.border);
    g_hash_table_destroy(front.done);
    return ok;
}

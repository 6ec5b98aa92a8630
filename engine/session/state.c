/*
 * state.c - labels and marks of one version, and the laws between them
 */
#include "state.h"

#include <string.h>

#include "memory.h"

static void layer_free(gpointer layer)
{
    medals_layer_free(layer);
}

static MedalsState *state_shell(const int64_t size[3])
{
    MedalsState *state = g_new0(MedalsState, 1);
    memcpy(state->size, size, sizeof state->size);
    state->marks = g_hash_table_new_full(NULL, NULL, NULL, layer_free);
    state->next_prompt = 1;
    return state;
}

MedalsState *medals_state_new(const int64_t size[3], GError **error)
{
    MedalsState *state = state_shell(size);
    state->classes = medals_class_list_new();
    state->prompts = g_array_new(FALSE, FALSE, sizeof(MedalsPromptRecord));
    state->labels = medals_layer_new(size, error);
    if (state->labels)
        return state;
    medals_state_free(state);
    return NULL;
}

MedalsState *medals_state_copy(const MedalsState *from, GError **error)
{
    MedalsState *state = state_shell(from->size);
    state->next_prompt = from->next_prompt;
    state->classes = medals_class_list_copy(from->classes);
    state->prompts = g_array_sized_new(FALSE, FALSE, sizeof(MedalsPromptRecord),
                                       from->prompts->len + 1);
    if (from->prompts->len)
        g_array_append_vals(state->prompts, from->prompts->data,
                            from->prompts->len);
    bool ok = (state->labels = medals_layer_copy(from->labels, error));
    GHashTableIter iter;
    gpointer uid, marks;
    g_hash_table_iter_init(&iter, from->marks);
    while (ok && g_hash_table_iter_next(&iter, &uid, &marks)) {
        MedalsLayer *copy = medals_layer_copy(marks, error);
        ok = copy != NULL;
        if (ok)
            g_hash_table_insert(state->marks, uid, copy);
    }
    if (ok)
        return state;
    medals_state_free(state);
    return NULL;
}

void medals_state_free(MedalsState *state)
{
    if (!state)
        return;
    medals_class_list_free(state->classes);
    medals_layer_free(state->labels);
    g_hash_table_destroy(state->marks);
    g_array_unref(state->prompts);
    g_free(state);
}

MedalsLayer *medals_state_peek_marks(const MedalsState *state, uint32_t uid)
{
    return g_hash_table_lookup(state->marks, GUINT_TO_POINTER(uid));
}

MedalsLayer *medals_state_marks(MedalsState *state, uint32_t uid,
                                GError **error)
{
    MedalsLayer *marks = medals_state_peek_marks(state, uid);
    if (marks)
        return marks;
    marks = medals_layer_new(state->size, error);
    if (marks)
        g_hash_table_insert(state->marks, GUINT_TO_POINTER(uid), marks);
    return marks;
}

/* ---- orphans ------------------------------------------------------------ */

static bool is_orphan(const MedalsState *state, uint32_t uid)
{
    return medals_class_list_of_uid(state->classes, uid) < 0;
}

static void drop_prompts(MedalsState *state)
{
    guint kept = 0;
    MedalsPromptRecord *list =
        (MedalsPromptRecord *) (void *) state->prompts->data;
    for (guint n = 0; n < state->prompts->len; n++)
        if (!is_orphan(state, list[n].class_uid))
            list[kept++] = list[n];
    g_array_set_size(state->prompts, kept);
}

typedef struct Clearing {
    MedalsLayer *labels;
    const bool *used; /* [256] slots of classes, 0 included */
    GError **error;
} Clearing;

static bool clear_unused(void *cookie, const int64_t box[6],
                         const uint8_t *before, const uint8_t *after)
{
    const Clearing *clearing = cookie;
    size_t n =
        (size_t) ((box[1] - box[0]) * (box[3] - box[2]) * (box[5] - box[4]));
    g_autofree uint8_t *slots = g_memdup2(after, n);
    bool any = false;
    for (size_t v = 0; v < n; v++)
        if (!clearing->used[slots[v]]) {
            slots[v] = 0;
            any = true;
        }
    return !any ||
           medals_layer_write(clearing->labels, box, slots, clearing->error);
}

bool medals_state_drop_orphans(MedalsState *state, GError **error)
{
    GHashTableIter iter;
    gpointer uid;
    g_hash_table_iter_init(&iter, state->marks);
    while (g_hash_table_iter_next(&iter, &uid, NULL))
        if (is_orphan(state, GPOINTER_TO_UINT(uid)))
            g_hash_table_iter_remove(&iter);
    drop_prompts(state);
    bool used[256] = {[0] = true};
    for (size_t i = 0; i < medals_class_list_count(state->classes); i++)
        used[medals_class_list_at(state->classes, i)->slot] = true;
    MedalsLayer *held = medals_layer_copy(state->labels, error);
    if (!held)
        return false;
    Clearing clearing = {state->labels, used, error};
    bool ok = medals_layer_compare(NULL, held, clear_unused, &clearing);
    medals_layer_free(held);
    return ok;
}

/* ---- boxes in slabs ----------------------------------------------------- */

/* Work on a box goes slice by slice: memory of a slice, not of the box. */
typedef struct Slice {
    int64_t box[6];
    size_t voxels;
    size_t offset; /* of its first voxel in a buffer of the whole box */
} Slice;

static Slice slice_of(const int64_t box[6], int64_t k)
{
    Slice slice = {.box = {box[0], box[1], box[2], box[3], k, k + 1}};
    slice.voxels = (size_t) ((box[1] - box[0]) * (box[3] - box[2]));
    slice.offset = (size_t) (k - box[4]) * slice.voxels;
    return slice;
}

/* Buffers of a slice. */
typedef struct Buffers {
    uint8_t *labels, *marks, *others;
} Buffers;

static bool buffers_init(Buffers *buffers, const int64_t box[6], GError **error)
{
    size_t n = slice_of(box, box[4]).voxels;
    uint8_t *all = medals_alloc(n, 3, "marks", error);
    *buffers = (Buffers){all, all ? all + n : NULL, all ? all + 2 * n : NULL};
    return all != NULL;
}

/* The other classes' IN marks go where this class's come. */
static bool take_away(MedalsState *state, uint32_t uid, const Slice *slice,
                      const uint8_t *mask, uint8_t *buffer, GError **error)
{
    GHashTableIter iter;
    gpointer other, marks;
    g_hash_table_iter_init(&iter, state->marks);
    while (g_hash_table_iter_next(&iter, &other, &marks)) {
        if (GPOINTER_TO_UINT(other) == uid)
            continue;
        medals_layer_read(marks, slice->box, buffer);
        bool any = false;
        for (size_t v = 0; v < slice->voxels; v++)
            if ((!mask || mask[v]) && (buffer[v] == MEDALS_MARK_IN ||
                                       buffer[v] == MEDALS_MARK_KEPT_IN)) {
                buffer[v] = MEDALS_MARK_NONE;
                any = true;
            }
        if (any && !medals_layer_write(marks, slice->box, buffer, error))
            return false;
    }
    return true;
}

static bool mark_slice(MedalsState *state, const MedalsClassEntry *entry,
                       MedalsLayer *marks, const Slice *slice,
                       const uint8_t *mask, MedalsMark mark, Buffers *b,
                       GError **error)
{
    medals_layer_read(state->labels, slice->box, b->labels);
    medals_layer_read(marks, slice->box, b->marks);
    for (size_t v = 0; v < slice->voxels; v++) {
        if (mask && !mask[v])
            continue;
        b->marks[v] = (uint8_t) mark;
        if (mark == MEDALS_MARK_IN)
            b->labels[v] = entry->slot;
        else if (b->labels[v] == entry->slot)
            b->labels[v] = 0;
    }
    return (mark != MEDALS_MARK_IN ||
            take_away(state, entry->uid, slice, mask, b->others, error)) &&
           medals_layer_write(marks, slice->box, b->marks, error) &&
           medals_layer_write(state->labels, slice->box, b->labels, error);
}

bool medals_state_mark(MedalsState *state, size_t index, const int64_t box[6],
                       const uint8_t *mask, MedalsMark mark, GError **error)
{
    const MedalsClassEntry *entry = medals_class_list_at(state->classes, index);
    MedalsLayer *marks = medals_state_marks(state, entry->uid, error);
    Buffers buffers;
    if (!marks || !buffers_init(&buffers, box, error))
        return false;
    bool ok = true;
    for (int64_t k = box[4]; ok && k < box[5]; k++) {
        Slice slice = slice_of(box, k);
        ok = mark_slice(state, entry, marks, &slice,
                        mask ? mask + slice.offset : NULL, mark, &buffers,
                        error);
    }
    medals_free(buffers.labels);
    return ok;
}

/* ---- answers ------------------------------------------------------------ */

/* Voxels that another class holds by the user's word: 1 in `held`. */
static void read_others(const MedalsState *state, uint32_t uid,
                        const Slice *slice, uint8_t *buffer, uint8_t *held)
{
    memset(held, 0, slice->voxels);
    GHashTableIter iter;
    gpointer other, marks;
    g_hash_table_iter_init(&iter, state->marks);
    while (g_hash_table_iter_next(&iter, &other, &marks)) {
        if (GPOINTER_TO_UINT(other) == uid)
            continue;
        medals_layer_read(marks, slice->box, buffer);
        for (size_t v = 0; v < slice->voxels; v++)
            held[v] |= buffer[v] == MEDALS_MARK_IN;
    }
}

static bool answer_slice(MedalsState *state, const MedalsClassEntry *entry,
                         MedalsLayer *marks, const Slice *slice,
                         const uint8_t *change, bool keep, Buffers *b,
                         GError **error)
{
    if (!memchr(change, 1, slice->voxels) && !memchr(change, 2, slice->voxels))
        return true;
    read_others(state, entry->uid, slice, b->marks, b->others);
    medals_layer_read(state->labels, slice->box, b->labels);
    medals_layer_read(marks, slice->box, b->marks);
    for (size_t v = 0; v < slice->voxels; v++) {
        bool has = b->labels[v] == entry->slot;
        uint8_t mark = b->marks[v];
        if (change[v] == 1 && !has && !b->others[v] &&
            mark != MEDALS_MARK_OUT) {
            b->labels[v] = entry->slot;
            if (keep && mark != MEDALS_MARK_IN)
                b->marks[v] = MEDALS_MARK_KEPT_IN;
        } else if (change[v] == 2 && has && mark != MEDALS_MARK_IN) {
            b->labels[v] = 0;
            if (keep && mark != MEDALS_MARK_OUT)
                b->marks[v] = MEDALS_MARK_KEPT_OUT;
        }
    }
    return medals_layer_write(marks, slice->box, b->marks, error) &&
           medals_layer_write(state->labels, slice->box, b->labels, error);
}

bool medals_state_answer(MedalsState *state, size_t index, const int64_t box[6],
                         const uint8_t *change, bool keep, GError **error)
{
    const MedalsClassEntry *entry = medals_class_list_at(state->classes, index);
    MedalsLayer *marks = medals_state_marks(state, entry->uid, error);
    Buffers buffers;
    if (!marks || !buffers_init(&buffers, box, error))
        return false;
    bool ok = true;
    for (int64_t k = box[4]; ok && k < box[5]; k++) {
        Slice slice = slice_of(box, k);
        ok = answer_slice(state, entry, marks, &slice, change + slice.offset,
                          keep, &buffers, error);
    }
    medals_free(buffers.labels);
    return ok;
}

/* ---- predict ------------------------------------------------------------ */

/* Lays marks of one strength over a slice of new labels. */
static void overlay(const MedalsState *state, const Slice *slice, bool law,
                    uint8_t *buffer, uint8_t *labels)
{
    uint8_t in = law ? MEDALS_MARK_IN : MEDALS_MARK_KEPT_IN;
    uint8_t out = law ? MEDALS_MARK_OUT : MEDALS_MARK_KEPT_OUT;
    for (size_t i = 0; i < medals_class_list_count(state->classes); i++) {
        const MedalsClassEntry *entry = medals_class_list_at(state->classes, i);
        const MedalsLayer *marks = medals_state_peek_marks(state, entry->uid);
        if (!marks)
            continue;
        medals_layer_read(marks, slice->box, buffer);
        for (size_t v = 0; v < slice->voxels; v++) {
            if (buffer[v] == in)
                labels[v] = entry->slot;
            else if (buffer[v] == out && labels[v] == entry->slot)
                labels[v] = 0;
        }
    }
}

/* New labels where asked classes may go; the others' voxels stay. */
static void merge(const uint8_t *fresh, const bool asked[256], size_t voxels,
                  uint8_t *labels)
{
    for (size_t v = 0; v < voxels; v++)
        if (labels[v] == 0 || asked[labels[v]])
            labels[v] = asked[fresh[v]] ? fresh[v] : 0;
}

bool medals_state_predict(MedalsState *state, const uint8_t *labels,
                          const bool asked[256], GError **error)
{
    const int64_t *size = state->size;
    const int64_t box[6] = {0, size[0], 0, size[1], 0, size[2]};
    Buffers buffers;
    if (!buffers_init(&buffers, box, error))
        return false;
    bool ok = true;
    for (int64_t k = 0; ok && k < size[2]; k++) {
        Slice slice = slice_of(box, k);
        medals_layer_read(state->labels, slice.box, buffers.labels);
        merge(labels + slice.offset, asked, slice.voxels, buffers.labels);
        overlay(state, &slice, false, buffers.marks, buffers.labels);
        overlay(state, &slice, true, buffers.marks, buffers.labels);
        ok =
            medals_layer_write(state->labels, slice.box, buffers.labels, error);
    }
    medals_free(buffers.labels);
    return ok;
}

/* ---- prompts ------------------------------------------------------------ */

bool medals_state_add_prompt(MedalsState *state, size_t index, uint8_t kind,
                             bool positive, const int64_t extent[6],
                             GError **error)
{
    if (state->prompts->len >= MEDALS_SESSION_MAX_PROMPTS)
        return medals_fail(
            error, MEDALS_E_INPUT, "prompts: more than %d; expected at most %d",
            MEDALS_SESSION_MAX_PROMPTS, MEDALS_SESSION_MAX_PROMPTS);
    MedalsPromptRecord record = {
        .id = state->next_prompt++,
        .class_uid = medals_class_list_at(state->classes, index)->uid,
        .kind = kind,
        .positive = positive};
    memcpy(record.extent, extent, sizeof record.extent);
    g_array_append_val(state->prompts, record);
    return true;
}

uint64_t medals_state_count_prompts(const MedalsState *state, uint32_t uid)
{
    uint64_t count = 0;
    for (guint n = 0; n < state->prompts->len; n++)
        count +=
            g_array_index(state->prompts, MedalsPromptRecord, n).class_uid ==
            uid;
    return count;
}

/* ---- changes ------------------------------------------------------------ */

typedef struct Counting {
    uint8_t before, after; /* slot in either version; 0: not there */
    bool any;
    int64_t *extent;
    uint64_t added, removed;
} Counting;

static bool count_block(void *cookie, const int64_t box[6],
                        const uint8_t *before, const uint8_t *after)
{
    Counting *c = cookie;
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++) {
                bool had = *before++ == c->before && c->before;
                bool has = *after++ == c->after && c->after;
                if (had == has)
                    continue;
                const int64_t at[3] = {i, j, k};
                for (int x = 0; x < 3; x++) {
                    int64_t *e = c->extent + 2 * x;
                    e[0] = c->any ? MIN(e[0], at[x]) : at[x];
                    e[1] = c->any ? MAX(e[1], at[x] + 1) : at[x] + 1;
                }
                c->any = true;
                c->added += has;
                c->removed += had;
            }
    return true;
}

static uint8_t slot_of(const MedalsState *state, uint32_t uid)
{
    int64_t index = medals_class_list_of_uid(state->classes, uid);
    return index < 0
               ? 0
               : medals_class_list_at(state->classes, (size_t) index)->slot;
}

bool medals_state_change(const MedalsState *a, const MedalsState *b,
                         uint32_t uid, int64_t extent[6], uint64_t *added,
                         uint64_t *removed)
{
    Counting counting = {
        .before = slot_of(a, uid), .after = slot_of(b, uid), .extent = extent};
    medals_layer_compare(a->labels, b->labels, count_block, &counting);
    *added = counting.added;
    *removed = counting.removed;
    return counting.any;
}

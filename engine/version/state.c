/*
 * state.c - versions of labels, marks, classes and prompts
 */
#include "state.h"

#include <string.h>

#include "block_walk.h"
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
    state->settled = from->settled;
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

static void drop_marks(MedalsState *state)
{
    GHashTableIter iter;
    gpointer uid;
    g_hash_table_iter_init(&iter, state->marks);
    while (g_hash_table_iter_next(&iter, &uid, NULL))
        if (is_orphan(state, GPOINTER_TO_UINT(uid)))
            g_hash_table_iter_remove(&iter);
}

typedef struct Clearing {
    MedalsLayer *labels;
    bool stays[256]; /* by slot */
    uint8_t *buffer; /* of a block */
    GError **error;
} Clearing;

static bool clear_block(void *cookie, const int64_t box[6],
                        const uint8_t *before, const uint8_t *after)
{
    Clearing *clearing = cookie;
    size_t n = medals_block_voxels(box);
    (void) before;
    for (size_t v = 0; v < n; v++)
        clearing->buffer[v] = clearing->stays[after[v]] ? after[v] : 0;
    return medals_layer_write(clearing->labels, box, clearing->buffer,
                              clearing->error);
}

static bool clear_labels(MedalsState *state, Clearing *clearing)
{
    clearing->labels = state->labels;
    clearing->buffer =
        medals_alloc(MEDALS_BLOCK_VOXELS, 1, "labels", clearing->error);
    MedalsLayer *held = medals_layer_copy(state->labels, clearing->error);
    bool ok = clearing->buffer && held &&
              medals_layer_compare(NULL, held, clear_block, clearing);
    medals_layer_free(held);
    medals_free(clearing->buffer);
    return ok;
}

bool medals_state_drop_orphans(MedalsState *state,
                               const MedalsClassList *before, GError **error)
{
    Clearing clearing = {.stays = {[0] = true}, .error = error};
    size_t count = medals_class_list_count(before), staying = 0;
    for (size_t i = 0; i < count; i++) {
        const MedalsClassEntry *entry = medals_class_list_at(before, i);
        clearing.stays[entry->slot] = !is_orphan(state, entry->uid);
        staying += clearing.stays[entry->slot];
    }
    if (staying == count)
        return true;
    drop_marks(state);
    drop_prompts(state);
    return clear_labels(state, &clearing);
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

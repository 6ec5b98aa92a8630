/*
 * state_fixture.c - random edits
 */
#include "state_fixture.h"

#include <string.h>

#include "block_walk.h"
#include "splitmix.h"

static uint64_t below(uint64_t *seed, uint64_t n)
{
    return medals_splitmix_below(seed, n);
}

void fixture_box(uint64_t *seed, const int64_t size[3], uint64_t longest,
                 int64_t box[6])
{
    for (int x = 0; x < 3; x++) {
        int64_t edge =
            1 + (int64_t) below(seed, MIN(longest, (uint64_t) size[x]));
        box[2 * x] = (int64_t) below(seed, (uint64_t) (size[x] - edge + 1));
        box[2 * x + 1] = box[2 * x] + edge;
    }
}

uint8_t *fixture_voxels(const MedalsLayer *layer)
{
    int64_t whole[6];
    medals_block_whole(medals_layer_size(layer), whole);
    uint8_t *voxels = g_malloc(medals_block_voxels(whole));
    medals_layer_read(layer, whole, voxels);
    return voxels;
}

MedalsLayer *fixture_layer(const int64_t size[3], const uint8_t *voxels)
{
    int64_t whole[6];
    medals_block_whole(size, whole);
    MedalsLayer *layer = medals_layer_new(size, NULL);
    g_assert_true(medals_layer_write(layer, whole, voxels, NULL));
    return layer;
}

void fixture_paint(uint64_t *seed, MedalsLayer *layer, uint64_t boxes,
                   uint64_t most)
{
    for (uint64_t n = 0; n < boxes; n++) {
        int64_t box[6];
        fixture_box(seed, medals_layer_size(layer), 40, box);
        size_t voxels = medals_block_voxels(box);
        g_autofree uint8_t *buffer = g_malloc(voxels);
        memset(buffer, (int) (1 + below(seed, most)), voxels);
        g_assert_true(medals_layer_write(layer, box, buffer, NULL));
    }
}

/* ---- edits -------------------------------------------------------------- */

static uint8_t *random_values(uint64_t *seed, size_t n, uint64_t most)
{
    uint8_t *values = g_malloc(n);
    for (size_t v = 0; v < n; v++)
        values[v] = (uint8_t) below(seed, most + 1);
    return values;
}

static void give_prompt(uint64_t *seed, MedalsState *state, size_t index)
{
    int64_t box[6];
    fixture_box(seed, state->size, 30, box);
    size_t n = medals_block_voxels(box);
    g_autofree uint8_t *mask = random_values(seed, n, 1);
    bool in = below(seed, 2) == 0;
    g_assert_true(medals_state_add_prompt(state, index, (uint8_t) (n % 5), in,
                                          box, NULL));
    g_assert_true(
        medals_state_mark(state, index, box, below(seed, 4) ? mask : NULL,
                          in ? MEDALS_MARK_IN : MEDALS_MARK_OUT, NULL));
}

static void give_answer(uint64_t *seed, MedalsState *state, size_t index)
{
    int64_t box[6];
    fixture_box(seed, state->size, 40, box);
    g_autofree uint8_t *change =
        random_values(seed, medals_block_voxels(box), 2);
    g_assert_true(medals_state_answer(state, index, box, change,
                                      below(seed, 3) > 0, NULL));
}

static void give_prediction(uint64_t *seed, MedalsState *state)
{
    size_t count = medals_class_list_count(state->classes);
    bool asked[256] = {false};
    uint8_t slots[256] = {0};
    for (size_t i = 0; i < count; i++) {
        MedalsClassEntry *entry = medals_class_list_at(state->classes, i);
        slots[i + 1] = entry->slot;
        asked[entry->slot] = below(seed, 3) > 0;
        entry->mean_probability = (double) below(seed, 1000) / 999;
    }
    MedalsLayer *painted = medals_layer_new(state->size, NULL);
    fixture_paint(seed, painted, 8, count);
    g_autofree uint8_t *labels = fixture_voxels(painted);
    int64_t whole[6];
    medals_block_whole(state->size, whole);
    for (size_t v = 0; v < medals_block_voxels(whole); v++)
        labels[v] = slots[labels[v]];
    g_assert_true(medals_state_predict(state, labels, asked, NULL));
    medals_layer_free(painted);
}

/* Some old texts in another order, some new ones, some without text. */
static void give_classes(uint64_t *seed, MedalsState *state)
{
    MedalsClassList *before = medals_class_list_copy(state->classes);
    size_t count = 1 + below(seed, 6);
    const char *texts[6];
    g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(g_free);
    uint64_t first = below(seed, 8);
    for (size_t i = 0; i < count; i++) {
        g_ptr_array_add(made, g_strdup_printf("organ %" G_GUINT64_FORMAT,
                                              (first + 3 * i) % 20));
        texts[i] = below(seed, 5) ? made->pdata[i] : NULL;
    }
    g_assert_true(
        medals_class_list_set(state->classes, texts, NULL, count, NULL));
    g_assert_true(medals_state_drop_orphans(state, before, NULL));
    medals_class_list_free(before);
}

static void remove_class(uint64_t *seed, MedalsState *state)
{
    MedalsClassList *before = medals_class_list_copy(state->classes);
    size_t count = medals_class_list_count(before);
    g_assert_true(
        medals_class_list_remove(state->classes, below(seed, count), NULL));
    g_assert_true(medals_state_drop_orphans(state, before, NULL));
    medals_class_list_free(before);
}

void fixture_edit(uint64_t *seed, MedalsState *state)
{
    size_t count = medals_class_list_count(state->classes);
    uint64_t kind = count ? below(seed, 12) : 11;
    if (kind < 5)
        give_prompt(seed, state, below(seed, count));
    else if (kind < 8)
        give_answer(seed, state, below(seed, count));
    else if (kind == 8)
        give_prediction(seed, state);
    else if (kind == 9)
        g_assert_true(
            medals_class_list_add(state->classes, NULL, NULL, 0, NULL));
    else if (kind == 10)
        remove_class(seed, state);
    else
        give_classes(seed, state);
}

/* ---- equality ----------------------------------------------------------- */

static void assert_same_marks(const MedalsState *a, const MedalsState *b)
{
    const MedalsState *const both[2] = {a, b};
    for (int side = 0; side < 2; side++) {
        GHashTableIter iter;
        gpointer uid;
        int64_t box[6];
        g_hash_table_iter_init(&iter, both[side]->marks);
        while (g_hash_table_iter_next(&iter, &uid, NULL))
            g_assert_false(medals_layer_difference(
                medals_state_peek_marks(a, GPOINTER_TO_UINT(uid)),
                medals_state_peek_marks(b, GPOINTER_TO_UINT(uid)), box));
    }
}

void fixture_assert_equal(const MedalsState *a, const MedalsState *b)
{
    int64_t box[6];
    g_assert_true(medals_class_list_equal(a->classes, b->classes));
    g_assert_false(medals_layer_difference(a->labels, b->labels, box));
    assert_same_marks(a, b);
    g_assert_cmpuint(a->next_prompt, ==, b->next_prompt);
    g_assert_cmpuint(a->prompts->len, ==, b->prompts->len);
    for (guint n = 0; n < a->prompts->len; n++) {
        const MedalsPromptRecord *x =
            &g_array_index(a->prompts, MedalsPromptRecord, n);
        const MedalsPromptRecord *y =
            &g_array_index(b->prompts, MedalsPromptRecord, n);
        g_assert_cmpuint(x->id, ==, y->id);
        g_assert_cmpuint(x->class_uid, ==, y->class_uid);
        g_assert_cmpuint(x->kind, ==, y->kind);
        g_assert_true(x->positive == y->positive);
        g_assert_cmpmem(x->extent, sizeof x->extent, y->extent,
                        sizeof y->extent);
    }
}

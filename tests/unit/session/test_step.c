/*
 * test_step.c - random edits: a step leads from one state to the next and
 * back, bit for bit, also through its bytes and through a history
 */
#include <math.h>
#include <string.h>

#include "history.h"
#include "memory.h"

static const int64_t size[3] = {70, 41, 37};

static void random_box(GRand *rand, int64_t box[6])
{
    for (int x = 0; x < 3; x++) {
        int a = g_rand_int_range(rand, 0, (int) size[x]);
        int b = g_rand_int_range(rand, 0, (int) size[x]);
        box[2 * x] = MIN(a, b);
        box[2 * x + 1] = MAX(a, b) + 1;
    }
}

static size_t box_voxels(const int64_t box[6])
{
    return (size_t) ((box[1] - box[0]) * (box[3] - box[2]) * (box[5] - box[4]));
}

/* One edit of any kind. */
static void edit(MedalsState *state, GRand *rand)
{
    size_t classes = medals_class_list_count(state->classes);
    int what = g_rand_int_range(rand, 0, 10);
    if (classes == 0 || (what == 0 && classes < 6)) {
        g_autofree char *name =
            g_strdup_printf("object %u", state->classes->next_uid);
        g_assert_true(medals_class_list_add(
            state->classes, what % 2 ? NULL : name, name, 0, NULL));
        return;
    }
    size_t index = (size_t) g_rand_int_range(rand, 0, (int) classes);
    if (what == 1) {
        g_assert_true(medals_class_list_remove(state->classes, index, NULL));
        g_assert_true(medals_state_drop_orphans(state, NULL));
        return;
    }
    int64_t box[6];
    random_box(rand, box);
    g_autofree uint8_t *mask = g_malloc(box_voxels(box));
    for (size_t v = 0; v < box_voxels(box); v++)
        mask[v] = (uint8_t) g_rand_int_range(rand, 0, 3);
    if (what < 5) {
        g_assert_true(
            medals_state_answer(state, index, box, mask, what % 2, NULL));
        return;
    }
    g_assert_true(medals_state_add_prompt(state, index, MEDALS_PROMPT_SCRIBBLE,
                                          what % 2, box, NULL));
    g_assert_true(medals_state_mark(state, index, box, mask,
                                    what % 2 ? MEDALS_MARK_IN : MEDALS_MARK_OUT,
                                    NULL));
}

static bool same_layer(const MedalsLayer *a, const MedalsLayer *b)
{
    int64_t box[6];
    return !medals_layer_difference(a, b, box);
}

static void assert_same(const MedalsState *a, const MedalsState *b)
{
    g_assert_true(medals_class_list_equal(a->classes, b->classes));
    g_assert_true(same_layer(a->labels, b->labels));
    for (size_t i = 0; i < medals_class_list_count(a->classes); i++) {
        uint32_t uid = medals_class_list_at(a->classes, i)->uid;
        g_assert_true(same_layer(medals_state_peek_marks(a, uid),
                                 medals_state_peek_marks(b, uid)));
    }
    g_assert_cmpuint(a->next_prompt, ==, b->next_prompt);
    g_assert_cmpmem(
        a->prompts->data, a->prompts->len * sizeof(MedalsPromptRecord),
        b->prompts->data, b->prompts->len * sizeof(MedalsPromptRecord));
}

static MedalsStep *through_bytes(const MedalsStep *step)
{
    g_autoptr(GByteArray) bytes = medals_step_encode(step);
    GError *error = NULL;
    MedalsStep *again =
        medals_step_decode(bytes->data, bytes->len, size, &error);
    g_assert_no_error(error);
    g_assert_null(medals_step_decode(bytes->data, bytes->len - 1, size, NULL));
    return again;
}

static void test_both_ways(void)
{
    GRand *rand = g_rand_new_with_seed(11);
    MedalsState *state = medals_state_new(size, NULL);
    for (int n = 0; n < 150; n++) {
        MedalsState *next = medals_state_copy(state, NULL);
        for (int times = g_rand_int_range(rand, 1, 4); times > 0; times--)
            edit(next, rand);
        MedalsStep *step = medals_step_between(state, next, "test", NULL);
        MedalsStep *read = through_bytes(step);
        MedalsState *walker = medals_state_copy(state, NULL);
        g_assert_true(medals_step_apply(read, walker, true, NULL));
        assert_same(walker, next);
        g_assert_true(medals_step_apply(step, walker, false, NULL));
        assert_same(walker, state);
        medals_state_free(walker);
        medals_step_free(step);
        medals_step_free(read);
        medals_state_free(state);
        state = next;
    }
    medals_state_free(state);
    g_rand_free(rand);
}

static void test_history(void)
{
    enum { STEPS = 40 };
    GRand *rand = g_rand_new_with_seed(12);
    MedalsHistory *history = medals_history_new();
    MedalsState *seen[STEPS + 1];
    seen[0] = medals_state_new(size, NULL);
    for (int n = 0; n < STEPS; n++) {
        seen[n + 1] = medals_state_copy(seen[n], NULL);
        edit(seen[n + 1], rand);
        medals_history_push(
            history, medals_step_between(seen[n], seen[n + 1], "test", NULL));
    }
    MedalsState *walker = medals_state_copy(seen[STEPS], NULL);
    int at = STEPS;
    for (int n = 0; n < 60; n++) {
        uint64_t asked = (uint64_t) g_rand_int_range(rand, 1, 12), done = 0;
        bool back = g_rand_boolean(rand);
        g_assert_true(
            back ? medals_history_undo(history, walker, asked, &done, NULL)
                 : medals_history_redo(history, walker, asked, &done, NULL));
        int expected =
            back ? MIN((int) asked, at) : MIN((int) asked, STEPS - at);
        g_assert_cmpuint(done, ==, expected);
        at += back ? -expected : expected;
        assert_same(walker, seen[at]);
    }
    medals_state_free(walker);
    for (int n = 0; n <= STEPS; n++)
        medals_state_free(seen[n]);
    medals_history_free(history);
    g_rand_free(rand);
}

/* A click's step is small, whatever the volume. */
static void test_small(void)
{
    const int64_t large[3] = {512, 512, 300};
    MedalsState *state = medals_state_new(large, NULL);
    g_assert_true(
        medals_class_list_add(state->classes, "liver", NULL, 0, NULL));
    MedalsState *next = medals_state_copy(state, NULL);
    const int64_t box[6] = {200, 216, 100, 116, 40, 56};
    g_assert_true(medals_state_mark(next, 0, box, NULL, MEDALS_MARK_IN, NULL));
    MedalsStep *step = medals_step_between(state, next, "point", NULL);
    g_assert_cmpuint(medals_step_bytes(step), <, 2048);
    medals_step_free(step);
    medals_state_free(state);
    medals_state_free(next);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/step/both_ways", test_both_ways);
    g_test_add_func("/step/history", test_history);
    g_test_add_func("/step/small", test_small);
    return g_test_run();
}

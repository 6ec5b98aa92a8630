/*
 * test_state.c - the laws between marks and labels, voxel by voxel
 */
#include "state.h"

#include <string.h>

static const int64_t size[3] = {40, 3, 3};
static const int64_t spot[6] = {5, 6, 1, 2, 1, 2};
static const int64_t at[3] = {5, 1, 1};

static MedalsState *with_classes(int count)
{
    MedalsState *state = medals_state_new(size, NULL);
    for (int n = 0; n < count; n++)
        g_assert_true(
            medals_class_list_add(state->classes, NULL, NULL, 0, NULL));
    return state;
}

static void mark(MedalsState *state, size_t index, MedalsMark what)
{
    g_assert_true(medals_state_mark(state, index, spot, NULL, what, NULL));
}

static uint8_t label(const MedalsState *state)
{
    return medals_layer_at(state->labels, at);
}

static uint8_t said(const MedalsState *state, size_t index)
{
    const MedalsLayer *marks = medals_state_peek_marks(
        state, medals_class_list_at(state->classes, index)->uid);
    return marks ? medals_layer_at(marks, at) : 0;
}

static void answer(MedalsState *state, size_t index, uint8_t change)
{
    g_assert_true(medals_state_answer(state, index, spot, &change, true, NULL));
}

static void test_later_mark_wins(void)
{
    MedalsState *state = with_classes(2);
    mark(state, 0, MEDALS_MARK_IN);
    g_assert_cmpint(label(state), ==, 1);
    mark(state, 1, MEDALS_MARK_IN);
    g_assert_cmpint(label(state), ==, 2);
    g_assert_cmpint(said(state, 0), ==, MEDALS_MARK_NONE);
    mark(state, 0, MEDALS_MARK_OUT); /* says nothing about class 1 */
    g_assert_cmpint(label(state), ==, 2);
    g_assert_cmpint(said(state, 1), ==, MEDALS_MARK_IN);
    mark(state, 1, MEDALS_MARK_OUT);
    g_assert_cmpint(label(state), ==, 0);
    medals_state_free(state);
}

static void test_answers_obey(void)
{
    MedalsState *state = with_classes(2);
    mark(state, 0, MEDALS_MARK_IN);
    answer(state, 1, 1);
    answer(state, 0, 2);
    g_assert_cmpint(label(state), ==, 1);
    mark(state, 0, MEDALS_MARK_OUT);
    answer(state, 0, 1);
    g_assert_cmpint(label(state), ==, 0);
    answer(state, 1, 1);
    g_assert_cmpint(label(state), ==, 2);
    g_assert_cmpint(said(state, 1), ==, MEDALS_MARK_KEPT_IN);
    medals_state_free(state);
}

/* Over a predict lie what answers changed, and over that what the user said. */
static void test_predict(void)
{
    MedalsState *state = with_classes(3);
    answer(state, 0, 1);
    uint8_t fresh[40 * 3 * 3] = {0};
    fresh[(1 * 3 + 1) * 40 + 5] = 2;
    fresh[(1 * 3 + 1) * 40 + 6] = 2;
    bool asked[256] = {[1] = true, [2] = true};
    g_assert_true(medals_state_predict(state, fresh, asked, NULL));
    g_assert_cmpint(label(state), ==, 1);
    const int64_t beside[3] = {6, 1, 1};
    g_assert_cmpint(medals_layer_at(state->labels, beside), ==, 2);
    mark(state, 2, MEDALS_MARK_IN);
    g_assert_true(medals_state_predict(state, fresh, asked, NULL));
    g_assert_cmpint(label(state), ==, 3);
    /* A class that was not asked keeps its voxels against new ones. */
    bool only_first[256] = {[1] = true};
    uint8_t more[40 * 3 * 3];
    for (size_t v = 0; v < sizeof more; v++)
        more[v] = 1;
    g_assert_true(medals_state_predict(state, more, only_first, NULL));
    g_assert_cmpint(medals_layer_at(state->labels, beside), ==, 2);
    medals_state_free(state);
}

static void test_copies_do_not_meet(void)
{
    MedalsState *state = with_classes(1);
    MedalsState *copy = medals_state_copy(state, NULL);
    mark(copy, 0, MEDALS_MARK_IN);
    g_assert_cmpint(label(state), ==, 0);
    g_assert_cmpint(said(state, 0), ==, 0);
    int64_t extent[6];
    uint64_t added, removed;
    g_assert_true(
        medals_state_change(state, copy, 1, extent, &added, &removed));
    g_assert_cmpuint(added, ==, 1);
    g_assert_cmpuint(removed, ==, 0);
    g_assert_cmpmem(extent, sizeof extent, spot, sizeof spot);
    g_assert_false(
        medals_state_change(copy, copy, 1, extent, &added, &removed));
    medals_state_free(state);
    medals_state_free(copy);
}

static void test_class_list(void)
{
    MedalsClassList *list = medals_class_list_new();
    const char *const first[] = {"a", NULL, "b"};
    const char *const names[] = {NULL, "lump", NULL};
    g_assert_true(medals_class_list_set(list, first, names, 3, NULL));
    medals_class_list_at(list, 0)->mean_probability = 0.625;
    const char *const second[] = {"b", "lump", "c"};
    g_assert_true(medals_class_list_set(list, second, NULL, 3, NULL));
    g_assert_cmpuint(medals_class_list_at(list, 0)->value, ==, 3);
    g_assert_cmpuint(medals_class_list_at(list, 1)->value, ==, 2); /* adopted */
    g_assert_cmpstr(medals_class_list_at(list, 1)->text, ==, "lump");
    g_assert_cmpuint(medals_class_list_at(list, 2)->value, ==, 1); /* free */
    g_assert_cmpuint(medals_class_list_at(list, 2)->uid, ==, 4);   /* but new */
    g_autofree char *json = medals_class_list_to_json(list);
    MedalsClassList *read =
        medals_class_list_from_json(json, strlen(json), NULL);
    g_assert_true(medals_class_list_equal(list, read));
    GError *error = NULL;
    g_assert_false(medals_class_list_add(list, "b", NULL, 0, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
    g_error_free(error);
    g_autofree char *longest = g_strnfill(10001, 'x');
    g_assert_false(medals_class_list_add(list, longest, NULL, 0, NULL));
    longest[10000] = '\0';
    g_assert_true(medals_class_list_add(list, longest, NULL, 0, NULL));
    medals_class_list_free(list);
    medals_class_list_free(read);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/state/later_mark_wins", test_later_mark_wins);
    g_test_add_func("/state/answers_obey", test_answers_obey);
    g_test_add_func("/state/predict", test_predict);
    g_test_add_func("/state/copies", test_copies_do_not_meet);
    g_test_add_func("/state/class_list", test_class_list);
    return g_test_run();
}

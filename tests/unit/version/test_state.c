/*
 * test_state.c - the laws between marks and labels, against one voxel at a
 * time
 */
#include "state.h"

#include <string.h>

#include "block_walk.h"
#include "memory.h"
#include "splitmix.h"
#include "state_fixture.h"

static const int64_t size[3] = {40, 34, 33};
#define VOXELS (40 * 34 * 33)
#define CLASSES 4

static MedalsState *with_classes(size_t count)
{
    MedalsState *state = medals_state_new(size, NULL);
    for (size_t n = 0; n < count; n++)
        g_assert_true(
            medals_class_list_add(state->classes, NULL, NULL, 0, NULL));
    return state;
}

/* ---- one voxel ---------------------------------------------------------- */

static const int64_t spot[6] = {5, 6, 1, 2, 32, 33};
static const int64_t at[3] = {5, 1, 32};

static void mark(MedalsState *state, size_t index, MedalsMark what)
{
    g_assert_true(medals_state_mark(state, index, spot, NULL, what, NULL));
}

static void answer(MedalsState *state, size_t index, uint8_t change, bool keep)
{
    g_assert_true(medals_state_answer(state, index, spot, &change, keep, NULL));
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

static void test_later_mark_wins(void)
{
    MedalsState *state = with_classes(2);
    mark(state, 0, MEDALS_MARK_IN);
    g_assert_cmpint(label(state), ==, 1);
    mark(state, 1, MEDALS_MARK_IN); /* takes the other's away */
    g_assert_cmpint(label(state), ==, 2);
    g_assert_cmpint(said(state, 0), ==, MEDALS_MARK_NONE);
    mark(state, 0, MEDALS_MARK_OUT); /* says nothing about class 1 */
    g_assert_cmpint(label(state), ==, 2);
    g_assert_cmpint(said(state, 1), ==, MEDALS_MARK_IN);
    mark(state, 1, MEDALS_MARK_OUT);
    g_assert_cmpint(label(state), ==, 0);
    g_assert_cmpint(said(state, 1), ==, MEDALS_MARK_OUT);
    mark(state, 0, MEDALS_MARK_IN); /* an OUT of another class stays */
    g_assert_cmpint(label(state), ==, 1);
    g_assert_cmpint(said(state, 1), ==, MEDALS_MARK_OUT);
    medals_state_free(state);
}

static void test_answers_obey(void)
{
    MedalsState *state = with_classes(2);
    mark(state, 0, MEDALS_MARK_IN);
    answer(state, 1, 1, true);
    answer(state, 0, 2, true);
    g_assert_cmpint(label(state), ==, 1);
    mark(state, 0, MEDALS_MARK_OUT);
    answer(state, 0, 1, true);
    g_assert_cmpint(label(state), ==, 0);
    answer(state, 1, 1, true);
    g_assert_cmpint(label(state), ==, 2);
    g_assert_cmpint(said(state, 1), ==, MEDALS_MARK_KEPT_IN);
    medals_state_free(state);
}

/* A later answer takes a kept voxel for good: predict gives it to the class
 * that had it last. */
static void test_kept_marks_follow(void)
{
    static uint8_t nothing[VOXELS];
    bool asked[256] = {[1] = true, [2] = true};
    MedalsState *state = with_classes(2);
    answer(state, 1, 1, true);
    answer(state, 0, 1, true);
    g_assert_cmpint(said(state, 1), ==, MEDALS_MARK_NONE);
    g_assert_true(medals_state_predict(state, nothing, asked, NULL));
    g_assert_cmpint(label(state), ==, 1);
    answer(state, 0, 2, false); /* as a mask that replaces what is there */
    g_assert_cmpint(said(state, 0), ==, MEDALS_MARK_NONE);
    g_assert_true(medals_state_predict(state, nothing, asked, NULL));
    g_assert_cmpint(label(state), ==, 0);
    medals_state_free(state);
}

static void test_copies_do_not_meet(void)
{
    MedalsState *state = with_classes(1);
    MedalsState *copy = medals_state_copy(state, NULL);
    mark(copy, 0, MEDALS_MARK_IN);
    g_assert_cmpint(label(state), ==, 0);
    g_assert_cmpint(said(state, 0), ==, 0);
    medals_state_free(state);
    g_assert_cmpint(label(copy), ==, 1);
    medals_state_free(copy);
}

/* ---- every voxel -------------------------------------------------------- */

/* What a state should hold, in plain arrays. Slots are 1 + index. */
typedef struct Plain {
    uint8_t label[VOXELS];
    uint8_t mark[CLASSES][VOXELS];
} Plain;

static void plain_take_away(Plain *plain, size_t index, size_t v)
{
    for (size_t c = 0; c < CLASSES; c++)
        if (c != index && (plain->mark[c][v] == MEDALS_MARK_IN ||
                           plain->mark[c][v] == MEDALS_MARK_KEPT_IN))
            plain->mark[c][v] = MEDALS_MARK_NONE;
}

static void plain_mark(Plain *plain, size_t index, size_t v, MedalsMark what)
{
    plain->mark[index][v] = (uint8_t) what;
    if (what == MEDALS_MARK_IN) {
        plain_take_away(plain, index, v);
        plain->label[v] = (uint8_t) (1 + index);
    } else if (plain->label[v] == 1 + index) {
        plain->label[v] = 0;
    }
}

static void plain_answer(Plain *plain, size_t index, size_t v, uint8_t change,
                         bool keep)
{
    uint8_t *own = &plain->mark[index][v];
    bool has = plain->label[v] == 1 + index;
    bool held = false;
    for (size_t c = 0; c < CLASSES; c++)
        held = held || (c != index && plain->mark[c][v] == MEDALS_MARK_IN);
    if (change == 1 && !has && !held && *own != MEDALS_MARK_OUT) {
        plain_take_away(plain, index, v);
        plain->label[v] = (uint8_t) (1 + index);
        if (*own != MEDALS_MARK_IN)
            *own = keep ? MEDALS_MARK_KEPT_IN : MEDALS_MARK_NONE;
    } else if (change == 2 && has && *own != MEDALS_MARK_IN) {
        plain->label[v] = 0;
        if (*own != MEDALS_MARK_OUT)
            *own = keep ? MEDALS_MARK_KEPT_OUT : MEDALS_MARK_NONE;
    }
}

static void plain_predict(Plain *plain, size_t v, uint8_t fresh,
                          const bool *asked)
{
    uint8_t *label = &plain->label[v];
    if (*label == 0 || asked[*label])
        *label = asked[fresh] ? fresh : 0;
    for (int strength = 0; strength < 2; strength++)
        for (size_t c = 0; c < CLASSES; c++) {
            uint8_t m = plain->mark[c][v];
            if (m == (strength ? MEDALS_MARK_IN : MEDALS_MARK_KEPT_IN))
                *label = (uint8_t) (1 + c);
            if (m == (strength ? MEDALS_MARK_OUT : MEDALS_MARK_KEPT_OUT) &&
                *label == 1 + c)
                *label = 0;
        }
}

static void assert_state_is(const MedalsState *state, const Plain *plain)
{
    g_autofree uint8_t *labels = fixture_voxels(state->labels);
    g_assert_cmpmem(labels, VOXELS, plain->label, VOXELS);
    for (size_t c = 0; c < CLASSES; c++) {
        const MedalsLayer *layer = medals_state_peek_marks(
            state, medals_class_list_at(state->classes, c)->uid);
        g_autofree uint8_t *marks =
            layer ? fixture_voxels(layer) : g_malloc0(VOXELS);
        g_assert_cmpmem(marks, VOXELS, plain->mark[c], VOXELS);
    }
}

/* A voxel that is marked obeys; of two classes only one has it. */
static void assert_law(const Plain *plain)
{
    for (size_t v = 0; v < VOXELS; v++) {
        size_t in = 0;
        for (size_t c = 0; c < CLASSES; c++) {
            uint8_t m = plain->mark[c][v];
            bool has = plain->label[v] == 1 + c;
            in += m == MEDALS_MARK_IN || m == MEDALS_MARK_KEPT_IN;
            if (m == MEDALS_MARK_IN || m == MEDALS_MARK_KEPT_IN)
                g_assert_true(has);
            if (m == MEDALS_MARK_OUT || m == MEDALS_MARK_KEPT_OUT)
                g_assert_false(has);
        }
        g_assert_cmpuint(in, <=, 1);
    }
}

/* Values for the voxels of a box, and that they do the same to both. */
typedef struct Act {
    uint64_t *seed;
    MedalsState *state;
    Plain *plain;
    int64_t box[6];
    uint8_t *given; /* [box] */
    size_t index;
    int kind; /* 0 mark IN, 1 mark OUT, 2 answer, 3 kept answer */
} Act;

static void act_on_plain(Act *act)
{
    const int64_t *b = act->box;
    const uint8_t *given = act->given;
    for (int64_t k = b[4]; k < b[5]; k++)
        for (int64_t j = b[2]; j < b[3]; j++)
            for (int64_t i = b[0]; i < b[1]; i++, given++) {
                size_t v = (size_t) ((k * size[1] + j) * size[0] + i);
                if (act->kind >= 2)
                    plain_answer(act->plain, act->index, v, *given,
                                 act->kind == 3);
                else if (*given)
                    plain_mark(act->plain, act->index, v,
                               act->kind ? MEDALS_MARK_OUT : MEDALS_MARK_IN);
            }
}

static void act_on_box(Act *act)
{
    fixture_box(act->seed, size, 38, act->box);
    size_t n = medals_block_voxels(act->box);
    act->given = g_malloc(n);
    for (size_t v = 0; v < n; v++)
        act->given[v] = (uint8_t) medals_splitmix_below(act->seed, 3);
    act->index = medals_splitmix_below(act->seed, CLASSES);
    act->kind = (int) medals_splitmix_below(act->seed, 4);
    bool done = act->kind < 2
                    ? medals_state_mark(
                          act->state, act->index, act->box, act->given,
                          act->kind ? MEDALS_MARK_OUT : MEDALS_MARK_IN, NULL)
                    : medals_state_answer(act->state, act->index, act->box,
                                          act->given, act->kind == 3, NULL);
    g_assert_true(done);
    act_on_plain(act);
    g_free(act->given);
}

static void act_on_all(Act *act)
{
    static uint8_t fresh[VOXELS];
    bool asked[256] = {false};
    for (size_t c = 0; c < CLASSES; c++)
        asked[1 + c] = medals_splitmix_below(act->seed, 3) > 0;
    for (size_t v = 0; v < VOXELS; v++)
        fresh[v] = (uint8_t) medals_splitmix_below(act->seed, 1 + CLASSES);
    g_assert_true(medals_state_predict(act->state, fresh, asked, NULL));
    for (size_t v = 0; v < VOXELS; v++)
        plain_predict(act->plain, v, fresh[v], asked);
}

static void test_law_on_every_voxel(void)
{
    uint64_t seed = 21;
    g_autofree Plain *plain = g_new0(Plain, 1);
    MedalsState *state = with_classes(CLASSES);
    Act act = {.seed = &seed, .state = state, .plain = plain};
    for (int n = 0; n < 300; n++) {
        if (medals_splitmix_below(&seed, 10) == 0)
            act_on_all(&act);
        else
            act_on_box(&act);
        assert_state_is(state, plain);
        assert_law(plain);
    }
    medals_state_free(state);
}

/* ---- classes that go ---------------------------------------------------- */

/* A new class that gets the slot of one that went has none of its voxels. */
static void test_slot_handed_over(void)
{
    const char *const first[2] = {"a", "b"}, *const second[2] = {"c", "b"};
    int64_t extent[6];
    uint64_t added, removed;
    MedalsState *state = medals_state_new(size, NULL);
    g_assert_true(medals_class_list_set(state->classes, first, NULL, 2, NULL));
    mark(state, 0, MEDALS_MARK_IN);
    g_assert_true(medals_state_add_prompt(state, 0, 0, true, spot, NULL));
    g_assert_true(medals_state_add_prompt(state, 1, 0, false, spot, NULL));
    MedalsState *next = medals_state_copy(state, NULL);
    g_assert_true(medals_class_list_set(next->classes, second, NULL, 2, NULL));
    g_assert_true(medals_state_drop_orphans(next, state->classes, NULL));
    g_assert_cmpint(medals_class_list_at(next->classes, 0)->slot, ==, 1);
    g_assert_cmpint(label(next), ==, 0);
    g_assert_null(medals_state_peek_marks(next, 1));
    g_assert_cmpuint(next->prompts->len, ==, 1);
    g_assert_cmpuint(medals_state_count_prompts(next, 2), ==, 1);
    g_assert_true(
        medals_state_change(state, next, 1, extent, &added, &removed));
    g_assert_cmpuint(removed, ==, 1);
    /* The same voxel of the new class: equal bytes, but two changes. */
    mark(next, 0, MEDALS_MARK_IN);
    g_autoptr(GArray) changes = medals_state_changes(state, next);
    g_assert_cmpuint(changes->len, ==, 2);
    g_assert_cmpuint(g_array_index(changes, MedalsClassChange, 0).uid, ==, 3);
    g_assert_cmpuint(g_array_index(changes, MedalsClassChange, 0).added, ==, 1);
    g_assert_cmpuint(g_array_index(changes, MedalsClassChange, 1).uid, ==, 1);
    g_assert_true(medals_state_difference(state, next, extent));
    g_assert_cmpmem(extent, sizeof extent, spot, sizeof spot);
    medals_state_free(next);
    medals_state_free(state);
}

static void test_nothing_goes(void)
{
    MedalsState *state = with_classes(2);
    mark(state, 1, MEDALS_MARK_IN);
    MedalsState *next = medals_state_copy(state, NULL);
    g_assert_true(medals_class_list_add(next->classes, "c", NULL, 0, NULL));
    g_assert_true(medals_state_drop_orphans(next, state->classes, NULL));
    g_assert_cmpint(label(next), ==, 2);
    g_assert_cmpint(said(next, 1), ==, MEDALS_MARK_IN);
    medals_state_free(next);
    medals_state_free(state);
}

/* ---- changes ------------------------------------------------------------ */

static uint32_t uid_at(const MedalsState *state, const uint8_t *labels,
                       size_t v)
{
    int64_t index = medals_class_list_of_slot(state->classes, labels[v]);
    return index < 0
               ? 0
               : medals_class_list_at(state->classes, (size_t) index)->uid;
}

static void assert_change_of(const MedalsState *a, const MedalsState *b,
                             uint32_t uid)
{
    g_autofree uint8_t *x = fixture_voxels(a->labels);
    g_autofree uint8_t *y = fixture_voxels(b->labels);
    int64_t wanted[6] = {0}, extent[6];
    uint64_t added = 0, removed = 0, n[2];
    for (int64_t v = 0; v < VOXELS; v++) {
        bool had = uid_at(a, x, (size_t) v) == uid;
        bool has = uid_at(b, y, (size_t) v) == uid;
        if (had == has)
            continue;
        const int64_t where[3] = {v % size[0], v / size[0] % size[1],
                                  v / size[0] / size[1]};
        for (int c = 0; c < 3; c++) {
            int64_t *e = wanted + 2 * c;
            bool any = added + removed > 0;
            e[0] = any ? MIN(e[0], where[c]) : where[c];
            e[1] = any ? MAX(e[1], where[c] + 1) : where[c] + 1;
        }
        added += has;
        removed += had;
    }
    bool any = medals_state_change(a, b, uid, extent, &n[0], &n[1]);
    g_assert_true(any == (added + removed > 0));
    g_assert_cmpuint(n[0], ==, added);
    g_assert_cmpuint(n[1], ==, removed);
    if (any)
        g_assert_cmpmem(extent, sizeof extent, wanted, sizeof wanted);
}

static void test_changes(void)
{
    uint64_t seed = 22;
    MedalsState *first = medals_state_new(size, NULL);
    fixture_edit(&seed, first);
    for (int n = 0; n < 25; n++) {
        MedalsState *next = medals_state_copy(first, NULL);
        for (int edits = 0; edits < 1 + n % 4; edits++)
            fixture_edit(&seed, next);
        for (uint32_t uid = 1; uid < next->classes->next_uid; uid++)
            assert_change_of(first, next, uid);
        medals_state_free(first);
        first = next;
    }
    medals_state_free(first);
}

/* ---- limits ------------------------------------------------------------- */

static void test_many_prompts(void)
{
    MedalsState *state = with_classes(2);
    for (size_t n = 0; n < MEDALS_SESSION_MAX_PROMPTS; n++)
        g_assert_true(
            medals_state_add_prompt(state, n % 2, 0, true, spot, NULL));
    g_autoptr(GError) error = NULL;
    g_assert_false(medals_state_add_prompt(state, 0, 0, true, spot, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
    g_assert_cmpuint(medals_state_count_prompts(state, 1), ==,
                     MEDALS_SESSION_MAX_PROMPTS / 2);
    g_assert_cmpuint(state->next_prompt, ==, MEDALS_SESSION_MAX_PROMPTS + 1);
    medals_state_free(state);
}

/* A mark in a large image of many classes takes blocks where it is, and
 * nothing elsewhere. */
static void test_cost_follows_the_box(void)
{
    const int64_t large[3] = {512, 512, 1000};
    const int64_t box[6] = {250, 260, 250, 260, 500, 510};
    MedalsState *state = medals_state_new(large, NULL);
    for (size_t n = 0; n < MEDALS_SESSION_MAX_CLASSES; n++) {
        g_assert_true(
            medals_class_list_add(state->classes, NULL, NULL, 0, NULL));
        g_assert_true(
            medals_state_mark(state, n, box, NULL, MEDALS_MARK_OUT, NULL));
    }
    size_t bytes = 0;
    for (size_t n = 0; n < MEDALS_SESSION_MAX_CLASSES; n++)
        bytes += medals_layer_bytes(medals_state_peek_marks(
            state, medals_class_list_at(state->classes, n)->uid));
    /* A table of pointers and four blocks a class. */
    g_assert_cmpuint(
        bytes, <, 255 * (size_t) (5 * MEDALS_BLOCK_VOXELS + 16 * 16 * 32 * 8));
    /* A copy takes none of them. */
    medals_alloc_fail_after(1 + MEDALS_SESSION_MAX_CLASSES);
    MedalsState *copy = medals_state_copy(state, NULL);
    medals_alloc_fail_after(-1);
    g_assert_nonnull(copy);
    medals_state_free(copy);
    medals_state_free(state);
}

/* No memory at each place in turn: an error, and nothing lost or leaked. */
static void test_no_memory(void)
{
    uint64_t seed = 23;
    MedalsState *state = with_classes(CLASSES);
    for (int n = 0; n < 4; n++)
        fixture_edit(&seed, state);
    if (medals_class_list_count(state->classes) == 0)
        fixture_edit(&seed, state);
    const int64_t box[6] = {0, 40, 0, 34, 0, 33};
    MedalsState *before = medals_state_copy(state, NULL);
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        g_autoptr(GError) error = NULL;
        medals_alloc_fail_after(n);
        MedalsState *next = medals_state_copy(state, &error);
        done = next &&
               medals_state_mark(next, 0, box, NULL, MEDALS_MARK_IN, &error);
        medals_alloc_fail_after(-1);
        g_assert_true(done ||
                      g_error_matches(error, MEDALS_ERROR, MEDALS_E_NOMEM));
        medals_state_free(next);
        fixture_assert_equal(state, before);
    }
    medals_state_free(before);
    medals_state_free(state);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/state/later_mark_wins", test_later_mark_wins);
    g_test_add_func("/state/answers_obey", test_answers_obey);
    g_test_add_func("/state/kept", test_kept_marks_follow);
    g_test_add_func("/state/copies", test_copies_do_not_meet);
    g_test_add_func("/state/law", test_law_on_every_voxel);
    g_test_add_func("/state/handed_over", test_slot_handed_over);
    g_test_add_func("/state/nothing_goes", test_nothing_goes);
    g_test_add_func("/state/changes", test_changes);
    g_test_add_func("/state/many_prompts", test_many_prompts);
    g_test_add_func("/state/cost", test_cost_follows_the_box);
    g_test_add_func("/state/no_memory", test_no_memory);
    return g_test_run();
}

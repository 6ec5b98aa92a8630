/*
 * test_history.c - undo and redo against remembered states
 */
#include "history.h"

#include "clock.h"
#include "splitmix.h"
#include "state_fixture.h"

static const int64_t size[3] = {50, 34, 20};

/* States in order, a history that leads along them, and one that walks. */
typedef struct Trail {
    GPtrArray *states; /* MedalsState *; 0 is before the first step */
    MedalsHistory *history;
    MedalsState *walker;
    size_t at; /* of the walker among the states */
} Trail;

static void free_state(gpointer state)
{
    medals_state_free(state);
}

static Trail trail_begin(void)
{
    Trail trail = {.states = g_ptr_array_new_with_free_func(free_state),
                   .history = medals_history_new(),
                   .walker = medals_state_new(size, NULL)};
    g_ptr_array_add(trail.states, medals_state_copy(trail.walker, NULL));
    return trail;
}

static void trail_end(Trail *trail)
{
    medals_state_free(trail->walker);
    medals_history_free(trail->history);
    g_ptr_array_unref(trail->states);
}

/* An edit drops what could be redone. */
static void trail_edit(Trail *trail, uint64_t *seed)
{
    MedalsState *before = trail->states->pdata[trail->at];
    MedalsState *after = medals_state_copy(before, NULL);
    fixture_edit(seed, after);
    MedalsStep *step = medals_step_between(before, after, "point", NULL);
    g_ptr_array_set_size(trail->states, (gint) ++trail->at);
    g_ptr_array_add(trail->states, after);
    medals_history_push(trail->history, step);
    medals_state_free(trail->walker);
    trail->walker = medals_state_copy(after, NULL);
}

static void assert_in_step(const Trail *trail)
{
    const MedalsHistory *history = trail->history;
    size_t bytes = 0;
    for (guint n = 0; n < history->steps->len; n++)
        bytes += medals_step_bytes(history->steps->pdata[n]);
    g_assert_cmpuint(history->bytes, ==, bytes);
    g_assert_cmpuint(history->cursor, ==, trail->at);
    g_assert_cmpuint(history->steps->len + 1, ==, trail->states->len);
    fixture_assert_equal(trail->walker, trail->states->pdata[trail->at]);
}

static void trail_walk(Trail *trail, uint64_t steps, bool back)
{
    size_t room = back ? trail->at : trail->states->len - 1 - trail->at;
    uint64_t done = 99, wanted = MIN(steps, room);
    g_assert_true((back ? medals_history_undo : medals_history_redo)(
        trail->history, trail->walker, steps, &done, NULL));
    g_assert_cmpuint(done, ==, wanted);
    trail->at += back ? -wanted : wanted;
}

static void test_walks(void)
{
    uint64_t seed = 41;
    Trail trail = trail_begin();
    trail_walk(&trail, 3, true);
    trail_walk(&trail, 3, false);
    for (int n = 0; n < 200; n++) {
        uint64_t what = medals_splitmix_below(&seed, 3);
        if (what == 0)
            trail_edit(&trail, &seed);
        else
            trail_walk(&trail, 1 + medals_splitmix_below(&seed, 6), what == 1);
        assert_in_step(&trail);
    }
    trail_walk(&trail, UINT64_MAX, true);
    g_assert_cmpuint(trail.at, ==, 0);
    assert_in_step(&trail);
    trail_walk(&trail, UINT64_MAX, false);
    assert_in_step(&trail);
    trail_end(&trail);
}

static void test_forget(void)
{
    uint64_t seed = 42, done;
    Trail trail = trail_begin();
    for (int n = 0; n < 12; n++)
        trail_edit(&trail, &seed);
    trail_walk(&trail, 2, true);
    medals_history_forget(trail.history, 7);
    g_ptr_array_remove_range(trail.states, 0, 7);
    trail.at -= 7;
    assert_in_step(&trail);
    trail_walk(&trail, 10, true);
    assert_in_step(&trail);
    trail_walk(&trail, 10, false);
    assert_in_step(&trail);
    medals_history_forget(trail.history, 100); /* no more than were done */
    g_assert_cmpuint(trail.history->bytes, ==, 0);
    g_assert_true(
        medals_history_undo(trail.history, trail.walker, 1, &done, NULL));
    g_assert_cmpuint(done, ==, 0);
    trail_end(&trail);
}

/* The oldest go until the rest fits, whatever its size the newest stays. */
static void test_trim(void)
{
    uint64_t seed = 44, done = 0;
    Trail trail = trail_begin();
    for (int n = 0; n < 20; n++)
        trail_edit(&trail, &seed);
    MedalsHistory *history = trail.history;
    uint64_t half = history->bytes / 2;
    medals_history_trim(history, history->bytes);
    g_assert_cmpuint(history->cursor, ==, 20);
    medals_history_trim(history, half);
    g_assert_cmpuint(history->bytes, <=, half);
    g_assert_cmpuint(history->cursor, >, 1);
    g_assert_cmpuint(history->steps->len, ==, history->cursor);
    medals_history_trim(history, 0);
    g_assert_cmpuint(history->cursor, ==, 1);
    g_assert_true(medals_history_undo(history, trail.walker, 5, &done, NULL));
    g_assert_cmpuint(done, ==, 1);
    medals_history_trim(history, 0); /* what can be redone stays, too */
    g_assert_cmpuint(history->steps->len, ==, 1);
    trail_end(&trail);
}

/* A step that does not fit leaves the history where it was. */
static void test_failed_undo(void)
{
    uint64_t seed = 43, done = 0;
    const int64_t other[3] = {9, 9, 9};
    g_autoptr(GError) error = NULL;
    Trail trail = trail_begin();
    trail_edit(&trail, &seed);
    MedalsState *stranger = medals_state_new(other, NULL);
    g_assert_false(
        medals_history_undo(trail.history, stranger, 1, &done, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
    medals_state_free(stranger);
    assert_in_step(&trail);
    trail_end(&trail);
}

/* As many clicks as a session takes, all taken back in one call: time grows
 * with their number, not with its square. */
static void test_many_clicks(void)
{
    const size_t clicks = g_test_perf() ? MEDALS_SESSION_MAX_PROMPTS : 2000;
    const int64_t box[6] = {7, 8, 7, 8, 7, 8};
    MedalsHistory *history = medals_history_new();
    MedalsState *state = medals_state_new(size, NULL);
    g_assert_true(medals_class_list_add(state->classes, "a", NULL, 0, NULL));
    double begun = medals_now();
    for (size_t n = 0; n < clicks; n++) {
        MedalsState *next = medals_state_copy(state, NULL);
        g_assert_true(medals_state_add_prompt(next, 0, 0, true, box, NULL));
        g_assert_true(
            medals_state_mark(next, 0, box, NULL,
                              n % 2 ? MEDALS_MARK_OUT : MEDALS_MARK_IN, NULL));
        medals_history_push(history,
                            medals_step_between(state, next, "point", NULL));
        medals_state_free(state);
        state = next;
    }
    double made = medals_now();
    uint64_t done = 0;
    g_assert_true(medals_history_undo(history, state, clicks, &done, NULL));
    g_test_message("%zu clicks: %.3f ms each to make, %.3f ms each to undo; "
                   "%zu bytes each",
                   clicks, 1000 * (made - begun) / (double) clicks,
                   1000 * (medals_now() - made) / (double) clicks,
                   history->bytes / clicks);
    g_assert_cmpuint(done, ==, clicks);
    g_assert_cmpuint(state->prompts->len, ==, 0);
    medals_state_free(state);
    medals_history_free(history);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/history/walks", test_walks);
    g_test_add_func("/history/forget", test_forget);
    g_test_add_func("/history/trim", test_trim);
    g_test_add_func("/history/failed", test_failed_undo);
    g_test_add_func("/history/many_clicks", test_many_clicks);
    return g_test_run();
}

/*
 * test_step.c - random edits: a step leads from one state to the next and
 * back, bit for bit, also through its bytes
 */
#include "step.h"

#include <string.h>

#include "clock.h"
#include "memory.h"
#include "splitmix.h"
#include "state_fixture.h"

static const int64_t size[3] = {70, 41, 37};

static MedalsStep *between(const MedalsState *before, const MedalsState *after)
{
    g_autoptr(GError) error = NULL;
    MedalsStep *step = medals_step_between(before, after, "point", &error);
    g_assert_no_error(error);
    return step;
}

static GByteArray *bytes_of(const MedalsStep *step)
{
    g_auto(MedalsBuffer) bytes = {0};
    g_assert_true(medals_step_encode(step, &bytes, NULL));
    return g_byte_array_append(g_byte_array_new(), bytes.data,
                               (guint) bytes.size);
}

static MedalsStep *through_bytes(const MedalsStep *step)
{
    g_autoptr(GByteArray) bytes = bytes_of(step);
    g_autoptr(GError) error = NULL;
    MedalsStep *read =
        medals_step_decode(bytes->data, bytes->len, size, &error);
    g_assert_no_error(error);
    g_autoptr(GByteArray) again = bytes_of(read);
    g_assert_cmpmem(again->data, again->len, bytes->data, bytes->len);
    g_assert_cmpstr(medals_step_op(read), ==, "point");
    return read;
}

static void walk(const MedalsStep *step, const MedalsState *from, bool forward,
                 const MedalsState *to)
{
    g_autoptr(GError) error = NULL;
    MedalsState *walker = medals_state_copy(from, NULL);
    bool done = medals_step_apply(step, walker, forward, &error);
    g_assert_no_error(error);
    g_assert_true(done);
    fixture_assert_equal(walker, to);
    medals_state_free(walker);
}

static void test_both_ways(void)
{
    uint64_t seed = 31;
    MedalsState *state = medals_state_new(size, NULL);
    for (int n = 0; n < 200; n++) {
        MedalsState *next = medals_state_copy(state, NULL);
        for (uint64_t edits = medals_splitmix_below(&seed, 4); edits > 0;
             edits--)
            fixture_edit(&seed, next);
        MedalsStep *step = between(state, next);
        MedalsStep *read = through_bytes(step);
        walk(step, state, true, next);
        walk(step, next, false, state);
        walk(read, state, true, next);
        walk(read, next, false, state);
        medals_step_free(step);
        medals_step_free(read);
        medals_state_free(state);
        state = next;
    }
    medals_state_free(state);
}

/* A step between unlike states, as a base of a journal is one. */
static void test_from_nothing(void)
{
    uint64_t seed = 32;
    MedalsState *nothing = medals_state_new(size, NULL);
    MedalsState *state = medals_state_new(size, NULL);
    for (int n = 0; n < 30; n++)
        fixture_edit(&seed, state);
    MedalsStep *step = between(nothing, state);
    MedalsStep *read = through_bytes(step);
    walk(read, nothing, true, state);
    walk(read, state, false, nothing);
    medals_step_free(read);
    medals_step_free(step);
    medals_state_free(state);
    medals_state_free(nothing);
}

/* Prompts from the middle of the list, as a class that goes takes them. */
static void test_prompts_in_the_middle(void)
{
    const int64_t box[6] = {1, 2, 3, 4, 5, 6};
    MedalsState *state = medals_state_new(size, NULL);
    for (int n = 0; n < 3; n++)
        g_assert_true(
            medals_class_list_add(state->classes, NULL, NULL, 0, NULL));
    for (size_t n = 0; n < 60; n++)
        g_assert_true(
            medals_state_add_prompt(state, n * 7 % 3, n % 5, n % 2, box, NULL));
    MedalsState *next = medals_state_copy(state, NULL);
    g_assert_true(medals_class_list_remove(next->classes, 1, NULL));
    g_assert_true(medals_state_drop_orphans(next, state->classes, NULL));
    g_assert_cmpuint(next->prompts->len, ==, 40);
    g_assert_true(medals_state_add_prompt(next, 1, 0, true, box, NULL));
    MedalsStep *step = between(state, next);
    walk(step, state, true, next);
    walk(step, next, false, state);
    medals_step_free(step);
    medals_state_free(next);
    medals_state_free(state);
}

/* A step on a state that it was not made for is refused. */
static void test_misfit(void)
{
    const int64_t box[6] = {1, 2, 3, 4, 5, 6}, other[3] = {70, 41, 38};
    MedalsState *state = medals_state_new(size, NULL);
    g_assert_true(medals_class_list_add(state->classes, "a", NULL, 0, NULL));
    MedalsState *next = medals_state_copy(state, NULL);
    g_assert_true(medals_class_list_add(next->classes, "b", NULL, 0, NULL));
    g_assert_true(medals_state_add_prompt(next, 1, 0, true, box, NULL));
    MedalsStep *step = between(state, next);
    MedalsState *strangers[3] = {medals_state_new(other, NULL),
                                 medals_state_new(size, NULL),
                                 medals_state_copy(next, NULL)};
    for (int n = 0; n < 3; n++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(medals_step_apply(step, strangers[n], true, &error));
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
        medals_state_free(strangers[n]);
    }
    medals_step_free(step);
    medals_state_free(next);
    medals_state_free(state);
}

/* ---- hostile bytes ------------------------------------------------------ */

static GByteArray *some_bytes(uint64_t seed)
{
    MedalsState *state = medals_state_new(size, NULL);
    for (int n = 0; n < 6; n++)
        fixture_edit(&seed, state);
    MedalsState *next = medals_state_copy(state, NULL);
    for (int n = 0; n < 3; n++)
        fixture_edit(&seed, next);
    MedalsStep *step = between(state, next);
    GByteArray *bytes = bytes_of(step);
    medals_step_free(step);
    medals_state_free(next);
    medals_state_free(state);
    return bytes;
}

static void test_cut_short(void)
{
    g_autoptr(GByteArray) bytes = some_bytes(33);
    for (guint n = 0; n < bytes->len; n += n < 400 ? 1 : 97) {
        /* Of its own size, so that a tool sees a read beyond it. */
        g_autofree uint8_t *part = g_memdup2(bytes->data, n);
        g_autoptr(GError) error = NULL;
        g_assert_null(medals_step_decode(part, n, size, &error));
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
    }
    g_byte_array_append(bytes, (const guint8 *) "x", 1);
    g_assert_null(medals_step_decode(bytes->data, bytes->len, size, NULL));
}

/* Bytes that are wrong anywhere give an error or a step that can be tried. */
static void test_damaged(void)
{
    uint64_t seed = 34;
    for (int round = 0; round < 600; round++) {
        g_autoptr(GByteArray) bytes = some_bytes(35 + (uint64_t) round / 200);
        for (int n = 0; n < 3; n++)
            bytes->data[medals_splitmix_below(&seed, bytes->len)] ^=
                (uint8_t) (1u << medals_splitmix_below(&seed, 8));
        MedalsStep *step =
            medals_step_decode(bytes->data, bytes->len, size, NULL);
        if (!step)
            continue;
        MedalsState *state = medals_state_new(size, NULL);
        medals_step_apply(step, state, round % 2, NULL);
        medals_state_free(state);
        medals_step_free(step);
    }
}

/* A length of 4 GiB takes no memory. */
static void test_bounded(void)
{
    static const uint8_t texts[] = {1, 255, 255, 255, 255, 'a'};
    static const uint8_t classes[] = {1,   5,   0,   0,   0,   'p', 'o',
                                      'i', 'n', 't', 255, 255, 255, 255};
    static const uint8_t version[] = {2, 0, 0, 0, 0};
    g_assert_null(medals_step_decode(texts, sizeof texts, size, NULL));
    g_assert_null(medals_step_decode(classes, sizeof classes, size, NULL));
    g_assert_null(medals_step_decode(version, sizeof version, size, NULL));
    g_assert_null(medals_step_decode(NULL, 0, size, NULL));
}

/* ---- cost --------------------------------------------------------------- */

/* A click's step is small, whatever the volume. */
static void test_small(void)
{
    const int64_t large[3] = {512, 512, 300};
    const int64_t box[6] = {218, 230, 90, 102, 58, 70}; /* across 8 blocks */
    uint8_t ball[12 * 12 * 12];
    for (int v = 0; v < 12 * 12 * 12; v++) {
        int i = v % 12 * 2 - 11, j = v / 12 % 12 * 2 - 11, k = v / 144 * 2 - 11;
        ball[v] = i * i + j * j + k * k < 11 * 11;
    }
    MedalsState *state = medals_state_new(large, NULL);
    g_assert_true(
        medals_class_list_add(state->classes, "liver", NULL, 0, NULL));
    MedalsState *next = medals_state_copy(state, NULL);
    g_assert_true(medals_state_mark(next, 0, box, ball, MEDALS_MARK_IN, NULL));
    MedalsStep *step = between(state, next);
    g_autoptr(GByteArray) bytes = bytes_of(step);
    g_test_message("a ball of 12 voxels: %zu bytes in memory, %u on disk",
                   medals_step_bytes(step), bytes->len);
    g_assert_cmpuint(medals_step_bytes(step), <, 2048);
    g_assert_cmpuint(bytes->len, <, 2048);
    medals_step_free(step);
    medals_state_free(state);
    medals_state_free(next);
}

/* The time of an undo in which all voxels of a labelmap changed. */
static double undo_seconds(MedalsState *before, MedalsState *after)
{
    double best = 1e9;
    MedalsStep *step = between(before, after);
    for (int n = 0; n < 5; n++) {
        double begun = medals_now();
        MedalsState *state = medals_state_copy(after, NULL);
        g_assert_true(medals_step_apply(step, state, false, NULL));
        best = MIN(best, medals_now() - begun);
        fixture_assert_equal(state, before);
        medals_state_free(state);
    }
    medals_step_free(step);
    return best;
}

/* Organs as ellipsoids round the middle, one in another; they fill the
 * volume. */
static void paint_organs(MedalsLayer *layer, int64_t edge, uint8_t first)
{
    const int64_t row_size = edge * edge;
    g_autofree uint8_t *slice = g_malloc((gsize) row_size);
    for (int64_t k = 0; k < edge; k++) {
        for (int64_t v = 0; v < row_size; v++) {
            int64_t i = v % edge * 2 - edge, j = v / edge * 2 - edge;
            int64_t r = i * i + j * j * 2 + (2 * k - edge) * (2 * k - edge);
            slice[v] = (uint8_t) (first + r * 16 / (edge * edge * 4));
        }
        const int64_t box[6] = {0, edge, 0, edge, k, k + 1};
        g_assert_true(medals_layer_write(layer, box, slice, NULL));
    }
}

static void test_undo_time(void)
{
    const int64_t edge = g_test_perf() ? 256 : 96;
    const int64_t cube[3] = {edge, edge, edge};
    MedalsState *before = medals_state_new(cube, NULL);
    MedalsState *after = medals_state_new(cube, NULL);
    paint_organs(before->labels, edge, 1);
    paint_organs(after->labels, edge, 30);
    double organs = undo_seconds(before, after);
    MedalsState *nothing = medals_state_new(cube, NULL);
    double all = undo_seconds(nothing, after);
    g_test_message("undo of %d^3, all voxels changed: %.1f ms from other "
                   "organs, %.1f ms from nothing",
                   (int) edge, 1000 * organs, 1000 * all);
    if (g_test_perf())
        g_assert_cmpfloat(MAX(organs, all), <, 0.05);
    medals_state_free(nothing);
    medals_state_free(before);
    medals_state_free(after);
}

static void test_no_memory(void)
{
    uint64_t seed = 36;
    MedalsState *state = medals_state_new(size, NULL);
    for (int n = 0; n < 8; n++)
        fixture_edit(&seed, state);
    MedalsState *next = medals_state_copy(state, NULL);
    fixture_edit(&seed, next);
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        g_autoptr(GError) error = NULL;
        medals_alloc_fail_after(n);
        MedalsStep *step = medals_step_between(state, next, "point", &error);
        MedalsState *walker = step ? medals_state_copy(next, &error) : NULL;
        done = walker && medals_step_apply(step, walker, false, &error);
        medals_alloc_fail_after(-1);
        g_assert_true(done ||
                      g_error_matches(error, MEDALS_ERROR, MEDALS_E_NOMEM));
        if (done)
            fixture_assert_equal(walker, state);
        medals_state_free(walker);
        medals_step_free(step);
    }
    medals_state_free(next);
    medals_state_free(state);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/step/both_ways", test_both_ways);
    g_test_add_func("/step/from_nothing", test_from_nothing);
    g_test_add_func("/step/prompts", test_prompts_in_the_middle);
    g_test_add_func("/step/misfit", test_misfit);
    g_test_add_func("/step/cut_short", test_cut_short);
    g_test_add_func("/step/damaged", test_damaged);
    g_test_add_func("/step/bounded", test_bounded);
    g_test_add_func("/step/small", test_small);
    g_test_add_func("/step/undo_time", test_undo_time);
    g_test_add_func("/step/no_memory", test_no_memory);
    return g_test_run();
}

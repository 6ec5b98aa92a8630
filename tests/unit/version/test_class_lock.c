/*
 * test_class_lock.c - a locked class keeps every voxel, whatever is done
 */
#include "class_lock.h"

#include <string.h>

#include "splitmix.h"
#include "state_fixture.h"

static const int64_t size[3] = {50, 41, 37};
#define VOXELS (50 * 41 * 37)

static MedalsState *painted(uint64_t *seed)
{
    MedalsState *state = medals_state_new(size, NULL);
    for (int n = 0; n < 4; n++)
        g_assert_true(
            medals_class_list_add(state->classes, NULL, NULL, 0, NULL));
    fixture_paint(seed, state->labels, 12, 4);
    return state;
}

static uint32_t uid_of(const MedalsState *state, size_t index)
{
    return medals_class_list_at(state->classes, index)->uid;
}

/* Voxels of a class in both versions, bit for bit. */
static void assert_kept(const MedalsState *before, const MedalsState *next,
                        uint32_t uid)
{
    int64_t index = medals_class_list_of_uid(before->classes, uid);
    if (index < 0 || medals_class_list_of_uid(next->classes, uid) < 0)
        return;
    uint8_t slot = medals_class_list_at(before->classes, (size_t) index)->slot;
    g_autofree uint8_t *a = fixture_voxels(before->labels);
    g_autofree uint8_t *b = fixture_voxels(next->labels);
    for (size_t v = 0; v < VOXELS; v++)
        g_assert_true((a[v] == slot) == (b[v] == slot));
}

/* Random changes: the locked class stays, others change as they would, and
 * marks agree with labels again. */
static void test_random(void)
{
    uint64_t seed = 5, total = 0, kept;
    GHashTable *locks = medals_class_locks_new();
    MedalsState *state = painted(&seed);
    medals_class_locks_set(locks, uid_of(state, 1), true);
    for (int n = 0; n < 200; n++) {
        MedalsState *next = medals_state_copy(state, NULL);
        MedalsState *free_one;
        fixture_edit(&seed, next);
        free_one = medals_state_copy(next, NULL);
        g_assert_true(medals_class_locks_hold(locks, state, next, &kept, NULL));
        GHashTableIter iter;
        gpointer uid;
        g_hash_table_iter_init(&iter, locks);
        while (g_hash_table_iter_next(&iter, &uid, NULL))
            assert_kept(state, next, GPOINTER_TO_UINT(uid));
        if (kept == 0)
            fixture_assert_equal(next, free_one);
        g_autofree uint8_t *a = fixture_voxels(next->labels);
        g_autofree uint8_t *b = fixture_voxels(free_one->labels);
        uint64_t different = 0;
        for (size_t v = 0; v < VOXELS; v++)
            different += a[v] != b[v];
        g_assert_cmpuint(different, ==, kept);
        total += kept;
        medals_state_free(free_one);
        medals_state_free(state);
        state = next;
    }
    g_assert_cmpuint(total, >, 0);
    medals_state_free(state);
    g_hash_table_unref(locks);
}

/* A stroke of another class over a locked one, and one of its own. */
static void test_strokes(void)
{
    const int64_t box[6] = {2, 20, 3, 19, 4, 18};
    uint64_t seed = 6, kept;
    GHashTable *locks = medals_class_locks_new();
    MedalsState *state = painted(&seed);
    uint32_t uid = uid_of(state, 2);
    medals_class_locks_set(locks, uid, true);
    for (size_t index = 0; index < 4; index++)
        for (int mark = MEDALS_MARK_IN; mark <= MEDALS_MARK_OUT; mark++) {
            MedalsState *next = medals_state_copy(state, NULL);
            g_assert_true(medals_state_mark(next, index, box, NULL,
                                            (MedalsMark) mark, NULL));
            g_assert_true(
                medals_class_locks_hold(locks, state, next, &kept, NULL));
            assert_kept(state, next, uid);
            medals_state_free(next);
        }
    medals_class_locks_set(locks, uid, false);
    MedalsState *next = medals_state_copy(state, NULL);
    g_assert_true(medals_state_mark(next, 0, box, NULL, MEDALS_MARK_IN, NULL));
    g_assert_true(medals_class_locks_hold(locks, state, next, &kept, NULL));
    g_assert_cmpuint(kept, ==, 0);
    medals_state_free(next);
    medals_state_free(state);
    g_hash_table_unref(locks);
}

static void test_words(void)
{
    GHashTable *locks = medals_class_locks_new();
    g_autofree char *none = medals_class_locks_word(locks);
    g_assert_cmpstr(none, ==, "");
    medals_class_locks_of_word(locks, "17,x,,3,-1,99999999999,4294967295");
    g_autofree char *word = medals_class_locks_word(locks);
    g_assert_cmpstr(word, ==, "3,17,4294967295");
    medals_class_locks_of_word(locks, NULL);
    medals_class_locks_set(locks, 17, false);
    g_assert_false(medals_class_locks_has(locks, 17));
    g_assert_true(medals_class_locks_has(locks, 3));
    g_hash_table_unref(locks);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/class_lock/random", test_random);
    g_test_add_func("/class_lock/strokes", test_strokes);
    g_test_add_func("/class_lock/words", test_words);
    return g_test_run();
}

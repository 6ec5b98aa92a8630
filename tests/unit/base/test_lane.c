/*
 * test_lane.c - the compute lane: every piece once, one request at a time
 */
#include <glib.h>
#include <pthread.h>
#include <unistd.h>

#include "cpu.h"
#include "lane.h"

#define PIECES 1000

static void count_piece(void *context, size_t piece, unsigned worker)
{
    atomic_int *seen = context;
    atomic_fetch_add(&seen[piece], 1);
}

static void test_every_piece_once(void)
{
    for (unsigned threads = 1; threads <= 4; threads++) {
        MedalsLane *lane = medals_lane_new(threads, NULL);
        g_assert_nonnull(lane);
        g_assert_cmpuint(medals_lane_threads(lane), ==, threads);
        g_assert_true(medals_lane_enter(lane, NULL, NULL));
        for (int round = 0; round < 20; round++) {
            atomic_int seen[PIECES] = {0};
            g_assert_true(
                medals_lane_run(lane, PIECES, count_piece, seen, NULL, 0));
            for (int i = 0; i < PIECES; i++)
                g_assert_cmpint(seen[i], ==, 1);
        }
        g_assert_true(medals_lane_run(lane, 0, count_piece, NULL, NULL, 0));
        medals_lane_leave(lane);
        medals_lane_free(lane);
    }
}

typedef struct Turn {
    MedalsLane *lane;
    atomic_int *inside, *most, *done;
} Turn;

static void *take_turn(void *argument)
{
    Turn *turn = argument;
    g_assert_true(medals_lane_enter(turn->lane, NULL, NULL));
    int now = atomic_fetch_add(turn->inside, 1) + 1;
    if (now > atomic_load(turn->most))
        atomic_store(turn->most, now);
    atomic_int seen[8] = {0};
    g_assert_true(medals_lane_run(turn->lane, 8, count_piece, seen, NULL, 0));
    usleep(2000);
    atomic_fetch_sub(turn->inside, 1);
    medals_lane_leave(turn->lane);
    atomic_fetch_add(turn->done, 1);
    return NULL;
}

static void test_one_at_a_time(void)
{
    atomic_int inside = 0, most = 0, done = 0;
    Turn turn = {medals_lane_new(2, NULL), &inside, &most, &done};
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        g_assert_cmpint(pthread_create(&threads[i], NULL, take_turn, &turn), ==,
                        0);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    g_assert_cmpint(most, ==, 1);
    g_assert_cmpint(done, ==, 8);
    medals_lane_free(turn.lane);
}

static void *ask_once(void *argument)
{
    Turn *turn = argument;
    g_assert_true(medals_lane_enter(turn->lane, NULL, NULL));
    atomic_fetch_add(turn->done, 1);
    medals_lane_leave(turn->lane);
    return NULL;
}

/* A long request lets a waiting one through between two of its parts. */
static void test_yield(void)
{
    atomic_int inside = 0, most = 0, done = 0;
    Turn turn = {medals_lane_new(1, NULL), &inside, &most, &done};
    g_assert_true(medals_lane_enter(turn.lane, NULL, NULL));
    g_assert_true(medals_lane_yield(turn.lane, NULL, NULL)); /* nobody waits */
    pthread_t thread;
    g_assert_cmpint(pthread_create(&thread, NULL, ask_once, &turn), ==, 0);
    for (int i = 0; i < 2000 && !atomic_load(&done); i++) {
        usleep(1000);
        g_assert_true(medals_lane_yield(turn.lane, NULL, NULL));
    }
    g_assert_cmpint(atomic_load(&done), ==, 1);
    medals_lane_leave(turn.lane);
    pthread_join(thread, NULL);
    medals_lane_free(turn.lane);
}

static bool say_stop(void *cookie, const MedalsProgress *progress)
{
    int *calls = cookie;
    (*calls)++;
    return false;
}

static void test_cancel_while_waiting(void)
{
    MedalsLane *lane = medals_lane_new(1, NULL);
    g_assert_true(medals_lane_enter(lane, NULL, NULL));
    int calls = 0;
    MedalsTask task;
    medals_task_init(&task, say_stop, &calls);
    GError *error = NULL;
    g_assert_false(medals_lane_enter(lane, &task, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_CANCELLED);
    g_clear_error(&error);
    g_assert_cmpint(calls, >, 0);
    medals_lane_leave(lane);
    /* The ticket that was given up must not block the next request. */
    g_assert_true(medals_lane_enter(lane, NULL, NULL));
    medals_lane_leave(lane);
    medals_lane_free(lane);
}

static void slow_piece(void *context, size_t piece, unsigned worker)
{
    atomic_fetch_add((atomic_int *) context, 1);
    usleep(5000);
}

static void test_cancel_between_pieces(void)
{
    MedalsLane *lane = medals_lane_new(2, NULL);
    int calls = 0;
    atomic_int begun = 0;
    MedalsTask task;
    medals_task_init(&task, say_stop, &calls);
    g_assert_true(medals_lane_enter(lane, NULL, NULL));
    g_assert_false(medals_lane_run(lane, PIECES, slow_piece, &begun, &task, 1));
    g_assert_cmpint(begun, <, 200);
    g_assert_false(medals_task_check(&task, NULL));
    medals_lane_leave(lane);
    medals_lane_free(lane);
}

static bool remember(void *cookie, const MedalsProgress *progress)
{
    double *last = cookie;
    g_assert_cmpfloat(progress->fraction, >=, *last);
    g_assert_cmpfloat(progress->fraction, <=, 1);
    *last = progress->fraction;
    return true;
}

static void test_fraction_never_falls(void)
{
    MedalsLane *lane = medals_lane_new(2, NULL);
    double last = 0;
    atomic_int begun = 0;
    MedalsTask task;
    medals_task_init(&task, remember, &last);
    g_assert_true(medals_lane_enter(lane, &task, NULL));
    for (int stage = 1; stage <= 2; stage++) {
        medals_task_span(&task, 0.5 * stage, 3e9);
        for (int i = 0; i < 3; i++)
            g_assert_true(
                medals_lane_run(lane, 60, slow_piece, &begun, &task, 1e9));
    }
    medals_task_phase(&task, "end");
    g_assert_cmpfloat(last, >, 0.9);
    medals_lane_leave(lane);
    medals_lane_free(lane);
}

static void test_isa_words(void)
{
    MedalsIsa isa;
    GError *error = NULL;
    g_assert_true(medals_isa_choose("ref", &isa, NULL));
    g_assert_cmpint(isa, ==, MEDALS_ISA_REF);
    g_assert_false(medals_isa_choose("sse9", &isa, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_USAGE);
    g_clear_error(&error);
    for (int i = 0; i <= MEDALS_ISA_AMX; i++)
        g_assert_cmpint(
            medals_isa_choose(medals_isa_name((MedalsIsa) i), &isa, NULL), ==,
            i <= (int) medals_cpu_best());
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/lane/every-piece-once", test_every_piece_once);
    g_test_add_func("/base/lane/one-at-a-time", test_one_at_a_time);
    g_test_add_func("/base/lane/yield", test_yield);
    g_test_add_func("/base/lane/cancel-waiting", test_cancel_while_waiting);
    g_test_add_func("/base/lane/cancel-pieces", test_cancel_between_pieces);
    g_test_add_func("/base/lane/fraction", test_fraction_never_falls);
    g_test_add_func("/base/cpu/words", test_isa_words);
    return g_test_run();
}

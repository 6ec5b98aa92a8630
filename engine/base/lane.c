/*
 * lane.c - the compute lane: a ticket queue in front of a set of workers
 *
 *   tickets  a request takes the next number and sleeps until it is served
 *   pieces   one shared counter; workers take the next number until none is
 *            left, then report back
 */
#define _GNU_SOURCE
#include "lane.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "memory.h"

typedef struct Worker {
    MedalsLane *lane;
    unsigned index;
    pthread_t thread;
} Worker;

struct MedalsLane {
    unsigned threads;
    unsigned started; /* worker threads that run: threads - 1 when whole */
    Worker *workers;  /* [threads]; entry 0 is the caller, without a thread */

    pthread_mutex_t mutex; /* guards all below but next_piece */
    pthread_cond_t turn;   /* serving changed */
    pthread_cond_t work;   /* job changed, or stop */
    pthread_cond_t idle;   /* busy became 0 */
    uint64_t next_ticket, serving;
    GHashTable *given_up; /* tickets that left the queue: set of uint64 */

    bool stop;
    uint64_t job; /* number of the current set of pieces */
    unsigned busy;
    MedalsPieceFn fn;
    void *context;
    size_t count;
    MedalsTask *task;
    atomic_size_t next_piece;
};

/* Runs pieces until none is left or the task is cancelled. Only worker 0, the
 * request's own thread, reports progress. */
static void run_pieces(MedalsLane *lane, unsigned worker, double share)
{
    for (;;) {
        if (medals_task_cancelled(lane->task))
            return;
        size_t piece = atomic_fetch_add(&lane->next_piece, 1);
        if (piece >= lane->count)
            return;
        lane->fn(lane->context, piece, worker);
        if (worker == 0) {
            /* Others finished pieces too: count what has been handed out. */
            size_t out = atomic_load(&lane->next_piece);
            double target = share * (double) MIN(out, lane->count);
            if (lane->task) {
                double before = lane->task->done;
                medals_task_advance(lane->task, target);
                lane->task->done = before;
            }
        }
    }
}

static void *worker_main(void *argument)
{
    Worker *self = argument;
    MedalsLane *lane = self->lane;
    uint64_t seen = 0;
    pthread_mutex_lock(&lane->mutex);
    for (;;) {
        while (!lane->stop && lane->job == seen)
            pthread_cond_wait(&lane->work, &lane->mutex);
        if (lane->stop)
            break;
        seen = lane->job;
        pthread_mutex_unlock(&lane->mutex);
        run_pieces(lane, self->index, 0);
        pthread_mutex_lock(&lane->mutex);
        if (--lane->busy == 0)
            pthread_cond_signal(&lane->idle);
    }
    pthread_mutex_unlock(&lane->mutex);
    return NULL;
}

static bool start_workers(MedalsLane *lane, GError **error)
{
    for (unsigned i = 1; i < lane->threads; i++) {
        Worker *worker = &lane->workers[i];
        worker->lane = lane;
        worker->index = i;
        int code = pthread_create(&worker->thread, NULL, worker_main, worker);
        if (code != 0)
            return medals_fail(error, MEDALS_E_NOMEM,
                               "compute lane: thread %u of %u could not be "
                               "started: %s",
                               i + 1, lane->threads, g_strerror(code));
        lane->started++;
    }
    return true;
}

MedalsLane *medals_lane_new(unsigned threads, GError **error)
{
    threads = MAX(threads, 1);
    MedalsLane *lane = medals_alloc_zero(1, sizeof *lane, "lane", error);
    if (!lane)
        return NULL;
    lane->threads = threads;
    pthread_mutex_init(&lane->mutex, NULL);
    pthread_cond_init(&lane->turn, NULL);
    pthread_cond_init(&lane->work, NULL);
    pthread_cond_init(&lane->idle, NULL);
    lane->given_up =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    lane->workers =
        medals_alloc_zero(threads, sizeof *lane->workers, "lane", error);
    if (!lane->workers || !start_workers(lane, error)) {
        medals_lane_free(lane);
        return NULL;
    }
    return lane;
}

void medals_lane_free(MedalsLane *lane)
{
    if (!lane)
        return;
    pthread_mutex_lock(&lane->mutex);
    lane->stop = true;
    pthread_cond_broadcast(&lane->work);
    pthread_mutex_unlock(&lane->mutex);
    for (unsigned i = 1; i <= lane->started; i++)
        pthread_join(lane->workers[i].thread, NULL);
    pthread_cond_destroy(&lane->idle);
    pthread_cond_destroy(&lane->work);
    pthread_cond_destroy(&lane->turn);
    pthread_mutex_destroy(&lane->mutex);
    g_hash_table_destroy(lane->given_up);
    medals_free(lane->workers);
    medals_free(lane);
}

unsigned medals_lane_threads(const MedalsLane *lane)
{
    return lane->threads;
}

/* Serves the next ticket that still waits. Mutex held. */
static void serve_next(MedalsLane *lane)
{
    lane->serving++;
    gint64 ticket = (gint64) lane->serving; /* as the set stores them */
    while (g_hash_table_remove(lane->given_up, &ticket))
        ticket = (gint64) ++lane->serving;
    pthread_cond_broadcast(&lane->turn);
}

static struct timespec soon(void)
{
    struct timespec when;
    clock_gettime(CLOCK_REALTIME, &when);
    when.tv_nsec += 100 * 1000 * 1000;
    if (when.tv_nsec >= 1000 * 1000 * 1000) {
        when.tv_sec++;
        when.tv_nsec -= 1000 * 1000 * 1000;
    }
    return when;
}

/* Waits until a ticket is served. Mutex held; released in the end. */
static bool await_turn(MedalsLane *lane, uint64_t ticket, MedalsTask *task,
                       GError **error)
{
    while (lane->serving != ticket) {
        struct timespec when = soon();
        pthread_cond_timedwait(&lane->turn, &lane->mutex, &when);
        if (lane->serving == ticket)
            break;
        pthread_mutex_unlock(&lane->mutex);
        bool go_on = medals_task_advance(task, 0);
        pthread_mutex_lock(&lane->mutex);
        if (go_on)
            continue;
        if (lane->serving == ticket)
            serve_next(lane);
        else
            g_hash_table_add(lane->given_up, g_memdup2(&ticket, sizeof ticket));
        pthread_mutex_unlock(&lane->mutex);
        return medals_task_check(task, error);
    }
    pthread_mutex_unlock(&lane->mutex);
    medals_memory_turn_begin();
    return true;
}

/* Tickets that were drawn and are neither served nor given up. Mutex held. */
static uint64_t waiting(const MedalsLane *lane)
{
    uint64_t drawn = lane->next_ticket - lane->serving;
    uint64_t gone = g_hash_table_size(lane->given_up);
    return drawn > gone + 1 ? drawn - gone - 1 : 0;
}

bool medals_lane_enter(MedalsLane *lane, MedalsTask *task, GError **error)
{
    pthread_mutex_lock(&lane->mutex);
    if (waiting(lane) >= MEDALS_LANE_QUEUE) {
        pthread_mutex_unlock(&lane->mutex);
        return medals_fail(error, MEDALS_E_BUSY,
                           "compute lane: %d requests wait already; expected "
                           "fewer",
                           MEDALS_LANE_QUEUE);
    }
    return await_turn(lane, lane->next_ticket++, task, error);
}

void medals_lane_leave(MedalsLane *lane)
{
    medals_memory_turn_end();
    pthread_mutex_lock(&lane->mutex);
    serve_next(lane);
    pthread_mutex_unlock(&lane->mutex);
}

/* Joins the queue again. A cancelled wait still ends with the turn: the caller
 * has buffers to free and leaves as it would have. */
bool medals_lane_yield(MedalsLane *lane, MedalsTask *task, GError **error)
{
    pthread_mutex_lock(&lane->mutex);
    bool wanted = waiting(lane) > 0;
    pthread_mutex_unlock(&lane->mutex);
    if (!wanted)
        return true;
    medals_lane_leave(lane);
    pthread_mutex_lock(&lane->mutex);
    if (await_turn(lane, lane->next_ticket++, task, error))
        return true;
    pthread_mutex_lock(&lane->mutex);
    await_turn(lane, lane->next_ticket++, NULL, NULL);
    return false;
}

/* Wakes the workers for a new set of pieces. */
static void publish(MedalsLane *lane, size_t count, MedalsPieceFn fn,
                    void *context, MedalsTask *task)
{
    pthread_mutex_lock(&lane->mutex);
    lane->fn = fn;
    lane->context = context;
    lane->count = count;
    lane->task = task;
    atomic_store(&lane->next_piece, 0);
    lane->busy = count > 1 ? lane->started : 0;
    if (lane->busy) {
        lane->job++;
        pthread_cond_broadcast(&lane->work);
    }
    pthread_mutex_unlock(&lane->mutex);
}

bool medals_lane_run(MedalsLane *lane, size_t count, MedalsPieceFn fn,
                     void *context, MedalsTask *task, double work)
{
    if (count > 0) {
        publish(lane, count, fn, context, task);
        run_pieces(lane, 0, work / (double) count);
        pthread_mutex_lock(&lane->mutex);
        while (lane->busy > 0)
            pthread_cond_wait(&lane->idle, &lane->mutex);
        pthread_mutex_unlock(&lane->mutex);
    }
    return medals_task_advance(task, work) && !medals_task_cancelled(task);
}

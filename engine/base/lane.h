/*
 * lane.h - the compute lane: the threads that own the cores
 *
 * A lane runs one request at a time. Other requests queue, first come first
 * served. Inside its turn a request cuts its work into pieces:
 *
 *   request --enter--> [ piece piece piece ... ] --leave-->
 *                        |worker 0 = the caller| worker 1 | ...
 *
 * Which worker runs which piece is not determined, so a piece's result may not
 * depend on it: that is what makes runs bit-identical.
 */
#ifndef MEDALS_LANE_H
#define MEDALS_LANE_H

#include "task.h"

typedef struct MedalsLane MedalsLane;

/** @param threads number of workers, the caller included; at least 1 */
MedalsLane *medals_lane_new(unsigned threads, GError **error);
void medals_lane_free(MedalsLane *lane);
unsigned medals_lane_threads(const MedalsLane *lane);

/** Requests that may wait for a lane; one more is turned away. */
#define MEDALS_LANE_QUEUE 256

/** Waits for the turn; polls the task while waiting.
 * @return false: MEDALS_E_CANCELLED; MEDALS_E_BUSY the queue is full */
bool medals_lane_enter(MedalsLane *lane, MedalsTask *task, GError **error);
void medals_lane_leave(MedalsLane *lane);
/** Inside a turn: lets those who wait go first, if any do. Long requests call
 * it between windows, so that a click does not wait for a whole volume.
 * @return false: MEDALS_E_CANCELLED; the turn is then over all the same, and
 *         is the caller's again: leave as usual */
bool medals_lane_yield(MedalsLane *lane, MedalsTask *task, GError **error);

/** One piece. worker is in 0..threads-1 and selects scratch memory. */
typedef void (*MedalsPieceFn)(void *context, size_t piece, unsigned worker);

/**
 * Runs pieces 0..count-1 on all workers and waits. Call it between enter and
 * leave, from the thread that entered, never from inside a piece. Pieces are
 * handed out in ascending order. `work` is what all pieces together count
 * towards the task's progress.
 * @return false when the task was cancelled: pieces not begun are dropped
 */
bool medals_lane_run(MedalsLane *lane, size_t count, MedalsPieceFn fn,
                     void *context, MedalsTask *task, double work);

#endif

/*
 * task.h - one long call: its progress, and the wish to stop
 *
 * The call's own thread reports and asks; worker threads only read the flag.
 */
#ifndef MEDALS_TASK_H
#define MEDALS_TASK_H

#include <stdatomic.h>

#include "error.h"

typedef struct MedalsTask {
    MedalsProgressFn progress; /* may be NULL */
    void *cookie;
    const char *phase;
    double done, total;          /* work units of the whole call, any scale */
    double started, last_report; /* medals_now() */
    atomic_bool cancelled;
} MedalsTask;

void medals_task_init(MedalsTask *task, MedalsProgressFn progress,
                      void *cookie);
/** Names the phase that follows. `phase` is a string literal. */
void medals_task_phase(MedalsTask *task, const char *phase);
/** The next `work` units take the fraction from where it is to `until`. */
void medals_task_span(MedalsTask *task, double until, double work);
/** Adds work done; reports at most a few times a second.
 * @return false once cancelled. On the call's own thread only. */
bool medals_task_advance(MedalsTask *task, double work);
/** Safe from any thread. task may be NULL (never cancelled). */
bool medals_task_cancelled(const MedalsTask *task);
/** If cancelled: sets MEDALS_E_CANCELLED and returns false. */
bool medals_task_check(const MedalsTask *task, GError **error);

#endif

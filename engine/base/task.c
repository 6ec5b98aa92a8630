/*
 * task.c - progress and cancel of one long call
 */
#include "task.h"

#include <math.h>

#include "clock.h"

/* Seconds between two reports. */
#define REPORT_INTERVAL 0.1
/* No estimate of the time left before this much is done. */
#define ESTIMATE_FROM 0.02

void medals_task_init(MedalsTask *task, MedalsProgressFn progress, void *cookie)
{
    *task = (MedalsTask){.progress = progress,
                         .cookie = cookie,
                         .phase = "start",
                         .total = INFINITY, /* until a span is named */
                         .started = medals_now()};
}

static bool report(MedalsTask *task, double now)
{
    double fraction = CLAMP(task->done / task->total, 0, 1);
    double spent = now - task->started;
    MedalsProgress progress = {.struct_size = sizeof progress,
                               .phase = task->phase,
                               .fraction = fraction,
                               .seconds_left = fraction > ESTIMATE_FROM
                                                   ? spent / fraction - spent
                                                   : -1};
    task->last_report = now;
    if (task->progress(task->cookie, &progress))
        return true;
    atomic_store(&task->cancelled, true);
    return false;
}

void medals_task_phase(MedalsTask *task, const char *phase)
{
    if (!task)
        return;
    task->phase = phase;
    if (task->progress && !atomic_load(&task->cancelled))
        report(task, medals_now());
}

void medals_task_span(MedalsTask *task, double until, double work)
{
    if (!task)
        return;
    double from = CLAMP(task->done / task->total, 0, 1);
    if (!(work > 0) || until <= from)
        return;
    task->total = work / (until - from);
    task->done = from * task->total;
}

bool medals_task_advance(MedalsTask *task, double work)
{
    if (!task)
        return true;
    task->done += work;
    if (atomic_load(&task->cancelled))
        return false;
    if (!task->progress)
        return true;
    double now = medals_now();
    if (now - task->last_report < REPORT_INTERVAL)
        return true;
    return report(task, now);
}

bool medals_task_cancelled(const MedalsTask *task)
{
    return task && atomic_load(&task->cancelled);
}

bool medals_task_check(const MedalsTask *task, GError **error)
{
    if (!medals_task_cancelled(task))
        return true;
    return medals_fail(error, MEDALS_E_CANCELLED,
                       "the request: cancelled by the caller");
}

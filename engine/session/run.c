/*
 * run.c - one call from its beginning to its answer
 */
#include <string.h>

#include "clock.h"
#include "model_data.h"
#include "run.h"
#include "versioned.h"

/* Extents that are remembered for "what changed since". */
#define EXTENTS_KEPT 100000

static bool check_answer(const MedalsCall *call, GError **error)
{
    int number = (int) call->answer;
    return (number >= MEDALS_ANSWER_BOTH && number <= MEDALS_ANSWER_NONE) ||
           medals_fail(error, MEDALS_E_USAGE,
                       "answer: %d; expected one of MedalsAnswerKind", number);
}

bool medals_run_begin(MedalsRun *run, MedalsSession *session,
                      const MedalsCall *call, bool stroke, GError **error)
{
    MedalsCall full = MEDALS_CALL_INIT;
    if (!medals_versioned_read(&full, sizeof full, call, "call", error) ||
        !check_answer(&full, error))
        return false;
    *run = (MedalsRun){.session = session, .call = full, .begun = medals_now()};
    if (session->stroke.open && !stroke)
        return medals_fail(error, MEDALS_E_USAGE,
                           "session: a stroke is open; expected its end first");
    if (!session->stroke.open && stroke)
        return medals_fail(error, MEDALS_E_USAGE,
                           "session: no stroke is open; expected its beginning "
                           "first");
    medals_task_init(&run->task, full.progress, full.progress_cookie);
    MedalsModel *model = session->scene.model;
    run->exec = (MedalsExec){model->lane, model->kernels, &run->task};
    run->answer = medals_answer_new();
    run->settled = session->state->settled;
    return true;
}

MedalsAnswering medals_run_answering(MedalsRun *run)
{
    return (MedalsAnswering){&run->session->scene, &run->exec, &run->settled,
                             run->answer};
}

bool medals_run_note_windows(MedalsRun *run, const int64_t box[6],
                             GError **error)
{
    MedalsAnswering with = medals_run_answering(run);
    return medals_prompt_windows(&with, box, error);
}

bool medals_run_enter(MedalsRun *run, GError **error)
{
    run->in_turn = medals_lane_enter(run->exec.lane, &run->task, error);
    return run->in_turn;
}

void medals_run_leave(MedalsRun *run)
{
    if (run->in_turn)
        medals_lane_leave(run->exec.lane);
    run->in_turn = false;
}

/* Makes `next` what readers see; the version before goes, unless it is the
 * last whole revision. */
static void swap_shown(MedalsSession *session, MedalsState *next)
{
    medals_mutex_lock(&session->lock);
    MedalsState *gone = session->shown;
    session->shown = next;
    medals_mutex_unlock(&session->lock);
    if (gone != session->state)
        medals_state_free(gone);
}

/* What locked classes would win or lose goes back. */
static bool hold(MedalsRun *run, MedalsState *next, uint64_t *kept,
                 GError **error)
{
    MedalsSession *session = run->session;
    *kept = 0;
    return run->unheld ||
           medals_class_locks_hold(session->locks, session->state, next, kept,
                                   error);
}

void medals_run_show(MedalsRun *run, MedalsState *next)
{
    MedalsSession *session = run->session;
    uint64_t kept;
    if (!hold(run, next, &kept, NULL)) {
        medals_state_free(next); /* the answer itself will say so */
        return;
    }
    MedalsAnswer *event = medals_answer_new();
    medals_answer_compare(event, session->shown, next);
    event->revision = session->revision;
    event->saved = session->saved;
    event->seconds = medals_now() - run->begun;
    for (guint i = 0; i < run->answer->windows->len; i++)
        medals_answer_add_window(
            event, g_array_index(run->answer->windows, MedalsBox, i).extent);
    medals_answer_finish(event);
    swap_shown(session, next);
    if (run->call.instant)
        run->call.instant(run->call.instant_cookie, event);
    medals_answer_free(&event);
}

void medals_run_hide(MedalsSession *session)
{
    if (session->shown != session->state)
        swap_shown(session, session->state);
}

bool medals_run_keep_shown(MedalsSession *session, MedalsState **kept,
                           GError **error)
{
    *kept = NULL;
    return session->shown == session->state ||
           (*kept = medals_state_copy(session->shown, error));
}

void medals_run_show_again(MedalsSession *session, MedalsState *kept)
{
    swap_shown(session, kept ? kept : session->state);
}

/* The box of all label changes from one version to another. */
static void changed_box(const MedalsState *from, const MedalsState *to,
                        int64_t box[6])
{
    if (!medals_state_difference(from, to, box))
        memset(box, 0, 6 * sizeof *box);
}

static const MedalsLog *log_of(const MedalsSession *session)
{
    return &session->scene.model->log;
}

/* The oldest steps go, to keep within bounds. */
static void log_forgotten(const MedalsSession *session, size_t steps)
{
    if (steps > 0)
        medals_log(log_of(session), MEDALS_LOG_INFO,
                   "undo: %zu oldest steps forgotten, to keep within the "
                   "bytes given",
                   steps);
}

/* One entry to the journal; what fails is said and remembered. */
static void save(MedalsRun *run, const MedalsStep *step,
                 const MedalsState *next, const int64_t box[6])
{
    MedalsSession *session = run->session;
    if (!session->journal)
        return;
    g_autofree char *modality = medals_settled_word(&next->settled);
    g_autofree char *locks = medals_class_locks_word(session->locks);
    MedalsJournalEntry entry = {.revision = session->revision + 1,
                                .step = step,
                                .cursor = session->history->cursor,
                                .modality = modality,
                                .locks = locks};
    memcpy(entry.extent, box, sizeof entry.extent);
    g_autoptr(GError) error = NULL;
    bool saved = medals_journal_file_append(session->journal, &entry, next,
                                            session->history, &error);
    if (!saved)
        medals_answer_warn(run->answer, "not saved: %s",
                           error ? error->message : "the journal failed");
    g_autoptr(GError) kept = NULL;
    size_t forget = saved ? medals_journal_file_compact(session->journal,
                                                        session->history, &kept)
                          : 0;
    medals_history_forget(session->history, forget);
    log_forgotten(session, forget);
    if (kept)
        medals_log(log_of(session), MEDALS_LOG_WARNING,
                   "journal: not compacted: %s", kept->message);
    medals_mutex_lock(&session->lock);
    session->saved = saved;
    medals_mutex_unlock(&session->lock);
}

static void remember_extent(MedalsSession *session, const int64_t box[6])
{
    MedalsRevisionExtent extent = {.revision = session->revision};
    memcpy(extent.extent, box, sizeof extent.extent);
    g_array_append_val(session->extents, extent);
    if (session->extents->len <= EXTENTS_KEPT)
        return;
    guint half = EXTENTS_KEPT / 2;
    session->forgotten =
        g_array_index(session->extents, MedalsRevisionExtent, half - 1)
            .revision;
    g_array_remove_range(session->extents, 0, half);
}

void medals_run_note_depth(MedalsSession *session)
{
    session->undo_depth = session->history->cursor;
    session->redo_depth =
        session->history->steps->len - session->history->cursor;
}

void medals_run_publish(MedalsRun *run, MedalsState *next,
                        const MedalsStep *step)
{
    MedalsSession *session = run->session;
    int64_t box[6];
    medals_answer_compare(run->answer, session->shown, next);
    changed_box(session->state, next, box);
    save(run, step, next, box);
    MedalsState *old = session->state;
    medals_mutex_lock(&session->lock);
    MedalsState *provisional = session->shown;
    session->revision++;
    remember_extent(session, box);
    session->state = session->shown = next;
    medals_run_note_depth(session);
    medals_mutex_unlock(&session->lock);
    if (provisional != old)
        medals_state_free(provisional);
    medals_state_free(old);
}

bool medals_run_commit(MedalsRun *run, MedalsState *next, const char *op,
                       GError **error)
{
    MedalsSession *session = run->session;
    uint64_t kept;
    next->settled = run->settled;
    MedalsStep *step =
        hold(run, next, &kept, error)
            ? medals_step_between(session->state, next, op, error)
            : NULL;
    if (!step) {
        medals_state_free(next);
        return false;
    }
    if (kept > 0)
        medals_answer_warn(run->answer,
                           "%" G_GUINT64_FORMAT " voxels stay as they are: "
                           "a locked class would win or lose them",
                           kept);
    medals_history_push(session->history, step);
    medals_run_publish(run, next, step);
    if (session->journal && session->saved)
        return true;
    guint had = session->history->steps->len;
    medals_history_trim(session->history, session->undo_bytes);
    log_forgotten(session, had - session->history->steps->len);
    medals_mutex_lock(&session->lock);
    medals_run_note_depth(session);
    medals_mutex_unlock(&session->lock);
    return true;
}

/* What the answer warns of, and what no answer tells. */
static void log_answer(const MedalsSession *session, const MedalsAnswer *answer)
{
    size_t dropped = medals_feature_cache_take_dropped(session->scene.cache);
    if (dropped > 0)
        medals_log(log_of(session), MEDALS_LOG_INFO,
                   "features: %zu windows dropped to make room; they run again "
                   "when they are asked for",
                   dropped);
    if (answer)
        medals_log_warnings(log_of(session), medals_answer_warnings(answer));
}

bool medals_run_end(MedalsRun *run, bool done, MedalsAnswer **answer)
{
    MedalsSession *session = run->session;
    medals_run_leave(run);
    if (answer)
        *answer = NULL;
    if (!done) {
        if (!session->stroke.open)
            medals_run_hide(session);
        medals_answer_free(&run->answer);
        log_answer(session, NULL);
        return false;
    }
    run->answer->revision = session->revision;
    run->answer->saved = session->saved;
    run->answer->seconds = medals_now() - run->begun;
    medals_answer_finish(run->answer);
    log_answer(session, run->answer);
    if (answer)
        *answer = run->answer;
    else
        medals_answer_free(&run->answer);
    return true;
}

MedalsClassEntry *medals_call_class(const MedalsState *state, size_t index,
                                    GError **error)
{
    MedalsClassEntry *entry = medals_class_list_at(state->classes, index);
    if (!entry)
        medals_fail(error, MEDALS_E_INPUT,
                    "class %zu: there is none; the session has %zu", index,
                    medals_class_list_count(state->classes));
    return entry;
}

bool *medals_call_asked(const MedalsState *state, const size_t *classes,
                        size_t count, GError **error)
{
    size_t all = medals_class_list_count(state->classes);
    g_autofree bool *asked = g_new0(bool, MAX(all, 1));
    for (size_t i = 0; !classes && i < all; i++)
        asked[i] = true;
    for (size_t i = 0; classes && i < count; i++) {
        if (!medals_call_class(state, classes[i], error))
            return NULL;
        asked[classes[i]] = true;
    }
    return g_steal_pointer(&asked);
}

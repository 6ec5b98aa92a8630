/*
 * edit_run.c - one call from its beginning to its answer
 */
#include <string.h>

#include "clock.h"
#include "edit.h"
#include "model_data.h"
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

bool medals_edit_begin(MedalsEdit *edit, MedalsSession *session,
                       const MedalsCall *call, bool stroke, GError **error)
{
    MedalsCall full = MEDALS_CALL_INIT;
    if (!medals_versioned_read(&full, sizeof full, call, "call", error) ||
        !check_answer(&full, error))
        return false;
    *edit =
        (MedalsEdit){.session = session, .call = full, .begun = medals_now()};
    if (session->stroke.open && !stroke)
        return medals_fail(error, MEDALS_E_USAGE,
                           "session: a stroke is open; expected its end first");
    if (!session->stroke.open && stroke)
        return medals_fail(error, MEDALS_E_USAGE,
                           "session: no stroke is open; expected its beginning "
                           "first");
    medals_task_init(&edit->task, full.progress, full.progress_cookie);
    MedalsModel *model = session->scene.model;
    edit->exec = (MedalsExec){model->lane, model->kernels, &edit->task};
    edit->answer = medals_answer_new();
    edit->settled = session->state->settled;
    return true;
}

MedalsAnswering medals_edit_answering(MedalsEdit *edit)
{
    return (MedalsAnswering){&edit->session->scene, &edit->exec, &edit->settled,
                             edit->answer};
}

bool medals_edit_note_windows(MedalsEdit *edit, const int64_t box[6],
                              GError **error)
{
    MedalsAnswering with = medals_edit_answering(edit);
    return medals_prompt_windows(&with, box, error);
}

bool medals_edit_enter(MedalsEdit *edit, GError **error)
{
    edit->in_turn = medals_lane_enter(edit->exec.lane, &edit->task, error);
    return edit->in_turn;
}

void medals_edit_leave(MedalsEdit *edit)
{
    if (edit->in_turn)
        medals_lane_leave(edit->exec.lane);
    edit->in_turn = false;
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
static bool hold(MedalsEdit *edit, MedalsState *next, uint64_t *kept,
                 GError **error)
{
    MedalsSession *session = edit->session;
    *kept = 0;
    return edit->unheld ||
           medals_class_locks_hold(session->locks, session->state, next, kept,
                                   error);
}

void medals_edit_show(MedalsEdit *edit, MedalsState *next)
{
    MedalsSession *session = edit->session;
    uint64_t kept;
    if (!hold(edit, next, &kept, NULL)) {
        medals_state_free(next); /* the answer itself will say so */
        return;
    }
    MedalsAnswer *event = medals_answer_new();
    medals_answer_compare(event, session->shown, next);
    event->revision = session->revision;
    event->saved = session->saved;
    event->seconds = medals_now() - edit->begun;
    for (guint i = 0; i < edit->answer->windows->len; i++)
        medals_answer_add_window(
            event, g_array_index(edit->answer->windows, MedalsBox, i).extent);
    medals_answer_finish(event);
    swap_shown(session, next);
    if (edit->call.instant)
        edit->call.instant(edit->call.instant_cookie, event);
    medals_answer_free(&event);
}

void medals_edit_hide(MedalsSession *session)
{
    if (session->shown != session->state)
        swap_shown(session, session->state);
}

bool medals_edit_keep_shown(MedalsSession *session, MedalsState **kept,
                            GError **error)
{
    *kept = NULL;
    return session->shown == session->state ||
           (*kept = medals_state_copy(session->shown, error));
}

void medals_edit_show_again(MedalsSession *session, MedalsState *kept)
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
static void save(MedalsEdit *edit, const MedalsStep *step,
                 const MedalsState *next, const int64_t box[6])
{
    MedalsSession *session = edit->session;
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
        medals_answer_warn(edit->answer, "not saved: %s",
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

void medals_edit_note_depth(MedalsSession *session)
{
    session->undo_depth = session->history->cursor;
    session->redo_depth =
        session->history->steps->len - session->history->cursor;
}

void medals_edit_publish(MedalsEdit *edit, MedalsState *next,
                         const MedalsStep *step)
{
    MedalsSession *session = edit->session;
    int64_t box[6];
    medals_answer_compare(edit->answer, session->shown, next);
    changed_box(session->state, next, box);
    save(edit, step, next, box);
    MedalsState *old = session->state;
    medals_mutex_lock(&session->lock);
    MedalsState *provisional = session->shown;
    session->revision++;
    remember_extent(session, box);
    session->state = session->shown = next;
    medals_edit_note_depth(session);
    medals_mutex_unlock(&session->lock);
    if (provisional != old)
        medals_state_free(provisional);
    medals_state_free(old);
}

bool medals_edit_commit(MedalsEdit *edit, MedalsState *next, const char *op,
                        GError **error)
{
    MedalsSession *session = edit->session;
    uint64_t kept;
    next->settled = edit->settled;
    MedalsStep *step =
        hold(edit, next, &kept, error)
            ? medals_step_between(session->state, next, op, error)
            : NULL;
    if (!step) {
        medals_state_free(next);
        return false;
    }
    if (kept > 0)
        medals_answer_warn(edit->answer,
                           "%" G_GUINT64_FORMAT " voxels stay as they are: "
                           "a locked class would win or lose them",
                           kept);
    medals_history_push(session->history, step);
    medals_edit_publish(edit, next, step);
    if (session->journal && session->saved)
        return true;
    guint had = session->history->steps->len;
    medals_history_trim(session->history, session->undo_bytes);
    log_forgotten(session, had - session->history->steps->len);
    medals_mutex_lock(&session->lock);
    medals_edit_note_depth(session);
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

bool medals_edit_end(MedalsEdit *edit, bool done, MedalsAnswer **answer)
{
    MedalsSession *session = edit->session;
    medals_edit_leave(edit);
    if (answer)
        *answer = NULL;
    if (!done) {
        if (!session->stroke.open)
            medals_edit_hide(session);
        medals_answer_free(&edit->answer);
        log_answer(session, NULL);
        return false;
    }
    edit->answer->revision = session->revision;
    edit->answer->saved = session->saved;
    edit->answer->seconds = medals_now() - edit->begun;
    medals_answer_finish(edit->answer);
    log_answer(session, edit->answer);
    if (answer)
        *answer = edit->answer;
    else
        medals_answer_free(&edit->answer);
    return true;
}

MedalsClassEntry *medals_edit_class(const MedalsState *state, size_t index,
                                    GError **error)
{
    MedalsClassEntry *entry = medals_class_list_at(state->classes, index);
    if (!entry)
        medals_fail(error, MEDALS_E_INPUT,
                    "class %zu: there is none; the session has %zu", index,
                    medals_class_list_count(state->classes));
    return entry;
}

bool *medals_edit_asked(const MedalsState *state, const size_t *classes,
                        size_t count, GError **error)
{
    size_t all = medals_class_list_count(state->classes);
    g_autofree bool *asked = g_new0(bool, MAX(all, 1));
    for (size_t i = 0; !classes && i < all; i++)
        asked[i] = true;
    for (size_t i = 0; classes && i < count; i++) {
        if (!medals_edit_class(state, classes[i], error))
            return NULL;
        asked[classes[i]] = true;
    }
    return g_steal_pointer(&asked);
}

/*
 * run.h - one call while it runs, and the session that it runs on
 *
 *   begin    a run: progress, exec, the answer to be
 *   work     on a copy of the state
 *   commit   step -> journal -> history -> shown to readers -> answer
 *
 * Every function here leaves the session as it was when it fails.
 */
#ifndef MEDALS_RUN_H
#define MEDALS_RUN_H

#include "class_lock.h"
#include "history.h"
#include "journal_file.h"
#include "mutex.h"
#include "prompt_answer.h"

/** A stroke while it is drawn. */
typedef struct MedalsStroke {
    bool open;
    MedalsPrompt prompt; /* kind, class, sign, space, radius; no points */
    MedalsBuffer points; /* double: all points so far, three a point */
    MedalsVoxelSet set;  /* voxels so far */
} MedalsStroke;

struct MedalsSession {
    MedalsScene scene;
    MedalsState *state; /* the last whole revision */
    MedalsHistory *history;
    GHashTable *locks;          /* class_lock.h */
    uint64_t undo_bytes;        /* bound of the history that no journal holds */
    MedalsJournalFile *journal; /* or NULL */
    MedalsStroke stroke;
    bool resumed;
    GPtrArray *warnings; /* of opening, NULL-terminated */

    MedalsMutex lock;   /* guards what readers on other threads look at: */
    MedalsState *shown; /* state, or a provisional version of its own */
    uint64_t revision;
    uint64_t forgotten; /* extents of revisions up to this one are gone */
    GArray *extents;    /* MedalsRevisionExtent, ascending */
    uint64_t undo_depth, redo_depth; /* of history, as of `revision` */
    bool saved;
};

/** One call while it runs. */
typedef struct MedalsRun {
    MedalsSession *session;
    MedalsCall call; /* options of the caller, complete */
    MedalsTask task;
    MedalsExec exec;
    MedalsAnswer *answer;
    MedalsSettled settled; /* of the state to be */
    double begun;
    bool in_turn; /* holds the lane */
    bool unheld;  /* locks do not bind this call */
} MedalsRun;

/** @param call of the public API, or NULL
 *  @return false: MEDALS_E_USAGE a stroke is open and `stroke` does not say
 *          that this call belongs to it */
bool medals_run_begin(MedalsRun *run, MedalsSession *session,
                      const MedalsCall *call, bool stroke, GError **error);
/** The same as rooms below the calls are told it. */
MedalsAnswering medals_run_answering(MedalsRun *run);
/** As medals_prompt_windows(). */
bool medals_run_note_windows(MedalsRun *run, const int64_t box[6],
                             GError **error);
/** Takes the lane, for work on the network. medals_run_end() gives it back. */
bool medals_run_enter(MedalsRun *run, GError **error);
void medals_run_leave(MedalsRun *run);
/** Shows a version to readers that is not yet a revision, and hands it to the
 * caller's instant function. Takes `next`. */
void medals_run_show(MedalsRun *run, MedalsState *next);
/** What a stroke shows, for the case that its end fails. *kept: NULL when that
 * is the last revision. @return false: MEDALS_E_NOMEM */
bool medals_run_keep_shown(MedalsSession *session, MedalsState **kept,
                           GError **error);
/** Takes kept. */
void medals_run_show_again(MedalsSession *session, MedalsState *kept);
/** Takes back what is shown. */
void medals_run_hide(MedalsSession *session);
/**
 * Makes `next` the new revision.
 * @param next taken, also on failure
 * @param op word of the journal
 * @return false: MEDALS_E_NOMEM
 */
bool medals_run_commit(MedalsRun *run, MedalsState *next, const char *op,
                       GError **error);
/** Ends a call: the answer goes to *answer (or away) when it succeeded.
 *  @return done */
bool medals_run_end(MedalsRun *run, bool done, MedalsAnswer **answer);

/** Notes a revision of undo or redo: the journal's cursor, the state shown.
 *  Takes next. */
void medals_run_publish(MedalsRun *run, MedalsState *next,
                        const MedalsStep *step);

/** Tells readers how far undo and redo reach. The caller holds `lock`. */
void medals_run_note_depth(MedalsSession *session);

#endif

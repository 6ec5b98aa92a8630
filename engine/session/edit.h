/*
 * edit.h - the calls of a session, inside (medals/session.h)
 *
 *   begin    a run: progress, exec, the answer to be
 *   work     on a copy of the state
 *   commit   step -> journal -> history -> shown to readers -> answer
 *
 * Every function here leaves the session as it was when it fails.
 */
#ifndef MEDALS_EDIT_H
#define MEDALS_EDIT_H

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
typedef struct MedalsEdit {
    MedalsSession *session;
    MedalsCall call; /* options of the caller, complete */
    MedalsTask task;
    MedalsExec exec;
    MedalsAnswer *answer;
    MedalsSettled settled; /* of the state to be */
    double begun;
    bool in_turn; /* holds the lane */
    bool unheld;  /* locks do not bind this call */
} MedalsEdit;

/** @param call of the public API, or NULL
 *  @return false: MEDALS_E_USAGE a stroke is open and `stroke` does not say
 *          that this call belongs to it */
bool medals_edit_begin(MedalsEdit *edit, MedalsSession *session,
                       const MedalsCall *call, bool stroke, GError **error);
/** The same as rooms below the calls are told it. */
MedalsAnswering medals_edit_answering(MedalsEdit *edit);
/** As medals_prompt_windows(). */
bool medals_edit_note_windows(MedalsEdit *edit, const int64_t box[6],
                              GError **error);
/** Takes the lane, for work on the network. medals_edit_end() gives it back. */
bool medals_edit_enter(MedalsEdit *edit, GError **error);
void medals_edit_leave(MedalsEdit *edit);
/** Shows a version to readers that is not yet a revision, and hands it to the
 * caller's instant function. Takes `next`. */
void medals_edit_show(MedalsEdit *edit, MedalsState *next);
/** What a stroke shows, for the case that its end fails. *kept: NULL when that
 * is the last revision. @return false: MEDALS_E_NOMEM */
bool medals_edit_keep_shown(MedalsSession *session, MedalsState **kept,
                            GError **error);
/** Takes kept. */
void medals_edit_show_again(MedalsSession *session, MedalsState *kept);
/** Takes back what is shown. */
void medals_edit_hide(MedalsSession *session);
/**
 * Makes `next` the new revision.
 * @param next taken, also on failure
 * @param op word of the journal
 * @return false: MEDALS_E_NOMEM
 */
bool medals_edit_commit(MedalsEdit *edit, MedalsState *next, const char *op,
                        GError **error);
/** Ends a call: the answer goes to *answer (or away) when it succeeded.
 *  @return done */
bool medals_edit_end(MedalsEdit *edit, bool done, MedalsAnswer **answer);

/** Notes a revision of undo or redo: the journal's cursor, the state shown.
 *  Takes next. */
void medals_edit_publish(MedalsEdit *edit, MedalsState *next,
                         const MedalsStep *step);

/** Tells readers how far undo and redo reach. The caller holds `lock`. */
void medals_edit_note_depth(MedalsSession *session);

/* ---- the calls ---------------------------------------------------------- */

MedalsSession *medals_edit_open(MedalsModel *model, MedalsVolume *volume,
                                const MedalsSessionOptions *options,
                                GError **error);
void medals_edit_close(MedalsSession *session);

bool medals_edit_set_classes(MedalsSession *session, const char *const *texts,
                             const char *const *names, size_t count,
                             MedalsAnswer **answer, GError **error);
bool medals_edit_add_class(MedalsSession *session, const char *text,
                           const char *name, size_t *index,
                           MedalsAnswer **answer, GError **error);
bool medals_edit_remove_class(MedalsSession *session, size_t index,
                              MedalsAnswer **answer, GError **error);
bool medals_edit_lock(MedalsSession *session, size_t index, bool locked,
                      GError **error);
bool medals_edit_predict(MedalsSession *session, const size_t *classes,
                         size_t count, const MedalsCall *call,
                         MedalsAnswer **answer, GError **error);
bool medals_edit_refine(MedalsSession *session, uint32_t passes,
                        const size_t *classes, size_t count,
                        const MedalsCall *call, MedalsAnswer **answer,
                        GError **error);
bool medals_edit_prompt(MedalsSession *session, const MedalsPrompt *prompt,
                        const MedalsCall *call, MedalsAnswer **answer,
                        GError **error);
bool medals_edit_mask(MedalsSession *session, size_t index, MedalsMaskUse use,
                      const int64_t *extent, const uint8_t *mask, size_t bytes,
                      const MedalsCall *call, MedalsAnswer **answer,
                      GError **error);
bool medals_edit_stroke_begin(MedalsSession *session,
                              const MedalsPrompt *prompt, GError **error);
bool medals_edit_stroke_append(MedalsSession *session, MedalsSpace space,
                               const double *points, size_t count,
                               const uint8_t *mask, size_t mask_bytes,
                               const int64_t *extent, const MedalsCall *call,
                               MedalsAnswer **answer, GError **error);
bool medals_edit_stroke_end(MedalsSession *session, const MedalsCall *call,
                            MedalsAnswer **answer, GError **error);
bool medals_edit_stroke_cancel(MedalsSession *session, MedalsAnswer **answer,
                               GError **error);
bool medals_edit_undo(MedalsSession *session, uint64_t steps,
                      MedalsAnswer **answer, GError **error);
bool medals_edit_redo(MedalsSession *session, uint64_t steps,
                      MedalsAnswer **answer, GError **error);
bool medals_edit_reset(MedalsSession *session, MedalsResetWhat what,
                       MedalsAnswer **answer, GError **error);

/* ---- shared between them ------------------------------------------------ */

/** @return NULL: MEDALS_E_INPUT no such class */
MedalsClassEntry *medals_edit_class(const MedalsState *state, size_t index,
                                    GError **error);
/** Which classes a call is about: all, or the listed ones, each checked.
 *  @shape asked [classes of the state]; g_free. NULL: MEDALS_E_INPUT */
bool *medals_edit_asked(const MedalsState *state, const size_t *classes,
                        size_t count, GError **error);
/** Puts law over the labels of a class in a box: marked voxels obey.
 *  @return false: MEDALS_E_NOMEM (state to be thrown away) */
bool medals_edit_enforce(MedalsState *state, size_t index, const int64_t box[6],
                         GError **error);

/** A prompt as it reaches the session. */
typedef struct MedalsGiven {
    size_t index; /* class */
    uint8_t kind; /* of MedalsPromptRecord */
    bool positive;
    MedalsVoxelSet set; /* its voxels, owned by the caller */
} MedalsGiven;
/** Marks, answers and commits a prompt as the call asks.
 *  @param op word of the journal */
bool medals_edit_answer(MedalsEdit *edit, const MedalsGiven *given,
                        const char *op, GError **error);
/** The provisional answer of a stroke that goes on: a version that is not
 * committed. NULL: as medals_prompt_answer */
MedalsState *medals_edit_preview(MedalsEdit *edit, const MedalsGiven *given,
                                 GError **error);

#endif

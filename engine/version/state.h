/*
 * state.h - everything of a session that undo brings back: one version
 *
 *   classes   the class list
 *   labels    layer of slots: which class a voxel carries, 0 = background
 *   marks     a layer a class: what the user said about its voxels
 *   prompts   what was given, in order
 *
 * A call copies the state (cheap: layers share their blocks), changes the
 * copy, and the session takes it or drops it as a whole.
 */
#ifndef MEDALS_STATE_H
#define MEDALS_STATE_H

#include "class_list.h"
#include "layer.h"
#include "medals/session.h"
#include "settled.h"

/** Values of a marks layer. The user's own words are law; kept ones are what
 * an answer to a prompt changed: a later predict does not take them back. */
typedef enum MedalsMark {
    MEDALS_MARK_NONE = 0,
    MEDALS_MARK_IN = 1,      /* the user: in the class */
    MEDALS_MARK_OUT = 2,     /* the user: not in the class */
    MEDALS_MARK_KEPT_IN = 3, /* an answer put it in */
    MEDALS_MARK_KEPT_OUT = 4 /* an answer took it out */
} MedalsMark;

typedef struct MedalsPromptRecord {
    uint64_t id; /* ascending, never given twice */
    uint32_t class_uid;
    uint8_t kind; /* MedalsPromptKind */
    bool positive;
    int64_t extent[6]; /* voxels that it holds lie here; of a box: the box */
} MedalsPromptRecord;

typedef struct MedalsState {
    int64_t size[3];
    MedalsClassList *classes;
    MedalsLayer *labels;
    GHashTable *marks; /* uid (GUINT_TO_POINTER) -> MedalsLayer *, owned */
    GArray *prompts;   /* MedalsPromptRecord, ascending id */
    uint64_t next_prompt;
    MedalsSettled settled; /* undo leaves it */
} MedalsState;

/** NULL: MEDALS_E_NOMEM */
MedalsState *medals_state_new(const int64_t size[3], GError **error);
MedalsState *medals_state_copy(const MedalsState *state, GError **error);
void medals_state_free(MedalsState *state);

/** Marks of a class; NULL: there are none. Borrowed. */
MedalsLayer *medals_state_peek_marks(const MedalsState *state, uint32_t uid);
/** The same, made when there are none. NULL: MEDALS_E_NOMEM */
MedalsLayer *medals_state_marks(MedalsState *state, uint32_t uid,
                                GError **error);
/** Drops marks, prompts and voxels of classes of `before`, the list that the
 * labels were made with, that the state's list no longer has: a new class may
 * have taken the slot of one that went.
 * @return false: MEDALS_E_NOMEM (the state is then to be thrown away) */
bool medals_state_drop_orphans(MedalsState *state,
                               const MedalsClassList *before, GError **error);

/* ---- law (mark_law.c) --------------------------------------------------- */

/**
 * The user's word on voxels of a box, for class `index`: MEDALS_MARK_IN or
 * _OUT where mask is not 0. The later mark wins: an IN takes away other
 * classes' IN and KEPT_IN there; their OUT stays. Sets the labels accordingly:
 * an IN puts the voxel into the class, an OUT takes it out if it is there.
 * Costs what the box costs, not the image.
 * @param mask [box] i fastest; NULL: all voxels of the box
 * @return false: MEDALS_E_NOMEM (the state is then to be thrown away)
 */
bool medals_state_mark(MedalsState *state, size_t index, const int64_t box[6],
                       const uint8_t *mask, MedalsMark mark, GError **error);
/**
 * An answer for class `index` in a box: voxels where change is 1 enter it,
 * where 2 leave it, where 0 stay. Law is not broken: voxels marked IN for any
 * other class do not enter, voxels marked IN do not leave, OUT do not enter.
 * What changed is marked KEPT_IN or KEPT_OUT when `keep`; kept marks of this
 * or another class that say otherwise go in any case.
 * @return false: MEDALS_E_NOMEM (the state is then to be thrown away)
 */
bool medals_state_answer(MedalsState *state, size_t index, const int64_t box[6],
                         const uint8_t *change, bool keep, GError **error);
/**
 * Labels of the whole image anew, as a predict gives them, then law and kept
 * marks of all classes over them. Voxels of classes that are not in `asked`
 * stay as they are.
 * @param labels slots, i fastest, whole volume
 * @param asked [256] by slot: the classes that were predicted
 * @return false: MEDALS_E_NOMEM (the state is then to be thrown away)
 */
bool medals_state_predict(MedalsState *state, const uint8_t *labels,
                          const bool asked[256], GError **error);

/* ---- prompts ------------------------------------------------------------ */

/** Adds a record with the next id. @return false: MEDALS_E_INPUT too many */
bool medals_state_add_prompt(MedalsState *state, size_t index, uint8_t kind,
                             bool positive, const int64_t extent[6],
                             GError **error);
uint64_t medals_state_count_prompts(const MedalsState *state, uint32_t uid);

/* ---- changes (class_change.c) ------------------------------------------- */

typedef struct MedalsClassChange {
    uint32_t uid;
    int64_t extent[6]; /* smallest box of the voxels that came or went */
    uint64_t added, removed;
} MedalsClassChange;

/** The classes of which voxels came or went from a to b, all in one look at
 * the blocks that differ: those of b in its order, then those of a alone.
 * @owner MedalsClassChange each; g_array_unref */
GArray *medals_state_changes(const MedalsState *a, const MedalsState *b);
/** The smallest box of all of them. @return false: no voxel changed */
bool medals_state_difference(const MedalsState *a, const MedalsState *b,
                             int64_t box[6]);
/** What one class won and lost. @return false: none of its voxels changed */
bool medals_state_change(const MedalsState *a, const MedalsState *b,
                         uint32_t uid, int64_t extent[6], uint64_t *added,
                         uint64_t *removed);

#endif

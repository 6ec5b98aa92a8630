/*
 * history.h - the steps of a session and where it stands among them
 *
 *   steps   0 1 2 ... cursor-1 | cursor ... count-1
 *           can be undone      | can be redone
 *
 * Pushing drops what could be redone.
 */
#ifndef MEDALS_HISTORY_H
#define MEDALS_HISTORY_H

#include "step.h"

typedef struct MedalsHistory {
    GPtrArray *steps; /* MedalsStep *, owned */
    size_t cursor;
    size_t bytes; /* of all steps */
} MedalsHistory;

MedalsHistory *medals_history_new(void);
void medals_history_free(MedalsHistory *history);
/** Takes the step. */
void medals_history_push(MedalsHistory *history, MedalsStep *step);
/**
 * Moves the state by up to `steps` steps and the cursor with it.
 * @param done receives the steps moved
 * @return false: as medals_step_apply (history unchanged, state to be thrown
 *         away)
 */
bool medals_history_undo(MedalsHistory *history, MedalsState *state,
                         uint64_t steps, uint64_t *done, GError **error);
bool medals_history_redo(MedalsHistory *history, MedalsState *state,
                         uint64_t steps, uint64_t *done, GError **error);
/** Forgets the oldest steps until all take at most `bytes`, or only the newest
 * of those that can be undone is left. */
void medals_history_trim(MedalsHistory *history, uint64_t bytes);
/** Forgets the oldest steps; they can no longer be undone. count <= cursor. */
void medals_history_forget(MedalsHistory *history, size_t count);

#endif

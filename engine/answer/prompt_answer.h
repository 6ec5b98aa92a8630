/*
 * prompt_answer.h - what a prompt changes in the windows around it
 *
 *   voxels of the prompt --> nearest windows --> for each
 *     features X, embedding, labels, marks --> click_answer --> flip score
 *     flip score --> image voxels --> what hangs together with the prompt
 *   the answer reaches a window's border --> the next window (auto-zoom)
 *
 * instant  X of the window without prompts, kept: no convolution runs
 * full     X of a pass over the window that is shown the marks
 */
#ifndef MEDALS_PROMPT_ANSWER_H
#define MEDALS_PROMPT_ANSWER_H

#include "answer.h"
#include "scene.h"
#include "voxel_set.h"

/** What answers are worked out with, and where they are told. All borrowed. */
typedef struct MedalsAnswering {
    MedalsScene *scene;
    const MedalsExec *exec;
    MedalsSettled *settled; /* of the version to be */
    MedalsAnswer *answer;   /* gets the windows */
} MedalsAnswering;

typedef struct MedalsAsked {
    size_t index; /* class */
    bool positive;
    bool box; /* the set is a positive box: nothing outside it is added */
    const MedalsVoxelSet *set; /* voxels of the prompt, at least one */
} MedalsAsked;

/** Agreement of an answer with all marks of the class around it, before they
 * are forced. */
typedef struct MedalsAgreement {
    uint64_t marks, kept;
} MedalsAgreement;

/**
 * Answers a prompt on `next`, where its marks are in already. In the lane's
 * turn.
 * @param before labels as they were before the prompt
 * @param full false: the instant answer
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED (next to be thrown away)
 */
bool medals_prompt_answer(const MedalsAnswering *with,
                          const MedalsLayer *before, MedalsState *next,
                          const MedalsAsked *asked, bool full,
                          MedalsAgreement *agreement, GError **error);

/** Adds the windows that hold a prompt of that box to the answer. In the
 * lane's turn. @return false: as medals_scene_prepare */
bool medals_prompt_windows(const MedalsAnswering *with, const int64_t box[6],
                           GError **error);

#endif

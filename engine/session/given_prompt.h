/*
 * given_prompt.h - a prompt as it reaches the session, and its answer
 */
#ifndef MEDALS_GIVEN_PROMPT_H
#define MEDALS_GIVEN_PROMPT_H

#include "run.h"

/** A prompt as it reaches the session. */
typedef struct MedalsGiven {
    size_t index; /* class */
    uint8_t kind; /* of MedalsPromptRecord */
    bool positive;
    MedalsVoxelSet set; /* its voxels, owned by the caller */
} MedalsGiven;
/** Marks, answers and commits a prompt as the call asks.
 *  @param op word of the journal */
bool medals_given_answer(MedalsRun *run, const MedalsGiven *given,
                         const char *op, GError **error);
/** The provisional answer of a stroke that goes on: a version that is not
 * committed. NULL: as medals_prompt_answer */
MedalsState *medals_given_preview(MedalsRun *run, const MedalsGiven *given,
                                  GError **error);

#endif

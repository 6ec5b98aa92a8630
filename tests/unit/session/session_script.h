/*
 * session_script.h - random steps of a user, the same for each seed
 */
#ifndef SESSION_SCRIPT_H
#define SESSION_SCRIPT_H

#include "session_view.h"
#include "voxel_set.h"

typedef enum ScriptKind {
    SCRIPT_PROMPT, /* point, box, scribble, lasso */
    SCRIPT_STROKE, /* begin, append, append, end */
    SCRIPT_MASK,
    SCRIPT_PREDICT,
    SCRIPT_REFINE,
    SCRIPT_UNDO,
    SCRIPT_REDO,
    SCRIPT_RESET, /* prompts */
    SCRIPT_ADD_CLASS,
    SCRIPT_REMOVE_CLASS,
    SCRIPT_SET_CLASSES /* never by chance */
} ScriptKind;

#define SCRIPT_MOST_POINTS 8

typedef struct ScriptStep {
    ScriptKind kind;
    MedalsPromptKind prompt;
    size_t class_index;
    bool positive, lps;
    MedalsAnswerKind answer;
    double points[3 * SCRIPT_MOST_POINTS]; /* indices of the reference */
    size_t point_count;
    double radius_mm;
    MedalsMaskUse use;
    int64_t extent[6]; /* of the mask */
    uint8_t *mask;     /* or NULL; owned */
    uint64_t steps;
    const char *const *texts; /* of SCRIPT_SET_CLASSES */
    size_t text_count;
} ScriptStep;

/** @param full one prompt in so many asks the network; predict and refine
 *         are as rare */
void script_step_random(ScriptStep *step, uint64_t *seed,
                        const MedalsGeometry *reference, size_t class_count,
                        unsigned full);
void script_step_clear(ScriptStep *step);
const char *script_step_name(const ScriptStep *step);
/** Whether undo takes it back as one step. */
bool script_step_is_edit(const ScriptStep *step);
/** One call of the API, or the four of a stroke. `call` gives progress and
 *  instant; its answer kind is the step's. */
MedalsStatus script_step_run(const ScriptStep *step, const SessionView *view,
                             const MedalsCall *call, MedalsAnswer **answer,
                             MedalsError **error);
/** What the step draws, in the reference; the empty set where nothing is. */
void script_step_voxels(const ScriptStep *step, const SessionView *view,
                        MedalsVoxelSet *set);

#endif

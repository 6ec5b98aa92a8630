/*
 * click_fit_lesson.h - simulated users of many scans
 *
 *   for each scan, class, mask to begin with, click:
 *       question --> rows of the head        (fit_lesson_teach)
 *       question --> answer --> labels, dice (both)
 */
#ifndef CLICK_FIT_LESSON_H
#define CLICK_FIT_LESSON_H

#include "click_fit_harvest.h"

/** Most clicks of one user. */
#define FIT_CLICKS 10

/** Scans of one kind (click_fit_list.h) and how they are used. */
typedef struct FitLesson {
    const char *kind;
    guint scans;
    int clicks;
    int masks;    /* disturbed ones beside the model's own */
    float weight; /* of its rows */
} FitLesson;

/** What users of one kind found. */
typedef struct FitCurve {
    size_t users, low; /* low: of these, dice below 0.5 by text alone */
    double dice[FIT_CLICKS + 1], dice_low[FIT_CLICKS + 1]; /* sums */
    size_t worse[FIT_CLICKS + 1]; /* lost more than 0.02 at this click */
    size_t answers;
    double seconds, slowest; /* of all answers, of one */
} FitCurve;

/** @param head NULL: answers are balls as large as the click is deep
 *  @param rows [2] of negative and positive prompts */
bool fit_lesson_teach(FitModel *model, const char *shared,
                      const FitLesson *lesson, const MedalsClickHead *head,
                      uint64_t *state, FitRows rows[2], GError **error);
/** @param teach on the scans that teach, else on the others */
bool fit_lesson_curve(FitModel *model, const char *shared,
                      const FitLesson *lesson, bool teach,
                      const MedalsClickHead *head, FitCurve *curve,
                      GError **error);

#endif

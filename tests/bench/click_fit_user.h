/*
 * click_fit_user.h - the simulated user and what a viewer does with an answer
 *
 *   labels, truth --> largest error component --> its deepest voxel: a click
 *   flip on the grid --> voxels of the scan, joined to the click --> labels
 */
#ifndef CLICK_FIT_USER_H
#define CLICK_FIT_USER_H

#include "click_answer.h"
#include "click_fit_case.h"

typedef struct FitUser {
    FitCase *sample;
    uint8_t value;   /* class */
    bool text;       /* the class has a text */
    uint8_t *labels; /* [shape], now */
    GArray *clicks;  /* FitClick */
} FitUser;

typedef struct FitClick {
    int64_t voxel[3]; /* of the scan */
    bool positive;
} FitClick;

/** One question to the answer: a field and what it borrows. */
typedef struct FitQuestion {
    MedalsClickField field;
    const FitWindow *window;
    float *current, *other;
    int8_t *marks;
    int64_t seed;
} FitQuestion;

bool fit_user_init(FitUser *user, FitCase *sample, uint8_t value, bool text,
                   GError **error);
void fit_user_clear(FitUser *user);
double fit_user_dice(const FitUser *user);
/** Appends the next click. @return false: nothing is wrong any more */
bool fit_user_click(FitUser *user);
/** The field of the last click. */
bool fit_user_ask(const FitUser *user, FitQuestion *question, GError **error);
void fit_question_clear(FitQuestion *question);
/** Takes an answer into the labels. */
void fit_user_take(FitUser *user, const FitQuestion *question,
                   const float *flip, const int64_t box[6]);

#endif

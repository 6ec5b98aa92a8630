/*
 * click_fit_guess.h - labels by text, near the objects only
 *
 * A whole scan takes many windows; a lesson needs those round its objects.
 */
#ifndef CLICK_FIT_GUESS_H
#define CLICK_FIT_GUESS_H

#include "click_fit_case.h"

/** Fills sample->base from the window round the middle of each class of the
 * truth that has a text: the class of the largest logit above 0.
 * @return false: no window, MEDALS_E_NOMEM */
bool fit_case_guess(FitCase *sample, GError **error);

#endif

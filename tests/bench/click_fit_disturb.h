/*
 * click_fit_disturb.h - masks that are wrong in other ways than the model's
 *
 *   logit in the window round the object + smooth bumps + offset > 0
 *
 * The scans that teach were seen by the network, so its own errors there are
 * small. Bumps on the logit give large errors of a likely form.
 */
#ifndef CLICK_FIT_DISTURB_H
#define CLICK_FIT_DISTURB_H

#include "click_fit_user.h"

/** Gives a user with a text another mask to begin with.
 *  @return false: no window */
bool fit_user_disturb(FitUser *user, uint64_t *state, GError **error);

#endif

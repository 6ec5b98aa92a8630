/*
 * window_pass.h - the hybrid prompt: one window run with texts and marks
 */
#ifndef MEDALS_WINDOW_PASS_H
#define MEDALS_WINDOW_PASS_H

#include "scene.h"
#include "state.h"

/**
 * Runs a window with the texts of some classes and what the user marked for
 * them, as union and class prompts. Class `index` comes first, then the
 * classes with a text that have marks in the window.
 * @return NULL: MEDALS_E_INPUT the class has no text; MEDALS_E_NOMEM,
 *         MEDALS_E_CANCELLED
 * @owner the caller: medals_features_free(); embedding 0 is the class's
 * @source spec 11
 */
MedalsFeatures *medals_window_pass(MedalsScene *scene, const MedalsExec *exec,
                                   const MedalsState *state, size_t index,
                                   size_t window, GError **error);

#endif

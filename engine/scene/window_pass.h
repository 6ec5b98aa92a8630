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
 * @return false: MEDALS_E_INPUT the class has no text; MEDALS_E_NOMEM,
 *         MEDALS_E_CANCELLED
 * @owner features: medals_features_clear(); embedding 0 is the class's
 * @source spec 11
 */
bool medals_window_pass(MedalsScene *scene, const MedalsExec *exec,
                        const MedalsState *state, size_t index, size_t window,
                        MedalsFeatures *features, GError **error);

#endif

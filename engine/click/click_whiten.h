/*
 * click_whiten.h - X in axes of its own, each of unit variance
 *
 * So that distances mean the same whatever model and window X comes from.
 */
#ifndef MEDALS_CLICK_WHITEN_H
#define MEDALS_CLICK_WHITEN_H

#include "click_features.h"

/**
 * Fills features->white and features->logit.
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED
 */
bool medals_click_whiten(const MedalsExec *exec, const MedalsClickScene *scene,
                         MedalsClickFeatures *features, GError **error);

#endif

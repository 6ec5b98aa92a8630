/*
 * click_fit_list.h - which scans are there, and which of them teach
 */
#ifndef CLICK_FIT_LIST_H
#define CLICK_FIT_LIST_H

#include "click_fit_case.h"

/**
 * Scans of one kind in the shared folder: "ct", "hippocampus", "pet", "torso".
 * A word behind a dash ("pet-click") is for the caller.
 * @param teach those to learn from, else those to report on; no scan is both
 * @param max at most that many, evenly taken
 * @return FitSource *, owned; empty: the folder is not there
 */
GPtrArray *fit_list(const char *shared, const char *kind, bool teach,
                    guint max);

#endif

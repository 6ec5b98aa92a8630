/*
 * session_law.h - what the user said, kept beside the session to judge it
 *
 * A list of events; undo shortens it, redo lengthens it again, and the marks
 * that hold follow from it alone. A mark that was only remembered holds from
 * the first answer on that looks at its voxel.
 */
#ifndef SESSION_LAW_H
#define SESSION_LAW_H

#include <glib.h>

#include "voxel_set.h"

typedef struct SessionLaw SessionLaw;

SessionLaw *session_law_new(const int64_t size[3]);
void session_law_free(SessionLaw *law);

/** A new step begins: what was undone is gone. */
void session_law_step(SessionLaw *law);
/** Of the step: voxels that the user put into a class or out of it.
 *  @param set taken
 *  @param remembered nothing has been answered yet */
void session_law_mark(SessionLaw *law, uint32_t value, bool in, bool remembered,
                      MedalsVoxelSet *set);
/** Of the step: an answer for a class (0: all) that looked at these windows
 *  (NULL: all). */
void session_law_answer(SessionLaw *law, uint32_t value, const GArray *windows);
/** Of the step: a class is gone; 0: all marks are. */
void session_law_forget(SessionLaw *law, uint32_t value);
/** @param cursor steps that hold */
void session_law_move(SessionLaw *law, size_t cursor);
size_t session_law_cursor(const SessionLaw *law);
size_t session_law_length(const SessionLaw *law);

/** Voxels that break the law; the first is described in *what (g_free). */
size_t session_law_broken(const SessionLaw *law, const uint8_t *labels,
                          char **what);

#endif

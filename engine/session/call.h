/*
 * call.h - the calls of a session, inside (medals/session.h)
 *
 * Every function here leaves the session as it was when it fails.
 */
#ifndef MEDALS_CALL_H
#define MEDALS_CALL_H

#include "run.h"

MedalsSession *medals_call_open(MedalsModel *model, MedalsVolume *volume,
                                const MedalsSessionOptions *options,
                                GError **error);
void medals_call_close(MedalsSession *session);

bool medals_call_set_classes(MedalsSession *session, const char *const *texts,
                             const char *const *names, size_t count,
                             MedalsAnswer **answer, GError **error);
bool medals_call_add_class(MedalsSession *session, const char *text,
                           const char *name, size_t *index,
                           MedalsAnswer **answer, GError **error);
bool medals_call_remove_class(MedalsSession *session, size_t index,
                              MedalsAnswer **answer, GError **error);
bool medals_call_lock(MedalsSession *session, size_t index, bool locked,
                      GError **error);
bool medals_call_predict(MedalsSession *session, const size_t *classes,
                         size_t count, const MedalsCall *call,
                         MedalsAnswer **answer, GError **error);
bool medals_call_refine(MedalsSession *session, uint32_t passes,
                        const size_t *classes, size_t count,
                        const MedalsCall *call, MedalsAnswer **answer,
                        GError **error);
bool medals_call_prompt(MedalsSession *session, const MedalsPrompt *prompt,
                        const MedalsCall *call, MedalsAnswer **answer,
                        GError **error);
bool medals_call_mask(MedalsSession *session, size_t index, MedalsMaskUse use,
                      const int64_t *extent, const uint8_t *mask, size_t bytes,
                      const MedalsCall *call, MedalsAnswer **answer,
                      GError **error);
bool medals_call_stroke_begin(MedalsSession *session,
                              const MedalsPrompt *prompt, GError **error);
bool medals_call_stroke_append(MedalsSession *session, MedalsSpace space,
                               const double *points, size_t count,
                               const uint8_t *mask, size_t mask_bytes,
                               const int64_t *extent, const MedalsCall *call,
                               MedalsAnswer **answer, GError **error);
bool medals_call_stroke_end(MedalsSession *session, const MedalsCall *call,
                            MedalsAnswer **answer, GError **error);
bool medals_call_stroke_cancel(MedalsSession *session, MedalsAnswer **answer,
                               GError **error);
bool medals_call_undo(MedalsSession *session, uint64_t steps,
                      MedalsAnswer **answer, GError **error);
bool medals_call_redo(MedalsSession *session, uint64_t steps,
                      MedalsAnswer **answer, GError **error);
bool medals_call_reset(MedalsSession *session, MedalsResetWhat what,
                       MedalsAnswer **answer, GError **error);

/* ---- shared between them ------------------------------------------------ */

/** @return NULL: MEDALS_E_INPUT no such class */
MedalsClassEntry *medals_call_class(const MedalsState *state, size_t index,
                                    GError **error);
/** Which classes a call is about: all, or the listed ones, each checked.
 *  @shape asked [classes of the state]; g_free. NULL: MEDALS_E_INPUT */
bool *medals_call_asked(const MedalsState *state, const size_t *classes,
                        size_t count, GError **error);
/** Puts law over the labels of a class in a box: marked voxels obey.
 *  @return false: MEDALS_E_NOMEM (state to be thrown away) */
bool medals_call_enforce(MedalsState *state, size_t index, const int64_t box[6],
                         GError **error);

#endif

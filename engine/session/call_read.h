/*
 * call_read.h - what readers see, on any thread (medals/session.h)
 *
 * A reader takes the version that is shown, with its blocks, and lets the
 * session go on: changing calls never wait for a reader.
 */
#ifndef MEDALS_CALL_READ_H
#define MEDALS_CALL_READ_H

#include "call.h"

size_t medals_call_count_classes(MedalsSession *session);
MedalsModality medals_call_modality(MedalsSession *session);
bool medals_call_read(MedalsSession *session, int64_t index,
                      const int64_t *extent, MedalsDtype dtype, void *data,
                      size_t bytes, uint64_t *revision, GError **error);
bool medals_call_changed_since(MedalsSession *session, uint64_t revision,
                               int64_t extent[6]);
MedalsVolume *medals_call_labelmap(MedalsSession *session,
                                   const uint32_t *values, size_t count,
                                   GError **error);
void medals_call_depth(MedalsSession *session, uint64_t *undo, uint64_t *redo);
/** As medals_session_prompts(); *total and *revision are set on success. */
bool medals_call_prompts(MedalsSession *session, size_t first,
                         MedalsSessionPrompt *list, size_t count, size_t *total,
                         uint64_t *revision, GError **error);
bool medals_call_statistics(MedalsSession *session, size_t index,
                            MedalsSessionStatistics *statistics,
                            GError **error);

#endif

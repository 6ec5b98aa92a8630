/*
 * edit_read.h - what readers see, on any thread (medals/session.h)
 *
 * A reader takes the version that is shown, with its blocks, and lets the
 * session go on: changing calls never wait for a reader.
 */
#ifndef MEDALS_EDIT_READ_H
#define MEDALS_EDIT_READ_H

#include "edit.h"

size_t medals_edit_count_classes(MedalsSession *session);
MedalsModality medals_edit_modality(MedalsSession *session);
bool medals_edit_read(MedalsSession *session, int64_t index,
                      const int64_t *extent, MedalsDtype dtype, void *data,
                      size_t bytes, uint64_t *revision, GError **error);
bool medals_edit_changed_since(MedalsSession *session, uint64_t revision,
                               int64_t extent[6]);
MedalsVolume *medals_edit_labelmap(MedalsSession *session,
                                   const uint32_t *values, size_t count,
                                   GError **error);
void medals_edit_depth(MedalsSession *session, uint64_t *undo, uint64_t *redo);
/** As medals_session_prompts(); *total and *revision are set on success. */
bool medals_edit_prompts(MedalsSession *session, size_t first,
                         MedalsSessionPrompt *list, size_t count, size_t *total,
                         uint64_t *revision, GError **error);
bool medals_edit_statistics(MedalsSession *session, size_t index,
                            MedalsSessionStatistics *statistics,
                            GError **error);

#endif

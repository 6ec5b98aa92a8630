/*
 * interact_answer.h - what `medals interact` says, one JSON object a line
 *
 *   ready | progress | instant | answer | failure  -->  one line, at once
 */
#ifndef CLI_INTERACT_ANSWER_H
#define CLI_INTERACT_ANSWER_H

#include <cJSON.h>
#include <glib.h>

#include "medals/session.h"

/** Where lines go. */
typedef struct {
    int file;    /* an open descriptor */
    int failure; /* errno of the first line that could not be written, or 0 */
    bool (*must_stop)(void); /* asked while nobody takes the line */
} InteractOutput;

/**
 * Writes an object as one line, whole; nothing once a line has failed.
 * @param object taken
 * @param data added as its last field "data"; needs no escapes; or NULL
 * @return false: output->failure says why
 */
bool output_line(InteractOutput *output, cJSON *object, const char *data);

/** The functions below make objects, which belong to the caller.
 * @param id JSON text, or NULL: null */
cJSON *answer_ready(const MedalsSession *session,
                    const char *const *image_warnings,
                    const char *labelmap_warning);
cJSON *answer_progress(const char *id, const MedalsProgress *state);
/** A provisional answer, before the one that counts. */
cJSON *answer_instant(const char *id, const MedalsAnswer *answer);
/** @param answer of the session, or NULL: nothing changed
 *  @param seconds of the whole request */
cJSON *answer_success(const char *id, const MedalsSession *session,
                      const MedalsAnswer *answer, double seconds);
cJSON *answer_failure(const char *id, const MedalsSession *session,
                      const GError *error);

/** Adds fields to an answer. */
void answer_add_extent(cJSON *object, const char *name,
                       const int64_t extent[6]);
void answer_add_windows(cJSON *object, const MedalsAnswer *answer);
/** [{"class":0,"text":...,"name":...,"value":1}] */
void answer_add_classes(cJSON *object, const MedalsSession *session);
/** Field "texts": of each text that was given (NULL: null) its classes. Left
 * out where each text is one class of its own. */
void answer_add_texts(cJSON *object, const MedalsAnswer *answer,
                      const char *const *texts, size_t count);

#endif

/*
 * text_request.h - what a list of texts asks for: modality and classes
 *
 *   product    option, header, values, texts, model settle one modality; then
 *              texts are matched to its classes (command.md 2)
 *   literal    each sentence has its own modality and class; the case's is
 *              the majority (spec 4)
 */
#ifndef MEDALS_TEXT_REQUEST_H
#define MEDALS_TEXT_REQUEST_H

#include "medals/segment.h"
#include "model_data.h"
#include "spacing_rules.h"

typedef struct MedalsTextRequest {
    size_t count;
    MedalsModality modality;
    MedalsModalitySource source;
    int64_t *class_index; /* [count] of medals_model_peek_class(), or -1 */
    bool *known;          /* [count] the model was trained on it */
    uint32_t *flags;      /* [count] MedalsClassFlags */
    MedalsClassSet set;
    bool has_window; /* CT: bounds in HU */
    double window[2];
} MedalsTextRequest;

/** Settles texts, modality and CT window of a request.
 *  @param of_values what the voxels alone tell (hounsfield.h), or NONE
 *  @return false: MEDALS_E_USAGE no text, a bad label list; MEDALS_E_INPUT a
 *          text that is empty, not UTF-8 or there twice; MEDALS_E_NOMEM */
bool medals_text_request_settle(const MedalsModel *model,
                                const MedalsSegmentOptions *options,
                                MedalsModality of_values,
                                MedalsTextRequest *request, GError **error);
void medals_text_request_clear(MedalsTextRequest *request);

#endif

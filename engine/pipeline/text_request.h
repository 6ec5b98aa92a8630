/*
 * text_request.h - what a list of texts asks for: modality and classes
 *
 *   product    option, header, values, texts, model settle one modality; then
 *              texts are read as its classes, one or several a text
 *              (command.md 2)
 *   literal    each sentence has its own modality and class; the case's is
 *              the majority (spec 4)
 */
#ifndef MEDALS_TEXT_REQUEST_H
#define MEDALS_TEXT_REQUEST_H

#include "medals/segment.h"
#include "model_data.h"
#include "spacing_rules.h"
#include "text_classes.h"

typedef struct MedalsTextRequest {
    MedalsTextClasses list; /* what the texts ask for */
    size_t count;           /* of classes */
    uint32_t *labels;       /* [count] values that are asked for */
    MedalsModality modality;
    MedalsModalitySource source;
    uint32_t *flags; /* [count] MedalsClassFlags */
    MedalsClassSet set;
    bool has_window; /* CT: bounds in HU */
    double window[2];
} MedalsTextRequest;

/** Settles texts, modality and CT window of a request.
 *  @param of_values what the voxels alone tell (hounsfield.h), or NONE
 *  @return false: MEDALS_E_USAGE no text, a bad label list, instances of
 *          several classes; MEDALS_E_INPUT a text that is empty, not UTF-8,
 *          there twice or says what is not wanted; MEDALS_E_NOMEM */
bool medals_text_request_settle(const MedalsModel *model,
                                const MedalsSegmentOptions *options,
                                MedalsModality of_values,
                                MedalsTextRequest *request, GError **error);
void medals_text_request_clear(MedalsTextRequest *request);

#endif

/*
 * reading.h - what texts ask for, before anything runs
 *
 *     texts --> medals_reading_new() --> classes, and warnings
 *
 *   "both kidneys"          Left kidney, Right kidney
 *   "lt hippocampus"        left hippocampus
 *   "hippocampus"           left hippocampus, right hippocampus
 *   "no mandible"           MEDALS_E_INPUT: it says what is not wanted
 *
 * medals_segment() and sessions read texts in the same way; this is for
 * previews, completion, and programs that want one class a text.
 */
#ifndef MEDALS_READING_H
#define MEDALS_READING_H

#include "medals/model.h"
#include "medals/types.h"

MEDALS_BEGIN_DECLS

typedef struct MedalsReading MedalsReading;

/** A class that texts ask for. */
typedef struct MedalsReadClass {
    uint32_t struct_size; /**< set by the caller */
    const char *text;     /**< as given, the first that asks for it */
    const char *name;     /**< a text that asks for it alone */
    size_t text_index;    /**< of the text */
    int64_t class_index;  /**< of medals_model_class(), or -1: free text */
    bool known;           /**< the model was trained on it */
} MedalsReadClass;

/**
 * Reads texts as classes of a modality; texts of one class are merged.
 * @param lesion which kind comes first where both are meant
 * @param texts count of them, UTF-8, not empty
 * @return MEDALS_E_USAGE none, or no modality; MEDALS_E_INPUT a text that is
 *         NULL, empty, not UTF-8, too long, or says what is not wanted
 * @owner *out: medals_reading_free() @thread any
 */
MEDALS_API MedalsStatus medals_reading_new(MedalsReading **out,
                                           const MedalsModel *model,
                                           MedalsModality modality, bool lesion,
                                           const char *const *texts,
                                           size_t count, MedalsError **error);
MEDALS_API void medals_reading_free(MedalsReading **reading);

MEDALS_API size_t medals_reading_class_count(const MedalsReading *reading);
/** Strings are borrowed. @return false: out of range */
MEDALS_API bool medals_reading_class(const MedalsReading *reading, size_t index,
                                     MedalsReadClass *info);
/** Pairs of a text and a class of its, by text. */
MEDALS_API size_t medals_reading_match_count(const MedalsReading *reading);
/** @return false: out of range. NULL: that number is not wanted */
MEDALS_API bool medals_reading_match(const MedalsReading *reading, size_t index,
                                     size_t *text_index, size_t *class_index);
/** What the user is to know, NULL-terminated, one line each. Borrowed. */
MEDALS_API const char *const *
medals_reading_warnings(const MedalsReading *reading);

MEDALS_END_DECLS
#endif

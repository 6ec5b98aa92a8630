/*
 * text_classes.h - a list of texts becomes a list of classes
 *
 *   "both kidneys"  ---> Left kidney    (text 0)
 *                   ---> Right kidney   (text 0)
 *   "kidney, left"  ---> Left kidney again: merged, with a note
 *   "foo"           ---> free text, no class
 */
#ifndef MEDALS_TEXT_CLASSES_H
#define MEDALS_TEXT_CLASSES_H

#include "model_data.h"
#include "text_reading.h"

typedef struct MedalsTextClass {
    char *name;          /* names it alone; NULL where the text is NULL */
    char *query;         /* what the encoder is given */
    size_t text;         /* place of the text that it came from first */
    int64_t class_index; /* of medals_model_peek_class(), or -1 */
    bool known;          /* the model was trained on it */
    bool empty;          /* it is given no voxels */
    MedalsSide side;     /* that the text asks for */
} MedalsTextClass;

/** A text and a class of its; both places in their lists. */
typedef struct MedalsTextMatch {
    size_t text, index;
} MedalsTextMatch;

typedef struct MedalsTextClasses {
    GPtrArray *classes; /* of MedalsTextClass */
    GArray *matches;    /* of MedalsTextMatch, by text */
    GPtrArray *notes;   /* of char *: what the user is to know */
    GHashTable *places; /* what is asked -> 1 + place of its class */
} MedalsTextClasses;

void medals_text_classes_init(MedalsTextClasses *classes);
/** Takes the class; one that asks for what is there already is noted, and
 * merged with that when `merge`. `text` is what asks for it. */
void medals_text_classes_take(MedalsTextClasses *classes,
                              MedalsTextClass *class, const char *text,
                              bool merge);
/** How texts are taken. */
typedef struct MedalsTextRules {
    MedalsModality modality;
    bool lesion; /* which kind of class comes first */
    bool whole;  /* each text is one class as it stands: none is taken apart,
                  * refused or merged */
    bool apart;  /* texts of one class are not merged */
} MedalsTextRules;

/**
 * Reads texts into a list that is initialised and empty.
 * @param texts valid UTF-8, not empty; NULL is an object without text
 * @return false: MEDALS_E_INPUT a text says what is not wanted
 */
bool medals_text_classes_read(MedalsTextClasses *list, const MedalsModel *model,
                              const MedalsTextRules *rules,
                              const char *const *texts, size_t count,
                              GError **error);
void medals_text_classes_clear(MedalsTextClasses *classes);
/** A match of a list, for a caller who may leave out either number.
 * @return false: out of range (nothing is written) */
bool medals_text_match_get(const GArray *matches, size_t index, size_t *text,
                           size_t *class_index);
/** One text of one class, whole. @owner *out: medals_text_class_free() */
MedalsTextClass *medals_text_class_of(const MedalsModel *model,
                                      MedalsModality modality, bool lesion,
                                      const char *text);
void medals_text_class_free(MedalsTextClass *class);

#define medals_text_class_at(list, i)                                          \
    ((MedalsTextClass *) (list)->classes->pdata[i])

#endif

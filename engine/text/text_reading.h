/*
 * text_reading.h - what one text asks for: classes, sides, lists
 *
 *   text --> listed as a name or synonym? ------------------> that class
 *        --> says what is not wanted? ----------------------> refused
 *        --> groups at , & and with ... --> each a class? --> the classes
 *        --> sides: one, both, none of a sided organ -------> left, right
 *        --> else as text_rules.h finds it, never the other side
 *
 * This is the only place that takes a text apart: requests, sessions and
 * panels ask here.
 */
#ifndef MEDALS_TEXT_READING_H
#define MEDALS_TEXT_READING_H

#include "text_sides.h"
#include "vocabulary.h"

/** One thing that a text asks for. */
typedef struct MedalsTextPart {
    char *text;          /* the text, or of several the name of the class */
    char *plain;         /* the text with its side as "left" or "right" */
    int64_t class_index; /* of the vocabulary, or -1 */
    bool listed;         /* the text is a term of the class, or its name */
    MedalsSide side;     /* the one that is asked; NONE also for several */
    bool empty;          /* whose the side is is not clear: nothing is given */
} MedalsTextPart;

typedef struct MedalsTextReader {
    const MedalsVocabulary *vocabulary;
    MedalsModality modality;
    bool lesion; /* which kind comes first */
    bool whole;  /* one text is one part, and nothing is refused */
} MedalsTextReader;

/**
 * @param text valid UTF-8, not empty
 * @param parts of MedalsTextPart, at least one is appended; freed by
 *        medals_text_part_free()
 * @param notes of char *, what the user is to know is appended
 * @return false: MEDALS_E_INPUT, the text says what is not wanted
 */
bool medals_text_read(const MedalsTextReader *reader, const char *text,
                      GPtrArray *parts, GPtrArray *notes, GError **error);
void medals_text_part_free(MedalsTextPart *part);

#endif

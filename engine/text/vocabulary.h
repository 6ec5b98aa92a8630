/*
 * vocabulary.h - the classes that a text can name: a package's own, then the
 * 243 of the table
 *
 * A class has one index in both: those of the package come first.
 */
#ifndef MEDALS_VOCABULARY_H
#define MEDALS_VOCABULARY_H

#include "label_table.h"

typedef struct MedalsVocabulary {
    const MedalsLabelTable *own;   /* of a package, or NULL */
    const MedalsLabelTable *table; /* the 243 classes */
} MedalsVocabulary;

size_t medals_vocabulary_count(const MedalsVocabulary *vocabulary);
/** NULL: out of range */
const MedalsClass *medals_vocabulary_at(const MedalsVocabulary *vocabulary,
                                        int64_t index);
/** The class that lists a text as its name or synonym: but for capitals,
 * blanks and marks, spelling, number and the place of its side the text is
 * that term. `lesion`: which kind comes first.
 * @return index or -1 */
int64_t medals_vocabulary_listed(const MedalsVocabulary *vocabulary,
                                 MedalsModality modality, bool lesion,
                                 const char *text);
/** The same for the bare words of a sentence: a term of the table of the other
 * kind counts only where the words mean it (text_rules.h, friendly). */
int64_t medals_vocabulary_named(const MedalsVocabulary *vocabulary,
                                MedalsModality modality, bool lesion,
                                const char *words);
/** The class whose term stands in a sentence (text_rules.h, friendly): one of
 * the package's, of whatever kind, before the table's. @return index or -1 */
int64_t medals_vocabulary_find(const MedalsVocabulary *vocabulary,
                               MedalsModality modality, bool lesion,
                               const char *text);
/** Calls `each` with all terms of a modality, until it says false. */
void medals_vocabulary_terms(const MedalsVocabulary *vocabulary,
                             MedalsModality modality,
                             bool (*each)(void *cookie, const MedalsTerm *term),
                             void *cookie);

#endif

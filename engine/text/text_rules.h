/*
 * text_rules.h - which modality and class does a sentence name
 * @source spec 4, command.md 2
 */
#ifndef MEDALS_TEXT_RULES_H
#define MEDALS_TEXT_RULES_H

#include "label_table.h"

/** Literal rule of spec 4.1: case-sensitive substrings, first group wins. */
MedalsModality medals_text_modality_literal(const char *text);
/** Product rule (command.md 2): the same keywords as whole words; then also
 * ct, mri, flair and dwi in small letters. NONE for text that is not UTF-8. */
MedalsModality medals_text_modality(const char *text);
/** Majority of a list, first on ties; NONE when no text names one. */
MedalsModality medals_text_majority(const MedalsModality *list, size_t count);

/** Literal rule of spec 4.2.
 * @return index in the table, or -1 (also for text that is not UTF-8) */
int64_t medals_text_class(const MedalsLabelTable *table,
                          MedalsModality modality, bool lesion,
                          const char *text);
/**
 * Friendlier (R23): where the literal rule finds none, the same walk over
 * plain words (text_words.h: plurals, spellings, punctuation) with the
 * inactive synonyms; and over both kinds. A term that stands in the text only
 * inside a longer name ("brain" in "brain stem") does not count.
 *
 * @param lesion true: a lesion when one matches, else anatomy. false: anatomy,
 *        unless a lesion matches by a word of disease that the anatomy term
 *        lacks ("liver tumor" is no liver); else a lesion.
 * @return index in the table, or -1
 */
int64_t medals_text_class_friendly(const MedalsLabelTable *table,
                                   MedalsModality modality, bool lesion,
                                   const char *text);

#endif

/*
 * text_words.h - a text as plain words, so that spellings meet
 *
 *   "Left_Kidneys (CT)"  ->  " left kidney ct "
 *
 * Lower case; everything but letters and numbers separates words; common
 * plurals become singular; British spellings American. Both sides of a
 * comparison go through it, so that a wrong guess does no harm.
 */
#ifndef MEDALS_TEXT_WORDS_H
#define MEDALS_TEXT_WORDS_H

#include "error.h"

/** @param text valid UTF-8 @return words with one blank before, between and
 *  after; " " when there is none. @owner g_free */
char *medals_text_words(const char *text);
/** The same list of words without one of them, e.g. "left". @owner g_free */
char *medals_text_words_without(const char *words, const char *word);
/** The list with "left" or "right" in front, wherever it stood; with both or
 * none as it is. @owner g_free */
char *medals_text_words_side_first(const char *words);
/** Whether all of `part` stands in `words`, in order and together; false for
 * a part without words. */
bool medals_text_words_contain(const char *words, const char *part);

#endif

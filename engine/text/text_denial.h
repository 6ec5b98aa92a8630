/*
 * text_denial.h - does a text say what is not wanted
 *
 *   "no mandible", "everything but the liver", "Hirnstamm ohne Thalamus"
 *
 * "without contrast" and "non-small" say how, not what.
 */
#ifndef MEDALS_TEXT_DENIAL_H
#define MEDALS_TEXT_DENIAL_H

#include "text_tokens.h"

/** The first token that denies.
 * @param kept [tokens] of names that hold such a word themselves; NULL: none
 * @param organ tells whether the words from a token on begin a known name
 * @return the place, or -1 */
int64_t medals_text_denial(const GArray *tokens, const bool *kept,
                           bool (*organ)(gconstpointer cookie, guint at),
                           gconstpointer cookie);
/** Whether a word, respelled, can deny. */
bool medals_word_denies(const char *word);

#endif

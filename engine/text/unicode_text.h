/*
 * unicode_text.h - the few questions about UTF-8 text that the rules ask
 *
 * Answers follow Python's str and re, which the reference used: they do not
 * depend on the locale.
 */
#ifndef MEDALS_UNICODE_TEXT_H
#define MEDALS_UNICODE_TEXT_H

#include "error.h"

/** Longest text that is looked at, in bytes. */
#define MEDALS_TEXT_MAX_BYTES ((size_t) 1 << 20)

/**
 * @param what names the text in the message
 * @return false: MEDALS_E_INPUT, with the offset of the first byte that is
 *         not UTF-8, or the length of a text above MEDALS_TEXT_MAX_BYTES
 */
bool medals_utf8_check(const char *what, const char *text, GError **error);

/** Lower case, character by character (U+0130 gives two). Valid UTF-8 only.
 * @owner g_free */
char *medals_utf8_lower(const char *text);
/** Appends the lower case of one character. */
void medals_utf8_append_lower(GString *out, gunichar c);

/** Letter, digit (any number character) or underscore. */
bool medals_char_is_word(gunichar c);

/**
 * Whether `term` stands in `text` with a regex word boundary at both ends: the
 * characters on the two sides of an end differ in being word characters.
 * Valid UTF-8 only; an empty term is never found.
 */
bool medals_utf8_has_term(const char *text, const char *term);

#endif

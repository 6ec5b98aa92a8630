/*
 * text_tokens.h - a text word by word, with what stands between the words
 *
 *   "Lt. parotid & thalami"  ->  lt (dot)  parotid  [list] thalamus
 *
 * Words are respelled as in text_words.h, so that tokens and terms meet.
 */
#ifndef MEDALS_TEXT_TOKENS_H
#define MEDALS_TEXT_TOKENS_H

#include "error.h"

typedef struct MedalsToken {
    char *lower;   /* lower case, as written */
    char *fold;    /* lower case without accents */
    char *word;    /* respelled: singular, American */
    bool capitals; /* no letter of it is small */
    bool dot;      /* a full stop follows at once */
    bool quote;    /* an apostrophe follows at once */
    bool listed;   /* a list mark stands before it: , & + / | or a line end */
} MedalsToken;

/** @param text valid UTF-8 @return array of MedalsToken that frees them */
GArray *medals_text_tokens(const char *text);
/** Makes two tokens of one, the first of `bytes` of its lower case. */
void medals_text_tokens_cut(GArray *tokens, guint at, size_t bytes);
/** Lower case without accents. @owner g_free */
char *medals_text_fold(const char *text);

#define medals_token_at(tokens, i) (&g_array_index(tokens, MedalsToken, i))

#endif

/*
 * text_tokens.c - words and the marks between them
 */
#include "text_tokens.h"

#include <string.h>

#include "text_words.h"
#include "unicode_text.h"

static void token_clear(gpointer data)
{
    MedalsToken *token = data;
    g_free(token->lower);
    g_free(token->fold);
    g_free(token->word);
}

char *medals_text_fold(const char *text)
{
    g_autofree char *apart = g_utf8_normalize(text, -1, G_NORMALIZE_ALL);
    GString *out = g_string_new(NULL);
    for (const char *p = apart; p && *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_type(c) != G_UNICODE_NON_SPACING_MARK)
            medals_utf8_append_lower(out, c);
    }
    return g_string_free(out, FALSE);
}

static char *respelled(const char *lower)
{
    return g_strstrip(medals_text_words(lower));
}

static bool is_list_mark(gunichar c)
{
    switch (c) {
    case ',':
    case '&':
    case '+':
    case '/':
    case '|':
    case ';':
    case '\n':
    case '\r':
    case 0x3001: /* ideographic comma */
    case 0xff0c: /* full-width comma */
    case 0xff1b: /* full-width semicolon */
    case 0x2022: /* bullet */
        return true;
    default:
        return false;
    }
}

static bool is_word_character(gunichar c)
{
    return c != '_' && medals_char_is_word(c);
}

/* The token of the bytes from `p` on that belong together; moves `p` behind
 * them. */
static MedalsToken read_token(const char **p)
{
    MedalsToken token = {.capitals = true};
    GString *lower = g_string_new(NULL);
    for (; **p && is_word_character(g_utf8_get_char(*p));
         *p = g_utf8_next_char(*p)) {
        gunichar c = g_utf8_get_char(*p);
        token.capitals &= !g_unichar_islower(c);
        medals_utf8_append_lower(lower, c);
    }
    token.dot = **p == '.';
    gunichar after = g_utf8_get_char(*p);
    token.quote = after == '\'' || after == 0x2019;
    token.lower = g_string_free(lower, FALSE);
    token.fold = medals_text_fold(token.lower);
    token.word = respelled(token.lower);
    return token;
}

GArray *medals_text_tokens(const char *text)
{
    GArray *tokens = g_array_new(FALSE, FALSE, sizeof(MedalsToken));
    g_array_set_clear_func(tokens, token_clear);
    g_autofree char *whole =
        g_utf8_normalize(text, -1, G_NORMALIZE_ALL_COMPOSE);
    bool listed = false;
    for (const char *p = whole; p && *p;) {
        gunichar c = g_utf8_get_char(p);
        if (!is_word_character(c)) {
            listed |= is_list_mark(c);
            p = g_utf8_next_char(p);
            continue;
        }
        MedalsToken token = read_token(&p);
        token.listed = listed;
        listed = false;
        g_array_append_val(tokens, token);
    }
    return tokens;
}

void medals_text_tokens_cut(GArray *tokens, guint at, size_t bytes)
{
    MedalsToken *whole = medals_token_at(tokens, at);
    MedalsToken rest = *whole;
    rest.lower = g_strdup(whole->lower + bytes);
    rest.fold = medals_text_fold(rest.lower);
    rest.word = respelled(rest.lower);
    rest.listed = false;
    g_free(whole->fold);
    g_free(whole->word);
    whole->lower[bytes] = 0;
    whole->fold = medals_text_fold(whole->lower);
    whole->word = respelled(whole->lower);
    whole->dot = whole->quote = false;
    g_array_insert_val(tokens, at + 1, rest);
}

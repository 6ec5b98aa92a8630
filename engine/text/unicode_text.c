/*
 * unicode_text.c - UTF-8: validity, lower case, word boundaries
 */
#include "unicode_text.h"

#include <string.h>

bool medals_utf8_check(const char *what, const char *text, GError **error)
{
    size_t size = strlen(text);
    if (size > MEDALS_TEXT_MAX_BYTES)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: %zu bytes; expected at most %zu", what, size,
                           MEDALS_TEXT_MAX_BYTES);
    const char *end;
    if (g_utf8_validate(text, (gssize) size, &end))
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: byte 0x%02x at offset %zu; expected UTF-8", what,
                       (unsigned) (uint8_t) *end, (size_t) (end - text));
}

void medals_utf8_append_lower(GString *out, gunichar c)
{
    if (c == 0x0130) /* the one letter whose lower case is two characters */
        g_string_append(out, "i\xcc\x87");
    else
        g_string_append_unichar(out, g_unichar_tolower(c));
}

char *medals_utf8_lower(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        medals_utf8_append_lower(out, g_utf8_get_char(p));
    return g_string_free(out, FALSE);
}

bool medals_char_is_word(gunichar c)
{
    switch (g_unichar_type(c)) {
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
        return true;
    default:
        return c == '_';
    }
}

/* Is there a boundary between the characters before and at `p`? */
static bool is_boundary(const char *text, const char *p)
{
    bool before =
        p > text && medals_char_is_word(g_utf8_get_char(g_utf8_prev_char(p)));
    bool after = *p && medals_char_is_word(g_utf8_get_char(p));
    return before != after;
}

bool medals_utf8_has_term(const char *text, const char *term)
{
    size_t size = strlen(term);
    if (size == 0)
        return false;
    for (const char *p = text; (p = strstr(p, term)); p++)
        if (is_boundary(text, p) && is_boundary(text, p + size))
            return true;
    return false;
}

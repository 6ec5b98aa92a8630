/*
 * text_words.c - word ends and spellings
 */
#include "text_words.h"

#include <string.h>

#include "unicode_text.h"

static const struct {
    const char *from, *to;
} spellings[] = {
    {"oesophag", "esophag"}, {"tumour", "tumor"}, {"haem", "hem"},
    {"oedem", "edem"},       {"caec", "cec"},     {"foet", "fet"},
    {"ischaem", "ischem"},   {"grey", "gray"},    {"fibre", "fiber"},
    {"centre", "center"},    {"faec", "fec"},
};

/* Ends of more than `keep` characters before them are replaced; the first
 * that fits, an entry without change protects. */
static const struct {
    const char *end, *to;
    size_t keep;
} endings[] = {
    {"ss", "ss", 1},  {"us", "us", 1},  {"is", "is", 1},  {"as", "as", 1},
    {"os", "os", 1},  {"ies", "y", 2},  {"xes", "x", 2},  {"ches", "ch", 2},
    {"s", "", 3},     {"ae", "a", 3},   {"li", "lus", 3}, {"ei", "eus", 3},
    {"mi", "mus", 3}, {"pi", "pus", 3}, {"ia", "ium", 3}, {"mata", "ma", 2},
};

static void respell(GString *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(spellings); i++)
        g_string_replace(word, spellings[i].from, spellings[i].to, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
        size_t size = strlen(endings[i].end);
        if (word->len < size + endings[i].keep ||
            !g_str_has_suffix(word->str, endings[i].end))
            continue;
        g_string_truncate(word, word->len - size);
        g_string_append(word, endings[i].to);
        return;
    }
}

static void flush(GString *out, GString *word)
{
    if (word->len == 0)
        return;
    respell(word);
    g_string_append_len(out, word->str, (gssize) word->len);
    g_string_append_c(out, ' ');
    g_string_truncate(word, 0);
}

char *medals_text_words(const char *text)
{
    GString *out = g_string_new(" "), *word = g_string_new(NULL);
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c != '_' && medals_char_is_word(c))
            medals_utf8_append_lower(word, c);
        else
            flush(out, word);
    }
    flush(out, word);
    g_string_free(word, TRUE);
    return g_string_free(out, FALSE);
}

char *medals_text_words_without(const char *words, const char *word)
{
    GString *out = g_string_new(words);
    g_autofree char *between = g_strdup_printf(" %s ", word);
    char *found;
    while ((found = strstr(out->str, between)))
        g_string_erase(out, found - out->str, (gssize) strlen(word) + 1);
    return g_string_free(out, FALSE);
}

char *medals_text_words_side_first(const char *words)
{
    bool left = medals_text_words_contain(words, " left ");
    bool right = medals_text_words_contain(words, " right ");
    if (left == right)
        return g_strdup(words);
    const char *side = left ? "left" : "right";
    g_autofree char *rest = medals_text_words_without(words, side);
    return g_strconcat(" ", side, rest, NULL);
}

bool medals_text_words_contain(const char *words, const char *part)
{
    return part[0] && part[1] && strstr(words, part);
}

/*
 * vocabulary.c - two tables as one
 */
#include "vocabulary.h"

#include <string.h>

#include "text_rules.h"
#include "text_words.h"
#include "unicode_text.h"

static size_t own_count(const MedalsVocabulary *vocabulary)
{
    return vocabulary->own ? medals_label_table_count(vocabulary->own) : 0;
}

size_t medals_vocabulary_count(const MedalsVocabulary *vocabulary)
{
    return own_count(vocabulary) + medals_label_table_count(vocabulary->table);
}

const MedalsClass *medals_vocabulary_at(const MedalsVocabulary *vocabulary,
                                        int64_t index)
{
    if (index < 0)
        return NULL;
    size_t own = own_count(vocabulary), at = (size_t) index;
    if (at < own)
        return medals_label_table_at(vocabulary->own, at);
    if (at - own < medals_label_table_count(vocabulary->table))
        return medals_label_table_at(vocabulary->table, at - own);
    return NULL;
}

/* The index of a class of the table; where the package has a class of that
 * name and modality too, the package's. */
static int64_t joint_index(const MedalsVocabulary *vocabulary, int64_t at)
{
    if (at < 0)
        return -1;
    const MedalsClass *info =
        medals_label_table_at(vocabulary->table, (size_t) at);
    size_t own = own_count(vocabulary);
    for (size_t i = 0; i < own; i++) {
        const MedalsClass *other = medals_label_table_at(vocabulary->own, i);
        if (other->modality == info->modality &&
            !g_ascii_strcasecmp(other->name, info->name))
            return (int64_t) i;
    }
    return at + (int64_t) own;
}

/* ---- listed ------------------------------------------------------------- */

/* A text as three ever looser keys; the side of the last stands first. */
typedef struct Keys {
    char *lower, *words, *sided;
} Keys;

static char *single_blanks(const char *lower)
{
    g_auto(GStrv) parts = g_strsplit_set(lower, " \t\r\n", -1);
    GString *out = g_string_new(NULL);
    for (char **part = parts; *part; part++)
        if (**part)
            g_string_append_printf(out, "%s%s", out->len ? " " : "", *part);
    return g_string_free(out, FALSE);
}

static int looseness(const Keys *keys, const MedalsTerm *term)
{
    if (!strcmp(keys->lower, term->lower))
        return 0;
    if (!strcmp(keys->words, " ") || !term->words[1])
        return 3;
    if (!strcmp(keys->words, term->words))
        return 1;
    return strcmp(keys->sided, term->sided) ? 3 : 2;
}

/* The tightest hit of a table's kind, below `*best`. */
static int64_t listed_in(const MedalsLabelTable *table, MedalsModality modality,
                         bool lesion, const Keys *keys, int *best)
{
    int64_t found = -1;
    size_t count;
    const MedalsTerm *terms =
        medals_label_table_terms(table, modality, lesion, &count);
    for (size_t i = 0; i<count && * best> 0; i++) {
        int loose = looseness(keys, &terms[i]);
        if (loose < *best) {
            *best = loose;
            found = (int64_t) terms[i].class_index;
        }
    }
    return found;
}

int64_t medals_vocabulary_listed(const MedalsVocabulary *vocabulary,
                                 MedalsModality modality, bool lesion,
                                 const char *text)
{
    if (!medals_utf8_check("text", text, NULL))
        return -1;
    g_autofree char *lower = medals_utf8_lower(text);
    g_autofree char *blanks = single_blanks(lower);
    g_autofree char *words = medals_text_words(text);
    g_autofree char *sided = medals_text_words_side_first(words);
    const Keys keys = {blanks, words, sided};
    int64_t found = -1;
    int best = 3;
    for (int pass = 0; pass < 4; pass++) {
        bool is_own = pass < 2, kind = pass % 2 == 0 ? lesion : !lesion;
        const MedalsLabelTable *table =
            is_own ? vocabulary->own : vocabulary->table;
        int64_t index =
            table ? listed_in(table, modality, kind, &keys, &best) : -1;
        if (index >= 0)
            found = is_own ? index : joint_index(vocabulary, index);
    }
    return found;
}

/* ---- in sentences ------------------------------------------------------- */

int64_t medals_vocabulary_find(const MedalsVocabulary *vocabulary,
                               MedalsModality modality, bool lesion,
                               const char *text)
{
    int64_t index = -1;
    /* A package's own classes are matched whatever kind they are of. */
    for (int pass = 0; vocabulary->own && index < 0 && pass < 2; pass++)
        index = medals_text_class_friendly(vocabulary->own, modality,
                                           pass == 0 ? lesion : !lesion, text);
    if (index >= 0)
        return index;
    index =
        medals_text_class_friendly(vocabulary->table, modality, lesion, text);
    return joint_index(vocabulary, index);
}

int64_t medals_vocabulary_named(const MedalsVocabulary *vocabulary,
                                MedalsModality modality, bool lesion,
                                const char *words)
{
    int64_t index =
        medals_vocabulary_listed(vocabulary, modality, lesion, words);
    if (index < (int64_t) own_count(vocabulary) ||
        medals_vocabulary_at(vocabulary, index)->lesion == lesion)
        return index;
    int64_t meant =
        medals_text_class_friendly(vocabulary->table, modality, lesion, words);
    return joint_index(vocabulary, meant) == index ? index : -1;
}

void medals_vocabulary_terms(const MedalsVocabulary *vocabulary,
                             MedalsModality modality,
                             bool (*each)(void *cookie, const MedalsTerm *term),
                             void *cookie)
{
    const MedalsLabelTable *tables[] = {vocabulary->own, vocabulary->table};
    for (int t = 0; t < 2; t++)
        for (int kind = 0; tables[t] && kind < 2; kind++) {
            size_t count;
            const MedalsTerm *terms =
                medals_label_table_terms(tables[t], modality, kind, &count);
            for (size_t i = 0; i < count; i++)
                if (!each(cookie, &terms[i]))
                    return;
        }
}

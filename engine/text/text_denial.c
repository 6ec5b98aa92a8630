/*
 * text_denial.c - words that deny, and when they do not
 */
#include "text_denial.h"

#include <string.h>

/* Without accents. English first, then German, Dutch, French, Spanish,
 * Portuguese, Italian, Swedish, Danish, Polish, Czech, Russian. */
static const char words[] =
    " no not none without except excepting excepted excepts exclude excludes "
    "excluded excluding exclusion exclusive excl never minus absent absence "
    "lacking lacks neither nor nothing omit omits omitting omitted ignore "
    "ignores ignoring ignored skip skipping remove removing subtract "
    "subtracting delete discard discarding avoid avoiding dont doesnt isnt "
    "arent wasnt cannot cant wont nowhere unless outside "
    "ohne kein keine keinen keiner keines keinem nicht ausser ausgenommen "
    "ausgeschlossen exklusive niemals nie "
    "zonder geen niet behalve "
    "sans sauf hormis excepte excluant aucun aucune jamais pas hors "
    "excepto excluyendo menos salvo ningun ninguna ninguno nunca "
    "sem exceto excluindo nenhum nenhuma nao "
    "senza tranne eccetto escluso esclusa escludendo nessun nessuna nessuno "
    "utan inte ej uden ikke bez oprocz krome без кроме не нет "
    "w/o ";

/* Short words of other languages: in capitals they stand for something else
 * (SEM, PAS), as a number's sign "no." does. */
static const char shorts[] = " sem pas sans ej ne nie hors ";

/* Two words that deny together. */
static const char *const pairs[][2] = {
    {"all", "but"},     {"everything", "but"}, {"anything", "but"},
    {"any", "but"},     {"but", "for"},        {"other", "than"},
    {"rather", "than"}, {"instead", "of"},     {"apart", "from"},
    {"aside", "from"},  {"leave", "out"},      {"leaving", "out"},
    {"left", "out"},    {"rule", "out"},       {"free", "of"},
    {"w", "o"},         {"w", "out"},          {"don", "t"},
    {"doesn", "t"},     {"isn", "t"},          {"aren", "t"},
    {"can", "t"},       {"won", "t"},          {"bis", "auf"},
    {"tout", "sauf"},   {"all", "except"}};

/* What may be missing from an image and leaves its structures there. */
static const char qualities[] =
    " contrast enhancement gadolinium gad kontrast kontrastmittel km contraste "
    "contrasto iv i fat artifact artefact motion sedation pathology ";

static bool is_in(const char *list, const char *word)
{
    g_autofree char *between = g_strdup_printf(" %s ", word);
    return strstr(list, between) != NULL;
}

bool medals_word_denies(const char *word)
{
    return is_in(words, word) || !strcmp(word, "non") || !strcmp(word, "sin");
}

static bool is_number(const char *word)
{
    return g_ascii_isdigit(word[0]);
}

static const MedalsToken *next_of(const GArray *tokens, guint at)
{
    return at + 1 < tokens->len ? medals_token_at(tokens, at + 1) : NULL;
}

static bool is_pair(const GArray *tokens, guint at)
{
    const MedalsToken *next = next_of(tokens, at);
    for (size_t i = 0; next && i < G_N_ELEMENTS(pairs); i++)
        if (!strcmp(medals_token_at(tokens, at)->fold, pairs[i][0]) &&
            !strcmp(next->fold, pairs[i][1]))
            return true;
    return false;
}

/* Is it the image that lacks something? */
static bool is_of_image(const GArray *tokens, guint at)
{
    const MedalsToken *next = next_of(tokens, at);
    if (next && is_in(" any the iv i v ", next->fold) && at + 2 < tokens->len)
        next = medals_token_at(tokens, at + 2);
    return next && is_in(qualities, next->word);
}

static bool is_denying(const GArray *tokens, guint at)
{
    const MedalsToken *token = medals_token_at(tokens, at);
    const MedalsToken *next = next_of(tokens, at);
    if (token->capitals && is_in(shorts, token->fold))
        return false;
    if (!strcmp(token->fold, "no") && next && is_number(next->fold))
        return false;
    /* Latin "sin." is a side, as is the word at an end. */
    if (!strcmp(token->fold, "sin"))
        return next && !token->dot;
    return is_in(words, token->fold);
}

int64_t medals_text_denial(const GArray *tokens, const bool *kept,
                           bool (*organ)(gconstpointer cookie, guint at),
                           gconstpointer cookie)
{
    for (guint i = 0; i < tokens->len; i++) {
        if (kept && kept[i])
            continue;
        bool two = is_pair(tokens, i);
        bool non = !strcmp(medals_token_at(tokens, i)->fold, "non") &&
                   i + 1 < tokens->len && organ(cookie, i + 1);
        if (!two && !non && !is_denying(tokens, i))
            continue;
        if (!is_of_image(tokens, two ? i + 1 : i))
            return i;
    }
    return -1;
}

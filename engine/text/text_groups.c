/*
 * text_groups.c - tokens to groups
 */
#include "text_groups.h"

#include <string.h>

#include "text_denial.h"
#include "text_words.h"

/* Words between the things of a list. */
static const char joins[] = " and plus with well or nor und oder sowie mit "
                            "et ou avec y con e ed com og och en i ";

/* What a sentence says besides its thing. */
static const char phrases[] =
    " the a an of on in at this that these those my your please kindly segment "
    "segmentation segmenting outline contour delineate delineation annotate "
    "find show give me mark label mask draw where is are be side sided "
    "hemisphere image imaging scan volume slice series study case ct mr mri "
    "mrt irm pet us ultrasound xray t1 t2 t1w t2w pd flair dwi adc swi "
    "weighted contrast enhanced with without phase axial coronal sagittal "
    "each two all i we want need would like to for also too as well together "
    "along then structure region organ area only entire whole complete "
    "respective respectively der die das den dem des le la les el los las il "
    "lo gli o os un une una uno de du del della di von im auf dans sur en "
    "sur su no na s l d seite cote lado lato patient adult ";

/* Behind these stands a thing that is not asked. */
static const char places[] =
    " near behind between beside besides below above inside around adjacent "
    "next front touching abutting surrounding within in into from at beneath "
    "under over toward towards against bordering ";

/* Before a word of the image these say what it shows. */
static const char sites[] =
    " brain cardiac spine breast head neck chest pelvic ";
static const char images[] = " mri mr ct scan image imaging ultrasound us pet "
                             "mrt irm study angiography angiogram ";

static bool is_in(const char *list, const char *word)
{
    char between[64];
    if (g_snprintf(between, sizeof between, " %s ", word) >=
        (gint) sizeof between)
        return false;
    return strstr(list, between) != NULL;
}

static bool is_join(const MedalsTextWords *words, guint at)
{
    return !words->kept[at] &&
           is_in(joins, medals_token_at(words->tokens, at)->fold);
}

static bool is_phrase(const MedalsTextWords *words, guint at)
{
    const MedalsToken *token = medals_token_at(words->tokens, at);
    return !words->kept[at] &&
           (is_in(phrases, token->word) || is_in(phrases, token->fold));
}

/* ---- names that stay whole ---------------------------------------------- */

typedef struct Keeper {
    MedalsTextWords *words;
    size_t longest; /* tokens of the longest name put down so far */
    guint at;
} Keeper;

static bool is_taken_apart(const MedalsTerm *term)
{
    if (strpbrk(term->written, ",/&+"))
        return true;
    g_auto(GStrv) parts = g_strsplit(term->words, " ", -1);
    for (char **part = parts; *part; part++)
        if (**part && (is_in(joins, *part) || medals_word_denies(*part)))
            return true;
    return false;
}

/* How many tokens from `at` on are the words of the term, or 0. */
static size_t stands_at(const GArray *tokens, guint at, const char *words)
{
    size_t count = 0;
    const char *p = words + 1;
    while (*p) {
        if (at + count >= tokens->len)
            return 0;
        const char *word = medals_token_at(tokens, at + count)->word;
        size_t size = strlen(word);
        if (strncmp(p, word, size) || p[size] != ' ')
            return 0;
        p += size + 1;
        count++;
    }
    return count;
}

static bool keep_longer(void *cookie, const MedalsTerm *term)
{
    Keeper *keeper = cookie;
    size_t count = stands_at(keeper->words->tokens, keeper->at, term->words);
    if (count > keeper->longest && is_taken_apart(term))
        keeper->longest = count;
    return true;
}

static void keep_names(MedalsTextWords *words,
                       const MedalsVocabulary *vocabulary,
                       MedalsModality modality)
{
    for (guint at = 0; at < words->tokens->len; at++) {
        Keeper keeper = {words, 0, at};
        medals_vocabulary_terms(vocabulary, modality, keep_longer, &keeper);
        for (size_t n = 0; n < keeper.longest; n++)
            words->kept[at + n] = true;
        at += keeper.longest ? (guint) keeper.longest - 1 : 0;
    }
}

/* ---- words -------------------------------------------------------------- */

typedef struct Seeker {
    const char *between;
    bool found;
} Seeker;

static bool seek_word(void *cookie, const MedalsTerm *term)
{
    Seeker *seeker = cookie;
    seeker->found = strstr(term->words, seeker->between) != NULL;
    return !seeker->found;
}

static bool is_known_word(const MedalsVocabulary *vocabulary,
                          MedalsModality modality, const char *word)
{
    g_autofree char *words = medals_text_words(word);
    Seeker seeker = {words, false};
    if (strlen(words) > 5)
        medals_vocabulary_terms(vocabulary, modality, seek_word, &seeker);
    return seeker.found;
}

/* "lefthippocampus", "HippocampusLeft" */
static void part_glued(MedalsTextWords *words,
                       const MedalsVocabulary *vocabulary,
                       MedalsModality modality)
{
    static const char *const sides[] = {"left", "right"};
    for (guint i = 0; i < words->tokens->len; i++)
        for (size_t s = 0; s < G_N_ELEMENTS(sides); s++) {
            const char *lower = medals_token_at(words->tokens, i)->lower;
            size_t size = strlen(sides[s]), length = strlen(lower);
            if (length <= size)
                continue;
            g_autofree char *front = g_strndup(lower, length - size);
            size_t cut = 0;
            if (g_str_has_prefix(lower, sides[s]) &&
                is_known_word(vocabulary, modality, lower + size))
                cut = size;
            else if (g_str_has_suffix(lower, sides[s]) &&
                     is_known_word(vocabulary, modality, front))
                cut = length - size;
            if (cut)
                medals_text_tokens_cut(words->tokens, i, cut);
            words->glued |= cut > 0;
        }
}

void medals_text_words_init(MedalsTextWords *words,
                            const MedalsVocabulary *vocabulary,
                            MedalsModality modality, const char *text)
{
    *words = (MedalsTextWords){.tokens = medals_text_tokens(text)};
    part_glued(words, vocabulary, modality);
    words->kept = g_new0(bool, words->tokens->len + 1);
    words->sides = g_new0(MedalsSide, words->tokens->len + 1);
    keep_names(words, vocabulary, modality);
    for (guint i = 0; i < words->tokens->len; i++)
        if (!words->kept[i])
            words->sides[i] = medals_text_side(words->tokens, i);
}

void medals_text_words_clear(MedalsTextWords *words)
{
    g_array_unref(words->tokens);
    g_free(words->kept);
    g_free(words->sides);
}

/* ---- groups ------------------------------------------------------------- */

MedalsTextGroup medals_text_group(const MedalsTextWords *words, guint from,
                                  guint to)
{
    MedalsTextGroup group = {.from = from, .to = to, .only_side = true};
    bool first = true;
    for (guint i = from; i < to; i++) {
        MedalsSide side = words->sides[i];
        group.side = (MedalsSide) (group.side | side);
        if (side == MEDALS_SIDE_NONE && is_phrase(words, i))
            continue;
        group.only_side &= side != MEDALS_SIDE_NONE;
        group.side_first |= first && side != MEDALS_SIDE_NONE;
        first = false;
    }
    group.only_side &= group.side != MEDALS_SIDE_NONE;
    return group;
}

MedalsTextGroup medals_text_group_all(const MedalsTextWords *words)
{
    return medals_text_group(words, 0, words->tokens->len);
}

/* Nothing but phrases, or what the image shows: "brain MRI". */
static bool is_mere_phrase(const MedalsTextWords *words, guint from, guint to,
                           bool listed)
{
    for (guint i = from; i < to; i++) {
        if (words->sides[i] != MEDALS_SIDE_NONE)
            return false;
        if (is_phrase(words, i))
            continue;
        const char *word = medals_token_at(words->tokens, i)->word;
        if (!listed || i + 1 >= to || !is_in(sites, word) ||
            !is_in(images, medals_token_at(words->tokens, i + 1)->word))
            return false;
    }
    return true;
}

/* Does a new group begin with token `i`? */
static bool is_border(const MedalsTextWords *words, guint i)
{
    if (i == 0 || !medals_token_at(words->tokens, i)->listed)
        return false;
    return !(words->kept[i] && words->kept[i - 1]);
}

static void add_group(GArray *groups, const MedalsTextWords *words, guint from,
                      guint to, bool phrases_too)
{
    bool listed = from > 0 && medals_token_at(words->tokens, from)->listed;
    if (from >= to || (!phrases_too && is_mere_phrase(words, from, to, listed)))
        return;
    MedalsTextGroup group = medals_text_group(words, from, to);
    g_array_append_val(groups, group);
}

/* The thing that a group of mere sides speaks of: the next one when that has
 * its side in front ("left and right parotid"), else the last ("parotid, left
 * and right"). -1: none */
static int64_t owner_of(const GArray *groups, guint at)
{
    for (guint i = at + 1; i < groups->len; i++) {
        const MedalsTextGroup *group = medals_group_at(groups, i);
        if (!group->only_side && group->side_first)
            return i;
        if (!group->only_side)
            break;
    }
    for (guint i = at; i-- > 0;)
        if (!medals_group_at(groups, i)->only_side)
            return i;
    for (guint i = at + 1; i < groups->len; i++)
        if (!medals_group_at(groups, i)->only_side)
            return i;
    return -1;
}

static void share_sides(GArray *groups)
{
    for (guint i = 0; i < groups->len; i++) {
        if (!medals_group_at(groups, i)->only_side)
            continue;
        int64_t owner = owner_of(groups, i);
        if (owner < 0)
            continue;
        MedalsTextGroup *group = medals_group_at(groups, owner);
        group->side =
            (MedalsSide) (group->side | medals_group_at(groups, i)->side);
    }
    for (guint i = groups->len; i-- > 0;)
        if (medals_group_at(groups, i)->only_side && owner_of(groups, i) >= 0)
            g_array_remove_index(groups, i);
}

GArray *medals_text_groups(const MedalsTextWords *words)
{
    GArray *groups = g_array_new(FALSE, FALSE, sizeof(MedalsTextGroup));
    guint count = words->tokens->len;
    for (int phrases_too = 0; phrases_too < 2 && groups->len == 0;
         phrases_too++) {
        guint from = 0;
        for (guint i = 0; i < count; i++) {
            bool join = is_join(words, i);
            if (!join && !is_border(words, i))
                continue;
            add_group(groups, words, from, i, phrases_too);
            from = join ? i + 1 : i;
        }
        add_group(groups, words, from, count, phrases_too);
    }
    if (groups->len <= MEDALS_TEXT_MAX_GROUPS)
        share_sides(groups);
    return groups;
}

GArray *medals_text_groups_at_sides(const MedalsTextWords *words,
                                    const MedalsTextGroup *group, bool before)
{
    GArray *groups = g_array_new(FALSE, FALSE, sizeof(MedalsTextGroup));
    guint from = group->from;
    for (guint i = group->from; i < group->to; i++) {
        guint border = before ? i : i + 1;
        if (words->sides[i] == MEDALS_SIDE_NONE || border <= from ||
            border >= group->to)
            continue;
        MedalsTextGroup part = medals_text_group(words, from, border);
        g_array_append_val(groups, part);
        from = border;
    }
    MedalsTextGroup last = medals_text_group(words, from, group->to);
    g_array_append_val(groups, last);
    return groups;
}

char *medals_text_group_core(const MedalsTextWords *words,
                             const MedalsTextGroup *group, bool bare)
{
    GString *out = g_string_new(NULL);
    for (guint i = group->from; i < group->to; i++) {
        if (words->sides[i] != MEDALS_SIDE_NONE ||
            (bare && is_phrase(words, i)))
            continue;
        if (out->len)
            g_string_append_c(out, ' ');
        g_string_append(out, medals_token_at(words->tokens, i)->lower);
    }
    return g_string_free(out, FALSE);
}

MedalsTextGroup medals_text_group_behind(const MedalsTextWords *words,
                                         const MedalsTextGroup *group)
{
    for (guint i = group->from; i < group->to; i++)
        if (!words->kept[i] &&
            is_in(places, medals_token_at(words->tokens, i)->word))
            return medals_text_group(words, i + 1, group->to);
    return medals_text_group(words, group->to, group->to);
}

/*
 * text_rules.c - keywords of modalities, terms of classes
 */
#include "text_rules.h"

#include <string.h>

#include "text_words.h"
#include "unicode_text.h"

#define GROUPS 5
#define MAX_KEYWORDS 16

/* Spec 4.1: the first group with any hit wins. */
static const struct {
    MedalsModality modality;
    const char *keywords[MAX_KEYWORDS];
} groups[GROUPS] = {
    {MEDALS_MODALITY_MICROSCOPY,
     {"microscopy", "microscope", "Microscope", "Microscopy", "microscopic",
      "Microscopic", "microscopical", "Microscopical", "ultrastructural",
      "Ultrastructural", "ultrastructure", "Ultrastructure", "EM",
      "light sheet", "Light sheet"}},
    {MEDALS_MODALITY_PET, {"PET", "positron emission tomography"}},
    {MEDALS_MODALITY_US,
     {"US", "ultrasound", "Ultrasound", "Echocardiography", "echocardiography",
      "Echocardiographic", "echocardiographic", "ultrasonic", "Ultrasonic"}},
    {MEDALS_MODALITY_MRI,
     {"MR", "MRI", "magnetic resonance", "Magnetic resonance",
      "Magnetic Resonance", "diffusion", "Diffusion", "DWI", "ADC", "pelvic",
      "FLAIR"}},
    {MEDALS_MODALITY_CT,
     {"CT", "computed tomography", "Computed tomography", "Computed Tomography",
      "tomographic", "Tomographic", "cross-sectional"}},
};

/* What users also type; no word of any language we know of. */
static const struct {
    MedalsModality modality;
    const char *word;
} lower_keywords[] = {
    {MEDALS_MODALITY_MRI, "mri"},
    {MEDALS_MODALITY_MRI, "flair"},
    {MEDALS_MODALITY_MRI, "dwi"},
    {MEDALS_MODALITY_CT, "ct"},
};

typedef bool (*HasFn)(const char *text, const char *keyword);

static bool has_substring(const char *text, const char *keyword)
{
    return strstr(text, keyword) != NULL;
}

static MedalsModality first_group(const char *text, HasFn has)
{
    for (int g = 0; g < GROUPS; g++)
        for (int k = 0; k < MAX_KEYWORDS && groups[g].keywords[k]; k++)
            if (has(text, groups[g].keywords[k]))
                return groups[g].modality;
    return MEDALS_MODALITY_NONE;
}

/* Text that the rules do not look at: they have no way to fail. */
static bool is_unreadable(const char *text)
{
    return !medals_utf8_check("text", text, NULL);
}

MedalsModality medals_text_modality_literal(const char *text)
{
    return first_group(text, has_substring);
}

MedalsModality medals_text_modality(const char *text)
{
    if (is_unreadable(text))
        return MEDALS_MODALITY_NONE;
    MedalsModality modality = first_group(text, medals_utf8_has_term);
    for (size_t i = 0;
         modality == MEDALS_MODALITY_NONE && i < G_N_ELEMENTS(lower_keywords);
         i++)
        if (medals_utf8_has_term(text, lower_keywords[i].word))
            modality = lower_keywords[i].modality;
    return modality;
}

MedalsModality medals_text_majority(const MedalsModality *list, size_t count)
{
    size_t votes[GROUPS] = {0};
    for (size_t i = 0; i < count; i++)
        if (list[i] >= 0 && list[i] < GROUPS)
            votes[list[i]]++;
    MedalsModality best = MEDALS_MODALITY_NONE;
    for (size_t i = 0; i < count; i++)
        if (list[i] >= 0 && list[i] < GROUPS &&
            (best == MEDALS_MODALITY_NONE || votes[list[i]] > votes[best]))
            best = list[i];
    return best;
}

/* `term` without any occurrence of the direction, blanks stripped. */
static char *without_direction(const char *term, const char *direction)
{
    GString *rest = g_string_new(term);
    g_string_replace(rest, direction, "", 0);
    return g_strstrip(g_string_free(rest, FALSE));
}

static const char *literal_direction(const char *lower)
{
    if (medals_utf8_has_term(lower, "left"))
        return "left";
    return medals_utf8_has_term(lower, "right") ? "right" : NULL;
}

/* Structures whose names hold the name of another one, as plain words. */
static const char *const longer_names[] = {
    "brain stem",    "lateral ventricle",  "third ventricle",
    "3rd ventricle", "fourth ventricle",   "4th ventricle",
    "gall bladder",  "cerebral ventricle", "brain ventricle",
    "renal pelvis",  "thyroid cartilage",  "breast bone",
    "heart valve",   "cerebral artery",    "bone marrow"};

/* Does `part` stand in the words of a text only inside longer names? */
static bool is_only_inside(const char *words, const char *part)
{
    g_autofree char *rest = g_strdup(words);
    for (size_t i = 0; i < G_N_ELEMENTS(longer_names); i++) {
        g_autofree char *name = g_strdup_printf(" %s ", longer_names[i]);
        if (!strcmp(name, part) || !strstr(name, part))
            continue;
        char *without = medals_text_words_without(rest, longer_names[i]);
        g_free(rest);
        rest = without;
    }
    return medals_text_words_contain(words, part) &&
           !medals_text_words_contain(rest, part);
}

/* Spec 4.2 on text in small letters; NULL: no term of this kind. `words`,
 * unless NULL: the text's, to pass by terms inside longer names. */
static const MedalsTerm *literal_term(const MedalsLabelTable *table,
                                      MedalsModality modality, bool lesion,
                                      const char *lower, const char *words)
{
    size_t count;
    const MedalsTerm *terms =
        medals_label_table_terms(table, modality, lesion, &count);
    const char *direction = literal_direction(lower);
    for (size_t i = 0; i < count; i++) {
        const MedalsTerm *term = &terms[i];
        if (term->inactive)
            continue;
        g_autofree char *rest = NULL;
        if (direction && strstr(term->lower, direction))
            rest = without_direction(term->lower, direction);
        const char *part = rest ? rest : term->lower;
        if (!medals_utf8_has_term(lower, part))
            continue;
        g_autofree char *plain = words ? medals_text_words(part) : NULL;
        if (!words || !is_only_inside(words, plain))
            return term;
    }
    return NULL;
}

int64_t medals_text_class(const MedalsLabelTable *table,
                          MedalsModality modality, bool lesion,
                          const char *text)
{
    if (is_unreadable(text))
        return -1;
    g_autofree char *lower = medals_utf8_lower(text);
    const MedalsTerm *term = literal_term(table, modality, lesion, lower, NULL);
    return term ? (int64_t) term->class_index : -1;
}

/* The same walk over plain words, inactive synonyms included. */
static const MedalsTerm *plain_term(const MedalsLabelTable *table,
                                    MedalsModality modality, bool lesion,
                                    const char *words)
{
    const char *direction = NULL;
    if (medals_text_words_contain(words, " left "))
        direction = "left";
    else if (medals_text_words_contain(words, " right "))
        direction = "right";
    g_autofree char *side =
        direction ? g_strdup_printf(" %s ", direction) : NULL;
    size_t count;
    const MedalsTerm *terms =
        medals_label_table_terms(table, modality, lesion, &count);
    for (size_t i = 0; i < count; i++) {
        g_autofree char *rest = NULL;
        if (side && strstr(terms[i].words, side))
            rest = medals_text_words_without(terms[i].words, direction);
        const char *part = rest ? rest : terms[i].words;
        if (medals_text_words_contain(words, part) &&
            !is_only_inside(words, part))
            return &terms[i];
    }
    return NULL;
}

static const MedalsTerm *friendly_term(const MedalsLabelTable *table,
                                       MedalsModality modality, bool lesion,
                                       const char *lower, const char *words)
{
    const MedalsTerm *term =
        literal_term(table, modality, lesion, lower, words);
    return term ? term : plain_term(table, modality, lesion, words);
}

static bool is_disease(const MedalsTerm *term)
{
    static const char *const diseases[] = {
        " tumor ",     " lesion ",  " cancer ",   " carcinoma ",
        " neoplasm ",  " sarcoma ", " nodule ",   " metastasis ",
        " metastase ", " gtv ",     " infection "};
    for (size_t i = 0; i < G_N_ELEMENTS(diseases); i++)
        if (medals_text_words_contain(term->words, diseases[i]))
            return true;
    return false;
}

/* Is it the lesion that the text means, and not the organ around it? */
static bool means_lesion(const MedalsTerm *anatomy, const MedalsTerm *lesion)
{
    return is_disease(lesion) &&
           (!is_disease(anatomy) || lesion->chars > anatomy->chars);
}

int64_t medals_text_class_friendly(const MedalsLabelTable *table,
                                   MedalsModality modality, bool lesion,
                                   const char *text)
{
    if (is_unreadable(text))
        return -1;
    g_autofree char *lower = medals_utf8_lower(text);
    g_autofree char *words = medals_text_words(text);
    const MedalsTerm *asked =
        friendly_term(table, modality, lesion, lower, words);
    if (asked && lesion)
        return (int64_t) asked->class_index;
    const MedalsTerm *other =
        friendly_term(table, modality, !lesion, lower, words);
    if (!asked || (other && means_lesion(asked, other)))
        asked = other;
    return asked ? (int64_t) asked->class_index : -1;
}

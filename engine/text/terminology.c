/*
 * terminology.c - Slicer's terminology string; structures by their words
 *
 *   list ~ category ~ type ~ modifier ~ list ~ region ~ region modifier
 *   with each code as  scheme ^ value ^ meaning
 */
#include "terminology.h"

#include <math.h>
#include <string.h>

#include "embedded_data.h"
#include "text_words.h"

#define MAX_CODE_BYTES 256
#define GENERAL_LIST                                                           \
    "Segmentation category and type - 3D Slicer General Anatomy list"
#define REGION_LIST "Anatomic codes - DICOM master list"
#define ANATOMY "SCT^123037004^Anatomical Structure"
#define LEFT "SCT^7771000^Left"
#define RIGHT "SCT^24028007^Right"

/* One entry of resources/terminology.json. */
typedef struct Structure {
    char *category, *type, *modifier; /* scheme^value^meaning */
    bool has_rgb;
    uint8_t rgb[3];
} Structure;

bool medals_terminology_rgb(const cJSON *list, uint8_t rgb[3])
{
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) != 3)
        return false;
    for (int i = 0; i < 3; i++) {
        const cJSON *item = cJSON_GetArrayItem(list, i);
        double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
        if (!(value >= 0 && value <= 255) || value != floor(value))
            return false;
        rgb[i] = (uint8_t) value;
    }
    return true;
}

/* A part of a code may not hold the separators of the string. */
static bool is_code_part(const cJSON *item)
{
    if (!cJSON_IsString(item) || !item->valuestring[0] ||
        strlen(item->valuestring) > MAX_CODE_BYTES ||
        !g_utf8_validate(item->valuestring, -1, NULL))
        return false;
    for (const char *p = item->valuestring; *p; p++)
        if (*p == '~' || *p == '^' || *p == '|' || g_ascii_iscntrl(*p))
            return false;
    return true;
}

/* [scheme, code, meaning] -> scheme^code^meaning, or NULL */
static char *read_code(const cJSON *list)
{
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) != 3)
        return NULL;
    const char *parts[3];
    for (int i = 0; i < 3; i++) {
        const cJSON *item = cJSON_GetArrayItem(list, i);
        if (!is_code_part(item))
            return NULL;
        parts[i] = item->valuestring;
    }
    return g_strjoin("^", parts[0], parts[1], parts[2], NULL);
}

static char *full_string(const char *category, const char *type,
                         const char *modifier)
{
    return g_strjoin("~", GENERAL_LIST, category, type,
                     modifier ? modifier : "^^", REGION_LIST, "^^", "^^", NULL);
}

char *medals_terminology_from_json(const cJSON *object)
{
    const cJSON *modifier =
        cJSON_GetObjectItemCaseSensitive(object, "modifier");
    g_autofree char *category =
        read_code(cJSON_GetObjectItemCaseSensitive(object, "category"));
    g_autofree char *type =
        read_code(cJSON_GetObjectItemCaseSensitive(object, "type"));
    bool plain = !modifier || cJSON_IsNull(modifier);
    g_autofree char *side = plain ? NULL : read_code(modifier);
    if (!category || !type || (!plain && !side))
        return NULL;
    return full_string(category, type, side);
}

static void add_structure(GHashTable *structures, const cJSON *entry)
{
    Structure *s = g_new0(Structure, 1);
    s->category =
        read_code(cJSON_GetObjectItemCaseSensitive(entry, "category"));
    s->type = read_code(cJSON_GetObjectItemCaseSensitive(entry, "type"));
    s->modifier =
        read_code(cJSON_GetObjectItemCaseSensitive(entry, "modifier"));
    s->has_rgb = medals_terminology_rgb(
        cJSON_GetObjectItemCaseSensitive(entry, "rgb"), s->rgb);
    const cJSON *name;
    cJSON_ArrayForEach(name, cJSON_GetObjectItemCaseSensitive(
                                 entry, "names")) if (cJSON_IsString(name))
        g_hash_table_insert(structures, medals_text_words(name->valuestring),
                            s);
}

/* Words of a name -> Structure. Lives as long as the program. */
static gpointer read_structures(gpointer unused)
{
    GHashTable *structures =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    cJSON *list = cJSON_ParseWithLength((const char *) medals_terminology_json,
                                        medals_terminology_json_size);
    const cJSON *entry;
    cJSON_ArrayForEach(entry, list) add_structure(structures, entry);
    cJSON_Delete(list);
    return structures;
}

/* The structure of a class name; *side receives LEFT, RIGHT or NULL where the
 * entry was found without its side. */
static const Structure *find_structure(const char *name, const char **side)
{
    static GOnce once = G_ONCE_INIT;
    GHashTable *structures = g_once(&once, read_structures, NULL);
    g_autofree char *words = medals_text_words(name);
    *side = NULL;
    const Structure *found = g_hash_table_lookup(structures, words);
    if (found)
        return found;
    bool left = medals_text_words_contain(words, " left ");
    if (!left && !medals_text_words_contain(words, " right "))
        return NULL;
    g_autofree char *rest =
        medals_text_words_without(words, left ? "left" : "right");
    *side = left ? LEFT : RIGHT;
    return g_hash_table_lookup(structures, rest);
}

static uint8_t channel(double value)
{
    return (uint8_t) lrint(255 * CLAMP(value, 0, 1));
}

/* Hues a golden section of the circle apart never come close to their
 * neighbours in the row; brightness tells rounds apart. */
static void row_colour(size_t number, uint8_t rgb[3])
{
    double hue = fmod((double) number * 0.61803398875, 1.0) * 6;
    double value = 0.95 - 0.15 * (double) (number / 13 % 3);
    double saturation = 0.75 - 0.2 * (double) (number / 39 % 2);
    for (int i = 0; i < 3; i++) {
        /* distance to red, green, blue on the circle of six */
        double away = fabs(fmod(hue - 2 * i + 9, 6.0) - 3);
        double full = CLAMP(2 - away, 0, 1);
        rgb[i] = channel(value * (1 - saturation * (1 - full)));
    }
}

void medals_terminology_complete(MedalsClass *info, size_t number)
{
    const char *side;
    const Structure *s = find_structure(info->name, &side);
    if (s && s->type && !info->terminology)
        info->terminology =
            full_string(s->category ? s->category : ANATOMY, s->type,
                        s->modifier ? s->modifier : side);
    if (info->has_rgb)
        return;
    if (s && s->has_rgb)
        /* The right one of a pair is a little darker. */
        for (int i = 0; i < 3; i++)
            info->rgb[i] = (uint8_t) (s->rgb[i] *
                                      (side && !strcmp(side, RIGHT) ? 0.8 : 1));
    else
        row_colour(number, info->rgb);
    info->has_rgb = true;
}

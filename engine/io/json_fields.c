/*
 * json_fields.c - what a field holds, against what it should
 */
#include "json_fields.h"

#include <string.h>

#define TEXT_MAX 512
#define SHOWN_MAX 60 /* bytes of a wrong value that a message repeats */

const cJSON *medals_fields_peek(const MedalsFields *fields, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(fields->object, name);
    return cJSON_IsNull(item) ? NULL : item;
}

bool medals_fields_fail(const MedalsFields *fields, const char *name,
                        const char *expected, GError **error)
{
    const cJSON *item = medals_fields_peek(fields, name);
    char *printed = item ? cJSON_PrintUnformatted(item) : NULL;
    g_autofree char *found =
        printed ? g_utf8_make_valid(printed,
                                    (gssize) MIN(strlen(printed), SHOWN_MAX))
                : g_strdup("nothing");
    cJSON_free(printed);
    return medals_fail(error, MEDALS_E_INPUT, "%s: %s%s: found %s; expected %s",
                       fields->file, fields->where, name, found, expected);
}

bool medals_fields_only(const MedalsFields *fields, const char *const *names,
                        GError **error)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, fields->object)
    {
        bool known = !strcmp(item->string, "comment") ||
                     g_strv_contains(names, item->string);
        const cJSON *first =
            cJSON_GetObjectItemCaseSensitive(fields->object, item->string);
        if (known && first == item)
            continue;
        g_autofree char *name = g_utf8_make_valid(item->string, -1);
        return medals_fail(error, MEDALS_E_INPUT, "%s: %s%.60s: %s",
                           fields->file, fields->where, name,
                           known ? "there twice; expected once"
                                 : "a field that is not known here");
    }
    return true;
}

bool medals_fields_text(const MedalsFields *fields, const char *name,
                        const char **text, GError **error)
{
    const cJSON *item = medals_fields_peek(fields, name);
    if (!cJSON_IsString(item) || !item->valuestring[0] ||
        strlen(item->valuestring) > TEXT_MAX ||
        !g_utf8_validate(item->valuestring, -1, NULL))
        return medals_fields_fail(fields, name, "a text", error);
    *text = item->valuestring;
    return true;
}

bool medals_fields_word(const MedalsFields *fields, const char *name,
                        const char *const *words, int *index, GError **error)
{
    const cJSON *item = medals_fields_peek(fields, name);
    for (int i = 0; cJSON_IsString(item) && words[i]; i++)
        if (!strcmp(item->valuestring, words[i])) {
            *index = i;
            return true;
        }
    g_autofree char *list = g_strjoinv(" or ", (char **) words);
    return medals_fields_fail(fields, name, list, error);
}

bool medals_fields_bool(const MedalsFields *fields, const char *name,
                        bool *value, GError **error)
{
    const cJSON *item = medals_fields_peek(fields, name);
    if (!cJSON_IsBool(item))
        return medals_fields_fail(fields, name, "true or false", error);
    *value = cJSON_IsTrue(item);
    return true;
}

static bool in_range(const cJSON *item, double low, double high)
{
    return cJSON_IsNumber(item) && item->valuedouble >= low &&
           item->valuedouble <= high;
}

bool medals_fields_number(const MedalsFields *fields, const char *name,
                          double low, double high, double *value,
                          GError **error)
{
    return medals_fields_numbers(fields, name, low, high, value, 1, error);
}

bool medals_fields_whole(const MedalsFields *fields, const char *name,
                         int64_t low, int64_t high, int64_t *value,
                         GError **error)
{
    int64_t found;
    if (medals_json_whole(medals_fields_peek(fields, name), &found) &&
        found >= low && found <= high) {
        *value = found;
        return true;
    }
    g_autofree char *expected = g_strdup_printf(
        "a whole number in %" G_GINT64_FORMAT "..%" G_GINT64_FORMAT, low, high);
    return medals_fields_fail(fields, name, expected, error);
}

bool medals_fields_numbers(const MedalsFields *fields, const char *name,
                           double low, double high, double *values, int n,
                           GError **error)
{
    const cJSON *item = medals_fields_peek(fields, name);
    bool good =
        n == 1 || (cJSON_IsArray(item) && cJSON_GetArraySize(item) == n);
    for (int i = 0; good && i < n; i++) {
        const cJSON *number = n == 1 ? item : cJSON_GetArrayItem(item, i);
        good = in_range(number, low, high);
        if (good)
            values[i] = number->valuedouble;
    }
    if (good)
        return true;
    g_autofree char *expected = g_strdup_printf("%d number%s in %g..%g", n,
                                                n == 1 ? "" : "s", low, high);
    return medals_fields_fail(fields, name, expected, error);
}

bool medals_fields_object(const MedalsFields *fields, const char *name,
                          const cJSON **object, GError **error)
{
    *object = medals_fields_peek(fields, name);
    return cJSON_IsObject(*object) ||
           medals_fields_fail(fields, name, "an object", error);
}

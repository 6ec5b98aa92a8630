#include "interact_fields.h"

#include <math.h>
#include <string.h>

#include "interact_failure.h"

cJSON *field_get(const cJSON *object, const char *name)
{
    cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return item && !cJSON_IsNull(item) ? item : NULL;
}

static const char *type_name(const cJSON *item)
{
    return cJSON_IsBool(item)     ? "true or false"
           : cJSON_IsNull(item)   ? "null"
           : cJSON_IsNumber(item) ? "a number"
           : cJSON_IsString(item) ? "a string"
           : cJSON_IsArray(item)  ? "a list"
                                  : "an object";
}

static bool fail_type(const char *name, const cJSON *item, const char *expected,
                      GError **error)
{
    return interact_fail(error, MEDALS_E_USAGE, "%s: %s; expected %s", name,
                         type_name(item), expected);
}

bool field_missing(const char *name, const char *expected, GError **error)
{
    return interact_fail(error, MEDALS_E_USAGE, "%s: missing; expected %s",
                         name, expected);
}

bool field_bool(const cJSON *object, const char *name, bool *value,
                GError **error)
{
    const cJSON *item = field_get(object, name);
    if (!item)
        return true;
    if (!cJSON_IsBool(item))
        return fail_type(name, item, "true or false", error);
    *value = cJSON_IsTrue(item);
    return true;
}

bool field_text(const cJSON *object, const char *name, bool required,
                const char **value, GError **error)
{
    const cJSON *item = field_get(object, name);
    if (!item)
        return !required || field_missing(name, "a string", error);
    if (!cJSON_IsString(item))
        return fail_type(name, item, "a string", error);
    *value = item->valuestring;
    return true;
}

static char *join_words(const char *const *words, size_t count)
{
    GString *all = g_string_new(words[0]);
    for (size_t n = 1; n < count; n++)
        g_string_append_printf(all, "%s%s", n + 1 < count ? ", " : " or ",
                               words[n]);
    return g_string_free(all, FALSE);
}

bool field_word(const cJSON *object, const char *name, bool required,
                const char *const *words, size_t count, int *value,
                GError **error)
{
    g_autofree char *expected = join_words(words, count);
    const cJSON *item = field_get(object, name);
    if (!item)
        return !required || field_missing(name, expected, error);
    if (!cJSON_IsString(item))
        return fail_type(name, item, expected, error);
    for (size_t n = 0; n < count; n++)
        if (strcmp(item->valuestring, words[n]) == 0) {
            *value = (int) n;
            return true;
        }
    return interact_fail(error, MEDALS_E_USAGE, "%s: \"%.60s\"; expected %s",
                         name, item->valuestring, expected);
}

static bool item_number(const cJSON *item, const char *name, double *value,
                        GError **error)
{
    if (!cJSON_IsNumber(item))
        return fail_type(name, item, "a number", error);
    if (!isfinite(item->valuedouble))
        return interact_fail(error, MEDALS_E_INPUT,
                             "%s: not finite; expected a number", name);
    *value = item->valuedouble;
    return true;
}

bool field_number(const cJSON *object, const char *name, double *value,
                  GError **error)
{
    const cJSON *item = field_get(object, name);
    return !item || item_number(item, name, value, error);
}

bool item_whole(const cJSON *item, const char *name, int64_t least,
                int64_t most, int64_t *value, GError **error)
{
    double number = 0;
    if (!item_number(item, name, &number, error))
        return false;
    if (number != floor(number) || number < (double) least ||
        number > (double) most)
        return interact_fail(error, MEDALS_E_INPUT,
                             "%s: %.15g; expected a whole number from "
                             "%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                             name, number, least, most);
    *value = (int64_t) number;
    return true;
}

bool field_whole(const cJSON *object, const char *name, int64_t least,
                 int64_t most, int64_t *value, GError **error)
{
    const cJSON *item = field_get(object, name);
    return !item || item_whole(item, name, least, most, value, error);
}

GPtrArray *field_texts(const cJSON *object, const char *name, GError **error)
{
    const cJSON *list = field_get(object, name);
    if (!list)
        return NULL;
    if (!cJSON_IsArray(list)) {
        fail_type(name, list, "a list", error);
        return NULL;
    }
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item) && !cJSON_IsNull(item)) {
            fail_type(name, item, "strings and null", error);
            return NULL;
        }
        g_ptr_array_add(texts, item->valuestring);
    }
    return g_steal_pointer(&texts);
}

static bool take_point(const cJSON *list, const char *name, double point[3],
                       GError **error)
{
    if (!cJSON_IsArray(list))
        return fail_type(name, list, "points of three numbers", error);
    int count = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        double number = 0;
        if (!item_number(item, name, &number, error))
            return false;
        if (count < 3)
            point[count] = number;
        count++;
    }
    return count == 3 || interact_fail(error, MEDALS_E_USAGE,
                                       "%s: a point of %d numbers; expected "
                                       "three",
                                       name, count);
}

bool field_points(const cJSON *object, const char *name, size_t most,
                  double **points, size_t *count, GError **error)
{
    const cJSON *list = field_get(object, name);
    if (!list)
        return field_missing(name, "a list of points", error);
    if (!cJSON_IsArray(list))
        return fail_type(name, list, "a list of points", error);
    size_t total = (size_t) cJSON_GetArraySize(list);
    if (total > most)
        return interact_fail(error, MEDALS_E_INPUT,
                             "%s: %zu points; expected at most %zu", name,
                             total, most);
    g_autofree double *made = g_try_malloc_n(MAX(total, 1), 3 * sizeof *made);
    if (!made)
        return interact_fail(error, MEDALS_E_NOMEM,
                             "%s: no memory for %zu points; expected more of "
                             "it",
                             name, total);
    size_t n = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (!take_point(item, name, made + 3 * n++, error))
            return false;
    }
    *points = g_steal_pointer(&made);
    *count = total;
    return true;
}

bool field_point(const cJSON *object, const char *name, double **points,
                 GError **error)
{
    const cJSON *list = field_get(object, name);
    if (!list)
        return field_missing(name, "three numbers", error);
    g_autofree double *made = g_new(double, 3);
    if (!take_point(list, name, made, error))
        return false;
    *points = g_steal_pointer(&made);
    return true;
}

bool field_extent(const cJSON *object, const char *name, int64_t extent[6],
                  GError **error)
{
    static const char expected[] = "[[i0,i1],[j0,j1],[k0,k1]]";
    const cJSON *list = field_get(object, name);
    if (!list)
        return field_missing(name, expected, error);
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) != 3)
        return fail_type(name, list, expected, error);
    int n = 0;
    const cJSON *pair;
    cJSON_ArrayForEach(pair, list)
    {
        if (!cJSON_IsArray(pair) || cJSON_GetArraySize(pair) != 2)
            return fail_type(name, pair, expected, error);
        for (int end = 0; end < 2; end++)
            if (!item_whole(cJSON_GetArrayItem(pair, end), name,
                            -((int64_t) 1 << 53), (int64_t) 1 << 53,
                            &extent[n++], error))
                return false;
    }
    return true;
}

#include "json.h"

#include <math.h>

void json_number(cJSON *object, const char *key, double value)
{
    if (isfinite(value))
        cJSON_AddNumberToObject(object, key, value);
    else
        cJSON_AddNullToObject(object, key);
}

void json_text(cJSON *object, const char *key, const char *text)
{
    if (!text) {
        cJSON_AddNullToObject(object, key);
        return;
    }
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    cJSON_AddStringToObject(object, key, valid);
}

void json_texts(cJSON *object, const char *key, const char *const *texts,
                size_t count)
{
    cJSON *list = cJSON_AddArrayToObject(object, key);
    for (size_t i = 0; i < count; i++) {
        g_autofree char *valid = g_utf8_make_valid(texts[i], -1);
        cJSON_AddItemToArray(list, cJSON_CreateString(valid));
    }
}

void json_doubles(cJSON *object, const char *key, const double *values,
                  size_t count)
{
    cJSON *list = cJSON_AddArrayToObject(object, key);
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(list, isfinite(values[i])
                                       ? cJSON_CreateNumber(values[i])
                                       : cJSON_CreateNull());
}

void json_integers(cJSON *object, const char *key, const int64_t *values,
                   size_t count)
{
    cJSON *list = cJSON_AddArrayToObject(object, key);
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(list, cJSON_CreateNumber((double) values[i]));
}

void json_take_line(cJSON *object, GString *out)
{
    char *line = cJSON_PrintUnformatted(object);
    g_string_append(out, line ? line : "null");
    g_string_append_c(out, '\n');
    cJSON_free(line);
    cJSON_Delete(object);
}

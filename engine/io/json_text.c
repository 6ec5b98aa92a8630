/*
 * json_text.c - bounds first, so that the parser cannot be made to eat memory
 */
#include "json_text.h"

#include <math.h>

#define WHOLE_MAX 9007199254740992.0 /* 2^53: exact in a double */

/* Counts brackets and commas outside of strings. */
static bool check_bounds(const char *name, const char *text, size_t size,
                         GError **error)
{
    size_t depth = 0, values = 1;
    bool quoted = false;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '[')) {
            values++;
            if (++depth > MEDALS_JSON_MAX_DEPTH)
                return medals_fail(error, MEDALS_E_INPUT,
                                   "%s: JSON nested deeper than the %d "
                                   "expected at most",
                                   name, MEDALS_JSON_MAX_DEPTH);
        } else if (!quoted && (c == '}' || c == ']') && depth > 0)
            depth--;
        else if (!quoted && c == ',')
            values++;
    }
    if (values <= MEDALS_JSON_MAX_VALUES)
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: %zu JSON values; expected at most %d", name, values,
                       MEDALS_JSON_MAX_VALUES);
}

cJSON *medals_json_parse(const char *name, const char *text, size_t size,
                         GError **error)
{
    if (!check_bounds(name, text, size, error))
        return NULL;
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(text, size, &end, 0);
    size_t at = root && end ? (size_t) (end - text) : 0;
    while (root && at < size && (g_ascii_isspace(text[at]) || text[at] == '\0'))
        at++;
    if (cJSON_IsObject(root) && at == size)
        return root;
    cJSON_Delete(root);
    medals_fail(error, MEDALS_E_INPUT, "%s: not JSON; expected one JSON object",
                name);
    return NULL;
}

bool medals_json_whole(const cJSON *item, int64_t *value)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) ||
        item->valuedouble > WHOLE_MAX ||
        item->valuedouble != floor(item->valuedouble))
        return false;
    *value = (int64_t) item->valuedouble;
    return true;
}

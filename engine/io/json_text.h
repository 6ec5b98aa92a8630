/*
 * json_text.h - JSON from outside: bounded, then parsed
 */
#ifndef MEDALS_JSON_TEXT_H
#define MEDALS_JSON_TEXT_H

#include <cjson/cJSON.h>

#include "error.h"

/** Deepest nesting, and most values, that a text may have. */
#define MEDALS_JSON_MAX_DEPTH 16
#define MEDALS_JSON_MAX_VALUES 4000000

/**
 * Parses one JSON object; blanks may follow it.
 * @param name stands in messages
 * @return NULL: MEDALS_E_INPUT not an object, nested too deep, too many
 *         values. @owner cJSON_Delete
 */
cJSON *medals_json_parse(const char *name, const char *text, size_t size,
                         GError **error);

/** A whole number in 0..2^53. @return false: it is none (value untouched) */
bool medals_json_whole(const cJSON *item, int64_t *value);

#endif

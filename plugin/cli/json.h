/*
 * json.h - small helpers over cJSON
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <cJSON.h>
#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/** Adds a number, or null if it is NaN or infinite. */
void json_number(cJSON *object, const char *key, double value);
/** Adds a text as valid UTF-8, or null for NULL. */
void json_text(cJSON *object, const char *key, const char *text);
/** Adds a list of texts. */
void json_texts(cJSON *object, const char *key, const char *const *texts,
                size_t count);
/** Adds lists of numbers. */
void json_doubles(cJSON *object, const char *key, const double *values,
                  size_t count);
void json_integers(cJSON *object, const char *key, const int64_t *values,
                   size_t count);
/** Appends the object as one line to `out` and deletes it. */
void json_take_line(cJSON *object, GString *out);

#endif

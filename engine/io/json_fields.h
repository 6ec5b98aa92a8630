/*
 * json_fields.h - fields of a JSON object, checked one by one
 *
 * A message names file and field: "FILE: stages.0.crop: found ...; expected".
 * Every function returns false with MEDALS_E_INPUT when the field is missing or
 * is not what it says; optional fields are looked at with peek first.
 */
#ifndef MEDALS_JSON_FIELDS_H
#define MEDALS_JSON_FIELDS_H

#include "json_text.h"

typedef struct MedalsFields {
    const char *file;  /* stands in messages */
    const char *where; /* "stages.0.", or "" */
    const cJSON *object;
} MedalsFields;

/** "FILE: WHERE.NAME: found FOUND; expected EXPECTED". Returns false. */
bool medals_fields_fail(const MedalsFields *fields, const char *name,
                        const char *expected, GError **error);
/** Only these names (NULL-terminated), each at most once; "comment" always. */
bool medals_fields_only(const MedalsFields *fields, const char *const *names,
                        GError **error);
/** @return the item, NULL: there is none, or null. Borrowed. */
const cJSON *medals_fields_peek(const MedalsFields *fields, const char *name);

/** UTF-8 of 1..512 bytes. Borrowed from the JSON. */
bool medals_fields_text(const MedalsFields *fields, const char *name,
                        const char **text, GError **error);
/** One of the words (NULL-terminated); index receives which. */
bool medals_fields_word(const MedalsFields *fields, const char *name,
                        const char *const *words, int *index, GError **error);
bool medals_fields_bool(const MedalsFields *fields, const char *name,
                        bool *value, GError **error);
bool medals_fields_number(const MedalsFields *fields, const char *name,
                          double low, double high, double *value,
                          GError **error);
bool medals_fields_whole(const MedalsFields *fields, const char *name,
                         int64_t low, int64_t high, int64_t *value,
                         GError **error);
/** A list of exactly n numbers. */
bool medals_fields_numbers(const MedalsFields *fields, const char *name,
                           double low, double high, double *values, int n,
                           GError **error);
bool medals_fields_object(const MedalsFields *fields, const char *name,
                          const cJSON **object, GError **error);

#endif

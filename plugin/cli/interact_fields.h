/*
 * interact_fields.h - fields of a JSON object, by type and range
 *
 * Every function: MEDALS_E_USAGE for a missing field or the wrong JSON type,
 * MEDALS_E_INPUT for a value out of range. A field that is null is absent;
 * functions without `required` leave their target as it is then.
 */
#ifndef CLI_INTERACT_FIELDS_H
#define CLI_INTERACT_FIELDS_H

#include <cJSON.h>
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** @return the field, or NULL if it is absent or null. */
cJSON *field_get(const cJSON *object, const char *name);
/** Sets MEDALS_E_USAGE. @return false, always */
bool field_missing(const char *name, const char *expected, GError **error);

bool field_bool(const cJSON *object, const char *name, bool *value,
                GError **error);
bool field_text(const cJSON *object, const char *name, bool required,
                const char **value, GError **error);
/** @param words count of them; the place of the one found goes to *value */
bool field_word(const cJSON *object, const char *name, bool required,
                const char *const *words, size_t count, int *value,
                GError **error);
bool field_number(const cJSON *object, const char *name, double *value,
                  GError **error);
/** A whole number in least..most, both within +-2^53. */
bool field_whole(const cJSON *object, const char *name, int64_t least,
                 int64_t most, int64_t *value, GError **error);
/** The same for one value of a list. */
bool item_whole(const cJSON *item, const char *name, int64_t least,
                int64_t most, int64_t *value, GError **error);
/** Texts and nulls. @return NULL: failed, or absent; g_ptr_array_unref() */
GPtrArray *field_texts(const cJSON *object, const char *name, GError **error);
/** A list of points [x,y,z].
 * @param most points at most
 * @param points receives 3 * *count numbers, finite; g_free
 * @return false: also MEDALS_E_NOMEM */
bool field_points(const cJSON *object, const char *name, size_t most,
                  double **points, size_t *count, GError **error);
/** One point, as above. */
bool field_point(const cJSON *object, const char *name, double **points,
                 GError **error);
/** [[i0,i1],[j0,j1],[k0,k1]], whole numbers. */
bool field_extent(const cJSON *object, const char *name, int64_t extent[6],
                  GError **error);

#endif

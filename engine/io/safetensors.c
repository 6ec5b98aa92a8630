/*
 * safetensors.c - header of JSON, then raw numbers
 *
 *   8 bytes   length n of the header, little endian
 *   n bytes   {"name":{"dtype":"F32","shape":[..],"data_offsets":[b,e]},..}
 *   the rest  data; offsets count from here
 */
#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "weights_data.h"

#define MAX_HEADER ((uint64_t) 100 << 20)

static bool parse_dtype(const char *word, MedalsDtype *dtype)
{
    static const struct {
        const char *word;
        MedalsDtype dtype;
    } words[] = {
        {"F32", MEDALS_F32},   {"F64", MEDALS_F64}, {"F16", MEDALS_F16},
        {"BF16", MEDALS_BF16}, {"U8", MEDALS_U8},   {"I8", MEDALS_I8},
        {"BOOL", MEDALS_U8},   {"U16", MEDALS_U16}, {"I16", MEDALS_I16},
        {"U32", MEDALS_U32},   {"I32", MEDALS_I32}, {"U64", MEDALS_U64},
        {"I64", MEDALS_I64}};
    for (size_t i = 0; word && i < G_N_ELEMENTS(words); i++)
        if (!strcmp(word, words[i].word)) {
            *dtype = words[i].dtype;
            return true;
        }
    return false;
}

/* A whole number in 0..2^53 of a JSON item. */
static bool whole_number(const cJSON *item, int64_t *value)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) ||
        item->valuedouble > 9007199254740992.0 ||
        item->valuedouble != floor(item->valuedouble))
        return false;
    *value = (int64_t) item->valuedouble;
    return true;
}

static bool read_entry(MedalsWeights *weights, const cJSON *entry,
                       const uint8_t *data, size_t size, GError **error)
{
    MedalsDtype dtype;
    const cJSON *word = cJSON_GetObjectItemCaseSensitive(entry, "dtype");
    const cJSON *dims = cJSON_GetObjectItemCaseSensitive(entry, "shape");
    const cJSON *range =
        cJSON_GetObjectItemCaseSensitive(entry, "data_offsets");
    int64_t shape[MEDALS_STORED_MAX_DIMS], begin, end;
    int ndim = cJSON_GetArraySize(dims);
    bool ok = cJSON_IsObject(entry) && cJSON_IsString(word) &&
              parse_dtype(word->valuestring, &dtype) && cJSON_IsArray(dims) &&
              ndim <= MEDALS_STORED_MAX_DIMS && cJSON_IsArray(range) &&
              cJSON_GetArraySize(range) == 2 &&
              whole_number(cJSON_GetArrayItem(range, 0), &begin) &&
              whole_number(cJSON_GetArrayItem(range, 1), &end);
    for (int i = 0; ok && i < ndim; i++)
        ok = whole_number(cJSON_GetArrayItem(dims, i), &shape[i]);
    if (!ok)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: tensor %.200s: its entry is not one of "
                           "safetensors",
                           weights->path, entry->string);
    if (begin > end || (uint64_t) end > size)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: tensor %.200s: bytes %" G_GINT64_FORMAT
                           "..%" G_GINT64_FORMAT "; expected a part of 0..%zu",
                           weights->path, entry->string, begin, end, size);
    return medals_weights_add(weights, entry->string, dtype, ndim, shape,
                              data + begin, (size_t) (end - begin), error);
}

bool medals_safetensors_read(MedalsWeights *weights, GError **error)
{
    size_t size;
    const uint8_t *file = medals_map_peek(weights->map, &size);
    uint64_t length = 0;
    for (int i = 7; size >= 8 && i >= 0; i--)
        length = length << 8 | file[i];
    if (size < 8 || length > MAX_HEADER || length > size - 8)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: %zu bytes without a whole header; expected "
                           "safetensors or a PyTorch zip checkpoint",
                           weights->path, size);
    cJSON *header = cJSON_ParseWithLength((const char *) file + 8, length);
    bool ok = cJSON_IsObject(header) ||
              medals_fail(error, MEDALS_E_INPUT,
                          "%s: the header is not a JSON object", weights->path);
    const cJSON *entry;
    for (entry = ok ? header->child : NULL; ok && entry; entry = entry->next)
        if (strcmp(entry->string, "__metadata__") != 0)
            ok = read_entry(weights, entry, file + 8 + length,
                            size - 8 - (size_t) length, error);
    cJSON_Delete(header);
    return ok;
}

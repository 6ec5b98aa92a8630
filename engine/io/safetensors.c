/*
 * safetensors.c - header of JSON, then raw numbers
 *
 *   8 bytes   length n of the header, little endian
 *   n bytes   {"name":{"dtype":"F32","shape":[..],"data_offsets":[b,e]},..}
 *   the rest  data; offsets count from here
 */
#include <stdlib.h>
#include <string.h>

#include "json_text.h"
#include "memory.h"
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

/* Bytes of one tensor, counted from the end of the header. */
typedef struct Range {
    int64_t begin, end;
} Range;

static bool read_entry(MedalsWeights *weights, const cJSON *entry,
                       const uint8_t *data, size_t size, Range *span,
                       GError **error)
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
              medals_json_whole(cJSON_GetArrayItem(range, 0), &begin) &&
              medals_json_whole(cJSON_GetArrayItem(range, 1), &end);
    for (int i = 0; ok && i < ndim; i++)
        ok = medals_json_whole(cJSON_GetArrayItem(dims, i), &shape[i]);
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
    *span = (Range){begin, end};
    return medals_weights_add(weights, entry->string, dtype, ndim, shape,
                              data + begin, (size_t) (end - begin), error);
}

static int compare_ranges(const void *a, const void *b)
{
    const Range *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* The format asks that the tensors cover the data without gap or overlap. */
static bool check_cover(const MedalsWeights *weights, Range *spans,
                        size_t count, size_t size, GError **error)
{
    int64_t reached = 0;
    qsort(spans, count, sizeof *spans, compare_ranges);
    for (size_t i = 0; i < count; i++) {
        if (spans[i].begin != reached)
            return medals_fail(error, MEDALS_E_INPUT,
                               "%s: a tensor begins at byte %" G_GINT64_FORMAT
                               "; expected %" G_GINT64_FORMAT
                               ", where the one before ends",
                               weights->path, spans[i].begin, reached);
        reached = spans[i].end;
    }
    if ((uint64_t) reached == size)
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: %zu bytes of data; expected %" G_GINT64_FORMAT
                       ", where the last tensor ends",
                       weights->path, size, reached);
}

static bool read_entries(MedalsWeights *weights, const cJSON *header,
                         const uint8_t *data, size_t size, GError **error)
{
    size_t count = 0, most = (size_t) cJSON_GetArraySize(header);
    Range *spans = medals_alloc(most, sizeof *spans, weights->path, error);
    bool ok = spans != NULL;
    const cJSON *entry;
    for (entry = header->child; ok && entry; entry = entry->next)
        if (strcmp(entry->string, "__metadata__") != 0)
            ok = read_entry(weights, entry, data, size, &spans[count++], error);
    ok = ok && check_cover(weights, spans, count, size, error);
    medals_free(spans);
    return ok;
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
    cJSON *header = medals_json_parse(weights->path, (const char *) file + 8,
                                      (size_t) length, error);
    if (!header)
        return false;
    bool ok = read_entries(weights, header, file + 8 + length,
                           size - 8 - (size_t) length, error);
    cJSON_Delete(header);
    return ok;
}

/*
 * safetensors_writer.c - header, then every tensor in small pieces
 */
#include "safetensors_writer.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "file.h"
#include "tensor.h"

#define PIECE 16384 /* numbers converted at a time */
#define DATA_ALIGNMENT 64

static const char *dtype_word(MedalsDtype dtype)
{
    static const char *const words[] = {"F32", "BF16", "F16", "F64",
                                        "U8",  "I8",   "U16", "I16",
                                        "U32", "I32",  "U64", "I64"};
    return (size_t) dtype < G_N_ELEMENTS(words) ? words[dtype] : NULL;
}

static bool is_float(MedalsDtype dtype)
{
    return dtype == MEDALS_F32 || dtype == MEDALS_BF16 || dtype == MEDALS_F16 ||
           dtype == MEDALS_F64;
}

static size_t numbers_of(const MedalsStoredTensor *tensor)
{
    return tensor->bytes / medals_dtype_size(tensor->dtype);
}

static cJSON *describe(const MedalsTensorOut *out, double begin, double end)
{
    double offsets[2] = {begin, end};
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddStringToObject(entry, "dtype", dtype_word(out->dtype));
    cJSON *shape = cJSON_AddArrayToObject(entry, "shape");
    for (int i = 0; i < out->tensor.ndim; i++)
        cJSON_AddItemToArray(shape,
                             cJSON_CreateNumber((double) out->tensor.shape[i]));
    cJSON_AddItemToObject(entry, "data_offsets",
                          cJSON_CreateDoubleArray(offsets, 2));
    return entry;
}

/* Length, JSON, and blanks up to where the data begin. */
static GByteArray *make_header(const MedalsTensorOut *tensors, size_t count)
{
    cJSON *root = cJSON_CreateObject();
    double at = 0;
    for (size_t i = 0; i < count; i++) {
        double bytes = (double) (numbers_of(&tensors[i].tensor) *
                                 medals_dtype_size(tensors[i].dtype));
        cJSON_AddItemToObject(root, tensors[i].name,
                              describe(&tensors[i], at, at + bytes));
        at += bytes;
    }
    char *json = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    size_t length = strlen(json);
    size_t padded =
        (8 + length + DATA_ALIGNMENT - 1) / DATA_ALIGNMENT * DATA_ALIGNMENT - 8;
    GByteArray *header = g_byte_array_sized_new((guint) padded + 8);
    for (int i = 0; i < 8; i++) {
        uint8_t byte = (uint8_t) ((uint64_t) padded >> (8 * i));
        g_byte_array_append(header, &byte, 1);
    }
    g_byte_array_append(header, (const guint8 *) json, (guint) length);
    for (size_t i = length; i < padded; i++)
        g_byte_array_append(header, (const guint8 *) " ", 1);
    cJSON_free(json);
    return header;
}

static bool write_piece(MedalsWriter *writer, const MedalsTensorOut *out,
                        size_t first, size_t count, GError **error)
{
    size_t size = medals_dtype_size(out->tensor.dtype);
    const uint8_t *src = (const uint8_t *) out->tensor.data + first * size;
    if (out->dtype == out->tensor.dtype)
        return medals_writer_write(writer, src, count * size, error);
    float values[PIECE];
    uint16_t halves[PIECE];
    medals_convert_to_f32(values, src, out->tensor.dtype, count);
    if (out->dtype == MEDALS_F32)
        return medals_writer_write(writer, values, count * sizeof *values,
                                   error);
    for (size_t i = 0; i < count; i++)
        halves[i] = medals_bf16_from_f32(values[i]);
    return medals_writer_write(writer, halves, count * sizeof *halves, error);
}

static bool write_tensor(MedalsWriter *writer, const MedalsTensorOut *out,
                         MedalsTask *task, GError **error)
{
    size_t count = numbers_of(&out->tensor);
    size_t size = medals_dtype_size(out->tensor.dtype);
    for (size_t first = 0; first < count; first += PIECE) {
        size_t piece = MIN(count - first, PIECE);
        if (!write_piece(writer, out, first, piece, error))
            return false;
        if (task && !medals_task_advance(task, (double) (piece * size)))
            return medals_task_check(task, error);
    }
    return true;
}

static bool check_types(const char *path, const MedalsTensorOut *tensors,
                        size_t count, GError **error)
{
    for (size_t i = 0; i < count; i++) {
        MedalsDtype from = tensors[i].tensor.dtype, to = tensors[i].dtype;
        if (dtype_word(to) &&
            (from == to ||
             (is_float(from) && (to == MEDALS_F32 || to == MEDALS_BF16))))
            continue;
        return medals_fail(error, MEDALS_E_USAGE,
                           "%s: tensor %s: type %d cannot become type %d", path,
                           tensors[i].name, (int) from, (int) to);
    }
    return true;
}

bool medals_safetensors_write(const char *path, const MedalsTensorOut *tensors,
                              size_t count, MedalsTask *task, GError **error)
{
    if (!check_types(path, tensors, count, error))
        return false;
    MedalsWriter *writer = medals_writer_begin(path, error);
    if (!writer)
        return false;
    GByteArray *header = make_header(tensors, count);
    bool ok = medals_writer_write(writer, header->data, header->len, error);
    g_byte_array_unref(header);
    for (size_t i = 0; ok && i < count; i++)
        ok = write_tensor(writer, &tensors[i], task, error);
    if (ok)
        return medals_writer_commit(writer, error);
    medals_writer_abort(writer);
    return false;
}

/*
 * test_safetensors.c - the reader against the writer, and against liars
 */
#include <math.h>
#include <string.h>

#include "io_fixture.h"
#include "memory.h"
#include "safetensors_writer.h"
#include "weights.h"

/* A file of that header and so many bytes of data. */
static char *write_header(const char *json, size_t data)
{
    size_t length = strlen(json);
    GByteArray *bytes = g_byte_array_new();
    for (int i = 0; i < 8; i++) {
        uint8_t byte = (uint8_t) ((uint64_t) length >> (8 * i));
        g_byte_array_append(bytes, &byte, 1);
    }
    g_byte_array_append(bytes, (const guint8 *) json, (guint) length);
    for (size_t i = 0; i < data; i++) {
        uint8_t byte = (uint8_t) i;
        g_byte_array_append(bytes, &byte, 1);
    }
    char *path = io_write("h.safetensors", bytes->data, bytes->len);
    g_byte_array_unref(bytes);
    return path;
}

static void refuse(const char *json, size_t data, const char *text)
{
    GError *error = NULL;
    g_autofree char *path = write_header(json, data);
    g_assert_null(medals_weights_open(path, &error));
    io_assert_error(&error, MEDALS_E_INPUT, text);
}

static void test_round_trip(void)
{
    const float values[6] = {1, -2.5f, 3.14159265f, 1e-30f, INFINITY, 65537};
    const int16_t whole[3] = {-1, 2, 300};
    MedalsTensorOut out[] = {
        {"a",
         {.dtype = MEDALS_F32,
          .ndim = 2,
          .shape = {2, 3},
          .data = values,
          .bytes = sizeof values},
         MEDALS_F32},
        {"short",
         {.dtype = MEDALS_F32,
          .ndim = 1,
          .shape = {6},
          .data = values,
          .bytes = sizeof values},
         MEDALS_BF16},
        {"left \"h\"",
         {.dtype = MEDALS_I16,
          .ndim = 1,
          .shape = {3},
          .data = whole,
          .bytes = sizeof whole},
         MEDALS_I16},
        {"scalar",
         {.dtype = MEDALS_F32, .data = values, .bytes = 4},
         MEDALS_F32},
        {"none",
         {.dtype = MEDALS_F32, .ndim = 2, .shape = {0, 7}, .data = values},
         MEDALS_F32}};
    g_autofree char *path = io_path("r.safetensors");
    g_assert_true(medals_safetensors_write(path, out, 5, NULL, NULL));
    MedalsWeights *file = medals_weights_open(path, NULL);
    g_assert_nonnull(file);
    g_assert_cmpuint(medals_weights_count(file), ==, 5);
    g_assert_false(medals_weights_is_torch(file));
    const MedalsStoredTensor *a = medals_weights_find(file, "a");
    g_assert_cmpmem(a->data, a->bytes, values, sizeof values);
    g_assert_cmpint((uintptr_t) a->data % 64, ==, 0);
    const MedalsStoredTensor *whole_back =
        medals_weights_find(file, "left \"h\"");
    g_assert_cmpmem(whole_back->data, whole_back->bytes, whole, sizeof whole);
    const int64_t shape[1] = {6};
    float *back = medals_weights_need_f32(file, "short", 1, shape, NULL);
    g_assert_cmpfloat(back[1], ==, -2.5f);
    g_assert_cmpfloat(back[2], ==, 3.140625f);
    g_assert_true(isinf(back[4]));
    g_assert_cmpfloat(back[5], ==, 65536);
    medals_free(back);
    g_assert_cmpint(medals_weights_find(file, "none")->bytes, ==, 0);
    medals_weights_unref(file);
}

static void test_writer_refuses(void)
{
    const int32_t number = 1;
    MedalsTensorOut out = {
        "a", {.dtype = MEDALS_I32, .data = &number, .bytes = 4}, MEDALS_BF16};
    GError *error = NULL;
    g_autofree char *path = io_path("w.safetensors");
    g_assert_false(medals_safetensors_write(path, &out, 1, NULL, &error));
    io_assert_error(&error, MEDALS_E_USAGE, "tensor a");
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void test_need(void)
{
    g_autofree char *path =
        write_header("{\"__metadata__\":{\"k\":\"v\"},\"x\":{\"dtype\":\"F32\","
                     "\"shape\":[1,2],\"data_offsets\":[0,8]}}  ",
                     8);
    MedalsWeights *file = medals_weights_open(path, NULL);
    g_assert_nonnull(file);
    GError *error = NULL;
    const int64_t any[2] = {-1, 2}, other[2] = {1, 3};
    g_assert_nonnull(medals_weights_need(file, "x", 2, any, NULL));
    g_assert_null(medals_weights_need(file, "x", 2, other, &error));
    io_assert_error(&error, MEDALS_E_SHAPE,
                    "tensor x: found [1,2]; expected [1,3]");
    g_assert_null(medals_weights_need(file, "y", 2, any, &error));
    io_assert_error(&error, MEDALS_E_SHAPE,
                    "tensor y: missing; expected [*,2]");
    medals_weights_unref(file);
}

/* The header ends at an odd offset: numbers are read all the same. */
static void test_unaligned(void)
{
    g_autofree char *path = write_header(
        "{\"x\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[1,9]},"
        "\"b\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]}}",
        9);
    MedalsWeights *file = medals_weights_open(path, NULL);
    g_assert_nonnull(file);
    const uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    double value;
    memcpy(&value, bytes, sizeof value);
    const int64_t one[1] = {1};
    float *back = medals_weights_need_f32(file, "x", 1, one, NULL);
    g_assert_cmpfloat(back[0], ==, (float) value);
    g_assert_cmpint(medals_weights_find(file, "b")->dtype, ==, MEDALS_U8);
    medals_free(back);
    medals_weights_unref(file);
}

#define ENTRY(name, dtype, shape, begin, end)                                  \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape                   \
    ",\"data_offsets\":[" begin "," end "]}"

static void test_liars(void)
{
    refuse("{" ENTRY("x", "F32", "[2]", "0", "8") "}", 4, "x");
    refuse("{" ENTRY("x", "F32", "[2]", "0", "4") "}", 4, "expected 8");
    refuse("{" ENTRY("x", "F32", "[1]", "4", "0") "}", 4, "x");
    refuse("{" ENTRY("x", "F32", "[1]", "-4", "0") "}", 4, "x");
    refuse("{" ENTRY("x", "F32", "[1]", "0.5", "4.5") "}", 8, "x");
    refuse("{" ENTRY("x", "F33", "[1]", "0", "4") "}", 4, "x");
    refuse("{" ENTRY("x", "F32", "[-1]", "0", "4") "}", 4, "x");
    refuse("{" ENTRY("x", "F32", "\"1\"", "0", "4") "}", 4, "x");
    refuse("{" ENTRY("x", "F32", "[1,1,1,1,1,1,1,1,1]", "0", "4") "}", 4, "x");
    refuse("{" ENTRY("x", "F32", "[4611686018427387904,4]", "0", "4") "}", 4,
           "x");
    refuse("{" ENTRY("x", "F32", "[4294967296,4294967296]", "0", "0") "}", 0,
           "overflows");
    refuse("{" ENTRY("x", "F32", "[1]", "0", "4") "," ENTRY("x", "F32", "[1]",
                                                            "4", "8") "}",
           8, "twice");
    refuse("{" ENTRY("x", "F32", "[1]", "0", "4") "," ENTRY("y", "F32", "[1]",
                                                            "0", "4") "}",
           4, "begins at byte 0");
    refuse("{" ENTRY("x", "F32", "[1]", "0", "4") "," ENTRY("y", "F32", "[1]",
                                                            "8", "12") "}",
           12, "begins at byte 8");
    refuse("{" ENTRY("x", "F32", "[1]", "0", "4") "}", 8, "8 bytes of data");
    refuse("{\"x\":5}", 0, "x");
    refuse("[1]", 0, "JSON");
    refuse("{} x", 0, "JSON");
    refuse("{", 0, "JSON");
}

static void test_nesting(void)
{
    GString *json = g_string_new("{\"__metadata__\":");
    for (int i = 0; i < 100000; i++)
        g_string_append_c(json, '[');
    refuse(json->str, 0, "nested");
    g_string_free(json, TRUE);
}

static void test_long_name(void)
{
    g_autofree char *name = g_strnfill(600, 'n');
    g_autofree char *json = g_strdup_printf(
        "{\"%s\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
        name);
    refuse(json, 1, "600 bytes");
}

static void test_truncated(void)
{
    GError *error = NULL;
    const uint8_t huge[16] = {255, 255, 255, 255, 255, 255, 255, 127, '{'};
    g_autofree char *path = io_write("t.safetensors", huge, sizeof huge);
    g_assert_null(medals_weights_open(path, &error));
    io_assert_error(&error, MEDALS_E_INPUT, "without a whole header");
    g_autofree char *empty = io_write("e.safetensors", "", 0);
    g_assert_null(medals_weights_open(empty, &error));
    io_assert_error(&error, MEDALS_E_INPUT, "0 bytes");
    g_autofree char *missing = io_path("missing");
    g_assert_null(medals_weights_open(missing, &error));
    io_assert_error(&error, MEDALS_E_IO, "cannot be opened");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/io/safetensors/round_trip", test_round_trip);
    g_test_add_func("/io/safetensors/writer_refuses", test_writer_refuses);
    g_test_add_func("/io/safetensors/need", test_need);
    g_test_add_func("/io/safetensors/unaligned", test_unaligned);
    g_test_add_func("/io/safetensors/liars", test_liars);
    g_test_add_func("/io/safetensors/nesting", test_nesting);
    g_test_add_func("/io/safetensors/long_name", test_long_name);
    g_test_add_func("/io/safetensors/truncated", test_truncated);
    return io_fixture_run();
}

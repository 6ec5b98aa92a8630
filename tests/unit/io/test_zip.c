/*
 * test_zip.c - archives that are right, and archives that lie
 */
#include <string.h>
#include <zlib.h>

#include "file.h"
#include "io_fixture.h"
#include "memory.h"
#include "zip.h"
#include "zip_fixture.h"
#include "zip_writer.h"

static void refuse(GByteArray *bytes, const char *text)
{
    GError *error = NULL;
    g_assert_null(medals_zip_open("z", bytes->data, bytes->len, &error));
    io_assert_error(&error, MEDALS_E_INPUT, text);
    g_byte_array_unref(bytes);
}

/* One entry about which something is untrue. */
static GByteArray *one_liar(const void *data, size_t size, ZipLie lie)
{
    ZipFixture zip;
    zip_fixture_init(&zip);
    zip_fixture_add(&zip, "a", data, size, &lie);
    return zip_fixture_end(&zip);
}

static void test_stored(void)
{
    ZipFixture fixture;
    zip_fixture_init(&fixture);
    zip_fixture_add(&fixture, "d/a", "hello", 5, NULL);
    zip_fixture_add(&fixture, "d/b", "", 0, NULL);
    GByteArray *bytes = zip_fixture_end(&fixture);
    MedalsZip *zip = medals_zip_open("z", bytes->data, bytes->len, NULL);
    g_assert_nonnull(zip);
    g_assert_cmpuint(zip->count, ==, 2);
    const MedalsZipEntry *a = medals_zip_find(zip, "d/a");
    const uint8_t *data = medals_zip_peek(zip, a, NULL);
    g_assert_cmpmem(data, 5, "hello", 5);
    g_assert_cmpuint((size_t) (data - bytes->data) % 64, ==, 0);
    uint8_t *copy = medals_zip_extract(zip, a, 5, NULL);
    g_assert_cmpmem(copy, 5, "hello", 5);
    medals_free(copy);
    GError *error = NULL;
    g_assert_null(medals_zip_extract(zip, a, 4, &error));
    io_assert_error(&error, MEDALS_E_INPUT, "expected at most 4");
    g_assert_null(medals_zip_find(zip, "a"));
    medals_zip_free(zip);
    g_byte_array_unref(bytes);
}

/* Larger than any buffer on the way, partly not compressible. */
static void test_round_trip(void)
{
    size_t size = 3000000;
    uint8_t *content = g_malloc0(size);
    uint32_t state = 1;
    for (size_t i = 0; i < size / 2; i++)
        content[i] = (uint8_t) ((state = state * 1664525 + 1013904223) >> 24);
    g_autofree char *path = io_path("r.zip");
    MedalsWriter *writer = medals_writer_begin(path, NULL);
    MedalsZipWriter *out = medals_zip_writer_new(writer);
    g_assert_true(
        medals_zip_writer_add(out, "x", "he", 2, content, size, NULL));
    g_assert_true(medals_zip_writer_add(out, "y", "only", 4, NULL, 0, NULL));
    g_assert_true(medals_zip_writer_end(out, NULL));
    medals_zip_writer_free(out);
    g_assert_true(medals_writer_commit(writer, NULL));

    g_autofree char *bytes = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    MedalsZip *zip = medals_zip_open("z", (uint8_t *) bytes, length, NULL);
    g_assert_nonnull(zip);
    const MedalsZipEntry *x = medals_zip_find(zip, "x");
    g_assert_cmpuint(x->size, ==, size + 2);
    uint8_t *back = medals_zip_extract(zip, x, size + 2, NULL);
    g_assert_nonnull(back);
    g_assert_cmpmem(back + 2, size, content, size);
    medals_free(back);
    GError *error = NULL;
    g_assert_null(medals_zip_peek(zip, x, &error));
    io_assert_error(&error, MEDALS_E_INPUT, "compressed");
    back = medals_zip_extract(zip, medals_zip_find(zip, "y"), 10, NULL);
    g_assert_cmpmem(back, 4, "only", 4);
    medals_free(back);
    medals_zip_free(zip);
    g_free(content);
}

static void test_liars(void)
{
    refuse(one_liar("hello", 5, (ZipLie){.flags = 1}), "encrypted");
    refuse(one_liar("hello", 5, (ZipLie){.method = 12}), "method 12");
    refuse(one_liar("hello", 5, (ZipLie){.size = 6}), "two sizes");
    refuse(one_liar("hello", 5, (ZipLie){.size = 600, .packed = 600}),
           "outside");
    refuse(one_liar("hello", 5, (ZipLie){.header = 4000}), "outside");
    refuse(one_liar("hello", 5, (ZipLie){.size = 0xffffffff}), "zip");
    ZipFixture zip;
    zip_fixture_init(&zip);
    zip_fixture_add(&zip, "a", "x", 1, NULL);
    zip_fixture_add(&zip, "a", "y", 1, NULL);
    refuse(zip_fixture_end(&zip), "twice");
    GByteArray *none = g_byte_array_new();
    put_string(none, "PK\3\4 and nothing else");
    refuse(none, "no end record");
}

/* 4 GB out of a thousand bytes: refused by its claim; a smaller claim: refused
 * when the content turns out longer. */
static void test_bomb(void)
{
    uint8_t zeros[4096] = {0}, packed[4096];
    z_stream stream = {.next_in = zeros,
                       .avail_in = sizeof zeros,
                       .next_out = packed,
                       .avail_out = sizeof packed};
    deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    g_assert_cmpint(deflate(&stream, Z_FINISH), ==, Z_STREAM_END);
    size_t size = stream.total_out;
    deflateEnd(&stream);
    refuse(one_liar(packed, size, (ZipLie){.method = 8, .size = 0xfffffff0}),
           "at most 1032 times");
    const uint32_t claims[] = {4095, 4097};
    for (size_t i = 0; i < G_N_ELEMENTS(claims); i++) {
        GByteArray *bytes =
            one_liar(packed, size, (ZipLie){.method = 8, .size = claims[i]});
        GError *error = NULL;
        MedalsZip *zip = medals_zip_open("z", bytes->data, bytes->len, NULL);
        g_assert_null(
            medals_zip_extract(zip, medals_zip_find(zip, "a"), 8192, &error));
        io_assert_error(&error, MEDALS_E_INPUT, "damaged");
        medals_zip_free(zip);
        g_byte_array_unref(bytes);
    }
}

static void test_checksum(void)
{
    ZipFixture fixture;
    zip_fixture_init(&fixture);
    zip_fixture_add(&fixture, "a", "hello", 5, NULL);
    GByteArray *bytes = zip_fixture_end(&fixture);
    bytes->data[64] ^= 1;
    MedalsZip *zip = medals_zip_open("z", bytes->data, bytes->len, NULL);
    GError *error = NULL;
    g_assert_null(
        medals_zip_extract(zip, medals_zip_find(zip, "a"), 100, &error));
    io_assert_error(&error, MEDALS_E_INPUT, "damaged");
    medals_zip_free(zip);
    g_byte_array_unref(bytes);
}

/* Every shorter file is refused or still holds only what is inside. */
static void test_truncated(void)
{
    ZipFixture fixture;
    zip_fixture_init(&fixture);
    zip_fixture_add(&fixture, "a", "hello", 5, NULL);
    zip_fixture_add(&fixture, "b", "world", 5, NULL);
    GByteArray *bytes = zip_fixture_end(&fixture);
    for (guint length = 0; length < bytes->len; length++) {
        g_autofree uint8_t *part = g_memdup2(bytes->data, length);
        g_assert_null(medals_zip_open("z", part, length, NULL));
    }
    g_byte_array_unref(bytes);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/io/zip/stored", test_stored);
    g_test_add_func("/io/zip/round_trip", test_round_trip);
    g_test_add_func("/io/zip/liars", test_liars);
    g_test_add_func("/io/zip/bomb", test_bomb);
    g_test_add_func("/io/zip/checksum", test_checksum);
    g_test_add_func("/io/zip/truncated", test_truncated);
    return io_fixture_run();
}

/*
 * test_challenge_case.c - .npz cases in and out
 */
#include <string.h>

#include "challenge_case.h"
#include "io_fixture.h"
#include "memory.h"
#include "npy.h"
#include "volume_data.h"
#include "zip.h"
#include "zip_fixture.h"

static GByteArray *npy(const char *descr, const char *fortran,
                       const char *shape, const void *data, size_t size)
{
    g_autofree char *dict =
        g_strdup_printf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }",
                        descr, fortran, shape);
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const guint8 *) "\x93NUMPY\1\0", 8);
    put_number(bytes, strlen(dict) + 1, 2);
    put_string(bytes, dict);
    put_string(bytes, "\n");
    g_byte_array_append(bytes, data, (guint) size);
    return bytes;
}

/* As NumPy pickles an array that holds one dict; `items` are key, value, ... */
#define DICT_BEGIN                                                             \
    "\x80\3cnumpy.core.multiarray\n_reconstruct\nq\0cnumpy\nndarray\nq\1K\0"   \
    "\x85q\2C\1bq\3\x87q\4Rq\5(K\1)cnumpy\ndtype\nq\6X\2\0\0\0O8q\7\x89\x88"   \
    "\x87q\x8Rq\t(K\3X\1\0\0\0|q\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?t"    \
    "q\xb"                                                                     \
    "b\x89]q\xc}q\xd("
#define DICT_END                                                               \
    "uatq\xe"                                                                  \
    "b."
#define TEXT(length, text) "X" length "\0\0\0" text
#define INT64(bytes)                                                           \
    "cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(" TEXT(                  \
        "\2", "i8") "\x89\x88tRC\x8" bytes "tR"
#define GOOD_DICT                                                              \
    DICT_BEGIN TEXT("\1", "2") TEXT("\5", "liver") TEXT("\1", "7")             \
        TEXT("\6", "spleen") TEXT("\xe", "instance_label") "K\0" DICT_END

static GByteArray *prompts_npy(const char *pickle, size_t size)
{
    return npy("|O", "False", "()", pickle, size);
}

static void add(ZipFixture *zip, const char *name, GByteArray *bytes)
{
    if (bytes)
        zip_fixture_add(zip, name, bytes->data, bytes->len, NULL);
    g_clear_pointer(&bytes, g_byte_array_unref);
}

static char *write_case(GByteArray *imgs, GByteArray *spacing,
                        GByteArray *prompts, GByteArray *gts)
{
    ZipFixture zip;
    zip_fixture_init(&zip);
    add(&zip, "imgs.npy", imgs);
    add(&zip, "spacing.npy", spacing);
    add(&zip, "text_prompts.npy", prompts);
    add(&zip, "gts.npy", gts);
    GByteArray *bytes = zip_fixture_end(&zip);
    char *path = io_write("case.npz", bytes->data, bytes->len);
    g_byte_array_unref(bytes);
    return path;
}

static const uint8_t voxels[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255};
static const double mm[3] = {0.7, 0.8, 3};

static GByteArray *good_imgs(void)
{
    return npy("|u1", "False", "(2, 3, 2)", voxels, sizeof voxels);
}

static GByteArray *good_spacing(void)
{
    return npy("<f8", "False", "(3,)", mm, sizeof mm);
}

static void test_read(void)
{
    g_autofree char *path =
        write_case(good_imgs(), good_spacing(),
                   prompts_npy(GOOD_DICT, sizeof(GOOD_DICT) - 1),
                   npy("|u1", "False", "(2, 3, 2)", voxels, sizeof voxels));
    GError *error = NULL;
    MedalsChallengeCase *data = medals_challenge_case_open(path, &error);
    g_assert_no_error(error);
    const MedalsGeometry *g = &data->volume->geometry;
    g_assert_cmpint(g->size[0], ==, 2);
    g_assert_cmpint(g->size[1], ==, 3);
    g_assert_cmpint(g->size[2], ==, 2);
    g_assert_cmpmem(g->spacing, sizeof mm, mm, sizeof mm);
    g_assert_cmpfloat(g->direction[4], ==, 1);
    g_assert_cmpint(data->volume->dtype, ==, MEDALS_U8);
    g_assert_cmpmem(data->volume->data, 12, voxels, 12);
    g_assert_nonnull(data->truth);
    g_assert_cmpint(data->instance_label, ==, 0);
    g_assert_cmpuint(data->prompts->len, ==, 2);
    const MedalsCasePrompt *second =
        &g_array_index(data->prompts, MedalsCasePrompt, 1);
    g_assert_cmpuint(second->label, ==, 7);
    g_assert_cmpstr(second->text, ==, "spleen");
    medals_challenge_case_free(data);
}

/* One stored array against what it should come to as int16 [2,3,2]. */
static void check_layout(GByteArray *imgs, const int16_t *expected)
{
    g_autofree char *path = write_case(imgs, good_spacing(), NULL, NULL);
    GError *error = NULL;
    MedalsChallengeCase *data = medals_challenge_case_open(path, &error);
    g_assert_no_error(error);
    g_assert_cmpint(data->volume->dtype, ==, MEDALS_I16);
    g_assert_cmpint(data->volume->geometry.size[1], ==, 3);
    g_assert_cmpmem(data->volume->data, 24, expected, 24);
    g_assert_cmpint(data->instance_label, ==, -1);
    medals_challenge_case_free(data);
}

static void test_layouts(void)
{
    int16_t plain[12], fortran[12], swapped[12];
    for (int d = 0; d < 2; d++)
        for (int h = 0; h < 3; h++)
            for (int w = 0; w < 2; w++) {
                int16_t value = (int16_t) (100 * d + 10 * h + w - 50);
                plain[(d * 3 + h) * 2 + w] = value;
                fortran[d + 2 * (h + 3 * w)] = value;
            }
    for (int i = 0; i < 12; i++)
        swapped[i] = (int16_t) GUINT16_SWAP_LE_BE((uint16_t) plain[i]);
    const char *shape = "(2, 3, 2)";
    check_layout(npy("<i2", "False", shape, plain, 24), plain);
    check_layout(npy("<i2", "True", shape, fortran, 24), plain);
    check_layout(npy(">i2", "False", shape, swapped, 24), plain);
}

static void test_flat(void)
{
    const uint16_t halves[4] = {0x3c00, 0x4000, 0xc000, 0};
    g_autofree char *path =
        write_case(npy("<f2", "False", "(2, 2)", halves, 8), NULL, NULL, NULL);
    MedalsChallengeCase *data = medals_challenge_case_open(path, NULL);
    g_assert_nonnull(data);
    g_assert_cmpint(data->volume->geometry.size[2], ==, 1);
    g_assert_cmpint(data->volume->dtype, ==, MEDALS_F32);
    g_assert_cmpfloat(((float *) data->volume->data)[2], ==, -2);
    g_assert_cmpfloat(data->spacing[0], ==, 1);
    medals_challenge_case_free(data);
}

/* What was in `name` of a written answer. @owner medals_free */
static uint8_t *entry_of(const char *path, const char *name, size_t *size)
{
    g_autofree char *bytes = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    MedalsZip *zip = medals_zip_open("z", (uint8_t *) bytes, length, NULL);
    const MedalsZipEntry *entry = medals_zip_find(zip, name);
    g_assert_nonnull(entry);
    *size = entry->size;
    uint8_t *content = medals_zip_extract(zip, entry, 1 << 20, NULL);
    medals_zip_free(zip);
    return content;
}

static void check_segs(const char *path, MedalsDtype dtype, int64_t last)
{
    MedalsNpy array;
    size_t size;
    uint8_t *bytes = entry_of(path, "segs.npy", &size);
    g_assert_true(medals_npy_parse(&array, "segs", bytes, size, NULL));
    g_assert_cmpint(array.dtype, ==, dtype);
    g_assert_cmpint(array.ndim, ==, 3);
    g_assert_cmpint(array.shape[1], ==, 3);
    g_assert_cmpuint((size_t) (array.data - bytes) % 64, ==, 0);
    uint32_t value = 0;
    size_t width = medals_dtype_size(dtype);
    memcpy(&value, array.data + array.bytes - width, width);
    g_assert_cmpint(value, ==, last);
    medals_free(bytes);
}

static void test_write(void)
{
    g_autofree char *path =
        write_case(good_imgs(), good_spacing(),
                   prompts_npy(GOOD_DICT, sizeof(GOOD_DICT) - 1), NULL);
    MedalsChallengeCase *from = medals_challenge_case_open(path, NULL);
    MedalsVolume *labels =
        medals_volume_create(&from->volume->geometry, MEDALS_U32, NULL);
    const struct {
        uint32_t value;
        MedalsDtype dtype;
    } rows[] = {{7, MEDALS_I16},
                {32767, MEDALS_I16},
                {40000, MEDALS_U16},
                {70000, MEDALS_I32},
                {0xf0000000, MEDALS_U32}};
    g_autofree char *out = io_path("answer.npz");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        ((uint32_t *) labels->data)[11] = rows[i].value;
        GError *error = NULL;
        medals_challenge_case_write(out, labels, from, &error);
        g_assert_no_error(error);
        check_segs(out, rows[i].dtype, rows[i].value);
    }
    size_t size;
    GByteArray *expected = prompts_npy(GOOD_DICT, sizeof(GOOD_DICT) - 1);
    uint8_t *prompts = entry_of(out, "text_prompts.npy", &size);
    g_assert_cmpmem(prompts, size, expected->data, expected->len);
    medals_free(prompts);
    g_byte_array_unref(expected);
    expected = good_spacing();
    uint8_t *spacing = entry_of(out, "spacing.npy", &size);
    g_assert_cmpmem(spacing, size, expected->data, expected->len);
    medals_free(spacing);
    g_byte_array_unref(expected);

    GError *error = NULL;
    MedalsGeometry other = from->volume->geometry;
    other.size[0]++;
    MedalsVolume *larger = medals_volume_create(&other, MEDALS_U8, NULL);
    g_assert_false(medals_challenge_case_write(out, larger, from, &error));
    io_assert_error(&error, MEDALS_E_SHAPE, "another size");
    g_assert_true(medals_challenge_case_write(out, larger, NULL, NULL));
    medals_volume_free(&larger);
    medals_volume_free(&labels);
    medals_challenge_case_free(from);
}

static void refuse(GByteArray *imgs, GByteArray *spacing, GByteArray *prompts,
                   GByteArray *gts, const char *text)
{
    GError *error = NULL;
    g_autofree char *path = write_case(imgs, spacing, prompts, gts);
    g_assert_null(medals_challenge_case_open(path, &error));
    io_assert_error(&error, MEDALS_E_INPUT, text);
}

static GByteArray *imgs_of(const char *descr, const char *shape)
{
    return npy(descr, "False", shape, voxels, sizeof voxels);
}

static void test_bad_images(void)
{
    refuse(NULL, good_spacing(), NULL, NULL, "no imgs");
    refuse(imgs_of("|u1", "(2, 3, 3)"), NULL, NULL, NULL, "expected 18");
    refuse(imgs_of("|u1", "(2, 3, 2, 1)"), NULL, NULL, NULL,
           "shape [2,3,2,1]; expected [D,H,W]");
    refuse(imgs_of("|u1", "(12,)"), NULL, NULL, NULL, "expected [D,H,W]");
    refuse(imgs_of("<c8", "(12,)"), NULL, NULL, NULL, "<c8");
    refuse(imgs_of("|O", "(2, 3, 2)"), NULL, NULL, NULL, "Python objects");
    refuse(imgs_of("|u1", "(4294967296, 4294967296, 4294967296)"), NULL, NULL,
           NULL, "overflows");
    refuse(imgs_of("|u1", "(-1, 3, 2)"), NULL, NULL, NULL, "other values");
    refuse(imgs_of("|u1", "(2, 3, 2"), NULL, NULL, NULL, "other values");
    refuse(npy("|u1", "False", "(0, 3, 2)", "", 0), NULL, NULL, NULL,
           "case.npz: volume: 0 voxels");
    refuse(good_imgs(), NULL, NULL, imgs_of("|u1", "(3, 2, 2)"),
           "labels of another size");
}

static void test_bad_spacing(void)
{
    const double zero[3] = {1, 0, 1}, negative[3] = {1, 1, -1},
                 nan[3] = {__builtin_nan(""), 1, 1};
    refuse(good_imgs(), npy("<f8", "False", "(3,)", zero, 24), NULL, NULL,
           "spacing");
    refuse(good_imgs(), npy("<f8", "False", "(3,)", negative, 24), NULL, NULL,
           "spacing");
    refuse(good_imgs(), npy("<f8", "False", "(3,)", nan, 24), NULL, NULL,
           "spacing");
    refuse(good_imgs(), npy("<f8", "False", "(2,)", zero, 16), NULL, NULL,
           "three numbers");
}

#define REFUSE_PROMPTS(literal, text)                                          \
    refuse(good_imgs(), NULL, prompts_npy(literal, sizeof(literal) - 1), NULL, \
           text)

static void test_bad_prompts(void)
{
    REFUSE_PROMPTS(DICT_BEGIN TEXT("\1", "0") TEXT("\1", "x") DICT_END,
                   "not positive");
    REFUSE_PROMPTS(DICT_BEGIN TEXT("\2", "-1") TEXT("\1", "x") DICT_END,
                   "not positive");
    REFUSE_PROMPTS(DICT_BEGIN TEXT("\1", "a") TEXT("\1", "x") DICT_END,
                   "not positive");
    REFUSE_PROMPTS(DICT_BEGIN TEXT("\1", "1") "K\1" DICT_END, "not a text");
    REFUSE_PROMPTS(DICT_BEGIN TEXT("\1", "1") TEXT("\1", "\xff") DICT_END,
                   "not a text");
    REFUSE_PROMPTS(DICT_BEGIN TEXT("\1", "1")
                       TEXT("\1", "x") "K\1" TEXT("\1", "y") DICT_END,
                   "twice");
    REFUSE_PROMPTS(DICT_BEGIN TEXT("\xe", "instance_label") "K\2" DICT_END,
                   "instance_label");
    REFUSE_PROMPTS("cos\nsystem\n(X\1\0\0\0xtR.", "os system");
    REFUSE_PROMPTS("K\1.", "another object");
    REFUSE_PROMPTS("", "too early");
    refuse(good_imgs(), NULL, npy("|u1", "False", "(1,)", "x", 1), NULL,
           "array of numbers");
}

/* Keys and instance_label may be NumPy integers. */
static void test_numpy_integers(void)
{
    static const char pickle[] =
        DICT_BEGIN INT64("\3\1\0\0\0\0\0\0") TEXT("\1", "x")
            TEXT("\xe", "instance_label") INT64("\1\0\0\0\0\0\0\0") DICT_END;
    GByteArray *bytes = prompts_npy(pickle, sizeof pickle - 1);
    GArray *prompts = medals_case_prompts_new();
    int instance = -1;
    GError *error = NULL;
    medals_case_prompts_read("t", bytes->data, bytes->len, prompts, &instance,
                             &error);
    g_assert_no_error(error);
    g_assert_cmpint(instance, ==, 1);
    g_assert_cmpuint(g_array_index(prompts, MedalsCasePrompt, 0).label, ==,
                     259);
    g_array_unref(prompts);
    g_byte_array_unref(bytes);
}

static void test_no_memory(void)
{
    g_autofree char *path =
        write_case(good_imgs(), good_spacing(),
                   prompts_npy(GOOD_DICT, sizeof(GOOD_DICT) - 1), NULL);
    MedalsChallengeCase *data = NULL;
    for (int n = 0; !data; n++) {
        GError *error = NULL;
        g_assert_cmpint(n, <, 100);
        medals_alloc_fail_after(n);
        data = medals_challenge_case_open(path, &error);
        medals_alloc_fail_after(-1);
        if (!data)
            io_assert_error(&error, MEDALS_E_NOMEM, "no memory");
        else
            g_assert_cmpint(n, >, 4);
    }
    medals_challenge_case_free(data);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/io/challenge/read", test_read);
    g_test_add_func("/io/challenge/layouts", test_layouts);
    g_test_add_func("/io/challenge/flat", test_flat);
    g_test_add_func("/io/challenge/write", test_write);
    g_test_add_func("/io/challenge/bad_images", test_bad_images);
    g_test_add_func("/io/challenge/bad_spacing", test_bad_spacing);
    g_test_add_func("/io/challenge/bad_prompts", test_bad_prompts);
    g_test_add_func("/io/challenge/numpy_integers", test_numpy_integers);
    g_test_add_func("/io/challenge/no_memory", test_no_memory);
    return io_fixture_run();
}

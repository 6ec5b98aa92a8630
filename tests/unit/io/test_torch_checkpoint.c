/*
 * test_torch_checkpoint.c - checkpoints made by hand, honest and not
 */
#include <string.h>

#include "io_fixture.h"
#include "memory.h"
#include "weights.h"
#include "zip_fixture.h"

/* One tensor of a checkpoint as the pickle describes it. */
typedef struct Described {
    const char *name, *type, *key;
    int storage; /* numbers that its storage is said to have */
    int offset;
    int ndim;
    int64_t shape[4], stride[4];
} Described;

static void put_text(GByteArray *pickle, const char *text)
{
    put_string(pickle, "X");
    put_number(pickle, strlen(text), 4);
    put_string(pickle, text);
}

static void put_int(GByteArray *pickle, int64_t number)
{
    bool wide = number != (int32_t) number;
    put_string(pickle, wide ? "\x8a\x08" : "J");
    put_number(pickle, wide ? (uint64_t) number : (uint32_t) number,
               wide ? 8 : 4);
}

static void put_ints(GByteArray *pickle, const int64_t *numbers, int count)
{
    put_string(pickle, "(");
    for (int i = 0; i < count; i++)
        put_int(pickle, numbers[i]);
    put_string(pickle, "t");
}

static void put_tensor(GByteArray *pickle, const Described *d)
{
    put_text(pickle, d->name);
    put_string(pickle, "ctorch._utils\n_rebuild_tensor_v2\n((");
    put_text(pickle, "storage");
    put_string(pickle, "ctorch\n");
    put_string(pickle, d->type);
    put_string(pickle, "\n");
    put_text(pickle, d->key);
    put_text(pickle, "cuda:0");
    put_int(pickle, d->storage);
    put_string(pickle, "tQ");
    put_int(pickle, d->offset);
    put_ints(pickle, d->shape, d->ndim);
    put_ints(pickle, d->stride, d->ndim);
    put_string(pickle, "\x89"
                       "ccollections\nOrderedDict\n)RtR");
}

static GByteArray *describe(const Described *list, int count)
{
    GByteArray *pickle = g_byte_array_new();
    put_string(pickle, "\x80\2}(");
    put_text(pickle, "model_state_dict");
    put_string(pickle, "}(");
    for (int i = 0; i < count; i++)
        put_tensor(pickle, &list[i]);
    put_string(pickle, "u");
    put_text(pickle, "step");
    put_int(pickle, 42);
    put_string(pickle, "u.");
    return pickle;
}

static char *write_archive(GByteArray *pickle, const ZipLie *data_lie)
{
    float numbers[6] = {0, 1, 2, 3, 4, 5};
    ZipFixture zip;
    zip_fixture_init(&zip);
    zip_fixture_add(&zip, "m/data.pkl", pickle->data, pickle->len, NULL);
    zip_fixture_add(&zip, "m/byteorder", "little", 6, NULL);
    zip_fixture_add(&zip, "m/data/0", numbers, sizeof numbers, data_lie);
    GByteArray *bytes = zip_fixture_end(&zip);
    char *path = io_write("m.pth", bytes->data, bytes->len);
    g_byte_array_unref(bytes);
    g_byte_array_unref(pickle);
    return path;
}

static MedalsWeights *open_list(const Described *list, int count,
                                GError **error)
{
    g_autofree char *path = write_archive(describe(list, count), NULL);
    return medals_weights_open(path, error);
}

static void refuse(Described d, const char *text)
{
    GError *error = NULL;
    g_assert_null(open_list(&d, 1, &error));
    io_assert_error(&error, MEDALS_E_INPUT, text);
}

/* An axis of one number may have any stride: nothing steps along it. */
static void test_stride_of_one(void)
{
    static const int64_t strides[] = {INT64_MAX, INT64_C(1) << 62, 1 << 30, 0};
    static const float expected[] = {0, 2, 4, 1, 3, 5};
    for (size_t n = 0; n < G_N_ELEMENTS(strides); n++) {
        const Described d = {"t",
                             "FloatStorage",
                             "0",
                             6,
                             0,
                             4,
                             {2, 1, 3, 1},
                             {1, strides[n], 2, strides[n]}};
        MedalsWeights *file = open_list(&d, 1, NULL);
        g_assert_nonnull(file);
        g_assert_cmpmem(medals_weights_find(file, "t")->data, sizeof expected,
                        expected, sizeof expected);
        medals_weights_unref(file);
    }
}

static void test_tensors(void)
{
    const Described list[] = {
        {"module.a", "FloatStorage", "0", 6, 0, 2, {2, 3}, {3, 1}},
        {"module.module.b", "FloatStorage", "0", 6, 2, 1, {4}, {1}},
        {"a_again", "FloatStorage", "0", 6, 0, 2, {2, 3}, {3, 1}},
        {"t", "FloatStorage", "0", 6, 0, 2, {3, 2}, {1, 3}},
        {"one", "FloatStorage", "0", 6, 5, 3, {1, 1, 1}, {9, 77, 0}},
        {"scalar", "FloatStorage", "0", 6, 3, 0, {0}, {0}},
        {"none", "FloatStorage", "0", 6, 6, 2, {0, 3}, {3, 1}}};
    MedalsWeights *file = open_list(list, G_N_ELEMENTS(list), NULL);
    g_assert_nonnull(file);
    g_assert_cmpuint(medals_weights_count(file), ==, G_N_ELEMENTS(list));
    g_assert_true(medals_weights_is_torch(file));
    g_assert_cmpint(medals_weights_step(file), ==, 42);
    const float *a = medals_weights_find(file, "a")->data;
    g_assert_cmpfloat(a[5], ==, 5);
    const float *b = medals_weights_find(file, "module.b")->data;
    g_assert_cmpfloat(b[0], ==, 2);
    g_assert_cmpstr(medals_weights_find(file, "a_again")->alias_of, ==, "a");
    g_assert_null(medals_weights_find(file, "a")->alias_of);
    const float transposed[6] = {0, 3, 1, 4, 2, 5};
    const MedalsStoredTensor *t = medals_weights_find(file, "t");
    g_assert_cmpmem(t->data, t->bytes, transposed, sizeof transposed);
    const float *one = medals_weights_find(file, "one")->data;
    g_assert_cmpfloat(one[0], ==, 5);
    g_assert_cmpint(medals_weights_find(file, "scalar")->ndim, ==, 0);
    g_assert_cmpint(medals_weights_find(file, "none")->bytes, ==, 0);
    medals_weights_unref(file);
}

static void test_types(void)
{
    const Described half = {"h", "HalfStorage", "0", 12, 0, 1, {12}, {1}};
    const Described whole = {"l", "LongStorage", "0", 3, 0, 1, {3}, {1}};
    MedalsWeights *file = open_list(&half, 1, NULL);
    g_assert_cmpint(medals_weights_at(file, 0)->dtype, ==, MEDALS_F16);
    medals_weights_unref(file);
    file = open_list(&whole, 1, NULL);
    g_assert_cmpint(medals_weights_at(file, 0)->dtype, ==, MEDALS_I64);
    medals_weights_unref(file);
    refuse((Described){"q", "QInt8Storage", "0", 24, 0, 1, {24}, {1}},
           "torch QInt8Storage");
}

static void test_liars(void)
{
    const char *f = "FloatStorage";
    refuse((Described){"x", f, "0", 7, 0, 1, {6}, {1}}, "another size");
    refuse((Described){"x", f, "0", -1, 0, 1, {6}, {1}}, "not one of PyTorch");
    refuse((Described){"x", f, "9", 6, 0, 1, {6}, {1}}, "storage is missing");
    refuse((Described){"x", f, "0", 6, 1, 1, {6}, {1}}, "beyond its storage");
    refuse((Described){"x", f, "0", 6, 0, 2, {2, 3}, {4, 1}},
           "beyond its storage");
    refuse((Described){"x", f, "0", 6, -1, 1, {6}, {1}}, "not one of PyTorch");
    refuse((Described){"x", f, "0", 6, 0, 1, {-6}, {1}}, "integers");
    refuse((Described){"x", f, "0", 6, 0, 1, {3}, {-1}}, "integers");
    refuse((Described){"x", f, "0", 6, 0, 2, {3, 3}, {0, 1}},
           "larger than its storage");
    refuse((Described){"x", f, "0", 6, 7, 1, {0}, {1}}, "larger");
    refuse((Described){"x",
                       f,
                       "0",
                       6,
                       0,
                       3,
                       {2147483647, 2147483647, 2147483647},
                       {0, 0, 0}},
           "overflows");
    const Described twice[] = {{"x", f, "0", 6, 0, 1, {6}, {1}},
                               {"module.x", f, "0", 6, 0, 1, {6}, {1}}};
    GError *error = NULL;
    g_assert_null(open_list(twice, 2, &error));
    io_assert_error(&error, MEDALS_E_INPUT, "twice");
}

static void refuse_pickle(const char *text, size_t size, const char *expected)
{
    GError *error = NULL;
    GByteArray *pickle = g_byte_array_new();
    g_byte_array_append(pickle, (const guint8 *) text, (guint) size);
    g_autofree char *path = write_archive(pickle, NULL);
    g_assert_null(medals_weights_open(path, &error));
    io_assert_error(&error, MEDALS_E_INPUT, expected);
}

#define REFUSE(literal, expected)                                              \
    refuse_pickle(literal, sizeof(literal) - 1, expected)

/* A program in the optimiser's part is refused as well. */
static void test_evil(void)
{
    REFUSE("\x80\2}(X\5\0\0\0modelcos\nsystem\nX\1\0\0\0x\x85Ru.", "os system");
    REFUSE("\x80\2}(X\x10\0\0\0model_state_dict}X\x14\0\0\0"
           "optimizer_state_dictcposix\nsystem\nX\1\0\0\0x\x85Ru.",
           "posix system");
    REFUSE("\x80\2}.", "no tensors");
    REFUSE("\x80\2]X\1\0\0\0xa.", "not a dict");
    REFUSE("\x80\2}(X\x10\0\0\0model_state_dict]u.", "not a dict");
    REFUSE("\x80\2}(X\x10\0\0\0model_state_dict}(X\1\0\0\0xK\1uu.",
           "expected only tensors");
    REFUSE("\x80\2}(X\x10\0\0\0model_state_dict}(X\1\0\0\0x"
           "ctorch._utils\n_rebuild_tensor_v2\n)Ruu.",
           "not one of PyTorch");
    REFUSE("", "too early");
}

static void test_archives(void)
{
    const Described d = {"x", "FloatStorage", "0", 6, 0, 1, {6}, {1}};
    GError *error = NULL;
    const ZipLie packed = {.method = 8, .size = 24};
    g_autofree char *path = write_archive(describe(&d, 1), &packed);
    g_assert_null(medals_weights_open(path, &error));
    io_assert_error(&error, MEDALS_E_INPUT, "compressed; expected it stored");
    ZipFixture zip;
    zip_fixture_init(&zip);
    zip_fixture_add(&zip, "word/document.xml", "x", 1, NULL);
    GByteArray *bytes = zip_fixture_end(&zip);
    g_autofree char *other = io_write("o.pth", bytes->data, bytes->len);
    g_byte_array_unref(bytes);
    g_assert_null(medals_weights_open(other, &error));
    io_assert_error(&error, MEDALS_E_INPUT, "without NAME/data.pkl");
}

/* The real one, cut anywhere: an error, never more. */
static void test_truncated(void)
{
    g_autofree char *path = io_shared("golden/text_encoder_tiny.pth");
    g_autofree char *bytes = NULL;
    gsize size;
    if (!path || !g_file_get_contents(path, &bytes, &size, NULL))
        return;
    for (gsize length = 0; length < size; length += size / 23) {
        GError *error = NULL;
        g_autofree char *part = io_write("cut.pth", bytes, length);
        g_assert_null(medals_weights_open(part, &error));
        g_assert_cmpint(medals_error_code(error), ==, MEDALS_E_INPUT);
        g_clear_error(&error);
    }
}

/* Whichever allocation fails: an error, and nothing is lost. */
static void test_no_memory(void)
{
    const Described list[] = {
        {"a", "FloatStorage", "0", 6, 0, 2, {2, 3}, {3, 1}},
        {"t", "FloatStorage", "0", 6, 0, 2, {3, 2}, {1, 3}}};
    g_autofree char *path = write_archive(describe(list, 2), NULL);
    MedalsWeights *file = NULL;
    for (int n = 0; !file; n++) {
        GError *error = NULL;
        g_assert_cmpint(n, <, 100);
        medals_alloc_fail_after(n);
        file = medals_weights_open(path, &error);
        medals_alloc_fail_after(-1);
        if (!file)
            io_assert_error(&error, MEDALS_E_NOMEM, "no memory");
        else
            g_assert_cmpint(n, >, 3);
    }
    medals_weights_unref(file);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/io/torch/tensors", test_tensors);
    g_test_add_func("/io/torch/stride-of-one", test_stride_of_one);
    g_test_add_func("/io/torch/types", test_types);
    g_test_add_func("/io/torch/liars", test_liars);
    g_test_add_func("/io/torch/evil", test_evil);
    g_test_add_func("/io/torch/archives", test_archives);
    g_test_add_func("/io/torch/truncated", test_truncated);
    g_test_add_func("/io/torch/no_memory", test_no_memory);
    return io_fixture_run();
}

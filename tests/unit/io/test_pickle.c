/*
 * test_pickle.c - data come out, programs do not get in
 */
#include <string.h>

#include "io_fixture.h"
#include "pickle.h"

static const char *const harmless[] = {"collections OrderedDict", "m f", NULL};

/* Bytes of a literal, without its last NUL. */
#define READ(literal, error)                                                   \
    medals_pickle_read("p", (const uint8_t *) (literal), sizeof(literal) - 1,  \
                       harmless, error)
#define REFUSE(literal, text)                                                  \
    do {                                                                       \
        GError *error = NULL;                                                  \
        g_assert_null(READ(literal, &error));                                  \
        io_assert_error(&error, MEDALS_E_INPUT, text);                         \
    } while (0)

static void test_scalars(void)
{
    MedalsPickle *pickle =
        READ("\x80\2(NK\7M\1\1J\xfe\xff\xff\xff\x8a\2\0\x80\x88\x89"
             "G\x3f\xf8\0\0\0\0\0\0X\3\0\0\0abcC\2\0\1I-5\nL12L\nF0.5\nt.",
             NULL);
    g_assert_nonnull(pickle);
    const MedalsPickleValue *root = medals_pickle_root(pickle);
    g_assert_cmpint(root->kind, ==, MEDALS_PICKLE_TUPLE);
    const int64_t numbers[] = {0, 7, 257, -2, -32768, 1, 0};
    g_assert_cmpint(root->items[0]->kind, ==, MEDALS_PICKLE_NONE);
    for (size_t i = 1; i < G_N_ELEMENTS(numbers); i++)
        g_assert_cmpint(root->items[i]->integer, ==, numbers[i]);
    g_assert_cmpfloat(root->items[7]->number, ==, 1.5);
    g_assert_cmpstr(root->items[8]->text, ==, "abc");
    g_assert_cmpmem(root->items[9]->text, root->items[9]->length, "\0\1", 2);
    g_assert_cmpint(root->items[10]->integer, ==, -5);
    g_assert_cmpint(root->items[11]->integer, ==, 12);
    g_assert_cmpfloat(root->items[12]->number, ==, 0.5);
    medals_pickle_free(pickle);
}

static void test_containers(void)
{
    MedalsPickle *pickle =
        READ("\x80\4}\x94(\x8c\1a\x94]\x94(K\1K\2e\x8c\1bh\2u\x8c\1a"
             "K\3s.",
             NULL);
    g_assert_nonnull(pickle);
    const MedalsPickleValue *root = medals_pickle_root(pickle);
    g_assert_cmpint(root->kind, ==, MEDALS_PICKLE_DICT);
    const MedalsPickleValue *b = medals_pickle_lookup(root, "b");
    g_assert_cmpint(b->kind, ==, MEDALS_PICKLE_LIST);
    g_assert_cmpint(medals_pickle_item(b, 1, MEDALS_PICKLE_INT)->integer, ==,
                    2);
    g_assert_null(medals_pickle_item(b, 2, MEDALS_PICKLE_INT));
    g_assert_null(medals_pickle_item(b, 1, MEDALS_PICKLE_TEXT));
    /* a later value of a key wins, as in Python */
    g_assert_cmpint(medals_pickle_lookup(root, "a")->integer, ==, 3);
    g_assert_null(medals_pickle_lookup(b, "a"));
    medals_pickle_free(pickle);
}

/* Known names stay names; what they were called with is kept. */
static void test_calls(void)
{
    MedalsPickle *pickle = READ("cm\nf\n(K\1t\x52}b.", NULL);
    g_assert_nonnull(pickle);
    const MedalsPickleValue *root = medals_pickle_root(pickle);
    g_assert_true(medals_pickle_is_call(root, "m f"));
    g_assert_cmpuint(root->count, ==, 3);
    g_assert_cmpint(root->items[1]->items[0]->integer, ==, 1);
    medals_pickle_free(pickle);
    pickle = READ("ccollections\nOrderedDict\n)R(X\1\0\0\0kK\1u}b.", NULL);
    g_assert_nonnull(medals_pickle_lookup(medals_pickle_root(pickle), "k"));
    medals_pickle_free(pickle);
}

static void test_evil(void)
{
    REFUSE("cos\nsystem\n(X\2\0\0\0idtR.", "os system");
    REFUSE("cposix\nsystem\n(X\2\0\0\0idtR.", "posix system");
    REFUSE("\x80\4\x8c\2os\x8c\6system\x93\x8c\2id\x85R.", "os system");
    REFUSE("(X\2\0\0\0idios\nsystem\n.", "opcode 0x69");
    REFUSE("(cos\nsystem\nX\2\0\0\0ido.", "os system");
    REFUSE("c__builtin__\neval\n(X\1\0\0\0"
           "1tR.",
           "__builtin__ eval");
    REFUSE("cbuiltins\ngetattr\n.", "builtins getattr");
    REFUSE("\x82\1.", "opcode 0x82");
    REFUSE("cm\nf.g\n.", "m f.g");
    REFUSE("cm f\n\n.", "m f ");
    REFUSE("K\1)R.", "call of what is no name");
}

static void test_damaged(void)
{
    REFUSE("", "too early");
    REFUSE(".", "missing on the stack");
    REFUSE("K\1K\2.", "left over");
    REFUSE("t.", "mark is missing");
    REFUSE("(K\1R.", "missing on the stack");
    REFUSE("}K\1K\2K\3u.", "mark is missing");
    REFUSE("}(K\1u.", "another kind of value");
    REFUSE("](K\1K\2u.", "another kind of value");
    REFUSE("K\1K\2a.", "another kind of value");
    REFUSE("h\1.", "never set");
    REFUSE("K\1r\xff\xff\xff\xff.", "memo number");
    REFUSE("X\xff\xff\xff\xff"
           "abc.",
           "too early");
    REFUSE("\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "too early");
    REFUSE("\x8a\x09"
           "123456789.",
           "64 bits");
    REFUSE("I1x\n.", "not a number");
    REFUSE("K\1}b.", "state");
}

/* A list that holds itself, and lists of lists that would unfold to 2^40
 * items, cost what their bytes cost. */
static void test_loops(void)
{
    MedalsPickle *pickle = READ("]q\0h\0a.", NULL);
    const MedalsPickleValue *root = medals_pickle_root(pickle);
    g_assert_true(root->items[0] == root);
    medals_pickle_free(pickle);
    GString *bytes = g_string_new("]");
    for (int i = 0; i < 40; i++)
        g_string_append_printf(bytes, "q%c0](h%ch%ce", 'a' + i % 26,
                               'a' + i % 26, 'a' + i % 26);
    g_string_append_c(bytes, '.');
    pickle = medals_pickle_read("p", (uint8_t *) bytes->str, bytes->len,
                                harmless, NULL);
    g_assert_nonnull(pickle);
    medals_pickle_free(pickle);
    g_string_free(bytes, TRUE);
}

/* Sixteen megabytes of opcodes end in an error, not in all of memory. */
static void test_bounded(void)
{
    size_t size = (size_t) 16 << 20;
    g_autofree uint8_t *bytes = g_malloc(size);
    const char *fills = "}N(2";
    for (const char *fill = fills; *fill; fill++) {
        memset(bytes, *fill, size);
        bytes[0] = 'N';
        GError *error = NULL;
        g_assert_null(medals_pickle_read("p", bytes, size, harmless, &error));
        g_assert_cmpint(medals_error_code(error), ==, MEDALS_E_INPUT);
        g_clear_error(&error);
    }
    GError *error = NULL;
    g_assert_null(medals_pickle_read("p", bytes, size + 1, harmless, &error));
    io_assert_error(&error, MEDALS_E_INPUT, "expected at most");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/io/pickle/scalars", test_scalars);
    g_test_add_func("/io/pickle/containers", test_containers);
    g_test_add_func("/io/pickle/calls", test_calls);
    g_test_add_func("/io/pickle/evil", test_evil);
    g_test_add_func("/io/pickle/damaged", test_damaged);
    g_test_add_func("/io/pickle/loops", test_loops);
    g_test_add_func("/io/pickle/bounded", test_bounded);
    return io_fixture_run();
}

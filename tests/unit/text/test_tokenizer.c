/*
 * test_tokenizer.c - words, pieces, cuts, and vocabularies that are none
 */
#include "tokenizer.h"

#include <string.h>

#include "text_fixture.h"

static char *folder;
static MedalsTokenizer *bert, *mpnet;

/* Ids as text, "2 5 7 3". */
static char *ids_of(const MedalsTokenizer *tokenizer, const char *text)
{
    int32_t ids[64];
    size_t count;
    bool cut;
    GError *error = NULL;
    g_assert_true(
        medals_tokenizer_run(tokenizer, text, ids, 64, &count, &cut, &error));
    g_assert_no_error(error);
    g_assert_false(cut);
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < count; i++)
        g_string_append_printf(out, i ? " %d" : "%d", ids[i]);
    return g_string_free(out, FALSE);
}

static void expect(const MedalsTokenizer *tokenizer, const char *text,
                   const char *ids)
{
    g_autofree char *found = ids_of(tokenizer, text);
    g_assert_cmpstr(found, ==, ids);
}

static void test_words(void)
{
    expect(bert, "", "2 3");
    expect(bert, " \t\r\n", "2 3");
    expect(bert, "Left  KIDNEYS", "2 5 7 9 3");
    expect(bert, "left,right", "2 5 11 6 3");
    expect(bert, "livery", "2 1 3"); /* no piece for the y */
    expect(bert, "liversx", "2 8 9 14 3");
}

static void test_unicode(void)
{
    expect(bert, "lefţ", "2 5 3"); /* accent dropped */
    expect(bert,
           "le\xc2\xad"
           "ft",
           "2 5 3");                                  /* soft hyphen dropped */
    expect(bert, "left\xe2\x80\xa8right", "2 5 6 3"); /* line separator */
    expect(bert, "left\xef\xbf\xbd", "2 5 3");        /* U+FFFD dropped */
    expect(bert, "left第liver", "2 5 1 8 3"); /* ideographs stand apart */
    expect(bert, "left\xe2\x80\x94liver", "2 5 1 8 3"); /* dash is a word */
    expect(bert,
           "le\x01"
           "ft",
           "2 5 3"); /* control dropped */
}

static void test_specials(void)
{
    expect(bert, "left[SEP]liver", "2 5 3 8 3");
    expect(bert, "[MASK] [PAD]", "2 4 0 3");
    expect(bert, "[mask]", "2 1 1 1 3"); /* case counts */
    expect(mpnet, "[SEP]", "2 1 1 1 3"); /* not special there */
    expect(mpnet, "[UNK]", "2 1 3");
}

static void test_long_word(void)
{
    g_autofree char *word = g_strnfill(100 - 5, 's');
    g_autofree char *at_limit = g_strconcat("liver", word, NULL);
    g_autofree char *over = g_strconcat(at_limit, "s", NULL);
    int32_t ids[256];
    size_t count;
    bool cut;
    g_assert_true(
        medals_tokenizer_run(bert, at_limit, ids, 256, &count, &cut, NULL));
    g_assert_cmpuint(count, ==, 2 + 96);
    expect(bert, over, "2 1 3");
}

static void test_cut(void)
{
    int32_t ids[5];
    size_t count;
    bool cut;
    g_assert_true(medals_tokenizer_run(bert, "left left left", ids, 5, &count,
                                       &cut, NULL));
    g_assert_cmpuint(count, ==, 5);
    g_assert_false(cut);
    g_autofree char *text = g_strnfill(10000, ' ');
    for (size_t i = 0; i + 5 < 10000; i += 5)
        memcpy(text + i, "left", 4);
    g_assert_true(medals_tokenizer_run(bert, text, ids, 5, &count, &cut, NULL));
    g_assert_cmpuint(count, ==, 5);
    g_assert_true(cut);
    g_assert_cmpint(ids[3], ==, 5);
    g_assert_cmpint(ids[4], ==, 3);
}

static void test_not_utf8(void)
{
    int32_t ids[8];
    size_t count;
    bool cut;
    GError *error = NULL;
    g_assert_false(
        medals_tokenizer_run(bert, "liver \xff", ids, 8, &count, &cut, &error));
    g_assert_cmpint(medals_error_code(error), ==, MEDALS_E_INPUT);
    g_assert_nonnull(strstr(error->message, "offset 6"));
    g_clear_error(&error);
}

static void refuse(const char *content, size_t size, const char *part)
{
    g_autofree char *path = fixture_file(folder, "bad.txt", content, size);
    GError *error = NULL;
    g_assert_null(medals_tokenizer_read(path, false, &error));
    g_assert_cmpint(medals_error_code(error), ==, MEDALS_E_INPUT);
    g_assert_nonnull(strstr(error->message, part));
    g_clear_error(&error);
}

static void test_bad_vocabulary(void)
{
    refuse("", 0, "no line [CLS]");
    refuse("[CLS]\n[SEP]\n", 12, "no line [UNK]");
    refuse("[CLS]\n[S\0P]\n[UNK]\n", 18, "line 2");
    refuse("[CLS]\n\xff\n", 8, "line 2");
    g_autofree char *line = g_strnfill(2000, 'a');
    refuse(line, 2000, "2000 bytes");
    GError *error = NULL;
    g_assert_null(medals_tokenizer_read("/nonexistent/v", false, &error));
    g_assert_cmpint(medals_error_code(error), ==, MEDALS_E_IO);
    g_clear_error(&error);
}

static void test_line_ends(void)
{
    const char content[] = "[CLS]\r\n[SEP]\r\n\r\n[UNK]\r\nleft";
    g_autofree char *path =
        fixture_file(folder, "crlf.txt", content, sizeof content - 1);
    MedalsTokenizer *t = medals_tokenizer_read(path, false, NULL);
    g_assert_nonnull(t);
    g_assert_cmpint(medals_tokenizer_count(t), ==, 5);
    expect(t, "left x", "0 4 3 1");
    medals_tokenizer_free(t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = fixture_folder();
    g_autofree char *path = fixture_vocab(folder);
    bert = medals_tokenizer_read(path, false, NULL);
    mpnet = medals_tokenizer_read(path, true, NULL);
    g_assert_true(bert && mpnet);
    g_test_add_func("/text/tokenizer/words", test_words);
    g_test_add_func("/text/tokenizer/unicode", test_unicode);
    g_test_add_func("/text/tokenizer/specials", test_specials);
    g_test_add_func("/text/tokenizer/long_word", test_long_word);
    g_test_add_func("/text/tokenizer/cut", test_cut);
    g_test_add_func("/text/tokenizer/not_utf8", test_not_utf8);
    g_test_add_func("/text/tokenizer/bad_vocabulary", test_bad_vocabulary);
    g_test_add_func("/text/tokenizer/line_ends", test_line_ends);
    int result = g_test_run();
    medals_tokenizer_free(bert);
    medals_tokenizer_free(mpnet);
    fixture_remove(folder);
    return result;
}

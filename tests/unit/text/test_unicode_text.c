/*
 * test_unicode_text.c - validity, lower case, word boundaries
 */
#include "unicode_text.h"

#include <string.h>

static void test_check(void)
{
    GError *error = NULL;
    g_assert_true(medals_utf8_check("text", "caf\xc3\xa9", &error));
    g_assert_false(medals_utf8_check("text", "caf\xc3", &error));
    g_assert_cmpint(medals_error_code(error), ==, MEDALS_E_INPUT);
    g_assert_cmpstr(error->message, ==,
                    "text: byte 0xc3 at offset 3; expected UTF-8");
    g_clear_error(&error);
    /* a surrogate, an overlong form */
    g_assert_false(medals_utf8_check("text", "\xed\xa0\x80", NULL));
    g_assert_false(medals_utf8_check("text", "ab\xc0\xaf", &error));
    g_assert_nonnull(strstr(error->message, "offset 2"));
    g_clear_error(&error);
}

static void test_too_long(void)
{
    g_autofree char *text = g_strnfill(MEDALS_TEXT_MAX_BYTES + 1, 'a');
    GError *error = NULL;
    g_assert_false(medals_utf8_check("text", text, &error));
    g_assert_cmpint(medals_error_code(error), ==, MEDALS_E_INPUT);
    g_clear_error(&error);
    text[MEDALS_TEXT_MAX_BYTES] = '\0';
    g_assert_true(medals_utf8_check("text", text, NULL));
}

static void test_lower(void)
{
    g_autofree char *lower = medals_utf8_lower("LÉFT \xc4\xb0 Σ ẞ");
    g_assert_cmpstr(lower, ==, "léft i\xcc\x87 σ ß");
}

static void test_term(void)
{
    g_assert_true(medals_utf8_has_term("the liver, ct", "liver"));
    g_assert_true(medals_utf8_has_term("liver", "liver"));
    g_assert_false(medals_utf8_has_term("livers", "liver"));
    g_assert_false(medals_utf8_has_term("my_liver", "liver"));
    g_assert_false(medals_utf8_has_term("éliver", "liver"));
    g_assert_false(medals_utf8_has_term("liver²", "liver"));
    g_assert_true(medals_utf8_has_term("livers liver", "liver"));
    g_assert_false(medals_utf8_has_term("liver", ""));
}

/* An end that is no word character needs a word character beyond it. */
static void test_regex_sense(void)
{
    g_assert_false(medals_utf8_has_term("a (ct) b", "(ct)"));
    g_assert_true(medals_utf8_has_term("a(ct)b", "(ct)"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/unicode/check", test_check);
    g_test_add_func("/text/unicode/too_long", test_too_long);
    g_test_add_func("/text/unicode/lower", test_lower);
    g_test_add_func("/text/unicode/term", test_term);
    g_test_add_func("/text/unicode/regex_sense", test_regex_sense);
    return g_test_run();
}

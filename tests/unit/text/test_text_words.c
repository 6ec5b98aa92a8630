/*
 * test_text_words.c - spellings that meet
 */
#include "text_words.h"

static void same(const char *a, const char *b)
{
    g_autofree char *left = medals_text_words(a);
    g_autofree char *right = medals_text_words(b);
    g_assert_cmpstr(left, ==, right);
}

static void test_spellings(void)
{
    same("Kidneys", "kidney");
    same("oesophagus", "Esophagus");
    same("tumours", "tumor");
    same("left_kidney-(CT)", "Left kidney CT");
    same("vertebrae", "vertebra");
    same("thalami", "Thalamus");
    same("biopsies", "biopsy");
    same("cavities", "cavity");
    same("haemorrhage", "hemorrhage");
}

static void test_kept(void)
{
    g_autofree char *words = medals_text_words("Pancreas, hippocampus; pelvis");
    g_assert_cmpstr(words, ==, " pancreas hippocampus pelvis ");
    g_autofree char *none = medals_text_words(" -- ");
    g_assert_cmpstr(none, ==, " ");
}

static void test_contain(void)
{
    g_assert_true(medals_text_words_contain(" the left lung ", " lung "));
    g_assert_false(medals_text_words_contain(" the left lunge ", " lung "));
    g_assert_false(medals_text_words_contain(" the left lung ", " "));
}

static void test_without(void)
{
    g_autofree char *rest =
        medals_text_words_without(" left lung left left cleft ", "left");
    g_assert_cmpstr(rest, ==, " lung cleft ");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/words/spellings", test_spellings);
    g_test_add_func("/text/words/kept", test_kept);
    g_test_add_func("/text/words/contain", test_contain);
    g_test_add_func("/text/words/without", test_without);
    return g_test_run();
}

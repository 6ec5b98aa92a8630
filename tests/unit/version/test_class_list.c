/*
 * test_class_list.c - numbers of classes, and which class goes on
 */
#include "class_list.h"
#include "memory.h"

#include <math.h>
#include <string.h>

static MedalsClassEntry *at(const MedalsClassList *list, size_t index)
{
    MedalsClassEntry *entry = medals_class_list_at(list, index);
    g_assert_nonnull(entry);
    return entry;
}

static void set(MedalsClassList *list, const char *const *texts,
                const char *const *names, size_t count)
{
    g_autoptr(GError) error = NULL;
    bool done = medals_class_list_set(list, texts, names, count, &error);
    g_assert_no_error(error);
    g_assert_true(done);
}

static void test_add(void)
{
    MedalsClassList *list = medals_class_list_new();
    g_assert_true(medals_class_list_add(list, "liver", NULL, 0, NULL));
    g_assert_true(medals_class_list_add(list, NULL, NULL, 7, NULL));
    g_assert_true(medals_class_list_add(list, "spleen", "milt", 0, NULL));
    g_assert_cmpstr(at(list, 0)->name, ==, "liver");
    g_assert_cmpstr(at(list, 1)->name, ==, "class 7");
    g_assert_cmpstr(at(list, 2)->name, ==, "milt");
    g_assert_cmpuint(at(list, 0)->value, ==, 1);
    g_assert_cmpuint(at(list, 1)->value, ==, 7);
    g_assert_cmpuint(at(list, 2)->value, ==, 2);
    g_assert_true(isnan(at(list, 2)->mean_probability));
    for (size_t i = 0; i < 3; i++) {
        g_assert_cmpint(medals_class_list_of_slot(list, at(list, i)->slot), ==,
                        i);
        g_assert_cmpint(medals_class_list_of_uid(list, at(list, i)->uid), ==,
                        i);
    }
    g_assert_cmpint(medals_class_list_of_slot(list, 200), ==, -1);
    g_assert_cmpint(medals_class_list_of_uid(list, 200), ==, -1);
    g_assert_null(medals_class_list_at(list, 3));
    medals_class_list_free(list);
}

/* The numbers of a class that went are free again, but for its uid. */
static void test_remove(void)
{
    const char *const texts[3] = {"a", "b", "c"};
    MedalsClassList *list = medals_class_list_new();
    set(list, texts, NULL, 3);
    uint32_t last = at(list, 2)->uid;
    g_assert_false(medals_class_list_remove(list, 3, NULL));
    g_assert_true(medals_class_list_remove(list, 1, NULL));
    g_assert_cmpuint(medals_class_list_count(list), ==, 2);
    g_assert_cmpstr(at(list, 1)->text, ==, "c");
    g_assert_cmpuint(at(list, 1)->value, ==, 3);
    g_assert_true(medals_class_list_add(list, "d", NULL, 0, NULL));
    g_assert_cmpuint(at(list, 2)->value, ==, 2);
    g_assert_cmpuint(at(list, 2)->slot, ==, 2);
    g_assert_cmpuint(at(list, 2)->uid, >, last);
    medals_class_list_free(list);
}

static void test_set_keeps_same_text(void)
{
    const char *const first[3] = {"a", "b", "c"};
    const char *const second[4] = {"c", "new", "a", "newer"};
    MedalsClassList *list = medals_class_list_new();
    set(list, first, NULL, 3);
    uint32_t a = at(list, 0)->uid, c = at(list, 2)->uid;
    at(list, 0)->mean_probability = 0.25;
    set(list, second, NULL, 4);
    g_assert_cmpuint(at(list, 0)->uid, ==, c);
    g_assert_cmpuint(at(list, 0)->value, ==, 3);
    g_assert_cmpuint(at(list, 2)->uid, ==, a);
    g_assert_cmpuint(at(list, 2)->value, ==, 1);
    g_assert_cmpfloat(at(list, 2)->mean_probability, ==, 0.25);
    g_assert_cmpuint(at(list, 1)->value, ==, 2);
    g_assert_cmpuint(at(list, 3)->value, ==, 4);
    medals_class_list_free(list);
}

/* Classes of an initial labelmap are adopted by name. */
static void test_set_adopts(void)
{
    MedalsClassList *list = medals_class_list_new();
    g_assert_true(medals_class_list_add(list, NULL, "liver", 5, NULL));
    g_assert_true(medals_class_list_add(list, NULL, "node", 9, NULL));
    const char *const texts[3] = {"spleen", "liver", "a lymph node"};
    const char *const names[3] = {NULL, NULL, "node"};
    at(list, 0)->mean_probability = 0.5;
    set(list, texts, names, 3);
    g_assert_cmpuint(at(list, 0)->value, ==, 1);
    g_assert_cmpuint(at(list, 1)->value, ==, 5);
    g_assert_cmpstr(at(list, 1)->text, ==, "liver");
    g_assert_true(isnan(at(list, 1)->mean_probability));
    g_assert_cmpuint(at(list, 2)->value, ==, 9);
    g_assert_cmpstr(at(list, 2)->text, ==, "a lymph node");
    g_assert_cmpstr(at(list, 2)->name, ==, "node");
    medals_class_list_free(list);
}

/* A class without words does not take the one that words ask for later. */
static void test_set_words_first(void)
{
    MedalsClassList *list = medals_class_list_new();
    g_assert_true(medals_class_list_add(list, NULL, "liver", 5, NULL));
    g_assert_true(medals_class_list_add(list, NULL, "node", 9, NULL));
    const char *const texts[3] = {NULL, NULL, "liver"};
    set(list, texts, NULL, 3);
    g_assert_cmpuint(at(list, 0)->value, ==, 9);
    g_assert_cmpuint(at(list, 1)->value, ==, 1);
    g_assert_null(at(list, 1)->text);
    g_assert_cmpuint(at(list, 2)->value, ==, 5);
    const char *const again[2] = {NULL, NULL};
    const char *const names[2] = {"class 1", "node"};
    set(list, again, names, 2);
    g_assert_cmpuint(at(list, 0)->value, ==, 1);
    g_assert_cmpuint(at(list, 1)->value, ==, 9);
    medals_class_list_free(list);
}

static void test_full(void)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (int n = 0; n < 256; n++)
        g_ptr_array_add(texts, g_strdup_printf("organ %d", n));
    const char *const *words = (const char *const *) texts->pdata;
    MedalsClassList *list = medals_class_list_new();
    g_assert_false(medals_class_list_set(list, words, NULL, 256, NULL));
    g_assert_cmpuint(medals_class_list_count(list), ==, 0);
    set(list, words, NULL, 255);
    g_assert_cmpuint(at(list, 254)->value, ==, 255);
    g_autoptr(GError) error = NULL;
    g_assert_false(medals_class_list_add(list, "one more", NULL, 0, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
    set(list, words + 1, NULL, 255);
    g_assert_cmpstr(at(list, 254)->text, ==, "organ 255");
    g_assert_cmpuint(at(list, 254)->slot, ==, 1);
    medals_class_list_free(list);
}

static void test_bad_words(void)
{
    g_autofree char *long_one = g_strnfill(MEDALS_SESSION_MAX_TEXT + 1, 'x');
    const char *const bad[4] = {"", "\xff\xfe", long_one, "a"};
    MedalsClassList *list = medals_class_list_new();
    g_assert_true(medals_class_list_add(list, "a", NULL, 3, NULL));
    MedalsClassList *before = medals_class_list_copy(list);
    for (int n = 0; n < 4; n++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(medals_class_list_add(list, bad[n], NULL, 0, &error));
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
        g_assert_null(strchr(error->message, '\n'));
        const char *const twice[2] = {bad[n], n == 3 ? bad[n] : "b"};
        g_assert_false(medals_class_list_set(list, twice, NULL, 2, NULL));
        if (n == 3)
            continue;
        g_assert_false(medals_class_list_add(list, "b", bad[n], 0, NULL));
    }
    g_assert_false(medals_class_list_add(list, "b", NULL, 3, NULL));
    g_assert_false(medals_class_list_set(list, bad, NULL, 0, NULL));
    g_assert_true(medals_class_list_equal(list, before));
    long_one[MEDALS_SESSION_MAX_TEXT] = '\0';
    g_assert_true(medals_class_list_add(list, long_one, NULL, 0, NULL));
    medals_class_list_free(before);
    medals_class_list_free(list);
}

/* ---- JSON --------------------------------------------------------------- */

static MedalsClassList *there_and_back(const MedalsClassList *list)
{
    g_autoptr(GError) error = NULL;
    char *json = medals_class_list_to_json(list, &error);
    MedalsClassList *back =
        medals_class_list_from_json(json, strlen(json), &error);
    g_assert_no_error(error);
    g_assert_cmpuint(strlen(json), <=, MEDALS_CLASS_LIST_LONGEST);
    char *again = medals_class_list_to_json(back, NULL);
    g_assert_cmpstr(again, ==, json);
    medals_free(again);
    medals_free(json);
    return back;
}

static void test_json(void)
{
    MedalsClassList *list = medals_class_list_new();
    g_assert_true(medals_class_list_add(list, "left \"kidney\"\\\n\x01",
                                        "ni\xc3\xa8re", 0, NULL));
    g_assert_true(medals_class_list_add(list, NULL, NULL, UINT32_MAX, NULL));
    g_assert_true(medals_class_list_add(list, "b", NULL, 0, NULL));
    g_assert_true(medals_class_list_remove(list, 2, NULL));
    at(list, 0)->mean_probability = 0.1 + 0.2;
    MedalsClassList *back = there_and_back(list);
    g_assert_true(medals_class_list_equal(list, back));
    g_assert_cmpuint(back->next_uid, ==, 4);
    at(back, 0)->mean_probability = 0.3;
    g_assert_false(medals_class_list_equal(list, back));
    medals_class_list_free(back);
    medals_class_list_free(list);
}

/* The journal's own bytes: they stay as they are. */
static void test_json_bytes(void)
{
    MedalsClassList *list = medals_class_list_new();
    g_assert_true(medals_class_list_add(list, "a\"\\\b\f\n\r\t\x1f/\x7f", "b",
                                        UINT32_MAX, NULL));
    at(list, 0)->mean_probability = 0.25;
    char *json = medals_class_list_to_json(list, NULL);
    g_assert_cmpstr(
        json, ==,
        "{\"classes\":[{\"uid\":1,\"slot\":1,\"value\":4294967295,"
        "\"text\":\"a\\\"\\\\\\b\\f\\n\\r\\t\\u001f/\x7f\",\"name\":"
        "\"b\",\"mean_probability\":\"0.25\"}],\"next_uid\":2}");
    medals_free(json);
    medals_class_list_free(list);
}

/* As long as a list can get: every byte is escaped. */
static void test_json_longest(void)
{
    MedalsClassList *list = medals_class_list_new();
    for (int n = 0; n < MEDALS_SESSION_MAX_CLASSES; n++) {
        g_autofree char *words = g_strnfill(MEDALS_SESSION_MAX_TEXT, '\x01');
        words[n] = '\x02';
        g_assert_true(medals_class_list_add(list, words, NULL,
                                            UINT32_MAX - (uint32_t) n, NULL));
        at(list, (size_t) n)->mean_probability = -1.2345678901234567e-300;
    }
    MedalsClassList *back = there_and_back(list);
    g_assert_true(medals_class_list_equal(list, back));
    medals_class_list_free(back);
    medals_class_list_free(list);
}

static void test_bad_json(void)
{
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "{}",
        "{\"next_uid\":2}",
        "{\"classes\":[]}",
        "{\"classes\":[],\"next_uid\":0}",
        "{\"classes\":[],\"next_uid\":1.5}",
        "{\"classes\":[],\"next_uid\":4294967295}",
        "{\"classes\":{},\"next_uid\":9}",
        "{\"classes\":[1],\"next_uid\":9}",
        /* another order */
        "{\"next_uid\":1,\"classes\":[]}",
        "{\"classes\":[],\"next_uid\":1",
        "{\"classes\":[],\"next_uid\":1} ",
        "{\"classes\":[],\"next_uid\":01}",
        /* a uid that is still to be given, no slot, no name, slot 256 */
        "{\"classes\":[{\"uid\":1,\"slot\":1,\"value\":1,\"name\":\"a\"}],"
        "\"next_uid\":1}",
        "{\"classes\":[{\"uid\":1,\"value\":1,\"name\":\"a\"}],\"next_uid\":2}",
        "{\"classes\":[{\"uid\":1,\"slot\":1,\"value\":1}],\"next_uid\":2}",
        "{\"classes\":[{\"uid\":1,\"slot\":256,\"value\":1,\"name\":\"a\"}],"
        "\"next_uid\":2}",
        /* words: none, a zero, a line, an escape of nobody, no end */
        "{\"classes\":[{\"uid\":1,\"slot\":1,\"value\":1,\"name\":\"\"}],"
        "\"next_uid\":2}",
        "{\"classes\":[{\"uid\":1,\"slot\":1,\"value\":1,\"name\":\"\\u0000\"}]"
        ",\"next_uid\":2}",
        "{\"classes\":[{\"uid\":1,\"slot\":1,\"value\":1,\"name\":\"\n\"}],"
        "\"next_uid\":2}",
        "{\"classes\":[{\"uid\":1,\"slot\":1,\"value\":1,\"name\":\"\\q\"}],"
        "\"next_uid\":2}",
        "{\"classes\":[{\"uid\":1,\"slot\":1,\"value\":1,\"name\":\"\\u00}],"
        "\"next_uid\":}",
        /* twice the same slot */
        "{\"classes\":[{\"uid\":1,\"slot\":1,\"value\":1,\"name\":\"a\"},{"
        "\"uid\":2,\"slot\":1,\"value\":2,\"name\":\"b\"}],\"next_uid\":3}",
        /* a probability that is none */
        "{\"classes\":[{\"uid\":1,\"slot\":1,\"value\":1,\"name\":\"a\",\"mean_"
        "probability\":\"inf\"}],\"next_uid\":2}",
        "{\"classes\":[{\"uid\":1,\"slot\":1,\"value\":1,\"name\":\"a\",\"mean_"
        "probability\":\"0.5x\"}],\"next_uid\":2}",
    };
    for (size_t n = 0; n < G_N_ELEMENTS(bad); n++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(
            medals_class_list_from_json(bad[n], strlen(bad[n]), &error));
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/class_list/add", test_add);
    g_test_add_func("/class_list/remove", test_remove);
    g_test_add_func("/class_list/same_text", test_set_keeps_same_text);
    g_test_add_func("/class_list/adopts", test_set_adopts);
    g_test_add_func("/class_list/words_first", test_set_words_first);
    g_test_add_func("/class_list/full", test_full);
    g_test_add_func("/class_list/bad_words", test_bad_words);
    g_test_add_func("/class_list/json", test_json);
    g_test_add_func("/class_list/json_bytes", test_json_bytes);
    g_test_add_func("/class_list/json_longest", test_json_longest);
    g_test_add_func("/class_list/bad_json", test_bad_json);
    return g_test_run();
}

/*
 * test_file.c - files written whole or not at all
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "file.h"

static char *folder;

static unsigned entries(void)
{
    GDir *listing = g_dir_open(folder, 0, NULL);
    unsigned count = 0;
    while (g_dir_read_name(listing))
        count++;
    g_dir_close(listing);
    return count;
}

static void test_commit_replaces(void)
{
    g_autofree char *path = g_build_filename(folder, "a b.txt", NULL);
    g_assert_true(g_file_set_contents(path, "old", -1, NULL));
    MedalsWriter *writer = medals_writer_begin(path, NULL);
    g_assert_nonnull(writer);
    g_assert_true(medals_writer_write(writer, "new one", 7, NULL));
    g_autofree char *before = NULL, *after = NULL;
    g_file_get_contents(path, &before, NULL, NULL);
    g_assert_cmpstr(before, ==, "old");
    g_assert_true(medals_writer_commit(writer, NULL));
    g_file_get_contents(path, &after, NULL, NULL);
    g_assert_cmpstr(after, ==, "new one");
    g_assert_cmpuint(entries(), ==, 1);
    g_unlink(path);
}

static void test_abort_leaves_nothing(void)
{
    g_autofree char *path = g_build_filename(folder, "b.txt", NULL);
    MedalsWriter *writer = medals_writer_begin(path, NULL);
    g_assert_cmpuint(entries(), ==, 1);
    medals_writer_abort(writer);
    g_assert_cmpuint(entries(), ==, 0);
}

static void test_leftovers_are_swept(void)
{
    /* No process has this number: it is above every pid_max. */
    g_autofree char *left =
        g_build_filename(folder, ".c.txt.medals-99999999-0.tmp", NULL);
    g_autofree char *other =
        g_build_filename(folder, ".d.txt.medals-99999999-0.tmp", NULL);
    g_autofree char *path = g_build_filename(folder, "c.txt", NULL);
    g_file_set_contents(left, "x", -1, NULL);
    g_file_set_contents(other, "x", -1, NULL);
    MedalsWriter *writer = medals_writer_begin(path, NULL);
    g_assert_false(g_file_test(left, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
    medals_writer_abort(writer);
    g_unlink(other);
}

static void test_errors_name_the_file(void)
{
    GError *error = NULL;
    g_assert_null(medals_writer_begin("/no/such/folder/x", &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_IO);
    g_assert_nonnull(strstr(error->message, "/no/such/folder/x"));
    g_clear_error(&error);
    g_assert_null(medals_map_open(folder, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_IO);
    g_clear_error(&error);
}

static void test_map(void)
{
    g_autofree char *path = g_build_filename(folder, "m", NULL);
    g_file_set_contents(path, "0123456789", 10, NULL);
    MedalsMap *map = medals_map_open(path, NULL);
    size_t size;
    g_assert_cmpmem(medals_map_peek(map, &size), 10, "0123456789", 10);
    medals_map_forget(map, 0, 10);
    g_assert_cmpint(medals_map_peek(map, &size)[9], ==, '9');
    medals_map_unref(medals_map_ref(map));
    medals_map_unref(map);
    GError *error = NULL;
    g_assert_null(medals_file_read(path, 9, &size, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
    g_clear_error(&error);
    g_unlink(path);
}

static void test_folder(void)
{
    g_autofree char *path = g_build_filename(folder, "package", NULL);
    for (int round = 0; round < 2; round++) {
        g_autofree char *temporary = medals_folder_begin(path, NULL);
        g_assert_nonnull(temporary);
        g_autofree char *file = g_build_filename(temporary, "f", NULL);
        g_file_set_contents(file, round ? "2" : "1", 1, NULL);
        g_assert_true(medals_folder_commit(temporary, path, NULL));
    }
    g_autofree char *file = g_build_filename(path, "f", NULL), *text = NULL;
    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "2");
    g_assert_cmpuint(entries(), ==, 1);
    medals_folder_abort(path);
    g_assert_cmpuint(entries(), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("medals-file-XXXXXX", NULL);
    g_test_add_func("/base/file/commit", test_commit_replaces);
    g_test_add_func("/base/file/abort", test_abort_leaves_nothing);
    g_test_add_func("/base/file/sweep", test_leftovers_are_swept);
    g_test_add_func("/base/file/errors", test_errors_name_the_file);
    g_test_add_func("/base/file/map", test_map);
    g_test_add_func("/base/file/folder", test_folder);
    int result = g_test_run();
    g_rmdir(folder);
    g_free(folder);
    return result;
}

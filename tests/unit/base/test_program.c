/*
 * test_program.c - the folder of the file that runs, however it was called
 */
#include "program.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static const char *self;

/* The name of a link does not count, nor where the program was started. */
static void test_link(void)
{
    g_autofree char *folder = g_dir_make_tmp("medals-program-XXXXXX", NULL);
    g_autofree char *link = g_build_filename(folder, "another", NULL);
    g_autofree char *file = g_canonicalize_filename(self, NULL);
    g_assert_cmpint(symlink(file, link), ==, 0);
    char *command[] = {link, "--print", NULL};
    g_autofree char *out = NULL;
    int status;
    g_assert_true(g_spawn_sync("/", command, NULL, G_SPAWN_DEFAULT, NULL, NULL,
                               &out, NULL, &status, NULL));
    g_autofree char *expected = g_path_get_dirname(file);
    g_assert_cmpstr(out, ==, expected);
    g_unlink(link);
    g_rmdir(folder);
}

static void test_static(void)
{
    const char *folder = medals_program_place();
    g_autofree char *file = g_build_filename(folder, "test-base-program", NULL);
    g_assert_true(g_file_test(file, G_FILE_TEST_IS_EXECUTABLE));
    g_assert_true(medals_program_place() == folder);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--print") == 0) {
        g_print("%s", medals_program_place());
        return 0;
    }
    self = argv[0];
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/program/link", test_link);
    g_test_add_func("/base/program/static", test_static);
    return g_test_run();
}

#include "io_fixture.h"

#include <string.h>

static char *folder;

static void remove_folder(const char *path)
{
    GDir *listing = g_dir_open(path, 0, NULL);
    const char *name;
    while (listing && (name = g_dir_read_name(listing))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR))
            remove_folder(child);
        else
            g_unlink(child);
    }
    if (listing)
        g_dir_close(listing);
    g_rmdir(path);
}

int io_fixture_run(void)
{
    folder = g_dir_make_tmp("medals-io-XXXXXX", NULL);
    int code = g_test_run();
    remove_folder(folder);
    g_free(folder);
    return code;
}

char *io_path(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

char *io_write(const char *name, const void *data, size_t size)
{
    char *path = io_path(name);
    g_assert_true(g_file_set_contents(path, data, (gssize) size, NULL));
    return path;
}

char *io_shared(const char *name)
{
    const char *shared = g_getenv("MEDALS_SHARED");
    char *path =
        g_build_filename(shared ? shared : MEDALS_SHARED_DEFAULT, name, NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return path;
    g_autofree char *why = g_strdup_printf("no %s", path);
    g_test_skip(why);
    g_free(path);
    return NULL;
}

void io_assert_error(GError **error, MedalsStatus status, const char *text)
{
    g_assert_nonnull(*error);
    if (!strstr((*error)->message, text) || strchr((*error)->message, '\n'))
        g_error("message \"%s\"; expected one line with \"%s\"",
                (*error)->message, text);
    g_assert_cmpint(medals_error_code(*error), ==, status);
    g_clear_error(error);
}

#include "temp_folder.h"

#include <glib/gstdio.h>

char *temp_folder_new(void)
{
    GError *error = NULL;
    char *path = g_dir_make_tmp("medals-bench-XXXXXX", &error);
    if (!path)
        g_error("temporary folder: %s", error->message);
    return path;
}

void temp_folder_remove(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *inside = g_build_filename(path, name, NULL);
        if (g_file_test(inside, G_FILE_TEST_IS_DIR) &&
            !g_file_test(inside, G_FILE_TEST_IS_SYMLINK))
            temp_folder_remove(inside);
        else
            g_remove(inside);
    }
    g_rmdir(path);
}

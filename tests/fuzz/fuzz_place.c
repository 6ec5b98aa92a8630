#include "fuzz_place.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

static char *folder, *path;

static void remove_place(void)
{
    GDir *listing = g_dir_open(folder, 0, NULL);
    const char *name;
    while (listing && (name = g_dir_read_name(listing))) {
        g_autofree char *file = g_build_filename(folder, name, NULL);
        g_unlink(file);
    }
    if (listing)
        g_dir_close(listing);
    g_rmdir(folder);
    g_free(folder);
    g_free(path);
}

const char *fuzz_place(void)
{
    if (!folder) {
        folder = g_dir_make_tmp("medals-fuzz-XXXXXX", NULL);
        if (!folder)
            abort();
        atexit(remove_place);
    }
    return folder;
}

/* Plain stdio: g_file_set_contents() syncs, which is slow; so does ext4 when a
 * file is cut and written again, hence a new one each time. */
const char *fuzz_place_write(const char *name, const uint8_t *data, size_t size)
{
    g_free(path);
    path = g_build_filename(fuzz_place(), name, NULL);
    g_unlink(path);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, size, file) != size)
        abort();
    fclose(file);
    return path;
}

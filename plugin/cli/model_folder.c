#include "model_folder.h"

#include <glib.h>

#include "medals/context.h"

/* Seen from the folder above the program's: an installed program; one beside
 * an unpacked wheel; one in 3D Slicer's cli-modules, whose neighbour is the
 * Python module with its engine. */
static const char *const places[] = {
    "share/medals/models/compact", "medals/models/compact",
    "qt-scripted-modules/MedalSEngine/medals/models/compact"};

char *model_folder(const char *given)
{
    if (given && *given)
        return g_strdup(given);
    const char *chosen = g_getenv("MEDALS_MODEL");
    if (chosen && *chosen)
        return g_strdup(chosen);
    const char *bin = medals_program_folder();
    if (!*bin)
        return g_strdup(places[0]);
    g_autofree char *prefix = g_path_get_dirname(bin);
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *file =
            g_build_filename(prefix, places[i], "model.json", NULL);
        if (g_file_test(file, G_FILE_TEST_EXISTS))
            return g_path_get_dirname(file);
    }
    return g_build_filename(prefix, places[0], NULL);
}

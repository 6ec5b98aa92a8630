#include "model_folder.h"

#include <glib.h>

char *model_folder(const char *given)
{
    if (given && *given)
        return g_strdup(given);
    const char *chosen = g_getenv("MEDALS_MODEL");
    if (chosen && *chosen)
        return g_strdup(chosen);
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    if (!program)
        program = g_find_program_in_path("medals");
    if (!program)
        return g_strdup("share/medals/models/compact");
    g_autofree char *bin = g_path_get_dirname(program);
    g_autofree char *prefix = g_path_get_dirname(bin);
    return g_build_filename(prefix, "share", "medals", "models", "compact",
                            NULL);
}

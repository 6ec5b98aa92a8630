#include <string.h>

#include "command.h"
#include "failure.h"
#include "file_name.h"
#include "image.h"
#include "inspect.h"
#include "options.h"

static bool parse(Inspection *inspection, char *const *arguments,
                  GError **error)
{
    bool quiet = false;
    const Option table[] = {{"series", 0, OPTION_STRING, &inspection->series},
                            {"labels", 0, OPTION_FLAG, &inspection->labels},
                            {"json", 0, OPTION_FLAG, &inspection->json},
                            {"quiet", 'q', OPTION_FLAG, &quiet},
                            {NULL, 0, 0, NULL}};
    g_autoptr(GPtrArray) positionals = g_ptr_array_new();
    if (!options_parse(table, arguments, positionals, error))
        return false;
    if (positionals->len != 1)
        return failure_set(error, EXIT_USAGE,
                           "inspect: %u files given; expected one",
                           positionals->len);
    inspection->path = positionals->pdata[0];
    return true;
}

static bool has_file(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static bool is_checkpoint(const char *path)
{
    static const char *const endings[] = {".pth", ".pt", ".bin",
                                          ".safetensors"};
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
        if (file_name_ends(path, endings[i]))
            return true;
    return false;
}

bool command_inspect(char *const *arguments, GString *out, GError **error)
{
    Inspection inspection = {0};
    if (!parse(&inspection, arguments, error))
        return false;
    const char *path = inspection.path;
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return failure_set(error, EXIT_INPUT,
                           "%s: not found; expected a file or a folder", path);
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        if (has_file(path, "model.json"))
            return inspect_model(&inspection, out, error);
        return inspection.series ? inspect_image(&inspection, out, error)
                                 : inspect_series(&inspection, out, error);
    }
    if (is_checkpoint(path))
        return inspect_checkpoint(&inspection, out, error);
    if (medals_image_is_npz(path))
        return inspect_challenge(&inspection, out, error);
    return inspect_image(&inspection, out, error);
}

/*
 * MedalSSegment - `medals segment` as a command-line module of 3D Slicer:
 * flags first, then INPUT OUTPUT; --xml describes it; progress on stdout.
 */
#include <string.h>

#include "command.h"
#include "medals/types.h"
#include "module_xml.h"

static bool has_argument(char *const *arguments, const char *word)
{
    for (; *arguments; arguments++)
        if (strcmp(*arguments, word) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    (void) argc;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    bool done = true;
    if (has_argument(argv + 1, "--xml"))
        g_string_append(out, module_xml());
    else if (has_argument(argv + 1, "--version"))
        g_string_append_printf(out, "MedalSSegment %s\n", medals_version());
    else if (has_argument(argv + 1, "--help"))
        g_string_append(out, manual_page("segment"));
    else
        done = segment_run(argv + 1, true, out, &error);
    return command_finish(done, out, error);
}

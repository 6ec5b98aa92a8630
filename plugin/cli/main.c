/* medals - one program, a command each for what the library can do. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "failure.h"

static bool wants_help(char *const *arguments)
{
    for (; *arguments && strcmp(*arguments, "--") != 0; arguments++)
        if (strcmp(*arguments, "--help") == 0 || strcmp(*arguments, "-h") == 0)
            return true;
    return false;
}

static bool help(const char *topic, GString *out, GError **error)
{
    const char *page = manual_page(topic);
    if (!page)
        return failure_set(error, EXIT_USAGE,
                           "%s: unknown command; expected one of those that "
                           "\"medals help\" lists",
                           topic);
    g_string_append(out, page);
    return true;
}

static bool dispatch(char *const *arguments, GString *out, GError **error)
{
    const char *word = arguments[0];
    if (!word)
        return failure_set(error, EXIT_USAGE,
                           "medals: no command given; expected one of those "
                           "that \"medals help\" lists");
    if (strcmp(word, "--version") == 0) {
        g_string_append_printf(out, "medals %s\n", medals_version());
        return true;
    }
    if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 ||
        strcmp(word, "-h") == 0)
        return help(arguments[1], out, error);
    for (size_t i = 0; commands[i].name; i++)
        if (strcmp(word, commands[i].name) == 0)
            return wants_help(arguments + 1)
                       ? help(word, out, error)
                       : commands[i].run(arguments + 1, out, error);
    return help(word, out, error);
}

int main(int argc, char **argv)
{
    (void) argc;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    bool done = dispatch(argv + 1, out, &error);
    return command_finish(done, out, error);
}

/* Completion scripts for shells, made from the tables of options. */
#include <string.h>

#include "command.h"
#include "failure.h"
#include "options.h"

/* "--text -t --output -o ..." of a command: its table, which it hands to
 * options_parse() before anything else. */
static char *words_of(CommandRun *run)
{
    char *const none[] = {NULL};
    g_autoptr(GError) stopped = NULL;
    g_autoptr(GString) unused = g_string_new(NULL);
    GString *words = g_string_new(NULL);
    options_list_into(words);
    run(none, unused, &stopped);
    options_list_into(NULL);
    return g_string_free(words, FALSE);
}

static void put_bash(GString *out)
{
    g_string_append(out, "_medals()\n{\n"
                         "    local word=${COMP_WORDS[COMP_CWORD]} words\n"
                         "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                         "        words=\"help --version");
    for (size_t i = 0; commands[i].name; i++)
        g_string_append_printf(out, " %s", commands[i].name);
    g_string_append(out, "\"\n    else\n        case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; commands[i].name; i++) {
        g_autofree char *words = words_of(commands[i].run);
        g_string_append_printf(out, "        %s) words=\"%s--help\" ;;\n",
                               commands[i].name, words);
    }
    g_string_append(out, "        esac\n"
                         "        [[ $word == -* ]] || words=\n"
                         "    fi\n"
                         "    COMPREPLY=($(compgen -W \"$words\" -- "
                         "\"$word\"))\n"
                         "}\n"
                         "complete -o bashdefault -o default -F _medals "
                         "medals\n");
}

/* zsh reads the functions of bash. */
static void put_zsh(GString *out)
{
    g_string_append(out, "#compdef medals\n"
                         "autoload -U +X bashcompinit && bashcompinit\n");
    put_bash(out);
}

bool command_completion(char *const *arguments, GString *out, GError **error)
{
    static const Option table[] = {{NULL, 0, 0, NULL}};
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    if (!options_parse(table, arguments, words, error))
        return false;
    const char *shell = words->len == 1 ? words->pdata[0] : "";
    if (strcmp(shell, "bash") == 0)
        put_bash(out);
    else if (strcmp(shell, "zsh") == 0)
        put_zsh(out);
    else
        return failure_set(error, EXIT_USAGE,
                           "completion: \"%s\"; expected bash or zsh", shell);
    return true;
}

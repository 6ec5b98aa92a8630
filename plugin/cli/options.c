#include "options.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "failure.h"

bool number_parse(const char *text, double *value)
{
    char *end = NULL;
    errno = 0;
    *value = g_ascii_strtod(text, &end);
    if (end == text || errno == ERANGE || !isfinite(*value))
        return false;
    while (g_ascii_isspace(*end))
        end++;
    return *end == '\0';
}

bool integer_parse(const char *text, int64_t minimum, int64_t maximum,
                   int64_t *value)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    gint64 number = 0;
    const char *digits = trimmed + (*trimmed == '-');
    if (!g_ascii_isdigit(*digits) ||
        !g_ascii_string_to_signed(trimmed, 10, minimum, maximum, &number, NULL))
        return false;
    *value = number;
    return true;
}

static const Option *find_by_name(const Option *table, const char *name,
                                  size_t length)
{
    for (; table->name; table++)
        if (strlen(table->name) == length &&
            strncmp(table->name, name, length) == 0)
            return table;
    return NULL;
}

static const Option *find_by_letter(const Option *table, char letter)
{
    for (; table->name; table++)
        if (table->letter == letter)
            return table;
    return NULL;
}

static bool take_number(const Option *option, const char *value, GError **error)
{
    int64_t number = 0;
    if (!integer_parse(value, 0, INT64_MAX, &number))
        return failure_set(error, EXIT_USAGE,
                           "--%s: \"%s\" given; expected a whole number",
                           option->name, value);
    *(uint64_t *) option->target = (uint64_t) number;
    return true;
}

static bool take_value(const Option *option, char *value, GError **error)
{
    switch (option->kind) {
    case OPTION_STRING:
        *(const char **) option->target = value;
        return true;
    case OPTION_LIST:
        g_ptr_array_add(option->target, value);
        return true;
    case OPTION_NUMBER:
        return take_number(option, value, error);
    default:
        return false;
    }
}

/* Takes the option at **cursor and moves the cursor to its last argument. */
static bool take_option(const Option *table, char *const **cursor,
                        GError **error)
{
    char *argument = **cursor;
    bool is_long = argument[1] == '-';
    char *equals = is_long ? strchr(argument, '=') : NULL;
    const Option *option = NULL;
    if (is_long)
        option = find_by_name(table, argument + 2,
                              equals ? (size_t) (equals - argument - 2)
                                     : strlen(argument + 2));
    else if (argument[2] == '\0')
        option = find_by_letter(table, argument[1]);
    if (!option)
        return failure_set(error, EXIT_USAGE,
                           "%s: unknown option; expected one of those that "
                           "--help lists",
                           argument);
    if (option->kind == OPTION_FLAG) {
        if (equals)
            return failure_set(error, EXIT_USAGE,
                               "%s: a value given; --%s takes none", argument,
                               option->name);
        *(bool *) option->target = true;
        return true;
    }
    char *value = equals ? equals + 1 : (*cursor)[1];
    if (!value)
        return failure_set(error, EXIT_USAGE,
                           "%s: nothing follows; expected a value", argument);
    *cursor += equals ? 0 : 1;
    return take_value(option, value, error);
}

static GString *listing;

void options_list_into(GString *words)
{
    listing = words;
}

static void list_options(const Option *table)
{
    for (; table->name; table++) {
        g_string_append_printf(listing, "--%s ", table->name);
        if (table->letter)
            g_string_append_printf(listing, "-%c ", table->letter);
    }
}

bool options_parse(const Option *table, char *const *arguments,
                   GPtrArray *positionals, GError **error)
{
    if (listing) {
        list_options(table);
        return failure_set(error, EXIT_USAGE,
                           "options: listed; expected no run");
    }
    bool ended = false;
    for (char *const *cursor = arguments; *cursor; cursor++) {
        char *argument = *cursor;
        if (ended || argument[0] != '-' || argument[1] == '\0')
            g_ptr_array_add(positionals, argument);
        else if (strcmp(argument, "--") == 0)
            ended = true;
        else if (!take_option(table, &cursor, error))
            return false;
    }
    return true;
}

/*
 * options.h - the command line, as a table of options
 *
 *   --name value   --name=value   -n value   --flag   --   positional
 *
 * An option that takes a value takes the next argument whatever it begins
 * with, so that `--window 1500,-160` needs no quoting. Options and positionals
 * may be mixed; `--` ends the options.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
    OPTION_FLAG,   /* bool */
    OPTION_STRING, /* const char *, the last one given */
    OPTION_LIST,   /* GPtrArray *, each one given; strings borrowed of argv */
    OPTION_NUMBER  /* uint64_t, decimal */
} OptionKind;

typedef struct {
    const char *name; /* without dashes; NULL ends a table */
    char letter;      /* short form or 0 */
    OptionKind kind;
    void *target;
} Option;

/**
 * Fills the targets of the table.
 * @param arguments NULL-terminated, without the program's name
 * @param positionals appended to, borrowed strings
 * @return false: EXIT_USAGE, names the argument
 */
bool options_parse(const Option *table, char *const *arguments,
                   GPtrArray *positionals, GError **error);

/** From here on options_parse() appends the options of its table to `words`,
 * "--name -n ", and fails instead of parsing. NULL: parse again. */
void options_list_into(GString *words);

/** Reads a decimal number from the whole of `text`, whatever the locale.
 * Blanks around it are allowed; infinities and NaN are not. */
bool number_parse(const char *text, double *value);
/** Reads an integer in minimum..maximum from the whole of `text`. */
bool integer_parse(const char *text, int64_t minimum, int64_t maximum,
                   int64_t *value);

#endif

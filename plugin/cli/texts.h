/*
 * texts.h - what to segment, as the user wrote it (command.md 2, Texts)
 */
#ifndef CLI_TEXTS_H
#define CLI_TEXTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** Splits at `;` and line ends, trims blanks, drops empty items, appends to
 * `texts` (owned strings). @return false: EXIT_INPUT, not UTF-8 */
bool texts_split(const char *source, GPtrArray *texts, GError **error);
/** The same with the content of a file, at most 1 MiB. */
bool texts_read(const char *path, GPtrArray *texts, GError **error);
/** @return false: EXIT_USAGE none left, EXIT_INPUT two are equal or there are
 *          more than the library takes */
bool texts_check(const GPtrArray *texts, GError **error);

/** Parses "3,7": positive, different. How many there must be is known when
 * the texts are read: one a class.
 * @return g_free'd values, or NULL: EXIT_USAGE */
uint32_t *labels_parse(const char *list, size_t *count, GError **error);

#endif

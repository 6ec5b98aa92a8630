/*
 * interact_line.h - a line of input before it is parsed
 *
 *   {"id":7,"op":"cancel","cancel_id":5}
 *         |      |                   |
 *         ranges of the text: the first of each name at the top level
 *
 * Looking takes one pass and no memory, so that a reader can find `cancel`
 * among lines of any length, and the size of a parsed line is known before
 * it is made.
 */
#ifndef CLI_INTERACT_LINE_H
#define CLI_INTERACT_LINE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/** Text of one value; size 0: there is none. */
typedef struct {
    size_t begin, size;
} LineRange;

typedef struct {
    LineRange op, id, cancel_id;
    size_t values; /* at least as many as a parser makes */
    bool has_zero; /* a string holds \u0000 */
    /* NaN or Infinity where JSON has none, as Python writes them */
    bool has_odd_number;
} LineScan;

/** Scans any bytes; of what is not JSON the ranges mean nothing. */
void line_scan(const char *text, size_t size, LineScan *scan);

/** A copy of a range. @return NULL: there is none; g_free */
char *line_range_copy(const char *text, LineRange range);

/** Whether two ids (JSON texts) are the same string or number; whole numbers
 * are compared digit by digit, however long they are. */
bool line_id_equal(const char *a, const char *b);
/** @return whether the text is a string or a number, as strict JSON has it:
 *          what may be repeated in an answer as it is */
bool line_id_is_sound(const char *id);

#endif

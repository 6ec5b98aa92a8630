/*
 * interact_reader.h - lines of input, read ahead on a thread of their own
 *
 *   stdin --> thread --> lines that wait --> interact_reader_next() --> work
 *               |                                                        |
 *               `-- a `cancel` marks the line that runs or waits --------'
 *
 * A line may be as long as a mask of 512^3 voxels that zlib cannot make
 * smaller needs; a longer one is skipped without being stored. Lines that wait
 * take a bounded number of bytes; the thread stops reading until there is room.
 */
#ifndef CLI_INTERACT_READER_H
#define CLI_INTERACT_READER_H

#include "interact_line.h"

/** Longest line, in bytes. */
#define INTERACT_LINE_MAX ((size_t) 256 << 20)

typedef enum {
    LINE_WHOLE,
    LINE_TOO_LONG, /* of more than INTERACT_LINE_MAX bytes */
    LINE_NO_MEMORY /* of which the memory ran out */
} LineState;

typedef struct InteractLine InteractLine;
struct InteractLine {
    LineState state;
    char *text; /* NUL-terminated; NULL unless LINE_WHOLE */
    size_t size;
    LineScan scan;        /* of the text */
    char *id;             /* JSON text as it stands in the line, or NULL */
    bool cancels;         /* its op is `cancel` */
    InteractLine *target; /* of a cancel: what it found, or NULL */
    gint cancelled;       /* atomic: asked to stop */
    bool stopped;         /* it did: failed with `cancelled` */
    gint owners;          /* atomic */
};
/** Drops one owner; NULL is accepted. */
void interact_line_unref(InteractLine *line);
bool interact_line_is_cancelled(const InteractLine *line);

typedef struct InteractReader InteractReader;

/** Starts reading.
 * @param file an open descriptor, kept by the caller */
InteractReader *interact_reader_new(int file);
/** Ends the thread, whatever waits. */
void interact_reader_free(InteractReader *reader);

/**
 * Waits for the next line; it counts as running until the next call.
 * @param must_stop asked a few times a second
 * @return NULL: end of input, or must_stop() said so; interact_line_unref()
 */
InteractLine *interact_reader_next(InteractReader *reader,
                                   bool (*must_stop)(void));

#endif

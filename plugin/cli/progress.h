/*
 * progress.h - how far a request is, for a person, a log or 3D Slicer
 *
 *   terminal   network    [##########--------]  52 %  3 s left     (redrawn)
 *   log        medals: network 52 %, 3 s left           (a line each 10 %)
 *   Slicer     <filter-progress>0.52</filter-progress>   (stdout, slicer.md 1)
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "medals/types.h"

typedef enum {
    PROGRESS_NONE,
    PROGRESS_STDERR, /* a bar if stderr is a terminal, else lines */
    PROGRESS_FILTER  /* the lines of a Slicer CLI module, on stdout */
} ProgressStyle;

typedef struct Progress Progress;

/** @param what shown to Slicer as the filter's name */
Progress *progress_new(ProgressStyle style, const char *what);
/** Takes the bar off the terminal, if there is one. */
void progress_clear(const Progress *progress);
/** Ends the display: clears the bar; <filter-end> for Slicer. */
void progress_free(Progress *progress);

/** Of `count` equal parts the next spans are parts of, the one at `index`. */
void progress_part(Progress *progress, size_t index, size_t count);
/** The share of the part, begin..end, that the next calls' 0..1 covers. */
void progress_span(Progress *progress, double begin, double end);
/** Seconds that the part takes after the span, for the time left. */
void progress_after(Progress *progress, double seconds);
/** Shows a phase at a fraction of the span.
 * @param seconds_left of the span; what follows is added; negative: unknown
 * @return false if the user has asked to stop (interrupt.h) */
bool progress_show(Progress *progress, const char *phase, double fraction,
                   double seconds_left);
/** MedalsProgressFn; the cookie is a Progress. */
bool progress_callback(void *cookie, const MedalsProgress *state);

#endif

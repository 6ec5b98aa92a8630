/*
 * timings.h - measured seconds of one case, and what they come to
 */
#ifndef TIMINGS_H
#define TIMINGS_H

#include <glib.h>

typedef struct Timings {
    GArray *seconds; /* double, as measured; NULL: none yet */
} Timings;

void timings_add(Timings *timings, double seconds);
guint timings_count(const Timings *timings);
/** The smallest value that at least `share` (0 to 1) of all do not exceed;
 *  NaN of none. */
double timings_quantile(const Timings *timings, double share);
void timings_clear(Timings *timings);

#endif

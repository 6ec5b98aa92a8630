/*
 * clock.h - time and memory as the machine counts them
 */
#ifndef MEDALS_CLOCK_H
#define MEDALS_CLOCK_H

#include <stdint.h>

/** Monotonic seconds from an arbitrary start. */
double medals_now(void);
/** Largest resident set of the process so far, bytes. */
uint64_t medals_peak_rss(void);
/** Begins the peak anew at what is resident now, where the system can. */
void medals_peak_rss_reset(void);
/** Memory that could be taken now without swapping, bytes; honours the
 * container's limit where the system tells it. */
uint64_t medals_available_memory(void);

#endif

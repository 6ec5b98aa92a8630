/*
 * interrupt.h - Ctrl-C: the first asks, the second kills
 *
 * Work with a progress callback stops by itself. What has none (reading one
 * big file, writing another) is given up by a watchdog after half a second.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

/** From here on SIGINT and SIGTERM set a flag; the next one of them ends the
 * process at once. SIGPIPE and SIGXFSZ are ignored: writes report them. */
void interrupt_install(void);
/** @return whether the user has asked to stop. */
bool interrupt_asked(void);
/** The opposite, for what asks whether to go on. */
bool interrupt_not_asked(void *unused);

/** Starts the watchdog, or has it watch the next run after
 * interrupt_settle().
 * @param give_up called half a second after the signal on a thread of its own,
 *        while other threads run: removes files, says why; the process then
 *        ends with EXIT_CANCELLED
 * @param cookie valid until interrupt_settle() */
void interrupt_watch(void (*give_up)(void *cookie), void *cookie);
/** From here on the run ends by itself: the watchdog does nothing any more.
 * Does not return if it is at work already. */
void interrupt_settle(void);

#endif

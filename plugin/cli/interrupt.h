/*
 * interrupt.h - Ctrl-C: the first asks, the second kills
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

/** From here on SIGINT and SIGTERM set a flag; the next one of them ends the
 * process at once. SIGPIPE is ignored: writes report it. */
void interrupt_install(void);
/** @return whether the user has asked to stop. */
bool interrupt_asked(void);

#endif

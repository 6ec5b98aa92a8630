/*
 * log.h - lines for the host's log (MedalsLogFn)
 */
#ifndef MEDALS_LOG_H
#define MEDALS_LOG_H

#include <glib.h>

#include "medals/context.h"

/** Where lines go. All zero: nowhere. */
typedef struct MedalsLog {
    MedalsLogFn fn;
    void *cookie;
} MedalsLog;

/** One line; line ends within it become blanks, bytes that are not UTF-8 a
 * mark. Not while a mutex is held. @param log may be NULL
 * @thread any, the call's own */
void medals_log(const MedalsLog *log, MedalsLogLevel level, const char *format,
                ...) G_GNUC_PRINTF(3, 4);
/** Each of a list of texts, a warning. @param lines NULL-terminated, or NULL */
void medals_log_warnings(const MedalsLog *log, const char *const *lines);

#endif

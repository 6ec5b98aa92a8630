/*
 * log.c - lines for the host's log
 */
#include "log.h"

void medals_log(const MedalsLog *log, MedalsLogLevel level, const char *format,
                ...)
{
    if (!log || !log->fn)
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *line = g_utf8_make_valid(text, -1);
    g_strdelimit(line, "\r\n", ' ');
    log->fn(log->cookie, level, line);
}

void medals_log_warnings(const MedalsLog *log, const char *const *lines)
{
    for (size_t n = 0; lines && lines[n]; n++)
        medals_log(log, MEDALS_LOG_WARNING, "%s", lines[n]);
}

/*
 * clock.c - monotonic time, resident set, available memory
 */
#define _GNU_SOURCE
#include "clock.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

double medals_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

uint64_t medals_peak_rss(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (uint64_t) usage.ru_maxrss * 1024;
}

void medals_peak_rss_reset(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (!file)
        return;
    fputs("5", file); /* proc(5): the peak alone */
    fclose(file);
}

/* "KEY:   123 kB" of a /proc file, in bytes; 0 when absent. */
static uint64_t meminfo(const char *text, const char *key)
{
    const char *line = strstr(text, key);
    return line ? strtoull(line + strlen(key), NULL, 10) * 1024 : 0;
}

/* One number of a cgroup file; UINT64_MAX when absent or "max". */
static uint64_t cgroup_number(const char *path)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return UINT64_MAX;
    char *end;
    uint64_t value = strtoull(text, &end, 10);
    return end == text ? UINT64_MAX : value;
}

uint64_t medals_available_memory(void)
{
    uint64_t available = UINT64_MAX;
    g_autofree char *text = NULL;
    if (g_file_get_contents("/proc/meminfo", &text, NULL, NULL))
        available = meminfo(text, "MemAvailable:");
    if (available == 0 || available == UINT64_MAX)
        available = (uint64_t) sysconf(_SC_PHYS_PAGES) *
                    (uint64_t) sysconf(_SC_PAGESIZE);
    uint64_t limit = cgroup_number("/sys/fs/cgroup/memory.max");
    uint64_t used = cgroup_number("/sys/fs/cgroup/memory.current");
    if (limit != UINT64_MAX && used != UINT64_MAX)
        available = MIN(available, limit > used ? limit - used : 0);
    return available;
}

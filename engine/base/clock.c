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

#include "cgroup.h"

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

uint64_t medals_available_memory(void)
{
    uint64_t available = UINT64_MAX;
    g_autofree char *text = NULL;
    if (g_file_get_contents("/proc/meminfo", &text, NULL, NULL))
        available = meminfo(text, "MemAvailable:");
    if (available == 0 || available == UINT64_MAX)
        available = (uint64_t) sysconf(_SC_PHYS_PAGES) *
                    (uint64_t) sysconf(_SC_PAGESIZE);
    g_autofree char *groups = NULL;
    if (!g_file_get_contents("/proc/self/cgroup", &groups, NULL, NULL))
        return available;
    uint64_t group = medals_cgroup_available(groups, "/sys/fs/cgroup");
    return MIN(available, group);
}

/*
 * cgroup.c - limits of memory, group by group
 */
#include "cgroup.h"

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Names of one version's files. */
typedef struct Files {
    const char *limit, *used;
    const char *cache[3]; /* lines of memory.stat; NULL ends them */
} Files;

static const Files version1 = {
    "memory.limit_in_bytes",
    "memory.usage_in_bytes",
    {"total_inactive_file", "total_active_file", NULL}};
static const Files version2 = {
    "memory.max",
    "memory.current",
    {"inactive_file", "active_file", "slab_reclaimable"}};

static char *read_file(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

/* The number that a file holds; UINT64_MAX when absent or "max". */
static uint64_t number_of(const char *folder, const char *name)
{
    g_autofree char *text = read_file(folder, name);
    char *end = text;
    uint64_t value = text ? strtoull(text, &end, 10) : 0;
    return end == text ? UINT64_MAX : value;
}

/* "WORD 123" among the lines of memory.stat; 0 when absent. */
static uint64_t line_of(char **lines, const char *word)
{
    size_t length = strlen(word);
    for (; *lines; lines++)
        if (!strncmp(*lines, word, length) && (*lines)[length] == ' ')
            return strtoull(*lines + length, NULL, 10);
    return 0;
}

static uint64_t cache_of(const char *folder, const Files *files)
{
    g_autofree char *text = read_file(folder, "memory.stat");
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
    uint64_t sum = 0;
    for (size_t n = 0; n < G_N_ELEMENTS(files->cache) && files->cache[n]; n++)
        sum += line_of(lines, files->cache[n]);
    return sum;
}

static uint64_t left_in(const char *folder, const Files *files)
{
    uint64_t limit = number_of(folder, files->limit);
    uint64_t used = number_of(folder, files->used);
    if (limit == UINT64_MAX || used == UINT64_MAX)
        return UINT64_MAX;
    uint64_t cache = cache_of(folder, files);
    used -= MIN(used, cache);
    return limit > used ? limit - used : 0;
}

/* The group and all above it. In a container its path may be the host's, of
 * which only the end, or nothing, is mounted: what is not there says nothing. */
static uint64_t least_of(const char *mount, const char *group,
                         const Files *files)
{
    uint64_t least = left_in(mount, files);
    g_autofree char *path = g_strdup(group);
    for (char *end; (end = strrchr(path, '/')) && end[1]; *end = '\0') {
        g_autofree char *folder = g_build_filename(mount, path, NULL);
        uint64_t left = left_in(folder, files);
        least = MIN(least, left);
        if (end == path)
            break;
    }
    return least;
}

static bool has_word(const char *list, const char *word)
{
    g_auto(GStrv) words = g_strsplit(list, ",", -1);
    return g_strv_contains((const char *const *) words, word);
}

uint64_t medals_cgroup_available(const char *groups, const char *root)
{
    uint64_t least = UINT64_MAX;
    g_auto(GStrv) lines = g_strsplit(groups, "\n", -1);
    g_autofree char *memory = g_build_filename(root, "memory", NULL);
    for (char **line = lines; *line; line++) {
        g_auto(GStrv) part =
            g_strsplit(*line, ":", 3); /* id:controllers:path */
        if (g_strv_length(part) != 3)
            continue;
        uint64_t left = UINT64_MAX;
        if (!strcmp(part[0], "0") && !*part[1])
            left = least_of(root, part[2], &version2);
        else if (has_word(part[1], "memory"))
            left = least_of(memory, part[2], &version1);
        least = MIN(least, left);
    }
    return least;
}

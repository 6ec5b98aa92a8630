#include "label_names.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 1 << 20 };

static void add(GHashTable *names, uint32_t value, char *name)
{
    g_hash_table_insert(names, GUINT_TO_POINTER(value), name);
}

/* A row of the file: VALUE R G B ALPHA VISIBLE MESH "NAME". */
static void take_row(GHashTable *names, const char *row)
{
    while (*row == ' ' || *row == '\t')
        row++;
    if (!g_ascii_isdigit(*row))
        return;
    guint64 value = g_ascii_strtoull(row, NULL, 10);
    const char *open = strchr(row, '"'), *close = strrchr(row, '"');
    if (value > 0 && value <= UINT32_MAX && open && close > open)
        add(names, (uint32_t) value,
            g_strndup(open + 1, (gsize) (close - open - 1)));
}

static void read_label_file(GHashTable *names, const char *path)
{
    g_autofree char *content = NULL;
    gsize size = 0;
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR) ||
        !g_file_get_contents(path, &content, &size, NULL) || size > FILE_LIMIT)
        return;
    g_auto(GStrv) rows = g_strsplit(content, "\n", -1);
    for (char **row = rows; *row; row++)
        take_row(names, *row);
}

GHashTable *label_names_find(const char *path, const MedalsLabelmap *labelmap)
{
    GHashTable *names = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    size_t count = labelmap ? medals_labelmap_segment_count(labelmap) : 0;
    for (size_t s = 0; s < count; s++) {
        MedalsSegment segment;
        if (medals_labelmap_segment(labelmap, s, &segment) && *segment.name)
            add(names, segment.value, g_strdup(segment.name));
    }
    char *beside = medals_labelmap_label_file(path);
    if (count == 0 && beside)
        read_label_file(names, beside);
    medals_bridge_free(beside);
    return names;
}

const char *label_names_get(GHashTable *names, uint32_t value)
{
    return g_hash_table_lookup(names, GUINT_TO_POINTER(value));
}

#include "texts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "options.h"

enum { FILE_LIMIT = 1 << 20, TEXTS_MAX = 500 };

bool texts_split(const char *source, GPtrArray *texts, GError **error)
{
    const char *bad = NULL;
    if (!g_utf8_validate(source, -1, &bad))
        return failure_set(error, EXIT_INPUT,
                           "text: byte 0x%02x at offset %td; expected UTF-8",
                           (unsigned char) *bad, bad - source);
    g_auto(GStrv) items = g_strsplit_set(source, ";\r\n", -1);
    for (char **item = items; *item; item++) {
        g_strstrip(*item);
        if (**item)
            g_ptr_array_add(texts, g_strdup(*item));
    }
    return true;
}

/* The first bytes of a file or pipe, at most one more than the limit. */
static GString *read_some(const char *path, GError **error)
{
    FILE *file = fopen(path, "rb");
    g_autoptr(GString) content = g_string_sized_new(FILE_LIMIT + 2);
    size_t size = file ? fread(content->str, 1, FILE_LIMIT + 1, file) : 0;
    int code = file && !ferror(file) ? 0 : errno;
    if (file)
        fclose(file);
    if (code) {
        failure_set(error, EXIT_INPUT,
                    "%s: cannot be read: %s; expected a text file", path,
                    g_strerror(code));
        return NULL;
    }
    g_string_set_size(content, size);
    return g_steal_pointer(&content);
}

bool texts_read(const char *path, GPtrArray *texts, GError **error)
{
    g_autoptr(GString) content = read_some(path, error);
    if (!content)
        return false;
    if (content->len > FILE_LIMIT)
        return failure_set(error, EXIT_INPUT,
                           "%s: more than %d bytes; expected at most that",
                           path, FILE_LIMIT);
    if (strlen(content->str) != content->len)
        return failure_set(error, EXIT_INPUT,
                           "%s: holds a zero byte; expected text", path);
    return texts_split(content->str, texts, error);
}

bool texts_check(const GPtrArray *texts, GError **error)
{
    if (texts->len == 0)
        return failure_set(error, EXIT_USAGE,
                           "--text: no text given; expected what to segment, "
                           "for example \"left hippocampus; brain stem\"");
    if (texts->len > TEXTS_MAX)
        return failure_set(error, EXIT_INPUT,
                           "--text: %u texts; expected at most %d", texts->len,
                           TEXTS_MAX);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < texts->len; i++)
        if (!g_hash_table_add(seen, texts->pdata[i]))
            return failure_set(error, EXIT_INPUT,
                               "--text: \"%.60s\" given twice; expected "
                               "different texts",
                               (const char *) texts->pdata[i]);
    return true;
}

uint32_t *labels_parse(const char *list, size_t *count, GError **error)
{
    g_auto(GStrv) items = g_strsplit(list, ",", -1);
    *count = g_strv_length(items);
    g_autofree uint32_t *labels = g_new0(uint32_t, *count + 1);
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (size_t i = 0; i < *count; i++) {
        int64_t value = 0;
        if (!integer_parse(items[i], 1, UINT32_MAX, &value)) {
            failure_set(error, EXIT_USAGE,
                        "--labels: \"%s\"; expected a positive whole number",
                        items[i]);
            return NULL;
        }
        if (!g_hash_table_add(seen, GUINT_TO_POINTER((guint) value))) {
            failure_set(error, EXIT_USAGE,
                        "--labels: %" G_GINT64_FORMAT " given twice; expected "
                        "different values",
                        value);
            return NULL;
        }
        labels[i] = (uint32_t) value;
    }
    return g_steal_pointer(&labels);
}

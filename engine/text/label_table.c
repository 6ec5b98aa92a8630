/*
 * label_table.c - the list of classes, and their terms in order of matching
 */
#include "label_table.h"

#include <string.h>

#include "embedded_data.h"
#include "file.h"
#include "label_reader.h"
#include "terminology.h"
#include "text_words.h"
#include "unicode_text.h"

#define MAX_FILE_BYTES ((size_t) 16 << 20)
#define MAX_CLASSES 65536
#define MODALITIES 5

struct MedalsLabelTable {
    GPtrArray *classes;           /* of MedalsClass */
    GArray *terms[MODALITIES][2]; /* of MedalsTerm, by modality and kind */
};

static void term_clear(gpointer data)
{
    MedalsTerm *term = data;
    g_free(term->lower);
    g_free(term->words);
    g_free(term->sided);
}

static MedalsLabelTable *table_new(void)
{
    MedalsLabelTable *table = g_new0(MedalsLabelTable, 1);
    table->classes =
        g_ptr_array_new_with_free_func((GDestroyNotify) medals_class_free);
    for (int m = 0; m < MODALITIES; m++)
        for (int kind = 0; kind < 2; kind++) {
            table->terms[m][kind] =
                g_array_new(FALSE, FALSE, sizeof(MedalsTerm));
            g_array_set_clear_func(table->terms[m][kind], term_clear);
        }
    return table;
}

void medals_label_table_free(MedalsLabelTable *table)
{
    if (!table)
        return;
    for (int m = 0; m < MODALITIES; m++)
        for (int kind = 0; kind < 2; kind++)
            g_array_unref(table->terms[m][kind]);
    g_ptr_array_unref(table->classes);
    g_free(table);
}

static void add_term(MedalsLabelTable *table, size_t index, const char *written,
                     bool inactive)
{
    const MedalsClass *info = medals_label_table_at(table, index);
    MedalsTerm term = {.written = written,
                       .lower = medals_utf8_lower(written),
                       .words = medals_text_words(written),
                       .chars = g_utf8_strlen(written, -1),
                       .class_index = index,
                       .inactive = inactive};
    term.sided = medals_text_words_side_first(term.words);
    g_array_append_val(table->terms[info->modality][info->lesion], term);
}

static gint compare_terms(gconstpointer left, gconstpointer right)
{
    const MedalsTerm *a = left, *b = right;
    if (a->chars != b->chars)
        return a->chars > b->chars ? -1 : 1;
    /* Bytes of UTF-8 sort as code points do. */
    int order = strcmp(a->written, b->written);
    if (order != 0)
        return order;
    return (a->class_index > b->class_index) -
           (a->class_index < b->class_index);
}

static void make_terms(MedalsLabelTable *table)
{
    for (size_t i = 0; i < table->classes->len; i++) {
        const MedalsClass *info = medals_label_table_at(table, i);
        add_term(table, i, info->name, false);
        for (char **s = info->synonyms; *s; s++)
            add_term(table, i, *s, false);
        for (char **s = info->inactive_synonyms; *s; s++)
            add_term(table, i, *s, true);
    }
    for (int m = 0; m < MODALITIES; m++)
        for (int kind = 0; kind < 2; kind++)
            g_array_sort(table->terms[m][kind], compare_terms);
}

/* The how-manieth name of the table is it? Modalities share names. */
static size_t name_number(GHashTable *numbers, const char *name)
{
    char *lower = medals_utf8_lower(name);
    gpointer number;
    if (g_hash_table_lookup_extended(numbers, lower, NULL, &number)) {
        g_free(lower);
        return GPOINTER_TO_SIZE(number);
    }
    size_t next = g_hash_table_size(numbers);
    g_hash_table_insert(numbers, lower, GSIZE_TO_POINTER(next));
    return next;
}

/* Numbers inside each (modality, kind), colours, codes. */
static void complete_classes(MedalsLabelTable *table)
{
    int64_t next[MODALITIES][2] = {{0}};
    g_autoptr(GHashTable) numbers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < table->classes->len; i++) {
        MedalsClass *info = g_ptr_array_index(table->classes, i);
        info->table_index = ++next[info->modality][info->lesion];
        medals_terminology_complete(info, name_number(numbers, info->name));
    }
}

static bool read_entries(MedalsLabelTable *table, const char *name,
                         const cJSON *list, GError **error)
{
    if (!cJSON_IsArray(list))
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: not a JSON list; expected a list of classes",
                           name);
    const cJSON *entry;
    unsigned number = 0;
    cJSON_ArrayForEach(entry, list)
    {
        g_autofree char *where = g_strdup_printf("%s: entry %u", name, number);
        if (table->classes->len >= MAX_CLASSES)
            return medals_fail(error, MEDALS_E_INPUT,
                               "%s: too many classes; expected at most %d",
                               where, MAX_CLASSES);
        if (!medals_label_read(entry, where, table->classes, error))
            return false;
        number++;
    }
    return true;
}

MedalsLabelTable *medals_label_table_parse(const char *name, const char *json,
                                           size_t size, GError **error)
{
    cJSON *list = cJSON_ParseWithLength(json, size);
    MedalsLabelTable *table = table_new();
    bool ok = read_entries(table, name, list, error);
    cJSON_Delete(list);
    if (!ok) {
        medals_label_table_free(table);
        return NULL;
    }
    complete_classes(table);
    make_terms(table);
    return table;
}

MedalsLabelTable *medals_label_table_read(const char *path, GError **error)
{
    size_t size;
    g_autofree char *json =
        medals_file_read(path, MAX_FILE_BYTES, &size, error);
    return json ? medals_label_table_parse(path, json, size, error) : NULL;
}

static gpointer parse_builtin(gpointer unused)
{
    return medals_label_table_parse("labels.json",
                                    (const char *) medals_labels_json,
                                    medals_labels_json_size, NULL);
}

const MedalsLabelTable *medals_label_table_builtin(GError **error)
{
    static GOnce once = G_ONCE_INIT;
    const MedalsLabelTable *table = g_once(&once, parse_builtin, NULL);
    if (!table)
        medals_fail(error, MEDALS_E_INTERNAL,
                    "labels.json: the table in the library is not valid; "
                    "expected a list of classes");
    return table;
}

size_t medals_label_table_count(const MedalsLabelTable *table)
{
    return table->classes->len;
}

const MedalsClass *medals_label_table_at(const MedalsLabelTable *table,
                                         size_t index)
{
    return g_ptr_array_index(table->classes, index);
}

const MedalsTerm *medals_label_table_terms(const MedalsLabelTable *table,
                                           MedalsModality modality, bool lesion,
                                           size_t *count)
{
    if (modality < 0 || modality >= MODALITIES) {
        *count = 0;
        return NULL;
    }
    const GArray *terms = table->terms[modality][lesion];
    *count = terms->len;
    return (const MedalsTerm *) (const void *) terms->data;
}

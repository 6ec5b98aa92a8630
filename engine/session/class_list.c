/*
 * class_list.c - indices, slots, values and texts of classes
 */
#include "class_list.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "medals/session.h"
#include "unicode_text.h"

#define MOST MEDALS_SESSION_MAX_CLASSES

static void entry_free(gpointer data)
{
    MedalsClassEntry *entry = data;
    g_free(entry->text);
    g_free(entry->name);
    g_free(entry);
}

static MedalsClassEntry *entry_copy(const MedalsClassEntry *entry)
{
    MedalsClassEntry *copy = g_memdup2(entry, sizeof *entry);
    copy->text = g_strdup(entry->text);
    copy->name = g_strdup(entry->name);
    return copy;
}

MedalsClassList *medals_class_list_new(void)
{
    MedalsClassList *list = g_new(MedalsClassList, 1);
    list->entries = g_ptr_array_new_with_free_func(entry_free);
    list->next_uid = 1;
    return list;
}

MedalsClassList *medals_class_list_copy(const MedalsClassList *list)
{
    MedalsClassList *copy = medals_class_list_new();
    for (guint i = 0; i < list->entries->len; i++)
        g_ptr_array_add(copy->entries, entry_copy(list->entries->pdata[i]));
    copy->next_uid = list->next_uid;
    return copy;
}

void medals_class_list_free(MedalsClassList *list)
{
    if (!list)
        return;
    g_ptr_array_unref(list->entries);
    g_free(list);
}

size_t medals_class_list_count(const MedalsClassList *list)
{
    return list->entries->len;
}

MedalsClassEntry *medals_class_list_at(const MedalsClassList *list,
                                       size_t index)
{
    return index < list->entries->len ? list->entries->pdata[index] : NULL;
}

int64_t medals_class_list_of_slot(const MedalsClassList *list, uint8_t slot)
{
    for (guint i = 0; i < list->entries->len; i++)
        if (medals_class_list_at(list, i)->slot == slot)
            return i;
    return -1;
}

int64_t medals_class_list_of_uid(const MedalsClassList *list, uint32_t uid)
{
    for (guint i = 0; i < list->entries->len; i++)
        if (medals_class_list_at(list, i)->uid == uid)
            return i;
    return -1;
}

/* ---- adding ------------------------------------------------------------- */

static int64_t of_text(const MedalsClassList *list, const char *text)
{
    for (guint i = 0; i < list->entries->len; i++) {
        const char *other = medals_class_list_at(list, i)->text;
        if (text && other && !strcmp(text, other))
            return i;
    }
    return -1;
}

static bool has_value(const MedalsClassList *list, uint32_t value)
{
    for (guint i = 0; i < list->entries->len; i++)
        if (medals_class_list_at(list, i)->value == value)
            return true;
    return false;
}

static uint8_t free_slot(const MedalsClassList *list)
{
    for (int slot = 1; slot < 256; slot++)
        if (medals_class_list_of_slot(list, (uint8_t) slot) < 0)
            return (uint8_t) slot;
    return 0;
}

static uint32_t free_value(const MedalsClassList *list)
{
    uint32_t value = 1;
    while (has_value(list, value))
        value++;
    return value;
}

static bool check_words(const char *what, const char *words, GError **error)
{
    if (!words)
        return true;
    size_t length = strnlen(words, MEDALS_SESSION_MAX_TEXT + 1);
    if (length == 0)
        return medals_fail(error, MEDALS_E_INPUT, "%s: empty; expected words",
                           what);
    if (length > MEDALS_SESSION_MAX_TEXT)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: longer than %d bytes; expected at most that",
                           what, MEDALS_SESSION_MAX_TEXT);
    return medals_utf8_check(what, words, error);
}

static bool check_room(const MedalsClassList *list, GError **error)
{
    if (list->entries->len < MOST)
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "classes: more than %d; expected at most %d", MOST,
                       MOST);
}

static void append(MedalsClassList *list, const char *text, const char *name,
                   uint32_t value)
{
    MedalsClassEntry *entry = g_new0(MedalsClassEntry, 1);
    entry->uid = list->next_uid++;
    entry->slot = free_slot(list);
    entry->value = value ? value : free_value(list);
    entry->text = g_strdup(text);
    entry->name = name   ? g_strdup(name)
                  : text ? g_strdup(text)
                         : g_strdup_printf("class %u", entry->value);
    entry->mean_probability = NAN;
    g_ptr_array_add(list->entries, entry);
}

bool medals_class_list_add(MedalsClassList *list, const char *text,
                           const char *name, uint32_t value, GError **error)
{
    if (!check_room(list, error) || !check_words("text", text, error) ||
        !check_words("name", name, error))
        return false;
    if (of_text(list, text) >= 0)
        return medals_fail(error, MEDALS_E_INPUT,
                           "text \"%.200s\": given twice; expected different "
                           "texts",
                           text);
    if (value && has_value(list, value))
        return medals_fail(error, MEDALS_E_INPUT,
                           "label value %u: in use; expected another one",
                           value);
    append(list, text, name, value);
    return true;
}

bool medals_class_list_remove(MedalsClassList *list, size_t index,
                              GError **error)
{
    if (index >= list->entries->len)
        return medals_fail(error, MEDALS_E_INPUT,
                           "class %zu: there is none; the session has %u",
                           index, list->entries->len);
    g_ptr_array_remove_index(list->entries, (guint) index);
    return true;
}

/* ---- a new list --------------------------------------------------------- */

static bool check_list(const char *const *texts, const char *const *names,
                       size_t count, GError **error)
{
    if (count == 0)
        return medals_fail(error, MEDALS_E_INPUT,
                           "classes: none; expected at least one");
    if (count > MOST)
        return medals_fail(error, MEDALS_E_INPUT,
                           "classes: %zu; expected at most %d", count, MOST);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < count; i++) {
        if (!check_words("text", texts[i], error) ||
            !check_words("name", names ? names[i] : NULL, error))
            return false;
        if (texts[i] && !g_hash_table_add(seen, (gpointer) texts[i]))
            return medals_fail(error, MEDALS_E_INPUT,
                               "text \"%.200s\": given twice; expected "
                               "different texts",
                               texts[i]);
    }
    return true;
}

/* A class without text, of that name, that nobody took yet. */
static int64_t nameless_fit(const MedalsClassList *list, const bool *taken,
                            const char *name)
{
    for (guint i = 0; name && i < list->entries->len; i++) {
        const MedalsClassEntry *entry = medals_class_list_at(list, i);
        if (!taken[i] && !entry->text && !strcmp(entry->name, name))
            return i;
    }
    return -1;
}

static int64_t next_textless(const MedalsClassList *list, const bool *taken)
{
    for (guint i = 0; i < list->entries->len; i++)
        if (!taken[i] && !medals_class_list_at(list, i)->text)
            return i;
    return -1;
}

/* Which old entry a place of the new list goes on with; -1: a new class. */
static int64_t match(const MedalsClassList *list, const bool *taken,
                     const char *text, const char *name)
{
    int64_t found = of_text(list, text);
    if (found >= 0)
        return found;
    found = nameless_fit(list, taken, name);
    if (found < 0)
        found = nameless_fit(list, taken, text);
    if (found < 0 && !text && !name)
        found = next_textless(list, taken);
    return found;
}

bool medals_class_list_set(MedalsClassList *list, const char *const *texts,
                           const char *const *names, size_t count,
                           GError **error)
{
    if (!check_list(texts, names, count, error))
        return false;
    bool taken[MOST] = {false};
    int64_t from[MOST];
    for (size_t i = 0; i < count; i++) {
        from[i] = match(list, taken, texts[i], names ? names[i] : NULL);
        if (from[i] >= 0)
            taken[from[i]] = true;
    }
    GPtrArray *old = list->entries;
    list->entries = g_ptr_array_new_with_free_func(entry_free);
    /* Kept entries first: new ones must not take their slots and values. */
    MedalsClassEntry *kept[MOST] = {NULL};
    for (size_t i = 0; i < count; i++)
        if (from[i] >= 0) {
            kept[i] = entry_copy(old->pdata[from[i]]);
            g_ptr_array_add(list->entries, kept[i]);
        }
    for (size_t i = 0; i < count; i++) {
        const char *name = names ? names[i] : NULL;
        if (!kept[i]) {
            append(list, texts[i], name, 0);
            kept[i] = list->entries->pdata[list->entries->len - 1];
            continue;
        }
        if (!kept[i]->text && texts[i]) {
            kept[i]->text = g_strdup(texts[i]);
            kept[i]->mean_probability = NAN;
        }
        if (name) {
            g_free(kept[i]->name);
            kept[i]->name = g_strdup(name);
        }
    }
    memcpy(list->entries->pdata, kept, count * sizeof *kept);
    g_ptr_array_unref(old);
    return true;
}

/* ---- comparing, JSON ---------------------------------------------------- */

static bool same_number(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

bool medals_class_list_equal(const MedalsClassList *a, const MedalsClassList *b)
{
    if (a->entries->len != b->entries->len || a->next_uid != b->next_uid)
        return false;
    for (guint i = 0; i < a->entries->len; i++) {
        const MedalsClassEntry *x = medals_class_list_at(a, i);
        const MedalsClassEntry *y = medals_class_list_at(b, i);
        if (x->uid != y->uid || x->slot != y->slot || x->value != y->value ||
            g_strcmp0(x->text, y->text) != 0 ||
            g_strcmp0(x->name, y->name) != 0 ||
            !same_number(x->mean_probability, y->mean_probability))
            return false;
    }
    return true;
}

char *medals_class_list_to_json(const MedalsClassList *list)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "next_uid", list->next_uid);
    cJSON *classes = cJSON_AddArrayToObject(object, "classes");
    for (guint i = 0; i < list->entries->len; i++) {
        const MedalsClassEntry *entry = medals_class_list_at(list, i);
        cJSON *one = cJSON_CreateObject();
        cJSON_AddNumberToObject(one, "uid", entry->uid);
        cJSON_AddNumberToObject(one, "slot", entry->slot);
        cJSON_AddNumberToObject(one, "value", entry->value);
        if (entry->text)
            cJSON_AddStringToObject(one, "text", entry->text);
        cJSON_AddStringToObject(one, "name", entry->name);
        if (!isnan(entry->mean_probability)) {
            char number[G_ASCII_DTOSTR_BUF_SIZE];
            g_ascii_dtostr(number, sizeof number, entry->mean_probability);
            cJSON_AddStringToObject(one, "mean_probability", number);
        }
        cJSON_AddItemToArray(classes, one);
    }
    char *text = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    char *own = g_strdup(text);
    cJSON_free(text);
    return own;
}

static bool whole_number(const cJSON *object, const char *name, double low,
                         double high, uint32_t *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= low) ||
        !(item->valuedouble <= high) ||
        item->valuedouble != floor(item->valuedouble))
        return false;
    *out = (uint32_t) item->valuedouble;
    return true;
}

/* Words of a class, or NULL where there are none; false: not words. */
static bool words_of(const cJSON *object, const char *name, char **out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!item)
        return true;
    if (!cJSON_IsString(item) || !check_words(name, item->valuestring, NULL))
        return false;
    *out = g_strdup(item->valuestring);
    return true;
}

static bool read_entry(const cJSON *object, MedalsClassList *list)
{
    MedalsClassEntry *entry = g_new0(MedalsClassEntry, 1);
    uint32_t slot = 0;
    entry->mean_probability = NAN;
    bool ok = whole_number(object, "uid", 1, UINT32_MAX, &entry->uid) &&
              whole_number(object, "slot", 1, 255, &slot) &&
              whole_number(object, "value", 1, UINT32_MAX, &entry->value) &&
              words_of(object, "text", &entry->text) &&
              words_of(object, "name", &entry->name) && entry->name &&
              entry->uid < list->next_uid &&
              medals_class_list_of_slot(list, (uint8_t) slot) < 0 &&
              medals_class_list_of_uid(list, entry->uid) < 0 &&
              !has_value(list, entry->value) && of_text(list, entry->text) < 0;
    const cJSON *mean =
        cJSON_GetObjectItemCaseSensitive(object, "mean_probability");
    if (cJSON_IsString(mean))
        entry->mean_probability = g_ascii_strtod(mean->valuestring, NULL);
    entry->slot = (uint8_t) slot;
    if (!ok) {
        entry_free(entry);
        return false;
    }
    g_ptr_array_add(list->entries, entry);
    return true;
}

MedalsClassList *medals_class_list_from_json(const char *json, size_t size,
                                             GError **error)
{
    cJSON *object = cJSON_ParseWithLength(json, size);
    const cJSON *classes = cJSON_GetObjectItemCaseSensitive(object, "classes");
    MedalsClassList *list = medals_class_list_new();
    bool ok = cJSON_IsArray(classes) && cJSON_GetArraySize(classes) <= MOST &&
              whole_number(object, "next_uid", 1, UINT32_MAX, &list->next_uid);
    const cJSON *one;
    cJSON_ArrayForEach(one, classes)
    {
        ok = ok && read_entry(one, list);
    }
    cJSON_Delete(object);
    if (ok)
        return list;
    medals_class_list_free(list);
    medals_fail(error, MEDALS_E_INPUT,
                "class list: not what a session writes; expected its own JSON");
    return NULL;
}

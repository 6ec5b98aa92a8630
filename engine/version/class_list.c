/*
 * class_list.c - indices, slots, values and texts of classes
 */
#include "class_list.h"

#include <math.h>
#include <string.h>

#include "unicode_text.h"

#define MOST MEDALS_SESSION_MAX_CLASSES

void medals_class_entry_free(MedalsClassEntry *entry)
{
    g_free(entry->text);
    g_free(entry->name);
    g_free(entry);
}

static void entry_free(gpointer entry)
{
    medals_class_entry_free(entry);
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

bool medals_class_words_check(const char *what, const char *words,
                              GError **error)
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
    if (list->next_uid >= MEDALS_CLASS_LAST_UID)
        return medals_fail(error, MEDALS_E_INPUT,
                           "classes: %u were made; expected fewer",
                           list->next_uid - 1);
    if (list->entries->len < MOST)
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "classes: more than %d; expected at most %d", MOST,
                       MOST);
}

static MedalsClassEntry *append(MedalsClassList *list, const char *text,
                                const char *name, uint32_t value)
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
    return entry;
}

bool medals_class_list_add(MedalsClassList *list, const char *text,
                           const char *name, uint32_t value, GError **error)
{
    if (!check_room(list, error) ||
        !medals_class_words_check("text", text, error) ||
        !medals_class_words_check("name", name, error))
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

/* What a new list is made from: count texts and names, and for each place the
 * entry of the old list that goes on there, or -1. */
typedef struct Wanted {
    const char *const *texts, *const *names;
    size_t count;
    int64_t from[MOST];
    bool taken[MOST]; /* by place in the old list */
} Wanted;

static const char *name_of(const Wanted *wanted, size_t i)
{
    return wanted->names ? wanted->names[i] : NULL;
}

static bool check_wanted(const MedalsClassList *list, const Wanted *wanted,
                         GError **error)
{
    if (wanted->count == 0 || wanted->count > MOST)
        return medals_fail(error, MEDALS_E_INPUT,
                           "classes: %zu; expected 1 to %d", wanted->count,
                           MOST);
    if (list->next_uid >= MEDALS_CLASS_LAST_UID)
        return medals_fail(error, MEDALS_E_INPUT,
                           "classes: %u were made; expected fewer",
                           list->next_uid - 1);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < wanted->count; i++) {
        const char *text = wanted->texts[i];
        if (!medals_class_words_check("text", text, error) ||
            !medals_class_words_check("name", name_of(wanted, i), error))
            return false;
        if (text && !g_hash_table_add(seen, (gpointer) text))
            return medals_fail(error, MEDALS_E_INPUT,
                               "text \"%.200s\": given twice; expected "
                               "different texts",
                               text);
    }
    return true;
}

/* A class without text, of that name (NULL: of any), that is not taken. */
static int64_t textless(const MedalsClassList *list, const Wanted *wanted,
                        const char *name)
{
    for (guint i = 0; i < list->entries->len; i++) {
        const MedalsClassEntry *entry = medals_class_list_at(list, i);
        if (!wanted->taken[i] && !entry->text &&
            (!name || !strcmp(entry->name, name)))
            return i;
    }
    return -1;
}

static int64_t match(const MedalsClassList *list, const Wanted *wanted,
                     size_t i)
{
    const char *text = wanted->texts[i], *name = name_of(wanted, i);
    int64_t found = of_text(list, text);
    if (found < 0 && name)
        found = textless(list, wanted, name);
    if (found < 0 && text)
        found = textless(list, wanted, text);
    return found;
}

/* Words first; then those without any go on in order. */
static void match_all(const MedalsClassList *list, Wanted *wanted)
{
    for (size_t i = 0; i < wanted->count; i++) {
        wanted->from[i] = match(list, wanted, i);
        if (wanted->from[i] >= 0)
            wanted->taken[wanted->from[i]] = true;
    }
    for (size_t i = 0; i < wanted->count; i++) {
        if (wanted->texts[i] || name_of(wanted, i))
            continue;
        wanted->from[i] = textless(list, wanted, NULL);
        if (wanted->from[i] >= 0)
            wanted->taken[wanted->from[i]] = true;
    }
}

static MedalsClassEntry *go_on(const MedalsClassEntry *old, const char *text,
                               const char *name)
{
    MedalsClassEntry *entry = entry_copy(old);
    if (text && !entry->text) {
        entry->text = g_strdup(text);
        entry->mean_probability = NAN;
    }
    if (name) {
        g_free(entry->name);
        entry->name = g_strdup(name);
    }
    return entry;
}

bool medals_class_list_set(MedalsClassList *list, const char *const *texts,
                           const char *const *names, size_t count,
                           GError **error)
{
    Wanted wanted = {.texts = texts, .names = names, .count = count};
    if (!check_wanted(list, &wanted, error))
        return false;
    match_all(list, &wanted);
    g_autoptr(GPtrArray) old = list->entries;
    list->entries = g_ptr_array_new_with_free_func(entry_free);
    /* Kept entries first: new ones must not take their slots and values. */
    MedalsClassEntry *placed[MOST] = {NULL};
    for (size_t i = 0; i < count; i++)
        if (wanted.from[i] >= 0) {
            placed[i] = go_on(old->pdata[wanted.from[i]], texts[i],
                              name_of(&wanted, i));
            g_ptr_array_add(list->entries, placed[i]);
        }
    for (size_t i = 0; i < count; i++)
        if (!placed[i])
            placed[i] = append(list, texts[i], name_of(&wanted, i), 0);
    memcpy(list->entries->pdata, placed, count * sizeof *placed);
    return true;
}

/* ---- comparing ---------------------------------------------------------- */

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

/* Slots, values, uids and texts are each given once. */
static bool is_new(const MedalsClassList *list, const MedalsClassEntry *entry)
{
    return medals_class_list_of_slot(list, entry->slot) < 0 &&
           medals_class_list_of_uid(list, entry->uid) < 0 &&
           !has_value(list, entry->value) && of_text(list, entry->text) < 0;
}

bool medals_class_list_take(MedalsClassList *list, MedalsClassEntry *entry)
{
    if (!is_new(list, entry)) {
        medals_class_entry_free(entry);
        return false;
    }
    g_ptr_array_add(list->entries, entry);
    return true;
}

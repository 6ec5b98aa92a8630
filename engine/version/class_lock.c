/*
 * class_lock.c - what a call may not change, block by block
 */
#include "class_lock.h"

#include <string.h>

#include "block_walk.h"
#include "memory.h"

GHashTable *medals_class_locks_new(void)
{
    return g_hash_table_new(NULL, NULL);
}

bool medals_class_locks_has(const GHashTable *locks, uint32_t uid)
{
    return g_hash_table_contains((GHashTable *) locks, GUINT_TO_POINTER(uid));
}

void medals_class_locks_set(GHashTable *locks, uint32_t uid, bool locked)
{
    if (locked)
        g_hash_table_add(locks, GUINT_TO_POINTER(uid));
    else
        g_hash_table_remove(locks, GUINT_TO_POINTER(uid));
}

static gint compare_uids(gconstpointer a, gconstpointer b)
{
    guint x = GPOINTER_TO_UINT(a), y = GPOINTER_TO_UINT(b);
    return (x > y) - (x < y);
}

char *medals_class_locks_word(const GHashTable *locks)
{
    GString *word = g_string_new(NULL);
    GList *uids =
        g_list_sort(g_hash_table_get_keys((GHashTable *) locks), compare_uids);
    for (GList *at = uids; at; at = at->next)
        g_string_append_printf(word, "%s%u", word->len ? "," : "",
                               GPOINTER_TO_UINT(at->data));
    g_list_free(uids);
    return g_string_free(word, FALSE);
}

void medals_class_locks_of_word(GHashTable *locks, const char *word)
{
    g_auto(GStrv) parts = g_strsplit(word ? word : "", ",", -1);
    for (char **part = parts; *part; part++) {
        guint64 uid;
        if (g_ascii_string_to_unsigned(*part, 10, 1, UINT32_MAX, &uid, NULL))
            medals_class_locks_set(locks, (uint32_t) uid, true);
    }
}

/* ---- what is given back ------------------------------------------------- */

/* Buffers of one block. */
enum { WHERE, BEFORE, NEXT, BUFFERS };

typedef struct Hold {
    const MedalsState *before;
    MedalsState *next;
    bool held[256]; /* by slot */
    GArray *boxes;  /* int64_t [6], blocks in which something is given back */
    uint8_t *buffer[BUFFERS];
    uint64_t kept;
} Hold;

static bool take_held(const GHashTable *locks, Hold *hold)
{
    bool any = false;
    const MedalsClassList *list = hold->next->classes;
    for (size_t i = 0; i < medals_class_list_count(list); i++) {
        const MedalsClassEntry *entry = medals_class_list_at(list, i);
        bool held =
            medals_class_locks_has(locks, entry->uid) &&
            medals_class_list_of_uid(hold->before->classes, entry->uid) >= 0;
        hold->held[entry->slot] = held;
        any = any || held;
    }
    return any;
}

static bool is_held(const Hold *hold, uint8_t before, uint8_t next)
{
    return before != next && (hold->held[before] || hold->held[next]);
}

static bool note_block(void *cookie, const int64_t box[6],
                       const uint8_t *before, const uint8_t *next)
{
    Hold *hold = cookie;
    size_t n = medals_block_voxels(box);
    for (size_t v = 0; v < n; v++)
        if (is_held(hold, before[v], next[v])) {
            g_array_append_vals(hold->boxes, box, 1);
            break;
        }
    return true;
}

/* `to` becomes `from` where WHERE is not 0. */
static bool restore(Hold *hold, const int64_t box[6], const MedalsLayer *from,
                    MedalsLayer *to, GError **error)
{
    uint8_t *before = hold->buffer[BEFORE], *next = hold->buffer[NEXT];
    size_t n = medals_block_voxels(box);
    memset(before, 0, n);
    if (from)
        medals_layer_read(from, box, before);
    medals_layer_read(to, box, next);
    for (size_t v = 0; v < n; v++)
        if (hold->buffer[WHERE][v])
            next[v] = before[v];
    return medals_layer_write(to, box, next, error);
}

static void mark_where(Hold *hold, const int64_t box[6])
{
    uint8_t *where = hold->buffer[WHERE], *next = hold->buffer[NEXT];
    size_t n = medals_block_voxels(box);
    medals_layer_read(hold->before->labels, box, where);
    medals_layer_read(hold->next->labels, box, next);
    for (size_t v = 0; v < n; v++) {
        where[v] = is_held(hold, where[v], next[v]);
        hold->kept += where[v];
    }
}

static bool give_back(Hold *hold, const int64_t box[6], GError **error)
{
    GHashTableIter iter;
    gpointer uid, marks;
    mark_where(hold, box);
    g_hash_table_iter_init(&iter, hold->next->marks);
    while (g_hash_table_iter_next(&iter, &uid, &marks)) {
        const MedalsLayer *before =
            medals_state_peek_marks(hold->before, GPOINTER_TO_UINT(uid));
        if (!restore(hold, box, before, marks, error))
            return false;
    }
    return restore(hold, box, hold->before->labels, hold->next->labels, error);
}

bool medals_class_locks_hold(const GHashTable *locks, const MedalsState *before,
                             MedalsState *next, uint64_t *kept, GError **error)
{
    Hold hold = {.before = before, .next = next};
    *kept = 0;
    if (!take_held(locks, &hold))
        return true;
    uint8_t *all = medals_alloc(BUFFERS, MEDALS_BLOCK_VOXELS, "locks", error);
    if (!all)
        return false;
    for (int n = 0; n < BUFFERS; n++)
        hold.buffer[n] = all + n * MEDALS_BLOCK_VOXELS;
    hold.boxes = g_array_new(FALSE, FALSE, 6 * sizeof(int64_t));
    medals_layer_compare(before->labels, next->labels, note_block, &hold);
    bool done = true;
    for (guint i = 0; done && i < hold.boxes->len; i++)
        done = give_back(
            &hold, (const int64_t *) (void *) hold.boxes->data + 6 * i, error);
    *kept = hold.kept;
    g_array_unref(hold.boxes);
    medals_free(all);
    return done;
}

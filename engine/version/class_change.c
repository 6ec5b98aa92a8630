/*
 * class_change.c - what each class won and lost between two versions
 *
 * Labels are slots, and a slot may belong to different classes in the two:
 * slots are translated to places in one list of both versions' classes. Rows
 * are looked at in runs of equal pairs (before, after).
 */
#include "state.h"

#include <string.h>

#include "block_walk.h"
#include "byte_run.h"

/* A place that no class has. */
#define NONE 0

typedef struct Comparison {
    GArray *changes;                  /* MedalsClassChange; entry 0: NONE */
    uint16_t before[256], after[256]; /* slot -> entry */
    bool handed_over; /* a slot belongs to different classes in the two */
} Comparison;

static void add_list(Comparison *c, const MedalsClassList *list,
                     const MedalsClassList *later, uint16_t *place)
{
    for (size_t i = 0; i < medals_class_list_count(list); i++) {
        const MedalsClassEntry *entry = medals_class_list_at(list, i);
        int64_t known =
            later ? medals_class_list_of_uid(later, entry->uid) : -1;
        MedalsClassChange change = {.uid = entry->uid};
        place[entry->slot] =
            (uint16_t) (known >= 0 ? known + 1 : (int64_t) c->changes->len);
        if (known < 0)
            g_array_append_val(c->changes, change);
    }
}

static void note(MedalsClassChange *change, uint64_t *count,
                 const int64_t row[6])
{
    bool any = change->added + change->removed > 0;
    *count += (uint64_t) (row[1] - row[0]);
    for (int x = 0; x < 6; x += 2) {
        int64_t *e = change->extent + x;
        e[0] = any ? MIN(e[0], row[x]) : row[x];
        e[1] = any ? MAX(e[1], row[x + 1]) : row[x + 1];
    }
}

/* A run of voxels that were of one entry and are of another. */
static void note_run(Comparison *c, uint16_t was, uint16_t is,
                     const int64_t row[6])
{
    MedalsClassChange *change = (MedalsClassChange *) (void *) c->changes->data;
    if (was == is)
        return;
    if (was != NONE)
        note(&change[was], &change[was].removed, row);
    if (is != NONE)
        note(&change[is], &change[is].added, row);
}

static void compare_row(Comparison *c, const uint8_t *before,
                        const uint8_t *after, int64_t i0, int64_t i1, int64_t j,
                        int64_t k)
{
    size_t width = (size_t) (i1 - i0);
    if (!c->handed_over && memcmp(before, after, width) == 0)
        return;
    for (size_t i = 0; i < width;) {
        size_t run = MIN(medals_byte_run(before + i, width - i),
                         medals_byte_run(after + i, width - i));
        const int64_t row[6] = {
            i0 + (int64_t) i, i0 + (int64_t) (i + run), j, j + 1, k, k + 1};
        note_run(c, c->before[before[i]], c->after[after[i]], row);
        i += run;
    }
}

static bool compare_block(void *cookie, const int64_t box[6],
                          const uint8_t *before, const uint8_t *after)
{
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++) {
            compare_row(cookie, before, after, box[0], box[1], j, k);
            before += box[1] - box[0];
            after += box[1] - box[0];
        }
    return true;
}

/* Equal bytes mean different classes then: all blocks are looked at. */
static void compare_all(Comparison *c, const MedalsLayer *a,
                        const MedalsLayer *b)
{
    int64_t whole[6];
    uint8_t before[MEDALS_BLOCK_VOXELS], after[MEDALS_BLOCK_VOXELS];
    medals_block_whole(medals_layer_size(a), whole);
    MedalsBlockWalk walk = medals_block_walk(medals_layer_size(a), whole);
    MedalsBlockPart part;
    while (medals_block_next(&walk, &part)) {
        medals_layer_read(a, part.box, before);
        medals_layer_read(b, part.box, after);
        compare_block(c, part.box, before, after);
    }
}

static Comparison comparison(const MedalsState *a, const MedalsState *b)
{
    Comparison c = {0};
    c.changes = g_array_new(FALSE, TRUE, sizeof(MedalsClassChange));
    g_array_set_size(c.changes, 1);
    add_list(&c, b->classes, NULL, c.after);
    add_list(&c, a->classes, b->classes, c.before);
    for (int slot = 1; slot < 256; slot++)
        c.handed_over =
            c.handed_over || (c.before[slot] != NONE && c.after[slot] != NONE &&
                              c.before[slot] != c.after[slot]);
    return c;
}

GArray *medals_state_changes(const MedalsState *a, const MedalsState *b)
{
    Comparison c = comparison(a, b);
    if (c.handed_over)
        compare_all(&c, a->labels, b->labels);
    else
        medals_layer_compare(a->labels, b->labels, compare_block, &c);
    MedalsClassChange *change = (MedalsClassChange *) (void *) c.changes->data;
    guint kept = 0;
    for (guint n = 1; n < c.changes->len; n++)
        if (change[n].added + change[n].removed > 0)
            change[kept++] = change[n];
    g_array_set_size(c.changes, kept);
    return c.changes;
}

bool medals_state_difference(const MedalsState *a, const MedalsState *b,
                             int64_t box[6])
{
    Comparison c = comparison(a, b);
    g_array_unref(c.changes);
    if (!c.handed_over)
        return medals_layer_difference(a->labels, b->labels, box);
    g_autoptr(GArray) changes = medals_state_changes(a, b);
    for (guint n = 0; n < changes->len; n++) {
        const int64_t *e = g_array_index(changes, MedalsClassChange, n).extent;
        for (int x = 0; x < 6; x += 2) {
            box[x] = n ? MIN(box[x], e[x]) : e[x];
            box[x + 1] = n ? MAX(box[x + 1], e[x + 1]) : e[x + 1];
        }
    }
    return changes->len > 0;
}

bool medals_state_change(const MedalsState *a, const MedalsState *b,
                         uint32_t uid, int64_t extent[6], uint64_t *added,
                         uint64_t *removed)
{
    g_autoptr(GArray) changes = medals_state_changes(a, b);
    *added = *removed = 0;
    for (guint n = 0; n < changes->len; n++) {
        const MedalsClassChange *one =
            &g_array_index(changes, MedalsClassChange, n);
        if (one->uid != uid)
            continue;
        memcpy(extent, one->extent, sizeof one->extent);
        *added = one->added;
        *removed = one->removed;
        return true;
    }
    return false;
}

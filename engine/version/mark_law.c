/*
 * mark_law.c - what marks do to labels, block by block
 *
 *   mark     the user's word: sets marks, takes others' away, moves labels
 *   answer   moves labels as far as marks allow, and notes what it moved
 *   predict  new labels, then marks over them: kept ones, then the user's
 *
 * Marks always agree with labels where the two meet: a voxel with IN or
 * KEPT_IN of a class carries it, one with OUT or KEPT_OUT does not. Only marks
 * that are remembered without an answer wait for it.
 */
#include "state.h"

#include <string.h>

#include "block_walk.h"
#include "byte_run.h"
#include "memory.h"

/* Buffers of one block. */
enum { GIVEN, LABELS, MARKS, OTHERS, HELD, BUFFERS };

/* One change of a state, for one class. */
typedef struct Law {
    MedalsState *state;
    uint32_t uid;
    uint8_t slot;
    MedalsLayer *marks;
    uint8_t *buffer[BUFFERS];
    GError **error;
} Law;

static bool take_buffers(Law *law)
{
    uint8_t *all =
        medals_alloc(BUFFERS, MEDALS_BLOCK_VOXELS, "marks", law->error);
    for (int n = 0; all && n < BUFFERS; n++)
        law->buffer[n] = all + n * MEDALS_BLOCK_VOXELS;
    return all != NULL;
}

static bool law_init(Law *law, MedalsState *state, size_t index, GError **error)
{
    const MedalsClassEntry *entry = medals_class_list_at(state->classes, index);
    *law = (Law){.state = state,
                 .uid = entry->uid,
                 .slot = entry->slot,
                 .marks = medals_state_marks(state, entry->uid, error),
                 .error = error};
    return law->marks && take_buffers(law);
}

static void law_clear(Law *law)
{
    medals_free(law->buffer[GIVEN]);
}

/* The part of a buffer over `box`; NULL stands for ones. */
static void gather(Law *law, const uint8_t *given, const int64_t box[6],
                   const int64_t part[6])
{
    if (given)
        medals_block_gather(given, box, part, law->buffer[GIVEN]);
    else
        memset(law->buffer[GIVEN], 1, medals_block_voxels(part));
}

static bool all_zero(const uint8_t *data, size_t n)
{
    return data[0] == 0 && medals_byte_run(data, n) == n;
}

/* ---- mark --------------------------------------------------------------- */

/* IN and KEPT_IN that others have where `where` is not 0 go. */
static bool take_away(Law *law, const int64_t part[6], const uint8_t *where)
{
    GHashTableIter iter;
    gpointer uid, marks;
    uint8_t *others = law->buffer[OTHERS];
    size_t n = medals_block_voxels(part);
    g_hash_table_iter_init(&iter, law->state->marks);
    while (g_hash_table_iter_next(&iter, &uid, &marks)) {
        if (GPOINTER_TO_UINT(uid) == law->uid ||
            medals_layer_is_clear(marks, part))
            continue;
        medals_layer_read(marks, part, others);
        for (size_t v = 0; v < n; v++)
            if (where[v] && (others[v] == MEDALS_MARK_IN ||
                             others[v] == MEDALS_MARK_KEPT_IN))
                others[v] = MEDALS_MARK_NONE;
        if (!medals_layer_write(marks, part, others, law->error))
            return false;
    }
    return true;
}

static bool mark_part(Law *law, const int64_t part[6], MedalsMark mark)
{
    const uint8_t *where = law->buffer[GIVEN];
    uint8_t *labels = law->buffer[LABELS], *marks = law->buffer[MARKS];
    size_t n = medals_block_voxels(part);
    if (all_zero(where, n))
        return true;
    medals_layer_read(law->state->labels, part, labels);
    medals_layer_read(law->marks, part, marks);
    for (size_t v = 0; v < n; v++) {
        if (!where[v])
            continue;
        marks[v] = (uint8_t) mark;
        if (mark == MEDALS_MARK_IN)
            labels[v] = law->slot;
        else if (labels[v] == law->slot)
            labels[v] = 0;
    }
    return (mark != MEDALS_MARK_IN || take_away(law, part, where)) &&
           medals_layer_write(law->marks, part, marks, law->error) &&
           medals_layer_write(law->state->labels, part, labels, law->error);
}

bool medals_state_mark(MedalsState *state, size_t index, const int64_t box[6],
                       const uint8_t *mask, MedalsMark mark, GError **error)
{
    Law law;
    if (!law_init(&law, state, index, error))
        return false;
    MedalsBlockWalk walk = medals_block_walk(state->size, box);
    MedalsBlockPart part;
    bool ok = true;
    while (ok && medals_block_next(&walk, &part)) {
        gather(&law, mask, box, part.box);
        ok = mark_part(&law, part.box, mark);
    }
    law_clear(&law);
    return ok;
}

/* ---- answer ------------------------------------------------------------- */

/* 1 in HELD where another class holds the voxel by the user's word. */
static void read_held(Law *law, const int64_t part[6])
{
    GHashTableIter iter;
    gpointer uid, marks;
    uint8_t *others = law->buffer[OTHERS], *held = law->buffer[HELD];
    size_t n = medals_block_voxels(part);
    memset(held, 0, n);
    g_hash_table_iter_init(&iter, law->state->marks);
    while (g_hash_table_iter_next(&iter, &uid, &marks)) {
        if (GPOINTER_TO_UINT(uid) == law->uid ||
            medals_layer_is_clear(marks, part))
            continue;
        medals_layer_read(marks, part, others);
        for (size_t v = 0; v < n; v++)
            held[v] |= others[v] == MEDALS_MARK_IN;
    }
}

/* What may not change is struck from GIVEN: 1 is left where a voxel enters, 2
 * where one leaves. */
static void strike(Law *law, size_t n)
{
    uint8_t *change = law->buffer[GIVEN];
    const uint8_t *labels = law->buffer[LABELS], *marks = law->buffer[MARKS];
    const uint8_t *held = law->buffer[HELD];
    for (size_t v = 0; v < n; v++) {
        bool has = labels[v] == law->slot;
        bool enters =
            change[v] == 1 && !has && !held[v] && marks[v] != MEDALS_MARK_OUT;
        bool leaves = change[v] == 2 && has && marks[v] != MEDALS_MARK_IN;
        change[v] = enters ? 1 : leaves ? 2 : 0;
    }
}

/* The class's own mark after a voxel moved; a wish without an answer, such as
 * an IN of which the voxel was not in the class, is not lost. */
static uint8_t mark_after(uint8_t change, uint8_t mark, bool keep)
{
    uint8_t law = change == 1 ? MEDALS_MARK_IN : MEDALS_MARK_OUT;
    if (mark == law)
        return mark;
    if (!keep)
        return MEDALS_MARK_NONE;
    return change == 1 ? MEDALS_MARK_KEPT_IN : MEDALS_MARK_KEPT_OUT;
}

static bool answer_part(Law *law, const int64_t part[6], bool keep)
{
    uint8_t *labels = law->buffer[LABELS], *marks = law->buffer[MARKS];
    uint8_t *change = law->buffer[GIVEN], *enters = law->buffer[HELD];
    size_t n = medals_block_voxels(part);
    if (!memchr(change, 1, n) && !memchr(change, 2, n))
        return true;
    medals_layer_read(law->state->labels, part, labels);
    medals_layer_read(law->marks, part, marks);
    read_held(law, part);
    strike(law, n);
    for (size_t v = 0; v < n; v++) {
        enters[v] = change[v] == 1;
        if (!change[v])
            continue;
        labels[v] = change[v] == 1 ? law->slot : 0;
        marks[v] = mark_after(change[v], marks[v], keep);
    }
    return take_away(law, part, enters) &&
           medals_layer_write(law->marks, part, marks, law->error) &&
           medals_layer_write(law->state->labels, part, labels, law->error);
}

bool medals_state_answer(MedalsState *state, size_t index, const int64_t box[6],
                         const uint8_t *change, bool keep, GError **error)
{
    Law law;
    if (!law_init(&law, state, index, error))
        return false;
    MedalsBlockWalk walk = medals_block_walk(state->size, box);
    MedalsBlockPart part;
    bool ok = true;
    while (ok && medals_block_next(&walk, &part)) {
        gather(&law, change, box, part.box);
        ok = answer_part(&law, part.box, keep);
    }
    law_clear(&law);
    return ok;
}

/* ---- predict ------------------------------------------------------------ */

/* Lays marks of one strength over new labels. */
static void overlay(Law *law, const int64_t part[6], MedalsMark in,
                    MedalsMark out)
{
    const MedalsState *state = law->state;
    uint8_t *labels = law->buffer[LABELS], *marks = law->buffer[MARKS];
    size_t n = medals_block_voxels(part);
    for (size_t i = 0; i < medals_class_list_count(state->classes); i++) {
        const MedalsClassEntry *entry = medals_class_list_at(state->classes, i);
        const MedalsLayer *layer = medals_state_peek_marks(state, entry->uid);
        if (!layer || medals_layer_is_clear(layer, part))
            continue;
        medals_layer_read(layer, part, marks);
        for (size_t v = 0; v < n; v++) {
            if (marks[v] == in)
                labels[v] = entry->slot;
            else if (marks[v] == out && labels[v] == entry->slot)
                labels[v] = 0;
        }
    }
}

/* New labels where asked classes may go; the others' voxels stay. */
static void merge(Law *law, const bool asked[256], size_t n)
{
    uint8_t *labels = law->buffer[LABELS];
    const uint8_t *fresh = law->buffer[GIVEN];
    for (size_t v = 0; v < n; v++)
        if (labels[v] == 0 || asked[labels[v]])
            labels[v] = asked[fresh[v]] ? fresh[v] : 0;
}

static bool predict_part(Law *law, const int64_t part[6], const bool asked[256])
{
    uint8_t *labels = law->buffer[LABELS];
    medals_layer_read(law->state->labels, part, labels);
    merge(law, asked, medals_block_voxels(part));
    overlay(law, part, MEDALS_MARK_KEPT_IN, MEDALS_MARK_KEPT_OUT);
    overlay(law, part, MEDALS_MARK_IN, MEDALS_MARK_OUT);
    return medals_layer_write(law->state->labels, part, labels, law->error);
}

bool medals_state_predict(MedalsState *state, const uint8_t *labels,
                          const bool asked[256], GError **error)
{
    Law law = {.state = state, .error = error};
    int64_t box[6];
    medals_block_whole(state->size, box);
    if (!take_buffers(&law))
        return false;
    MedalsBlockWalk walk = medals_block_walk(state->size, box);
    MedalsBlockPart part;
    bool ok = true;
    while (ok && medals_block_next(&walk, &part)) {
        gather(&law, labels, box, part.box);
        ok = predict_part(&law, part.box, asked);
    }
    law_clear(&law);
    return ok;
}

/*
 * given_prompt.c - a prompt is marked, answered and committed
 *
 *   none     the mark is remembered, no voxel changes
 *   instant  next = marks + instant answer
 *   full     next = marks + answer of the passes
 *   both     the instant one is shown; of the two, the one that agrees better
 *            with all marks around it stays, the instant one on a tie
 */
#include <string.h>

#include "box.h"
#include "call.h"
#include "given_prompt.h"
#include "memory.h"

static bool is_positive_box(const MedalsGiven *given)
{
    return given->kind == MEDALS_PROMPT_BOX && given->positive;
}

/* Only a prompt that says more than its own voxels is answered. */
static bool speaks_beyond_itself(const MedalsGiven *given)
{
    return given->kind != MEDALS_PROMPT_BOX || given->positive;
}

static bool put_marks(MedalsState *next, const MedalsGiven *given,
                      GError **error)
{
    const MedalsVoxelSet *set = &given->set;
    if (!medals_state_add_prompt(next, given->index, given->kind,
                                 given->positive, set->box, error))
        return false;
    return is_positive_box(given) ||
           medals_state_mark(next, given->index, set->box, set->mask,
                             given->positive ? MEDALS_MARK_IN : MEDALS_MARK_OUT,
                             error);
}

/* A version with the prompt's marks, and the labels that follow from them. */
static MedalsState *marked(const MedalsRun *run, const MedalsGiven *given,
                           GError **error)
{
    MedalsState *next = medals_state_copy(run->session->state, error);
    if (next && !put_marks(next, given, error))
        g_clear_pointer(&next, medals_state_free);
    return next;
}

/* The marks of a prompt without an answer: labels as they were. */
static MedalsState *remembered(const MedalsRun *run, const MedalsGiven *given,
                               GError **error)
{
    MedalsState *next = marked(run, given, error);
    MedalsLayer *labels =
        next ? medals_layer_copy(run->session->state->labels, error) : NULL;
    if (!labels) {
        medals_state_free(next);
        return NULL;
    }
    medals_layer_free(next->labels);
    next->labels = labels;
    return next;
}

/* Part of `box` that holds a mark of that value; false: none. */
static bool clip(const MedalsLayer *marks, uint8_t value, const int64_t box[6],
                 int64_t part[6])
{
    if (!medals_layer_bounds(marks, value, part))
        return false;
    for (int x = 0; x < 6; x += 2) {
        part[x] = MAX(part[x], box[x]);
        part[x + 1] = MIN(part[x + 1], box[x + 1]);
        if (part[x] >= part[x + 1])
            return false;
    }
    return true;
}

static bool enforce_one(MedalsState *state, size_t index,
                        const MedalsLayer *marks, MedalsMark mark,
                        const int64_t box[6], GError **error)
{
    int64_t part[6];
    if (!clip(marks, (uint8_t) mark, box, part))
        return true;
    size_t voxels = medals_box_voxels(part);
    uint8_t *mask = medals_alloc(voxels, 1, "marks", error);
    if (!mask)
        return false;
    medals_layer_read(marks, part, mask);
    for (size_t v = 0; v < voxels; v++)
        mask[v] = mask[v] == mark;
    bool ok = medals_state_mark(state, index, part, mask, mark, error);
    medals_free(mask);
    return ok;
}

bool medals_call_enforce(MedalsState *state, size_t index, const int64_t box[6],
                         GError **error)
{
    uint32_t uid = medals_class_list_at(state->classes, index)->uid;
    const MedalsLayer *marks = medals_state_peek_marks(state, uid);
    if (!marks)
        return true;
    MedalsLayer *held = medals_layer_copy(marks, error);
    bool ok = held &&
              enforce_one(state, index, held, MEDALS_MARK_IN, box, error) &&
              enforce_one(state, index, held, MEDALS_MARK_OUT, box, error);
    medals_layer_free(held);
    return ok;
}

/* Marks that were only remembered so far hold where an answer looks, of
 * whichever class. */
static bool enforce_windows(const MedalsRun *run, MedalsState *next,
                            GError **error)
{
    const GArray *windows = run->answer->windows;
    size_t classes = medals_class_list_count(next->classes);
    for (guint n = 0; n < windows->len; n++)
        for (size_t index = 0; index < classes; index++)
            if (!medals_call_enforce(
                    next, index, g_array_index(windows, MedalsBox, n).extent,
                    error))
                return false;
    return true;
}

static MedalsState *answered(MedalsRun *run, const MedalsGiven *given,
                             bool full, MedalsAgreement *agreement,
                             GError **error)
{
    MedalsState *next = marked(run, given, error);
    if (!next)
        return NULL;
    MedalsAsked asked = {.index = given->index,
                         .positive = given->positive,
                         .box = is_positive_box(given),
                         .set = &given->set};
    MedalsAnswering with = medals_run_answering(run);
    *agreement = (MedalsAgreement){0};
    if ((speaks_beyond_itself(given) &&
         !medals_prompt_answer(&with, run->session->state->labels, next, &asked,
                               full, agreement, error)) ||
        !enforce_windows(run, next, error))
        g_clear_pointer(&next, medals_state_free);
    return next;
}

static bool agrees_more(const MedalsAgreement *a, const MedalsAgreement *b)
{
    return (double) a->kept * (double) MAX(b->marks, 1) >
           (double) b->kept * (double) MAX(a->marks, 1);
}

/* Shows the instant answer, asks the network, keeps the better one. */
static MedalsState *answered_twice(MedalsRun *run, const MedalsGiven *given,
                                   GError **error)
{
    MedalsAgreement instant, full;
    MedalsState *first = answered(run, given, false, &instant, error);
    if (!first)
        return NULL;
    MedalsState *shown = medals_state_copy(first, error);
    if (!shown) {
        medals_state_free(first);
        return NULL;
    }
    /* Whoever looks at it may be slow: others work meanwhile. */
    medals_run_leave(run);
    medals_run_show(run, shown);
    const MedalsClassEntry *entry =
        medals_class_list_at(first->classes, given->index);
    if (!entry->text || !speaks_beyond_itself(given))
        return first;
    MedalsState *second = medals_run_enter(run, error)
                              ? answered(run, given, true, &full, error)
                              : NULL;
    if (second && !agrees_more(&full, &instant)) {
        medals_state_free(second);
        return first;
    }
    medals_state_free(first);
    return second;
}

MedalsState *medals_given_preview(MedalsRun *run, const MedalsGiven *given,
                                  GError **error)
{
    MedalsAgreement agreement;
    if (!medals_run_enter(run, error) ||
        !medals_run_note_windows(run, given->set.box, error))
        return NULL;
    MedalsState *next = answered(run, given, false, &agreement, error);
    medals_run_leave(run);
    return next;
}

bool medals_given_answer(MedalsRun *run, const MedalsGiven *given,
                         const char *op, GError **error)
{
    MedalsAgreement agreement;
    MedalsState *next = NULL;
    if (!medals_run_enter(run, error) ||
        !medals_run_note_windows(run, given->set.box, error))
        return false;
    switch (run->call.answer) {
    case MEDALS_ANSWER_NONE:
        next = remembered(run, given, error);
        break;
    case MEDALS_ANSWER_INSTANT:
        next = answered(run, given, false, &agreement, error);
        break;
    case MEDALS_ANSWER_FULL:
        next = answered(run, given, true, &agreement, error);
        break;
    default:
        next = answered_twice(run, given, error);
    }
    medals_run_leave(run);
    if (next && !medals_task_check(&run->task, error))
        g_clear_pointer(&next, medals_state_free);
    return next && medals_run_commit(run, next, op, error);
}

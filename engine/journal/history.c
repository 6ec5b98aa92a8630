/*
 * history.c - pushing steps, and walking along them
 */
#include "history.h"

static void step_free(gpointer step)
{
    medals_step_free(step);
}

MedalsHistory *medals_history_new(void)
{
    MedalsHistory *history = g_new0(MedalsHistory, 1);
    history->steps = g_ptr_array_new_with_free_func(step_free);
    return history;
}

void medals_history_free(MedalsHistory *history)
{
    if (!history)
        return;
    g_ptr_array_unref(history->steps);
    g_free(history);
}

static size_t bytes_of(const MedalsHistory *history, size_t first, size_t count)
{
    size_t bytes = 0;
    for (size_t n = first; n < first + count; n++)
        bytes += medals_step_bytes(history->steps->pdata[n]);
    return bytes;
}

static void remove_steps(MedalsHistory *history, size_t first, size_t count)
{
    if (count == 0)
        return;
    history->bytes -= bytes_of(history, first, count);
    g_ptr_array_remove_range(history->steps, (guint) first, (guint) count);
}

void medals_history_push(MedalsHistory *history, MedalsStep *step)
{
    remove_steps(history, history->cursor,
                 history->steps->len - history->cursor);
    g_ptr_array_add(history->steps, step);
    history->cursor++;
    history->bytes += medals_step_bytes(step);
}

bool medals_history_undo(MedalsHistory *history, MedalsState *state,
                         uint64_t steps, uint64_t *done, GError **error)
{
    uint64_t count = MIN(steps, history->cursor);
    for (uint64_t n = 0; n < count; n++)
        if (!medals_step_apply(history->steps->pdata[history->cursor - 1 - n],
                               state, false, error))
            return false;
    history->cursor -= count;
    *done = count;
    return true;
}

bool medals_history_redo(MedalsHistory *history, MedalsState *state,
                         uint64_t steps, uint64_t *done, GError **error)
{
    uint64_t count = MIN(steps, history->steps->len - history->cursor);
    for (uint64_t n = 0; n < count; n++)
        if (!medals_step_apply(history->steps->pdata[history->cursor + n],
                               state, true, error))
            return false;
    history->cursor += count;
    *done = count;
    return true;
}

void medals_history_forget(MedalsHistory *history, size_t count)
{
    count = MIN(count, history->cursor);
    remove_steps(history, 0, count);
    history->cursor -= count;
}

void medals_history_trim(MedalsHistory *history, uint64_t bytes)
{
    size_t count = 0;
    uint64_t left = history->bytes;
    while (left > bytes && count + 1 < history->cursor)
        left -= medals_step_bytes(history->steps->pdata[count++]);
    medals_history_forget(history, count);
}

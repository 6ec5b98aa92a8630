/*
 * call_history.c - undo, redo, reset
 */
#include <string.h>

#include "call.h"

typedef bool Move(MedalsHistory *history, MedalsState *state, uint64_t steps,
                  uint64_t *done, GError **error);

static bool move(MedalsSession *session, Move *by, uint64_t steps,
                 MedalsAnswer **answer, GError **error)
{
    MedalsRun run;
    if (steps == 0)
        return medals_fail(error, MEDALS_E_INPUT,
                           "steps: 0; expected at least 1");
    if (!medals_run_begin(&run, session, NULL, false, error))
        return false;
    MedalsState *next = medals_state_copy(session->state, error);
    uint64_t moved = 0;
    bool done = next && by(session->history, next, steps, &moved, error);
    if (done && moved > 0)
        medals_run_publish(&run, next, NULL);
    else if (next)
        medals_state_free(next);
    run.answer->count = moved;
    return medals_run_end(&run, done, answer);
}

bool medals_call_undo(MedalsSession *session, uint64_t steps,
                      MedalsAnswer **answer, GError **error)
{
    return move(session, medals_history_undo, steps, answer, error);
}

bool medals_call_redo(MedalsSession *session, uint64_t steps,
                      MedalsAnswer **answer, GError **error)
{
    return move(session, medals_history_redo, steps, answer, error);
}

static bool clear(MedalsState *state, MedalsResetWhat what, GError **error)
{
    g_array_set_size(state->prompts, 0);
    g_hash_table_remove_all(state->marks);
    if (what == MEDALS_RESET_PROMPTS)
        return true;
    MedalsLayer *empty = medals_layer_new(state->size, error);
    if (!empty)
        return false;
    medals_layer_free(state->labels);
    state->labels = empty;
    return true;
}

bool medals_call_reset(MedalsSession *session, MedalsResetWhat what,
                       MedalsAnswer **answer, GError **error)
{
    MedalsRun run;
    if (what != MEDALS_RESET_PROMPTS && what != MEDALS_RESET_ALL)
        return medals_fail(error, MEDALS_E_USAGE,
                           "reset: %d; expected prompts or all", (int) what);
    if (!medals_run_begin(&run, session, NULL, false, error))
        return false;
    run.unheld = true;
    MedalsState *next = medals_state_copy(session->state, error);
    bool done = next != NULL;
    if (done && !clear(next, what, error)) {
        medals_state_free(next);
        done = false;
    }
    done = done && medals_run_commit(&run, next, "reset", error);
    return medals_run_end(&run, done, answer);
}

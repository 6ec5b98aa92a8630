/*
 * fuzz_step.c - any bytes as a step of a journal, from two states, both ways
 *
 * What is accepted must be exact: its bytes decode again, and a step that was
 * applied leads back to where it began.
 */
#include "step.h"

static const int64_t volume[3] = {40, 33, 20};

/* Two classes, marks, an answer, a prompt: where the later seeds begin. */
static MedalsState *lived_in(void)
{
    static const uint8_t change[4] = {1, 2, 1, 0};
    const int64_t box[6] = {30, 36, 4, 9, 2, 7}, row[6] = {31, 35, 4, 5, 9, 10};
    MedalsState *state = medals_state_new(volume, NULL);
    medals_class_list_add(state->classes, "liver", NULL, 0, NULL);
    medals_class_list_add(state->classes, NULL, "node", 7, NULL);
    medals_state_mark(state, 0, box, NULL, MEDALS_MARK_IN, NULL);
    medals_state_answer(state, 1, row, change, true, NULL);
    medals_state_add_prompt(state, 0, MEDALS_PROMPT_BOX, true, box, NULL);
    return state;
}

static void check_same(const MedalsState *a, const MedalsState *b)
{
    int64_t box[6];
    if (!medals_class_list_equal(a->classes, b->classes) ||
        a->prompts->len != b->prompts->len ||
        a->next_prompt != b->next_prompt ||
        medals_layer_difference(a->labels, b->labels, box))
        __builtin_trap();
}

/* Takes the state. */
static void there_and_back(const MedalsStep *step, MedalsState *state,
                           bool forward)
{
    MedalsState *walker = medals_state_copy(state, NULL);
    if (medals_step_apply(step, walker, forward, NULL)) {
        if (!medals_step_apply(step, walker, !forward, NULL))
            __builtin_trap();
        check_same(walker, state);
    }
    medals_state_free(walker);
    medals_state_free(state);
}

static void check_bytes(const MedalsStep *step)
{
    g_auto(MedalsBuffer) bytes = {0};
    MedalsStep *again =
        medals_step_encode(step, &bytes, NULL)
            ? medals_step_decode(bytes.data, bytes.size, volume, NULL)
            : NULL;
    if (!again)
        __builtin_trap();
    medals_step_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MedalsStep *step = medals_step_decode(data, size, volume, NULL);
    if (!step)
        return 0;
    check_bytes(step);
    there_and_back(step, medals_state_new(volume, NULL), true);
    there_and_back(step, lived_in(), true);
    there_and_back(step, lived_in(), false);
    medals_step_free(step);
    return 0;
}

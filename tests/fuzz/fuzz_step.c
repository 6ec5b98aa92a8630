/*
 * fuzz_step.c - any bytes as a step of a journal, applied both ways
 */
#include <stddef.h>
#include <stdint.h>

#include "step.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t volume[3] = {40, 33, 20};
    MedalsStep *step = medals_step_decode(data, size, volume, NULL);
    if (!step)
        return 0;
    MedalsState *state = medals_state_new(volume, NULL);
    if (medals_step_apply(step, state, true, NULL))
        medals_step_apply(step, state, false, NULL);
    medals_state_free(state);
    g_autoptr(GByteArray) again = medals_step_encode(step);
    medals_step_free(step);
    return again->len > 0 ? 0 : 1;
}

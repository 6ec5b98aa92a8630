/*
 * step.h - from one state to the next, and back: what one call changed
 *
 *   before, after --between--> step --apply forward--> after
 *                                   --apply back-----> before
 *
 * A step holds only differences: class lists when they changed, prompts that
 * came and went, a delta a layer. Both directions are exact.
 */
#ifndef MEDALS_STEP_H
#define MEDALS_STEP_H

#include "delta.h"
#include "state.h"

typedef struct MedalsStep MedalsStep;

/** @param op name of the call, a word of command.md 3. NULL: MEDALS_E_NOMEM */
MedalsStep *medals_step_between(const MedalsState *before,
                                const MedalsState *after, const char *op,
                                GError **error);
void medals_step_free(MedalsStep *step);
const char *medals_step_op(const MedalsStep *step);
size_t medals_step_bytes(const MedalsStep *step);
/** @return false: MEDALS_E_INPUT it does not fit the state; MEDALS_E_NOMEM (the
 *         state is then to be thrown away) */
bool medals_step_apply(const MedalsStep *step, MedalsState *state, bool forward,
                       GError **error);
/** Appends bytes for the journal; format in JOURNAL.md.
 * @return false: MEDALS_E_NOMEM */
bool medals_step_encode(const MedalsStep *step, MedalsBuffer *bytes,
                        GError **error);
/** Hostile bytes. NULL: MEDALS_E_INPUT, MEDALS_E_NOMEM */
MedalsStep *medals_step_decode(const uint8_t *data, size_t size,
                               const int64_t volume[3], GError **error);

#endif

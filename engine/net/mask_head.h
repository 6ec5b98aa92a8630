/*
 * mask_head.h - from a decoded query to the embedding of its class
 *
 *   x [N,Q] -> Linear -> GELU -> Linear -> GELU or nothing -> m [N,C]
 */
#ifndef MEDALS_MASK_HEAD_H
#define MEDALS_MASK_HEAD_H

#include "linear.h"
#include "parameter_source.h"
#include "widths.h"

typedef struct MedalsMaskHead {
    MedalsLinear first, second;
    bool last_gelu; /* Medal S true: m >= -0.17 then; compact model false */
} MedalsMaskHead;

/** "mask_embed_proj" of spec 2.1.
 *  @return false: MEDALS_E_SHAPE, MEDALS_E_NOMEM (nothing is left behind) */
bool medals_mask_head_init(MedalsMaskHead *head, const MedalsWidths *widths,
                           const MedalsParameterSource *source, bool last_gelu,
                           GError **error);
void medals_mask_head_clear(MedalsMaskHead *head);

/**
 * @shape x [N,Q], m [N,C]
 * @source spec 1.9
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED
 */
bool medals_mask_head_forward(const MedalsExec *exec,
                              const MedalsMaskHead *head, const float *x,
                              int64_t n, float *m, GError **error);

#endif

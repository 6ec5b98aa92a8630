/*
 * mask_head.c - mask embeddings (spec 1.9)
 */
#include "mask_head.h"

#include "memory.h"
#include "named_linear.h"

bool medals_mask_head_init(MedalsMaskHead *head, const MedalsWidths *widths,
                           const MedalsParameterSource *source, bool last_gelu,
                           GError **error)
{
    *head = (MedalsMaskHead){.last_gelu = last_gelu};
    if (medals_named_linear(&head->first, source, "mask_embed_proj.0",
                            widths->query, widths->mask_hidden, error) &&
        medals_named_linear(&head->second, source, "mask_embed_proj.2",
                            widths->mask_hidden, widths->level[0], error))
        return true;
    medals_mask_head_clear(head);
    return false;
}

void medals_mask_head_clear(MedalsMaskHead *head)
{
    medals_linear_clear(&head->first);
    medals_linear_clear(&head->second);
}

bool medals_mask_head_forward(const MedalsExec *exec,
                              const MedalsMaskHead *head, const float *x,
                              int64_t n, float *m, GError **error)
{
    float *hidden = medals_alloc((size_t) (n * head->first.out), sizeof *hidden,
                                 "mask head", error);
    if (!hidden)
        return false;
    MedalsActivation last = head->last_gelu ? MEDALS_ACT_GELU : MEDALS_ACT_NONE;
    bool good = medals_linear_forward(exec, &head->first, x, head->first.in, n,
                                      hidden, MEDALS_ACT_GELU, error) &&
                medals_linear_forward(exec, &head->second, hidden,
                                      head->second.in, n, m, last, error);
    medals_free(hidden);
    return good;
}

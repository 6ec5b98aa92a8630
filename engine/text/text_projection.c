/*
 * text_projection.c - two linear layers, and the modality's own vector
 */
#include "text_projection.h"

#include "memory.h"
#include "text_layer.h"
#include "text_tower.h"

bool medals_text_projection_init(MedalsTextProjection *p,
                                 const MedalsWeights *weights, GError **error)
{
    const char *prefix =
        medals_text_prefix(weights, "projection_layer.0.weight");
    if (!prefix)
        prefix = "";
    g_autofree char *first = g_strconcat(prefix, "projection_layer.0", NULL);
    g_autofree char *second = g_strconcat(prefix, "projection_layer.2", NULL);
    g_autofree char *modality =
        g_strconcat(prefix, "modality_embed.weight", NULL);
    if (!medals_text_linear_init(&p->first, weights, first, -1, -1, error) ||
        !medals_text_linear_init(&p->second, weights, second, p->first.out, -1,
                                 error))
        return false;
    int64_t shape[2] = {MEDALS_MODALITY_COUNT, p->second.out};
    p->modality = medals_weights_need_f32(weights, modality, 2, shape, error);
    return p->modality != NULL;
}

void medals_text_projection_clear(MedalsTextProjection *p)
{
    medals_linear_clear(&p->first);
    medals_linear_clear(&p->second);
    medals_free(p->modality);
    p->modality = NULL;
}

bool medals_text_projection_forward(const MedalsExec *exec,
                                    const MedalsTextProjection *p,
                                    const float *vectors, size_t count,
                                    MedalsModality modality, float *queries,
                                    GError **error)
{
    if (modality < 0 || modality >= MEDALS_MODALITY_COUNT)
        return medals_fail(error, MEDALS_E_USAGE,
                           "text encoder: modality code %d; expected 0 to %d",
                           (int) modality, MEDALS_MODALITY_COUNT - 1);
    size_t width = (size_t) p->second.out;
    float *middle = medals_alloc(count, (size_t) p->first.out * sizeof(float),
                                 "text projection", error);
    if (!middle)
        return false;
    bool ok =
        medals_linear_forward(exec, &p->first, vectors, p->first.in,
                              (int64_t) count, middle, MEDALS_ACT_GELU,
                              error) &&
        medals_linear_forward(exec, &p->second, middle, p->second.in,
                              (int64_t) count, queries, MEDALS_ACT_NONE, error);
    const float *vector = p->modality + (size_t) modality * width;
    for (size_t i = 0; ok && i < count; i++)
        for (size_t c = 0; c < width; c++)
            queries[i * width + c] += vector[c];
    medals_free(middle);
    return ok;
}

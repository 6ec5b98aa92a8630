/*
 * image_tokens.c - pooled encoder maps, projected to the query width
 */
#include "image_tokens.h"

#include "memory.h"
#include "named_linear.h"
#include "pixel_dot.h"

bool medals_image_tokens_init(MedalsImageTokens *tokens,
                              const MedalsWidths *widths,
                              const MedalsParameterSource *source,
                              GError **error)
{
    *tokens = (MedalsImageTokens){.width = medals_widths_tokens(widths),
                                  .hidden = widths->token_hidden,
                                  .query = widths->query};
    if (medals_named_linear(&tokens->first, source, "projection_layer.0",
                            tokens->width, tokens->hidden, error) &&
        medals_named_linear(&tokens->second, source, "projection_layer.2",
                            tokens->hidden, tokens->query, error))
        return true;
    medals_image_tokens_clear(tokens);
    return false;
}

void medals_image_tokens_clear(MedalsImageTokens *tokens)
{
    medals_linear_clear(&tokens->first);
    medals_linear_clear(&tokens->second);
}

/* Means of every level side by side: pooled [T,width]. The deepest level has
 * one voxel a token. */
static bool pool_levels(const MedalsExec *exec, const MedalsImageTokens *tokens,
                        const MedalsTensor *level, float *pooled,
                        GError **error)
{
    float *dst = pooled;
    for (int i = 0; i < MEDALS_LEVELS; i++) {
        int64_t k = MEDALS_SHRINK >> i;
        if (!medals_average_pool(exec, &level[i], k, dst, tokens->width, error))
            return false;
        dst += level[i].c;
    }
    return true;
}

bool medals_image_tokens_forward(const MedalsExec *exec,
                                 const MedalsImageTokens *tokens,
                                 const MedalsTensor *level, float *dst,
                                 GError **error)
{
    const MedalsTensor *deepest = &level[MEDALS_LEVELS - 1];
    int64_t rows = medals_tensor_voxels(deepest);
    size_t count = (size_t) rows;
    size_t per_token = (size_t) (tokens->width + tokens->hidden);
    float *pooled =
        medals_alloc(count, per_token * sizeof(float), "image tokens", error);
    if (!pooled)
        return false;
    float *middle = pooled + rows * tokens->width;
    bool good =
        pool_levels(exec, tokens, level, pooled, error) &&
        medals_linear_forward(exec, &tokens->first, pooled, tokens->width, rows,
                              middle, MEDALS_ACT_GELU, error) &&
        medals_linear_forward(exec, &tokens->second, middle, tokens->hidden,
                              rows, dst, MEDALS_ACT_GELU, error);
    medals_free(pooled);
    return good;
}

/*
 * named_linear.c - linear layers and layer norms by name (spec 2.1)
 */
#include "named_linear.h"

#include "memory.h"

#define LAYER_NORM_EPS 1e-5f

bool medals_named_linear(MedalsLinear *linear,
                         const MedalsParameterSource *source,
                         const char *prefix, int64_t in, int64_t out,
                         GError **error)
{
    *linear = (MedalsLinear){0};
    float *weight = medals_parameter_take(source, prefix, "weight", 2,
                                          (int64_t[]){out, in}, error);
    float *bias =
        weight ? medals_parameter_take(source, prefix, "bias", 1, &out, error)
               : NULL;
    bool good = bias && medals_linear_init(linear, in, out, weight, bias,
                                           MEDALS_F32, error);
    medals_free(weight);
    medals_free(bias);
    return good;
}

bool medals_named_projections(MedalsLinear parts[3],
                              const MedalsParameterSource *source,
                              const char *prefix, int64_t q, GError **error)
{
    for (int i = 0; i < 3; i++)
        parts[i] = (MedalsLinear){0};
    const int64_t shape[] = {3 * q, q};
    float *weight = medals_parameter_take(source, prefix, "in_proj_weight", 2,
                                          shape, error);
    float *bias = weight ? medals_parameter_take(source, prefix, "in_proj_bias",
                                                 1, shape, error)
                         : NULL;
    bool good = bias != NULL;
    for (int i = 0; good && i < 3; i++)
        good = medals_linear_init(&parts[i], q, q, weight + i * q * q,
                                  bias + i * q, MEDALS_F32, error);
    if (!good)
        for (int i = 0; i < 3; i++)
            medals_linear_clear(&parts[i]);
    medals_free(weight);
    medals_free(bias);
    return good;
}

bool medals_named_norm(MedalsLayerNorm *norm,
                       const MedalsParameterSource *source, const char *prefix,
                       int64_t width, GError **error)
{
    *norm = (MedalsLayerNorm){0};
    float *gamma =
        medals_parameter_take(source, prefix, "weight", 1, &width, error);
    float *beta =
        gamma ? medals_parameter_take(source, prefix, "bias", 1, &width, error)
              : NULL;
    bool good = beta && medals_layer_norm_init(norm, width, LAYER_NORM_EPS,
                                               gamma, beta, MEDALS_F32, error);
    medals_free(gamma);
    medals_free(beta);
    return good;
}

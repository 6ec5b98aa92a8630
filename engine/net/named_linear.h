/*
 * named_linear.h - linear layers and layer norms by the names of a checkpoint
 */
#ifndef MEDALS_NAMED_LINEAR_H
#define MEDALS_NAMED_LINEAR_H

#include "layer_norm.h"
#include "linear.h"
#include "parameter_source.h"

/** "prefix.weight" [out,in] and "prefix.bias" [out].
 *  @return false: MEDALS_E_SHAPE, MEDALS_E_NOMEM (linear is zeros then) */
bool medals_named_linear(MedalsLinear *linear,
                         const MedalsParameterSource *source,
                         const char *prefix, int64_t in, int64_t out,
                         GError **error);

/** A packed projection "prefix.in_proj_weight" [3q,q] and "in_proj_bias":
 *  three layers q -> q for query, key and value, in that order. */
bool medals_named_projections(MedalsLinear parts[3],
                              const MedalsParameterSource *source,
                              const char *prefix, int64_t q, GError **error);

/** "prefix.weight" and "prefix.bias" [width], eps 1e-5. */
bool medals_named_norm(MedalsLayerNorm *norm,
                       const MedalsParameterSource *source, const char *prefix,
                       int64_t width, GError **error);

#endif

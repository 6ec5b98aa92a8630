/*
 * image_tokens.h - one vector per 32x32x32 voxels, for the query decoder
 *
 *   E0..E4 -- mean over cubes of 32,16,8,4,2 --+
 *   E5 -----------------------------------------+-- concat [T,F0+..+F5]
 *        -> Linear -> GELU -> Linear -> GELU -> M [T,Q]
 *
 * float32, whatever the maps are stored in: T is a few hundred.
 */
#ifndef MEDALS_IMAGE_TOKENS_H
#define MEDALS_IMAGE_TOKENS_H

#include "linear.h"
#include "parameter_source.h"
#include "widths.h"

typedef struct MedalsImageTokens {
    int64_t width;  /* F0+..+F5 */
    int64_t hidden; /* between the two layers */
    int64_t query;  /* Q */
    MedalsLinear first, second;
} MedalsImageTokens;

/** "projection_layer" of spec 2.1.
 *  @return false: MEDALS_E_SHAPE, MEDALS_E_NOMEM (nothing is left behind) */
bool medals_image_tokens_init(MedalsImageTokens *tokens,
                              const MedalsWidths *widths,
                              const MedalsParameterSource *source,
                              GError **error);
void medals_image_tokens_clear(MedalsImageTokens *tokens);

/**
 * @shape level [6], Ei [H/2^i,W/2^i,D/2^i,Fi]; dst [T,Q] with
 *        T = H/32*W/32*D/32, h slowest, d fastest
 * @source spec 1.6
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED
 */
bool medals_image_tokens_forward(const MedalsExec *exec,
                                 const MedalsImageTokens *tokens,
                                 const MedalsTensor *level, float *dst,
                                 GError **error);

#endif

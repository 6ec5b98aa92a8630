/*
 * unet.h - encoder and decoder over six resolutions
 *
 *   input -> E0 -> E1 -> E2 -> E3 -> E4 -> E5      Ei [H/2^i,W/2^i,D/2^i,Fi]
 *             |     |     |     |     |     |
 *            P0 <- P1 <- P2 <- P3 <- P4 <--+       Pk like Ek
 *
 *   Pk = block(block(concat(upconv(P(k+1)), Ek)))
 *
 * Concatenations are never copied. Level k owns one tensor of 2Fk channels: the
 * encoder writes its first block into the left half, Ek into the right half;
 * later the decoder's upconv overwrites the left half.
 */
#ifndef MEDALS_UNET_H
#define MEDALS_UNET_H

#include "conv_block.h"
#include "parameter_source.h"
#include "tap.h"
#include "upconv.h"
#include "widths.h"

typedef struct MedalsUnet {
    int64_t level[MEDALS_LEVELS]; /* F0..F5 */
    MedalsDtype storage;
    MedalsConvBlock *encoder[MEDALS_LEVELS][2];
    MedalsUpconv *up[MEDALS_LEVELS - 1]; /* in the decoder's order: F5->F4 .. */
    MedalsConvBlock *decoder[MEDALS_LEVELS - 1][2];
} MedalsUnet;

/** @source spec 1.3, 1.4, 1.5
 *  @return false: MEDALS_E_SHAPE, MEDALS_E_NOMEM (nothing is left behind) */
bool medals_unet_init(MedalsUnet *unet, const MedalsKernels *kernels,
                      const MedalsWidths *widths,
                      const MedalsParameterSource *source, MedalsDtype storage,
                      GError **error);
void medals_unet_clear(MedalsUnet *unet);

/** A conv block named "prefix.conv.weight" and so on; also for the fusion.
 *  @return NULL: MEDALS_E_SHAPE, MEDALS_E_NOMEM */
MedalsConvBlock *medals_unet_block(const MedalsKernels *kernels,
                                   const MedalsParameterSource *source,
                                   const char *prefix, int64_t cin,
                                   int64_t cout, int stride,
                                   MedalsDtype storage, GError **error);

/** What the encoder leaves: two tensors' worth of each level. */
typedef struct MedalsUnetMaps {
    MedalsTensor wide[MEDALS_LEVELS - 1]; /* [..,2Fk]: free | Ek */
    MedalsTensor deepest;                 /* E5 */
} MedalsUnetMaps;

/** Ei. Borrows its memory. */
MedalsTensor medals_unet_level(const MedalsUnet *unet,
                               const MedalsUnetMaps *maps, int i);
void medals_unet_maps_clear(MedalsUnetMaps *maps);

/**
 * @shape input [H,W,D,2], or [H,W,D,1]: the union prompt is all zero. H, W, D
 *        multiples of 32.
 * @owner maps belong to the caller, also after a failure: clear them
 */
bool medals_unet_encode(const MedalsExec *exec, const MedalsUnet *unet,
                        const MedalsTensor *input, MedalsUnetMaps *maps,
                        const MedalsTap *tap, GError **error);

/**
 * Consumes the maps, freeing each as soon as it was used.
 *
 * @param spare NULL: pixels is P0 alone, [H,W,D,F0].
 *        Else pixels is [H,W,D,2*F0] with P0 in the left half and a right half
 *        to write to, and spare [H,W,D,F0] is memory for the fusion's result:
 *        the two biggest buffers of the decoder are handed on, not freed.
 * @owner pixels and spare belong to the caller; zeros after a failure
 */
bool medals_unet_decode(const MedalsExec *exec, const MedalsUnet *unet,
                        MedalsUnetMaps *maps, MedalsTensor *pixels,
                        MedalsTensor *spare, const MedalsTap *tap,
                        GError **error);

/** Multiply-adds times two for a window of that size. */
double medals_unet_flops(const MedalsUnet *unet, int64_t h, int64_t w,
                         int64_t d);

#endif

/*
 * network.h - the Medal S network on one window
 *
 *   image [H,W,D] 0..255 --+
 *   union prompt  [H,W,D] -+-> unet -> E0..E5, P0 [H,W,D,C]
 *                                 |       |
 *   queries [N,Q] --> query decoder <- image tokens
 *                         |               |
 *                     mask head       prompt fusion <- class prompts [N,H,W,D]
 *                         |               |
 *                     m [N,C] ------> logits [N,H,W,D] <- X [H,W,D,C]
 *
 * The result is kept as MedalsFeatures (X and m): logits are drawn from it
 * slab by slab, and an editing session can draw again with other embeddings
 * without running the network (window_features.h).
 */
#ifndef MEDALS_NETWORK_H
#define MEDALS_NETWORK_H

#include "kernels.h"
#include "tap.h"
#include "weights.h"
#include "window_features.h"

typedef struct MedalsNetwork MedalsNetwork;

typedef struct MedalsNetworkOptions {
    int64_t heads;           /* of the query decoder: not in the weights */
    bool mask_mlp_last_gelu; /* Medal S true, compact model false */
    MedalsDtype storage;     /* MEDALS_F32 or MEDALS_BF16 */
} MedalsNetworkOptions;

/**
 * Reads every width off the tensors; names of spec 2.1, without "module.".
 * Weights are reordered once; the file's pages may go afterwards.
 * @return NULL: MEDALS_E_SHAPE, MEDALS_E_NOMEM
 */
MedalsNetwork *medals_network_new(const MedalsKernels *kernels,
                                  const MedalsWeights *weights,
                                  const MedalsNetworkOptions *options,
                                  GError **error);
/** The full-size network (spec 1.1) with seeded random weights, for bench. */
MedalsNetwork *medals_network_new_random(const MedalsKernels *kernels,
                                         MedalsDtype storage, uint64_t seed,
                                         GError **error);
void medals_network_free(MedalsNetwork *network);
int64_t medals_network_query_width(const MedalsNetwork *network);   /* Q */
int64_t medals_network_feature_width(const MedalsNetwork *network); /* C */
uint64_t medals_network_parameters(const MedalsNetwork *network);
/** Multiply-adds times two for one window (layer table of spec 1). */
double medals_network_flops(const MedalsNetwork *network, int64_t h, int64_t w,
                            int64_t d, int64_t n, bool with_prompts);
/** Bytes that one window needs beside the weights. */
uint64_t medals_network_window_bytes(const MedalsNetwork *network, int64_t h,
                                     int64_t w, int64_t d, int64_t n);

/** One window. h,w,d are multiples of 32. */
typedef struct MedalsWindow {
    int64_t h, w, d;
    const float *image;          /* [h,w,d], 0..255 */
    const uint8_t *union_prompt; /* [h,w,d] 0/1, or NULL: zeros */
    /* NULL = the tensor is not passed: X = P0 (spec 1.10). To pass zeros set
     * class_prompts_zero: fusion runs with g = 0, at no cost for the zeros. */
    const uint8_t *class_prompts; /* [N,h,w,d] 0/1 */
    bool class_prompts_zero;
    const float *queries; /* [N,Q] */
    int64_t n;
} MedalsWindow;

/**
 * Runs the network on one window.
 * @owner the caller: medals_features_free()
 * @return NULL: MEDALS_E_NOMEM, MEDALS_E_CANCELLED, MEDALS_E_SHAPE
 */
MedalsFeatures *medals_network_forward(const MedalsExec *exec,
                                       const MedalsNetwork *network,
                                       const MedalsWindow *window,
                                       MedalsTapFn tap, void *tap_cookie,
                                       GError **error);

/**
 * Mask embeddings of further queries on a window that was run: what a forward
 * pass with these queries and the same prompts would have made. No convolution
 * runs. An embedding does not depend on the queries beside it.
 * @shape queries [n,Q]; embeddings [n,C] of the caller
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED
 */
bool medals_network_embed(const MedalsExec *exec, const MedalsNetwork *network,
                          const MedalsFeatures *features, const float *queries,
                          int64_t n, float *embeddings, GError **error);

#endif

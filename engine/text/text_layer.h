/*
 * text_layer.h - one post-norm transformer layer of the text tower
 */
#ifndef MEDALS_TEXT_LAYER_H
#define MEDALS_TEXT_LAYER_H

#include "layer_norm.h"
#include "linear.h"
#include "weights.h"

typedef struct MedalsTextLayer {
    MedalsLinear q, k, v, o; /* [W,W] */
    MedalsLinear up;         /* [F,W] */
    MedalsLinear down;       /* [W,F] */
    MedalsLayerNorm attention_norm, output_norm;
} MedalsTextLayer;

/** Room for T tokens: q, k, v, a [T,W], f [T,F]. */
typedef struct MedalsTextScratch {
    float *q, *k, *v, *a, *f;
} MedalsTextScratch;

/**
 * Reads layer `index` below `prefix` ("...encoder.layer.N." follows).
 * @return false: MEDALS_E_SHAPE, MEDALS_E_NOMEM; clear it either way
 */
bool medals_text_layer_init(MedalsTextLayer *layer,
                            const MedalsWeights *weights, const char *prefix,
                            int64_t index, bool mpnet, int64_t width,
                            double eps, GError **error);
void medals_text_layer_clear(MedalsTextLayer *layer);

/** A weight matrix and its bias `NAME.weight`, `NAME.bias`; out or in = -1
 * takes what the file has. @return false: MEDALS_E_SHAPE, MEDALS_E_NOMEM */
bool medals_text_linear_init(MedalsLinear *linear, const MedalsWeights *weights,
                             const char *name, int64_t in, int64_t out,
                             GError **error);
/** The same for `NAME.weight` and `NAME.bias` of a layer norm. */
bool medals_text_norm_init(MedalsLayerNorm *norm, const MedalsWeights *weights,
                           const char *name, int64_t width, double eps,
                           GError **error);

/** Whether "NAME.weight" or "NAME.bias", below "encoder.layer.N.", belongs to
 * a layer of this kind. */
bool medals_text_layer_reads(const char *name, bool mpnet);

/**
 * @shape h [count,W] in and out, bias [heads,count,count] or NULL
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED (h undefined)
 */
bool medals_text_layer_forward(const MedalsExec *exec,
                               const MedalsTextLayer *layer, int64_t heads,
                               const float *bias, int64_t count,
                               const MedalsTextScratch *scratch, float *h,
                               GError **error);

#endif

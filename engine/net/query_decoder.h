/*
 * query_decoder.h - the text queries look at the image tokens
 *
 *   x [N,Q] --> norm2 --> cross attention (k = M+P, v = M) --> + --> norm3
 *       --> linear1, ReLU, linear2 --> + --> ... L layers ... --> norm
 *
 * Cross attention only: queries never see each other. All float32.
 */
#ifndef MEDALS_QUERY_DECODER_H
#define MEDALS_QUERY_DECODER_H

#include "layer_norm.h"
#include "linear.h"
#include "parameter_source.h"
#include "widths.h"

typedef struct MedalsQueryLayer {
    MedalsLayerNorm norm2, norm3;
    MedalsLinear project[3]; /* query, key, value: [Q,Q] each */
    MedalsLinear out;        /* [Q,Q] */
    MedalsLinear linear1;    /* Q -> feed forward */
    MedalsLinear linear2;    /* feed forward -> Q */
} MedalsQueryLayer;

typedef struct MedalsQueryDecoder {
    int64_t width, heads, feed_forward, layers;
    MedalsQueryLayer *layer; /* [layers], owned */
    MedalsLayerNorm norm;
} MedalsQueryDecoder;

/** "transformer_decoder" of spec 2.1; norm1 is never used and not read.
 *  @return false: MEDALS_E_SHAPE, MEDALS_E_NOMEM (nothing is left behind) */
bool medals_query_decoder_init(MedalsQueryDecoder *decoder,
                               const MedalsWidths *widths,
                               const MedalsParameterSource *source,
                               GError **error);
void medals_query_decoder_clear(MedalsQueryDecoder *decoder);

/**
 * @shape memory and pos [T,Q]; queries [N,Q]; x [N,Q] receives the result
 *        after the last norm. x may be queries.
 * @source spec 1.8
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED
 */
bool medals_query_decoder_forward(const MedalsExec *exec,
                                  const MedalsQueryDecoder *decoder,
                                  const float *memory, const float *pos,
                                  int64_t t, const float *queries, int64_t n,
                                  float *x, GError **error);

/** Multiply-adds times two for n queries and t tokens. */
double medals_query_decoder_flops(const MedalsQueryDecoder *decoder, int64_t t,
                                  int64_t n);

#endif

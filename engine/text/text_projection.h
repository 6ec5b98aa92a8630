/*
 * text_projection.h - sentence vector to query vector
 *
 *   v [W] -> linear -> GELU -> linear -> + modality_embed[code] -> query [Q]
 *
 * @source spec 3.3
 */
#ifndef MEDALS_TEXT_PROJECTION_H
#define MEDALS_TEXT_PROJECTION_H

#include "linear.h"
#include "weights.h"

#define MEDALS_MODALITY_COUNT 5

typedef struct MedalsTextProjection {
    MedalsLinear first, second; /* [P,W], [Q,P] */
    float *modality;            /* [5,Q] */
} MedalsTextProjection;

/**
 * Reads projection_layer.{0,2} and modality_embed, "module." or not.
 * @return false: MEDALS_E_SHAPE, MEDALS_E_NOMEM; clear it either way
 */
bool medals_text_projection_init(MedalsTextProjection *projection,
                                 const MedalsWeights *weights, GError **error);
void medals_text_projection_clear(MedalsTextProjection *projection);

/** @shape vectors [count,W], queries [count,Q]
 *  @return false: MEDALS_E_USAGE no such modality; MEDALS_E_NOMEM;
 *          MEDALS_E_CANCELLED */
bool medals_text_projection_forward(const MedalsExec *exec,
                                    const MedalsTextProjection *projection,
                                    const float *vectors, size_t count,
                                    MedalsModality modality, float *queries,
                                    GError **error);

#endif

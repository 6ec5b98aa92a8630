/*
 * query_encoder.h - from sentences to query vectors
 *
 *   text -> tokenizer -> text tower (MPNet or BERT) -> mean -> [L2]
 *        -> linear, GELU, linear -> + modality_embed[code] -> query [Q]
 */
#ifndef MEDALS_QUERY_ENCODER_H
#define MEDALS_QUERY_ENCODER_H

#include "kernels.h"
#include "package.h"

typedef struct MedalsQueryEncoder MedalsQueryEncoder;

/** Reads vocabulary and projection; the tower is opened when a text is not
 * among the package's stored sentence vectors.
 * @return NULL: MEDALS_E_IO, MEDALS_E_INPUT, MEDALS_E_SHAPE, MEDALS_E_NOMEM */
MedalsQueryEncoder *medals_query_encoder_new(const MedalsPackage *package,
                                             GError **error);
void medals_query_encoder_free(MedalsQueryEncoder *encoder);
/** Q */
int64_t medals_query_encoder_width(const MedalsQueryEncoder *encoder);

/**
 * @param texts UTF-8 sentences @param queries [count,Q] float32
 * @param cut   [count] set where a text was longer than the tower reads; or
 *              NULL
 * @source spec 3
 * @return false: MEDALS_E_INPUT not UTF-8; MEDALS_E_CANCELLED; ...
 */
bool medals_query_encoder_run(const MedalsExec *exec,
                              MedalsQueryEncoder *encoder,
                              const char *const *texts, size_t count,
                              MedalsModality modality, float *queries,
                              bool *cut, GError **error);

/** Up to `max` known texts nearest in meaning (cosine of sentence vectors) to
 * a text, best first. Borrowed strings. @return how many */
size_t medals_query_encoder_nearest(const MedalsExec *exec,
                                    MedalsQueryEncoder *encoder,
                                    const char *text,
                                    const char *const *candidates,
                                    const char **nearest, size_t max,
                                    GError **error);

#endif

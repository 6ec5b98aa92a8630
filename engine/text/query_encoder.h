/*
 * query_encoder.h - from sentences to query vectors
 *
 *   text -> tokenizer -> text tower (MPNet or BERT) -> mean -> [L2]
 *        -> linear, GELU, linear -> + modality_embed[code] -> query [Q]
 *
 * A package stores the sentence vectors of the texts it knows (the left half
 * of the line), so that the tower is loaded only for a text that is new.
 */
#ifndef MEDALS_QUERY_ENCODER_H
#define MEDALS_QUERY_ENCODER_H

#include "kernels.h"
#include "package.h"

typedef struct MedalsQueryEncoder MedalsQueryEncoder;

/** Reads the projection and the stored sentence vectors; vocabulary and tower
 * are opened when a text is not among them.
 * @return NULL: MEDALS_E_IO, MEDALS_E_INPUT, MEDALS_E_SHAPE, MEDALS_E_NOMEM */
MedalsQueryEncoder *medals_query_encoder_new(const MedalsPackage *package,
                                             GError **error);
void medals_query_encoder_free(MedalsQueryEncoder *encoder);
/** Q */
int64_t medals_query_encoder_width(const MedalsQueryEncoder *encoder);
/** W, the length of a sentence vector */
int64_t medals_query_encoder_sentence_width(const MedalsQueryEncoder *encoder);

/**
 * @param texts UTF-8 sentences @param queries [count,Q] float32
 * @param cut   [count] set where a text was longer than the tower reads; or
 *              NULL
 * @source spec 3
 * @thread several at once on one encoder
 * @return false: MEDALS_E_INPUT not UTF-8, or the package has neither a stored
 *         vector of the text nor a tower; MEDALS_E_USAGE no modality;
 *         MEDALS_E_CANCELLED; what opening the tower gives
 */
bool medals_query_encoder_run(const MedalsExec *exec,
                              MedalsQueryEncoder *encoder,
                              const char *const *texts, size_t count,
                              MedalsModality modality, float *queries,
                              bool *cut, GError **error);

/** Whether a text is longer than the tower reads; false where the package has
 * no vocabulary. @thread any */
bool medals_query_encoder_is_cut(MedalsQueryEncoder *encoder, const char *text);

/** The sentence vectors alone, vectors [count,W]: what a package stores. */
bool medals_query_encoder_sentences(const MedalsExec *exec,
                                    MedalsQueryEncoder *encoder,
                                    const char *const *texts, size_t count,
                                    float *vectors, bool *cut, GError **error);

/** Up to `max` of the candidates (NULL-terminated) nearest in meaning (cosine
 * of sentence vectors) to a text, best first. Borrowed strings. Candidates
 * that a package without tower has no vector of are passed over.
 * @return how many; 0 with error set as medals_query_encoder_run() */
size_t medals_query_encoder_nearest(const MedalsExec *exec,
                                    MedalsQueryEncoder *encoder,
                                    const char *text,
                                    const char *const *candidates,
                                    const char **nearest, size_t max,
                                    GError **error);

#endif

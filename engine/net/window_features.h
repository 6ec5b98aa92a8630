/*
 * window_features.h - what a window leaves behind when the network has seen it
 *
 *   X [h,w,d,C]       voxel features
 *   m [N,C]           mask embeddings of the queries that it was run with
 *   tokens [T,Q]      what answers further queries (medals_network_embed)
 *
 * How they are stored is not for others to know: they are asked for logits and
 * for single rows of X.
 */
#ifndef MEDALS_WINDOW_FEATURES_H
#define MEDALS_WINDOW_FEATURES_H

#include "kernels.h"

typedef struct MedalsFeatures MedalsFeatures;

void medals_features_free(MedalsFeatures *features);
void medals_features_size(const MedalsFeatures *features, int64_t hwd[3]);
int64_t medals_features_channels(const MedalsFeatures *features); /* C */
int64_t medals_features_queries(const MedalsFeatures *features);  /* N */
/** Bytes that X takes. */
uint64_t medals_features_bytes(const MedalsFeatures *features);
/** Mask embedding of a query. @shape [C], borrowed */
const float *medals_features_embedding(const MedalsFeatures *features,
                                       int64_t query);

/**
 * logits[n,v] = sum_c X[v,c]*m[n,c] for rows [h0,h1) of the window.
 * @param embeddings [n,C] of any queries
 * @shape dst [n, h1-h0, w, d] float32
 * @return false: MEDALS_E_SHAPE, MEDALS_E_NOMEM, MEDALS_E_CANCELLED
 * @source spec 1.11
 */
bool medals_features_logits(const MedalsExec *exec,
                            const MedalsFeatures *features,
                            const float *embeddings, int64_t n, int64_t h0,
                            int64_t h1, float *dst, GError **error);
/**
 * Rows of X.
 * @param voxel [count] indices (h*W+w)*D+d
 * @shape dst [count,C] float32
 */
void medals_features_rows(const MedalsFeatures *features,
                          const MedalsKernels *kernels, const int64_t *voxel,
                          size_t count, float *dst);

#endif

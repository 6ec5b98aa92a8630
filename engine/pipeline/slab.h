/*
 * slab.h - class probabilities of the windows that are still open
 *
 *   grid rows (axis h)   0 ............. base ........ base+depth ..... H
 *                        labels decided | sums, weights | not begun
 *
 * Windows come in ascending order of h. When no further window can touch a
 * row, its labels are decided and its probabilities are gone: memory is N
 * times one layer of windows, never N times the volume.
 */
#ifndef MEDALS_SLAB_H
#define MEDALS_SLAB_H

#include "kernels.h"

/** What a stage leaves on its grid, axes h,w,d without padding. */
typedef struct MedalsGridResult {
    int64_t shape[3];
    int64_t n;
    const uint16_t *values; /* [n] label of each class, borrowed */
    uint16_t *labels;       /* [shape], owned */
    float *best;            /* [shape] largest probability, owned; or NULL */
    float *probabilities;   /* [n,shape], owned; or NULL */
    double *sum;            /* [n] of the probability over labelled voxels */
    uint64_t *count;        /* [n] labelled voxels */
} MedalsGridResult;

/** @return false: MEDALS_E_NOMEM (result cleared) */
bool medals_grid_result_init(MedalsGridResult *result, const int64_t shape[3],
                             int64_t n, const uint16_t *values, bool want_best,
                             bool want_probabilities, GError **error);
void medals_grid_result_clear(MedalsGridResult *result);

typedef struct MedalsSlab {
    int64_t n;
    int64_t crop[3];         /* of a window */
    int64_t padded[3];       /* grid with padding */
    int64_t base;            /* grid row of plane 0 */
    const float *importance; /* [crop], borrowed */
    float *sum;              /* [crop h][n][padded w * padded d] */
    float *weight;           /* [crop h][padded w * padded d] */
} MedalsSlab;

bool medals_slab_init(MedalsSlab *slab, int64_t n, const int64_t crop[3],
                      const int64_t padded[3], const float *importance,
                      GError **error);
void medals_slab_clear(MedalsSlab *slab);

/**
 * Adds importance * sigmoid(logits) of rows [first, first+rows) of the window
 * that starts at `start`.
 * @shape logits [n,rows,crop w,crop d]; overwritten
 * @source spec 8 step 3
 */
bool medals_slab_add(const MedalsExec *exec, MedalsSlab *slab,
                     const int64_t start[3], int64_t first, int64_t rows,
                     float *logits, GError **error);
/** A window that was not run: it counts, with probability 0. */
void medals_slab_add_nothing(MedalsSlab *slab, const int64_t start[3]);

/**
 * Decides rows [base, end): best = largest sum/weight, lowest class on ties,
 * label where best >= 0.5, else 0. Afterwards plane 0 is row `end`.
 * @source spec 8 step 4
 */
bool medals_slab_close(const MedalsExec *exec, MedalsSlab *slab, int64_t end,
                       MedalsGridResult *result, GError **error);

#endif

/*
 * refine_rule.h - which voxels at a class's border a refinement moves
 *
 *   plain, shown logits --mean--+
 *   the class around a voxel ---+--> p --> the p from which on the class is
 *   other classes --------------+         taken for the largest expected DSC
 *
 * Pure functions on one box of the network's grid that holds the class and its
 * surroundings. The labelmap that is there counts as evidence of its own, so
 * that what a user or another tool drew is nudged, not answered anew.
 */
#ifndef MEDALS_REFINE_RULE_H
#define MEDALS_REFINE_RULE_H

#include "error.h"

/** Grid voxels around a class that its field should hold: what lies there
 * tells how unsure the network is of the class. */
#define MEDALS_REFINE_MARGIN 4

/** One class on a box [h,w,d] of the grid, d fastest. All is borrowed. */
typedef struct MedalsRefineField {
    int64_t size[3];
    const float *plain;   /* logits without prompts */
    const float *shown;   /* logits of the masked pair; NULL: it was not run */
    const float *current; /* 0..1: share of the voxel that has the class */
    const float *other;   /* 0..1: share that has another class; NULL: none */
} MedalsRefineField;

/**
 * What should move.
 * @shape score [h,w,d] of the caller: above 0 where a voxel within one voxel of
 *        the border should be in the class, below 0 where it should not, by as
 *        much as its probability is away from the threshold; 0 elsewhere, and
 *        near the threshold of a class that the network is sure of
 * @return false: MEDALS_E_NOMEM (score undefined)
 */
bool medals_refine_rule(const MedalsRefineField *field, float *score,
                        GError **error);

/**
 * The threshold t in (0, 0.5] for which {p > t} has the largest expected DSC:
 * the argument t of max 2 S(t) / (N(t) + S(0)), N(t) the number and S(t) the
 * sum of the p above t. What is unsure everywhere gets a low one.
 * @param p [count] in 0..1
 * @return 0.5 where nothing has a probability
 */
float medals_refine_threshold(const float *p, int64_t count);

#endif

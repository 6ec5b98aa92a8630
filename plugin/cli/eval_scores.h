/*
 * eval_scores.h - how well two label maps agree, label by label
 *
 * Maps of one layer are compared at once; where one of them has several, which
 * may overlap, one segment after the other.
 */
#ifndef CLI_EVAL_SCORES_H
#define CLI_EVAL_SCORES_H

#include "label_source.h"
#include "medals/metrics.h"

typedef struct {
    GArray *labels; /* MedalsLabelScore, ascending; empty for instances */
    double mean_dice, mean_nsd; /* NaN without labels */
    bool has_instances;
    MedalsInstanceReport instances;
} EvalScores;

/**
 * @param keep_prediction value -> value of the truth's, or NULL: all
 * @param keep_truth the values of the truth that count, or NULL: all
 * @return false: EXIT_INPUT, EXIT_NO_ROOM; eval_scores_clear() either way
 */
bool eval_scores_of(EvalScores *scores, LabelSource *truth,
                    GHashTable *keep_truth, LabelSource *prediction,
                    GHashTable *keep_prediction,
                    const MedalsCompareOptions *options, GError **error);
void eval_scores_clear(EvalScores *scores);

#endif

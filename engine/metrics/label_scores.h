/*
 * label_scores.h - DSC, NSD, F1, DSC TP between two labelmaps
 * @source spec training.md 8
 */
#ifndef MEDALS_LABEL_SCORES_H
#define MEDALS_LABEL_SCORES_H

#include "error.h"

/** Surface Dice of two binary masks on one grid.
 *  @shape gt, pred [shape] 0/1 in C order, spacing per array axis in mm */
typedef struct MedalsSurfaceDice {
    double nsd;                /* NaN: both empty */
    double area_gt, area_pred; /* mm^2 */
} MedalsSurfaceDice;
bool medals_metrics_surface(const uint8_t *gt, const uint8_t *pred,
                            const int64_t shape[3], const double spacing[3],
                            double tolerance_mm, MedalsSurfaceDice *out,
                            GError **error);
/** 2|A and B|/(|A|+|B|); NaN when both are empty. */
double medals_metrics_dice(const uint8_t *gt, const uint8_t *pred,
                           size_t voxels);

typedef struct MedalsInstanceScore {
    uint64_t tp, fp, fn;
    double precision, recall, f1, dsc_tp;
} MedalsInstanceScore;
/** Instance labelmaps (values = instances; a binary prediction is split into
 * its 6-connected components). */
bool medals_metrics_instances(const uint32_t *gt, const uint32_t *pred,
                              const int64_t shape[3],
                              MedalsInstanceScore *score, GError **error);

#endif

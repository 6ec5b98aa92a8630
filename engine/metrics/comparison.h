/*
 * comparison.h - two labelmaps of one grid, label by label
 * @source spec training.md 8; public words in medals/metrics.h
 */
#ifndef MEDALS_COMPARISON_DATA_H
#define MEDALS_COMPARISON_DATA_H

#include "medals/metrics.h"
#include "volume_data.h"

struct MedalsComparison {
    MedalsLabelScore *labels; /* [count] */
    size_t count;
    double mean_dice, mean_nsd; /* NaN: no label */
    bool has_instances;
    MedalsInstanceReport instances;
};

/** @return NULL: MEDALS_E_SHAPE grids of different size; MEDALS_E_INPUT
 *          element type, place in space, or too many labels; MEDALS_E_USAGE
 *          tolerance; MEDALS_E_NOMEM */
MedalsComparison *medals_comparison_run(const MedalsVolume *truth,
                                        const MedalsVolume *result,
                                        const MedalsCompareOptions *options,
                                        GError **error);
/** Frees all of it. */
void medals_comparison_destroy(MedalsComparison *comparison);

#endif

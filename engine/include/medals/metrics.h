/*
 * metrics.h - how well does a labelmap agree with another
 *
 *   truth  --+
 *            +--> per label: Dice, surface Dice within a tolerance; means
 *   result --+    or per instance: F1, and Dice of the matched ones
 *
 * Example:
 *     MedalsCompareOptions options = MEDALS_COMPARE_OPTIONS_INIT;
 *     MedalsComparison *c = NULL;
 *     if (medals_compare(&c, truth, result, &options, NULL) == MEDALS_OK)
 *         printf("%.3f\n", medals_comparison_mean_dice(c));
 *     medals_comparison_free(&c);
 *
 * Both volumes hold whole numbers (float types are accepted when they do),
 * 0 is background. They share one grid: the same voxels in space within a
 * thousandth of a voxel. Their index axes may be stored in another order or
 * direction.
 */
#ifndef MEDALS_METRICS_H
#define MEDALS_METRICS_H

#include "medals/volume.h"

MEDALS_BEGIN_DECLS

typedef struct MedalsComparison MedalsComparison;

typedef struct MedalsCompareOptions {
    uint32_t struct_size;
    bool instances;      /**< score instances (values = instance numbers; a
                              result of one value is split into 6-connected
                              components) instead of labels */
    double tolerance_mm; /**< of the surface Dice; default 2 */
    /** What the challenge's script does: values cut to 8 bits, spacing of
     * i,j,k used for the axes k,j,i, and the truth's smallest value left out
     * even where it is not 0. Grids are compared by size only. */
    bool literal;
} MedalsCompareOptions;
#define MEDALS_COMPARE_OPTIONS_INIT                                            \
    {                                                                          \
        sizeof(MedalsCompareOptions), false, 2.0, false                        \
    }

/**
 * @owner *out belongs to the caller
 * @return MEDALS_E_SHAPE sizes differ; MEDALS_E_INPUT volumes lie elsewhere,
 *         hold values that are no labels, or over 65535 of them;
 *         MEDALS_E_USAGE tolerance negative or NaN; MEDALS_E_NOMEM
 */
MEDALS_API MedalsStatus medals_compare(MedalsComparison **out,
                                       const MedalsVolume *truth,
                                       const MedalsVolume *result,
                                       const MedalsCompareOptions *options,
                                       MedalsError **error);
MEDALS_API void medals_comparison_free(MedalsComparison **comparison);

/** One label that occurs in the truth. */
typedef struct MedalsLabelScore {
    uint32_t struct_size;
    uint32_t label;
    uint64_t voxels_truth, voxels_result;
    double dice;
    double nsd;                     /**< surface Dice at the tolerance */
    double area_truth, area_result; /**< surfaces, mm^2 */
} MedalsLabelScore;

/** Labels in ascending order; 0 when instances were scored. */
MEDALS_API size_t
medals_comparison_label_count(const MedalsComparison *comparison);
/** @return false: index out of range (score untouched). */
MEDALS_API bool medals_comparison_label(const MedalsComparison *comparison,
                                        size_t index, MedalsLabelScore *score);
/** Means over the labels; NaN when there is none. */
MEDALS_API double
medals_comparison_mean_dice(const MedalsComparison *comparison);
MEDALS_API double
medals_comparison_mean_nsd(const MedalsComparison *comparison);

typedef struct MedalsInstanceReport {
    uint32_t struct_size;
    uint64_t tp, fp, fn; /**< matched one to one at an overlap (IoU) of 0.5 */
    double precision, recall, f1;
    double dsc_tp; /**< mean Dice of the matched pairs; 0: none */
} MedalsInstanceReport;

/** @return false: instances were not scored (report untouched). */
MEDALS_API bool medals_comparison_instances(const MedalsComparison *comparison,
                                            MedalsInstanceReport *report);

MEDALS_END_DECLS
#endif

/*
 * metrics_api.c - comparison of labelmaps for callers
 */
#include <math.h>

#include "comparison.h"
#include "error_api.h"
#include "versioned.h"

MedalsStatus medals_compare(MedalsComparison **out, const MedalsVolume *truth,
                            const MedalsVolume *result,
                            const MedalsCompareOptions *options,
                            MedalsError **error)
{
    MedalsCompareOptions full = MEDALS_COMPARE_OPTIONS_INIT;
    GError *inner = NULL;
    if (out)
        *out = NULL;
    if (medals_check_given(out, "out", &inner) &&
        medals_check_given(truth, "truth", &inner) &&
        medals_check_given(result, "result", &inner) &&
        medals_versioned_read(&full, sizeof full, options, "options", &inner))
        *out = medals_comparison_run(truth, result, &full, &inner);
    return inner ? medals_error_take(inner, error) : MEDALS_OK;
}

void medals_comparison_free(MedalsComparison **comparison)
{
    if (!comparison || !*comparison)
        return;
    medals_comparison_destroy(*comparison);
    *comparison = NULL;
}

size_t medals_comparison_label_count(const MedalsComparison *comparison)
{
    return comparison ? comparison->count : 0;
}

bool medals_comparison_label(const MedalsComparison *comparison, size_t index,
                             MedalsLabelScore *score)
{
    return comparison && index < comparison->count &&
           medals_versioned_write(score, &comparison->labels[index],
                                  sizeof *score);
}

double medals_comparison_mean_dice(const MedalsComparison *comparison)
{
    return comparison ? comparison->mean_dice : NAN;
}

double medals_comparison_mean_nsd(const MedalsComparison *comparison)
{
    return comparison ? comparison->mean_nsd : NAN;
}

bool medals_comparison_instances(const MedalsComparison *comparison,
                                 MedalsInstanceReport *report)
{
    return comparison && comparison->has_instances &&
           medals_versioned_write(report, &comparison->instances,
                                  sizeof *report);
}

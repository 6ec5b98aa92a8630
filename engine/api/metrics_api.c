/*
 * metrics_api.c - comparison of labelmaps for callers
 */
#include <string.h>

#include "comparison.h"
#include "error_api.h"

MedalsStatus medals_compare(MedalsComparison **out, const MedalsVolume *truth,
                            const MedalsVolume *result,
                            const MedalsCompareOptions *options,
                            MedalsError **error)
{
    MedalsCompareOptions full = MEDALS_COMPARE_OPTIONS_INIT;
    memcpy(&full, options, MIN(options->struct_size, sizeof full));
    GError *inner = NULL;
    *out = medals_comparison_run(truth, result, &full, &inner);
    return *out ? MEDALS_OK : medals_error_take(inner, error);
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
    return comparison->count;
}

bool medals_comparison_label(const MedalsComparison *comparison, size_t index,
                             MedalsLabelScore *score)
{
    if (index >= comparison->count)
        return false;
    MedalsLabelScore out = comparison->labels[index];
    out.struct_size = score->struct_size;
    memcpy(score, &out, MIN(score->struct_size, sizeof out));
    return true;
}

double medals_comparison_mean_dice(const MedalsComparison *comparison)
{
    return comparison->mean_dice;
}

double medals_comparison_mean_nsd(const MedalsComparison *comparison)
{
    return comparison->mean_nsd;
}

bool medals_comparison_instances(const MedalsComparison *comparison,
                                 MedalsInstanceReport *report)
{
    if (!comparison->has_instances)
        return false;
    MedalsInstanceReport out = comparison->instances;
    out.struct_size = report->struct_size;
    memcpy(report, &out, MIN(report->struct_size, sizeof out));
    return true;
}

#include "eval_scores.h"

#include <math.h>

#include "failure.h"
#include "label_segments.h"

/* All scores of a comparison, added to those that are there. */
static void take(EvalScores *scores, MedalsComparison *comparison)
{
    size_t count = medals_comparison_label_count(comparison);
    for (size_t i = 0; i < count; i++) {
        MedalsLabelScore score = {.struct_size = sizeof score};
        medals_comparison_label(comparison, i, &score);
        g_array_append_val(scores->labels, score);
    }
    scores->instances.struct_size = sizeof scores->instances;
    scores->has_instances =
        medals_comparison_instances(comparison, &scores->instances);
}

static bool compare(EvalScores *scores, const MedalsVolume *truth,
                    const MedalsVolume *prediction,
                    const MedalsCompareOptions *options, GError **error)
{
    MedalsError *cause = NULL;
    MedalsComparison *comparison = NULL;
    if (medals_compare(&comparison, truth, prediction, options, &cause) !=
        MEDALS_OK)
        return failure_take(error, cause);
    take(scores, comparison);
    scores->mean_dice = medals_comparison_mean_dice(comparison);
    scores->mean_nsd = medals_comparison_mean_nsd(comparison);
    medals_comparison_free(&comparison);
    return true;
}

/* One value of both, as if it were alone. */
static bool compare_value(EvalScores *scores, const LabelSource *truth,
                          GHashTable *keep_truth, const LabelSource *prediction,
                          GHashTable *keep_prediction, uint32_t value,
                          const MedalsCompareOptions *options, GError **error)
{
    MedalsVolume *a =
        label_segments_mask(truth, keep_truth, value, NULL, error);
    MedalsVolume *b =
        a ? label_segments_mask(prediction, keep_prediction, value, NULL, error)
          : NULL;
    bool done = b && compare(scores, a, b, options, error);
    guint last = scores->labels->len;
    if (done && last > 0)
        g_array_index(scores->labels, MedalsLabelScore, last - 1).label = value;
    medals_volume_free(&a);
    medals_volume_free(&b);
    return done;
}

static void average(EvalScores *scores)
{
    double dice = 0, nsd = 0;
    for (guint i = 0; i < scores->labels->len; i++) {
        const MedalsLabelScore *score =
            &g_array_index(scores->labels, MedalsLabelScore, i);
        dice += score->dice;
        nsd += score->nsd;
    }
    scores->mean_dice = dice / (double) scores->labels->len;
    scores->mean_nsd = nsd / (double) scores->labels->len;
}

static bool compare_segments(EvalScores *scores, const LabelSource *truth,
                             GHashTable *keep_truth,
                             const LabelSource *prediction,
                             GHashTable *keep_prediction,
                             const MedalsCompareOptions *options,
                             GError **error)
{
    if (options->instances)
        return failure_set(
            error, EXIT_INPUT,
            "--instances: segments that overlap, in %zu layers; "
            "expected one",
            MAX(label_source_layers(truth), label_source_layers(prediction)));
    g_autoptr(GArray) values = label_segments_values(truth, keep_truth);
    bool good = true;
    for (guint i = 0; i < values->len && good; i++)
        good = compare_value(
            scores, truth, keep_truth, prediction, keep_prediction,
            g_array_index(values, uint32_t, i), options, error);
    average(scores);
    return good;
}

/* A segmentation that was cropped to its segments is moved onto a grid that
 * both have room on; what cannot be is left to the comparison. */
static bool share_grid(LabelSource *truth, LabelSource *prediction,
                       GError **error)
{
    if (!truth->labelmap || !prediction->labelmap)
        return true;
    MedalsGeometry grid;
    const MedalsGeometry *a = medals_volume_peek_geometry(truth->volume);
    const MedalsGeometry *b = medals_volume_peek_geometry(prediction->volume);
    bool same = a->size[0] == b->size[0] && a->size[1] == b->size[1] &&
                a->size[2] == b->size[2];
    bool moves = medals_labelmap_is_segmentation(truth->labelmap) ||
                 medals_labelmap_is_segmentation(prediction->labelmap);
    if (!moves || !medals_labelmap_common_grid(a, b, &grid) ||
        (same && grid.size[0] == a->size[0] && grid.size[1] == a->size[1] &&
         grid.size[2] == a->size[2]))
        return true;
    return label_source_extend(truth, &grid, error) &&
           label_source_extend(prediction, &grid, error);
}

bool eval_scores_of(EvalScores *scores, LabelSource *truth,
                    GHashTable *keep_truth, LabelSource *prediction,
                    GHashTable *keep_prediction,
                    const MedalsCompareOptions *options, GError **error)
{
    *scores = (EvalScores){.mean_dice = NAN, .mean_nsd = NAN};
    scores->labels = g_array_new(FALSE, FALSE, sizeof(MedalsLabelScore));
    if (!options->literal && !share_grid(truth, prediction, error))
        return false;
    if (label_source_layers(truth) > 1 || label_source_layers(prediction) > 1)
        return compare_segments(scores, truth, keep_truth, prediction,
                                keep_prediction, options, error);
    if (keep_truth && (!label_source_map(prediction, keep_prediction, error) ||
                       !label_source_map(truth, keep_truth, error)))
        return false;
    return compare(scores, truth->volume, prediction->volume, options, error);
}

void eval_scores_clear(EvalScores *scores)
{
    g_clear_pointer(&scores->labels, g_array_unref);
}

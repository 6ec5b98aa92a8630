/*
 * label_scores.c - Dice, and scores of instances
 *
 *   gt, pred --count--> sizes |g|, |p|, overlaps |g and p|
 *            --IoU-->   sparse pairs --assignment--> matches
 *   TP = matches with IoU >= 0.5, FP = #pred - TP, FN = #gt - TP
 */
#include "label_scores.h"

#include <math.h>

#include "assignment.h"
#include "box.h"
#include "components.h"
#include "memory.h"
#include "tally.h"

#define LEAST_IOU 0.5

double medals_metrics_dice(const uint8_t *gt, const uint8_t *pred,
                           size_t voxels)
{
    uint64_t both = 0, total = 0;
    for (size_t i = 0; i < voxels; i++) {
        both += (gt[i] != 0) & (pred[i] != 0);
        total += (uint64_t) (gt[i] != 0) + (pred[i] != 0);
    }
    return total ? 2.0 * (double) both / (double) total : NAN;
}

/* Voxels per instance of each map, and per pair that overlaps. */
typedef struct Overlap {
    MedalsTally gt, pred;
    MedalsTally pairs;   /* key = gt << 32 | pred */
    uint32_t *split;     /* components of a binary prediction, or NULL */
    const uint32_t *map; /* the prediction that counts */
} Overlap;

static void overlap_clear(Overlap *overlap)
{
    medals_tally_clear(&overlap->gt);
    medals_tally_clear(&overlap->pred);
    medals_tally_clear(&overlap->pairs);
    medals_free(overlap->split);
}

/* Instances of a map (values above 0). */
static bool count_instances(const uint32_t *map, size_t voxels,
                            MedalsTally *tally, GError **error)
{
    for (size_t i = 0; i < voxels; i++)
        if (map[i] && !medals_tally_add(tally, map[i], 1, error))
            return false;
    medals_tally_sort(tally);
    return true;
}

/* A prediction of one value is split into its 6-connected components. */
static bool split_binary(Overlap *overlap, const int64_t shape[3],
                         size_t voxels, GError **error)
{
    uint8_t *mask = medals_alloc(voxels, 1, "instances", error);
    overlap->split =
        mask ? medals_alloc(voxels, sizeof *overlap->split, "instances", error)
             : NULL;
    size_t count;
    for (size_t i = 0; overlap->split && i < voxels; i++)
        mask[i] = overlap->map[i] != 0;
    bool ok =
        overlap->split && medals_components_label(mask, shape, overlap->split,
                                                  &count, NULL, error);
    medals_free(mask);
    if (!ok)
        return false;
    overlap->map = overlap->split;
    medals_tally_clear(&overlap->pred);
    return count_instances(overlap->map, voxels, &overlap->pred, error);
}

static bool count_overlap(Overlap *overlap, const uint32_t *gt,
                          const uint32_t *pred, const int64_t shape[3],
                          GError **error)
{
    size_t voxels = medals_box_product(shape);
    overlap->map = pred;
    if (!count_instances(gt, voxels, &overlap->gt, error) ||
        !count_instances(pred, voxels, &overlap->pred, error))
        return false;
    if (overlap->pred.count == 1 &&
        !split_binary(overlap, shape, voxels, error))
        return false;
    pred = overlap->map;
    for (size_t i = 0; i < voxels; i++)
        if (gt[i] && pred[i] &&
            !medals_tally_add(&overlap->pairs, (uint64_t) gt[i] << 32 | pred[i],
                              1, error))
            return false;
    medals_tally_sort(&overlap->pairs);
    return true;
}

/* Intersection over union of a pair, and its place among the instances. */
static double pair_iou(const Overlap *overlap, const MedalsTallyEntry *pair,
                       size_t *row, size_t *column)
{
    medals_tally_find(&overlap->gt, pair->key >> 32, row);
    medals_tally_find(&overlap->pred, pair->key & UINT32_MAX, column);
    uint64_t sum =
        overlap->gt.entries[*row].count + overlap->pred.entries[*column].count;
    return (double) pair->count / (double) (sum - pair->count);
}

static void fill_pairings(const Overlap *overlap, MedalsPairing *pairings)
{
    double few = 2.0 * (double) MIN(overlap->gt.count, overlap->pred.count);
    size_t row = 0, column = 0;
    for (size_t i = 0; i < overlap->pairs.count; i++) {
        double iou =
            pair_iou(overlap, &overlap->pairs.entries[i], &row, &column);
        pairings[i] = (MedalsPairing){(uint32_t) row, (uint32_t) column,
                                      (iou >= LEAST_IOU) + iou / few};
    }
}

/* TP and the sum of their Dice. */
static void count_matches(const Overlap *overlap, const uint32_t *column_of,
                          MedalsInstanceScore *score)
{
    double sum = 0;
    size_t row = 0, column = 0;
    for (size_t i = 0; i < overlap->pairs.count; i++) {
        double iou =
            pair_iou(overlap, &overlap->pairs.entries[i], &row, &column);
        if (column_of[row] != column || !(iou >= LEAST_IOU))
            continue;
        score->tp++;
        sum += 2 * iou / (1 + iou);
    }
    score->dsc_tp = score->tp ? sum / (double) score->tp : 0;
}

static bool match(const Overlap *overlap, MedalsInstanceScore *score,
                  GError **error)
{
    MedalsPairing *pairings =
        medals_alloc(overlap->pairs.count, sizeof *pairings, "pairs", error);
    uint32_t *column_of =
        pairings
            ? medals_alloc(overlap->gt.count, sizeof *column_of, "pairs", error)
            : NULL;
    bool ok = column_of != NULL;
    if (ok) {
        fill_pairings(overlap, pairings);
        ok = medals_assign(pairings, overlap->pairs.count, overlap->gt.count,
                           overlap->pred.count, column_of, error);
    }
    if (ok)
        count_matches(overlap, column_of, score);
    medals_free(pairings);
    medals_free(column_of);
    return ok;
}

static void rate(const Overlap *overlap, MedalsInstanceScore *score)
{
    double tp = (double) score->tp;
    score->fp = overlap->pred.count - score->tp;
    score->fn = overlap->gt.count - score->tp;
    score->precision = tp / (double) overlap->pred.count;
    score->recall = overlap->gt.count ? tp / (double) overlap->gt.count : 0;
    if (score->tp)
        score->f1 = 2 * score->precision * score->recall /
                    (score->precision + score->recall);
}

bool medals_metrics_instances(const uint32_t *gt, const uint32_t *pred,
                              const int64_t shape[3],
                              MedalsInstanceScore *score, GError **error)
{
    Overlap overlap = {0};
    *score = (MedalsInstanceScore){0};
    bool ok = count_overlap(&overlap, gt, pred, shape, error);
    /* Without a predicted instance the challenge counts nothing at all. */
    if (ok && overlap.pred.count > 0) {
        ok = match(&overlap, score, error);
        rate(&overlap, score);
    }
    overlap_clear(&overlap);
    return ok;
}

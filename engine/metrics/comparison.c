/*
 * comparison.c - masks of one label at a time, cut to their box
 */
#include "comparison.h"

#include <math.h>
#include <string.h>

#include "label_scores.h"
#include "memory.h"
#include "reorient.h"
#include "tally.h"

/* Larger than any label: what an axis' low bound starts at. */
#define NOWHERE INT64_MAX
/* Two grids are one when no corner is off by more than this many voxels. */
#define SAME_PLACE 1e-3
#define MOST_LABELS 65535

/* One label's box (inclusive, axes k,j,i) and counts. */
typedef struct Extent {
    int64_t lo[3], hi[3];
    uint64_t truth, result;
} Extent;

typedef struct Run {
    int64_t shape[3];  /* k,j,i */
    double spacing[3]; /* for the axes of shape */
    size_t voxels;
    bool literal;
    double tolerance;
    uint32_t *truth, *result; /* [voxels] */
    MedalsTally labels;       /* considered, sorted */
    Extent *extents;          /* [labels] */
} Run;

/* ---- input -------------------------------------------------------------- */

/* Where voxel (0 or last of each axis) lies, in mm. */
static void corner_of(const MedalsGeometry *g, int corner, double point[3])
{
    for (int r = 0; r < 3; r++) {
        point[r] = g->origin[r];
        for (int c = 0; c < 3; c++)
            if (corner >> c & 1)
                point[r] += g->direction[3 * r + c] * g->spacing[c] *
                            (double) (g->size[c] - 1);
    }
}

static bool check_grids(const MedalsGeometry *a, const MedalsGeometry *b,
                        bool literal, GError **error)
{
    if (memcmp(a->size, b->size, sizeof a->size) != 0)
        return medals_fail(error, MEDALS_E_SHAPE,
                           "result: size %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
                           "x%" G_GINT64_FORMAT "; expected %" G_GINT64_FORMAT
                           "x%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
                           " as the truth has",
                           b->size[0], b->size[1], b->size[2], a->size[0],
                           a->size[1], a->size[2]);
    double finest = MIN(a->spacing[0], MIN(a->spacing[1], a->spacing[2]));
    for (int corner = 0; !literal && corner < 8; corner++) {
        double p[3], q[3];
        corner_of(a, corner, p);
        corner_of(b, corner, q);
        double away =
            sqrt((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1]) +
                 (p[2] - q[2]) * (p[2] - q[2]));
        if (!(away <= SAME_PLACE * finest))
            return medals_fail(error, MEDALS_E_INPUT,
                               "result: a corner lies %g mm from the truth's; "
                               "expected the same place in space",
                               away);
    }
    return true;
}

/* Every 32-bit label is exact in double, whatever type it comes in. */
#define LOAD(type)                                                             \
    for (size_t i = 0; i < n && good; i++) {                                   \
        double value = (double) ((const type *) volume->data)[i];              \
        good = value >= 0 && value <= UINT32_MAX && value == floor(value);     \
        labels[i] = good ? (uint32_t) value : 0;                               \
    }                                                                          \
    break

/* Whole numbers from 0 to 2^32-1; 8 bits of them when literal. */
static bool load_labels(const MedalsVolume *volume, const char *name, size_t n,
                        bool literal, uint32_t *labels, GError **error)
{
    bool good = true;
    switch (volume->dtype) {
    case MEDALS_U8:
        LOAD(uint8_t);
    case MEDALS_I8:
        LOAD(int8_t);
    case MEDALS_U16:
        LOAD(uint16_t);
    case MEDALS_I16:
        LOAD(int16_t);
    case MEDALS_U32:
        LOAD(uint32_t);
    case MEDALS_I32:
        LOAD(int32_t);
    case MEDALS_U64:
        LOAD(uint64_t);
    case MEDALS_I64:
        LOAD(int64_t);
    case MEDALS_F32:
        LOAD(float);
    case MEDALS_F64:
        LOAD(double);
    default:
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: element type %d; expected integers, float32 "
                           "or float64",
                           name, (int) volume->dtype);
    }
    if (!good)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: a voxel that is no label; expected whole "
                           "numbers from 0 to 4294967295",
                           name);
    for (size_t i = 0; literal && i < n; i++)
        labels[i] &= UINT8_MAX;
    return true;
}

static void run_clear(Run *run)
{
    medals_free(run->truth);
    medals_free(run->result);
    medals_tally_clear(&run->labels);
    medals_free(run->extents);
}

static bool run_init(Run *run, const MedalsVolume *truth,
                     const MedalsVolume *result, GError **error)
{
    const MedalsGeometry *geometry = &truth->geometry;
    for (int a = 0; a < 3; a++) {
        run->shape[a] = geometry->size[2 - a];
        run->spacing[a] = geometry->spacing[run->literal ? a : 2 - a];
    }
    size_t n = run->voxels = medals_geometry_voxels(geometry);
    return (run->truth = medals_alloc(n, sizeof(uint32_t), "truth", error)) &&
           (run->result = medals_alloc(n, sizeof(uint32_t), "result", error)) &&
           load_labels(truth, "truth", n, run->literal, run->truth, error) &&
           load_labels(result, "result", n, run->literal, run->result, error);
}

/* ---- labels ------------------------------------------------------------- */

/* The labels of the truth, less the background. */
static bool find_labels(Run *run, GError **error)
{
    MedalsTally *labels = &run->labels;
    for (size_t i = 0; i < run->voxels; i++)
        if (!medals_tally_add(labels, run->truth[i], 1, error))
            return false;
    medals_tally_sort(labels);
    if (run->literal || labels->entries[0].key == 0)
        memmove(labels->entries, labels->entries + 1,
                --labels->count * sizeof *labels->entries);
    if (labels->count <= MOST_LABELS)
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "truth: %zu labels; expected at most %d", labels->count,
                       MOST_LABELS);
}

static void extend(Extent *extent, int64_t h, int64_t w, int64_t d)
{
    int64_t at[3] = {h, w, d};
    for (int a = 0; a < 3; a++) {
        extent->lo[a] = MIN(extent->lo[a], at[a]);
        extent->hi[a] = MAX(extent->hi[a], at[a]);
    }
}

static bool find_extents(Run *run, GError **error)
{
    const MedalsTally *labels = &run->labels;
    run->extents =
        medals_alloc_zero(labels->count, sizeof *run->extents, "labels", error);
    if (!run->extents)
        return false;
    for (size_t i = 0; i < labels->count; i++)
        for (int a = 0; a < 3; a++)
            run->extents[i].lo[a] = NOWHERE;
    size_t i = 0, in_truth = 0, in_result = 0;
    for (int64_t h = 0; h < run->shape[0]; h++)
        for (int64_t w = 0; w < run->shape[1]; w++)
            for (int64_t d = 0; d < run->shape[2]; d++, i++) {
                uint32_t t = run->truth[i], r = run->result[i];
                if (t &&
                    medals_tally_find(labels, t, &in_truth) < labels->count) {
                    run->extents[in_truth].truth++;
                    extend(&run->extents[in_truth], h, w, d);
                }
                if (r &&
                    medals_tally_find(labels, r, &in_result) < labels->count) {
                    run->extents[in_result].result++;
                    extend(&run->extents[in_result], h, w, d);
                }
            }
    return true;
}

static void cut_mask(const Run *run, const uint32_t *labels, uint32_t label,
                     const Extent *extent, uint8_t *mask)
{
    for (int64_t h = extent->lo[0]; h <= extent->hi[0]; h++)
        for (int64_t w = extent->lo[1]; w <= extent->hi[1]; w++) {
            const uint32_t *row =
                labels + (h * run->shape[1] + w) * run->shape[2];
            for (int64_t d = extent->lo[2]; d <= extent->hi[2]; d++)
                *mask++ = row[d] == label;
        }
}

static bool score_label(const Run *run, size_t index, MedalsLabelScore *score,
                        GError **error)
{
    const Extent *extent = &run->extents[index];
    uint32_t label = (uint32_t) run->labels.entries[index].key;
    int64_t size[3];
    size_t voxels = 1;
    for (int a = 0; a < 3; a++) {
        size[a] = extent->hi[a] - extent->lo[a] + 1;
        voxels *= (size_t) size[a];
    }
    uint8_t *truth = medals_alloc(voxels, 1, "label", error);
    uint8_t *result = truth ? medals_alloc(voxels, 1, "label", error) : NULL;
    MedalsSurfaceDice surface;
    bool ok = result != NULL;
    if (ok) {
        cut_mask(run, run->truth, label, extent, truth);
        cut_mask(run, run->result, label, extent, result);
        ok = medals_metrics_surface(truth, result, size, run->spacing,
                                    run->tolerance, &surface, error);
    }
    if (ok)
        *score = (MedalsLabelScore){
            .struct_size = sizeof *score,
            .label = label,
            .voxels_truth = extent->truth,
            .voxels_result = extent->result,
            .dice = medals_metrics_dice(truth, result, voxels),
            .nsd = surface.nsd,
            .area_truth = surface.area_gt,
            .area_result = surface.area_pred};
    medals_free(truth);
    medals_free(result);
    return ok;
}

static bool score_labels(Run *run, MedalsComparison *out, GError **error)
{
    if (!find_labels(run, error) || !find_extents(run, error))
        return false;
    out->count = run->labels.count;
    out->labels =
        medals_alloc(out->count, sizeof *out->labels, "labels", error);
    double dice = 0, nsd = 0;
    bool ok = out->labels != NULL;
    for (size_t i = 0; ok && i < out->count; i++) {
        ok = score_label(run, i, &out->labels[i], error);
        dice += ok ? out->labels[i].dice : 0;
        nsd += ok ? out->labels[i].nsd : 0;
    }
    out->mean_dice = dice / (double) out->count;
    out->mean_nsd = nsd / (double) out->count;
    return ok;
}

/* ---- both ways ---------------------------------------------------------- */

static bool score_instances(Run *run, MedalsComparison *out, GError **error)
{
    MedalsInstanceScore score;
    if (!medals_metrics_instances(run->truth, run->result, run->shape, &score,
                                  error))
        return false;
    out->has_instances = true;
    out->mean_dice = out->mean_nsd = NAN;
    out->instances =
        (MedalsInstanceReport){.struct_size = sizeof out->instances,
                               .tp = score.tp,
                               .fp = score.fp,
                               .fn = score.fn,
                               .precision = score.precision,
                               .recall = score.recall,
                               .f1 = score.f1,
                               .dsc_tp = score.dsc_tp};
    return true;
}

static MedalsComparison *compare(const MedalsVolume *truth,
                                 const MedalsVolume *result,
                                 const MedalsCompareOptions *options,
                                 GError **error)
{
    if (!check_grids(&truth->geometry, &result->geometry, options->literal,
                     error))
        return NULL;
    Run run = {.literal = options->literal, .tolerance = options->tolerance_mm};
    MedalsComparison *out =
        medals_alloc_zero(1, sizeof *out, "comparison", error);
    bool ok = out && run_init(&run, truth, result, error) &&
              (options->instances ? score_instances(&run, out, error)
                                  : score_labels(&run, out, error));
    run_clear(&run);
    if (!ok && out)
        medals_comparison_destroy(out);
    return ok ? out : NULL;
}

/* Whether the index axes of both point the same way, to rounding. */
static bool same_axes(const MedalsVolume *a, const MedalsVolume *b)
{
    for (int i = 0; i < 9; i++)
        if (fabs(a->geometry.direction[i] - b->geometry.direction[i]) > 0.5)
            return false;
    return true;
}

MedalsComparison *medals_comparison_run(const MedalsVolume *truth,
                                        const MedalsVolume *result,
                                        const MedalsCompareOptions *options,
                                        GError **error)
{
    if (!(options->tolerance_mm >= 0)) {
        medals_fail(error, MEDALS_E_USAGE,
                    "tolerance: %g mm; expected 0 or more",
                    options->tolerance_mm);
        return NULL;
    }
    /* The same voxels stored along other axes are the same labelmap. */
    MedalsVolume *turned = NULL;
    if (!options->literal && !same_axes(truth, result) &&
        medals_dtype_size(result->dtype) <= 4) {
        turned = medals_volume_reorient(result, &truth->geometry, error);
        if (!turned)
            return NULL;
        result = turned;
    }
    MedalsComparison *out = compare(truth, result, options, error);
    medals_volume_free(&turned);
    return out;
}

void medals_comparison_destroy(MedalsComparison *comparison)
{
    medals_free(comparison->labels);
    medals_free(comparison);
}

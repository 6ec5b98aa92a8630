/*
 * golden_metrics.c - metrics: per label, and per instance
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"
#include "label_scores.h"
#include "memory.h"

/* One case: its maps and the largest shares of the limits used up. */
typedef struct Case {
    const char *name;
    const MedalsStoredTensor *gt, *seg; /* uint8 */
    size_t voxels;
    double abs, area_rel; /* limits */
    double worst;         /* error / limit; above 1: failed */
} Case;

static const cJSON *field(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static void note(Case *c, const cJSON *want, double got, double limit)
{
    double off =
        cJSON_IsNumber(want) ? fabs(got - want->valuedouble) / limit : INFINITY;
    if (cJSON_IsNull(want) && isnan(got))
        off = 0;
    if (!(limit >= 0) || isnan(off))
        off = INFINITY;
    c->worst = MAX(c->worst, off);
}

static void note_area(Case *c, const cJSON *want, double got)
{
    double size = cJSON_IsNumber(want) ? fabs(want->valuedouble) : 0;
    note(c, want, got, MAX(c->area_rel * size, 1e-12));
}

static const MedalsStoredTensor *find_map(const MedalsWeights *file,
                                          const char *name, const char *part)
{
    g_autofree char *full = g_strdup_printf("%s.%s", name, part);
    const MedalsStoredTensor *tensor = medals_weights_find(file, full);
    return tensor && tensor->dtype == MEDALS_U8 && tensor->ndim == 3 ? tensor
                                                                     : NULL;
}

static void select_label(const MedalsStoredTensor *map, size_t n, int label,
                         uint8_t *mask)
{
    const uint8_t *values = map->data;
    for (size_t i = 0; i < n; i++)
        mask[i] = values[i] == label;
}

/* Scores one label; `want` holds dsc, nsd_tolN for some N mm, areas. */
static bool check_label(Case *c, const cJSON *want, const double spacing[3],
                        uint8_t *gt, uint8_t *seg, double *dice, double *nsd2,
                        GError **error)
{
    int label = atoi(want->string);
    select_label(c->gt, c->voxels, label, gt);
    select_label(c->seg, c->voxels, label, seg);
    *dice = medals_metrics_dice(gt, seg, c->voxels);
    note(c, field(want, "dsc"), *dice, c->abs);
    const cJSON *item;
    MedalsSurfaceDice surface;
    cJSON_ArrayForEach(item, want)
    {
        double tolerance;
        if (!g_str_has_prefix(item->string, "nsd_tol"))
            continue;
        tolerance = g_ascii_strtod(item->string + strlen("nsd_tol"), NULL);
        if (!medals_metrics_surface(gt, seg, c->gt->shape, spacing, tolerance,
                                    &surface, error))
            return false;
        note(c, item, surface.nsd, c->abs);
        note_area(c, field(want, "area_gt"), surface.area_gt);
        note_area(c, field(want, "area_pred"), surface.area_pred);
        if (tolerance == 2)
            *nsd2 = surface.nsd;
    }
    return true;
}

static bool check_labels(Case *c, const cJSON *entry, GError **error)
{
    double spacing[3], dice_sum = 0, nsd_sum = 0;
    uint8_t *gt = medals_alloc(c->voxels, 1, "mask", error);
    uint8_t *seg = medals_alloc(c->voxels, 1, "mask", error);
    bool ok =
        gt && seg && golden_numbers(entry, "spacing_per_axis", spacing, 3);
    int count = 0;
    const cJSON *want;
    cJSON_ArrayForEach(want, field(entry, "per_label"))
    {
        double dice = NAN, nsd = NAN;
        ok = ok && check_label(c, want, spacing, gt, seg, &dice, &nsd, error);
        dice_sum += dice;
        nsd_sum += nsd;
        count++;
    }
    note(c, field(entry, "mean_dsc"), dice_sum / count, c->abs);
    note(c, field(entry, "mean_nsd_tol2"), nsd_sum / count, c->abs);
    medals_free(gt);
    medals_free(seg);
    return ok;
}

static bool check_instances(Case *c, const cJSON *entry, GError **error)
{
    uint32_t *gt = medals_alloc(c->voxels, sizeof *gt, "instances", error);
    uint32_t *seg = medals_alloc(c->voxels, sizeof *seg, "instances", error);
    MedalsInstanceScore score = {0};
    for (size_t i = 0; gt && seg && i < c->voxels; i++) {
        gt[i] = ((const uint8_t *) c->gt->data)[i];
        seg[i] = ((const uint8_t *) c->seg->data)[i];
    }
    bool ok = gt && seg &&
              medals_metrics_instances(gt, seg, c->gt->shape, &score, error);
    note(c, field(entry, "tp"), (double) score.tp, 0.5);
    note(c, field(entry, "fp"), (double) score.fp, 0.5);
    note(c, field(entry, "fn"), (double) score.fn, 0.5);
    note(c, field(entry, "f1"), score.f1, c->abs);
    note(c, field(entry, "dsc_tp"), score.dsc_tp, c->abs);
    medals_free(gt);
    medals_free(seg);
    return ok;
}

static void run_case(GoldenRun *run, const cJSON *group,
                     const MedalsWeights *file, const cJSON *entry)
{
    Case c = {.name = golden_text(entry, "case"),
              .abs = golden_limit(group, "abs"),
              .area_rel = golden_limit(group, "area_rel")};
    c.gt = find_map(file, c.name, "gt");
    c.seg = find_map(file, c.name, "seg");
    if (!c.gt || !c.seg || c.gt->bytes != c.seg->bytes) {
        golden_case(run, false, c.name, "a map is missing");
        return;
    }
    c.voxels = c.gt->bytes;
    GError *error = NULL;
    bool ok = field(entry, "per_label") ? check_labels(&c, entry, &error)
                                        : check_instances(&c, entry, &error);
    if (ok)
        golden_case(run, c.worst <= 1, c.name, "at %.3g of the limits",
                    c.worst);
    else
        golden_error(run, c.name, error);
}

void golden_metrics(GoldenRun *run, const cJSON *group)
{
    MedalsWeights *file = golden_open(run, group, 0);
    const cJSON *entry;
    if (!file)
        return;
    cJSON_ArrayForEach(entry, field(group, "cases"))
        run_case(run, group, file, entry);
    medals_weights_unref(file);
}

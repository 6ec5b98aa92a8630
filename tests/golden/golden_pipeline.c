/*
 * golden_pipeline.c - spacing_rules, resampling, importance_map,
 * sliding_windows, postprocess
 */
#include <math.h>
#include <string.h>

#include "components.h"
#include "golden.h"
#include "label_table.h"
#include "memory.h"
#include "resample.h"
#include "spacing_rules.h"
#include "tensor.h"
#include "windows.h"

static const cJSON *field(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* object[name] as three whole numbers. */
static bool integers(const cJSON *object, const char *name, int64_t out[3])
{
    double numbers[3];
    if (!golden_numbers(object, name, numbers, 3))
        return false;
    for (int a = 0; a < 3; a++)
        out[a] = (int64_t) numbers[a];
    return true;
}

static const MedalsStoredTensor *tensor_of(const MedalsWeights *file,
                                           const char *name, const char *part)
{
    g_autofree char *full = g_strdup_printf("%s.%s", name, part);
    return medals_weights_find(file, full);
}

static size_t tensor_count(const MedalsStoredTensor *tensor)
{
    size_t n = 1;
    for (int i = 0; i < tensor->ndim; i++)
        n *= (size_t) tensor->shape[i];
    return n;
}

/* A three-axis tensor as float32. @owner medals_free */
static float *floats_of(const MedalsStoredTensor *tensor)
{
    size_t n = tensor_count(tensor);
    float *values = medals_alloc(n, sizeof *values, "tensor", NULL);
    if (values)
        medals_convert_to_f32(values, tensor->data, tensor->dtype, n);
    return values;
}

/* A tensor of labels. @owner medals_free */
static uint16_t *labels_of(const MedalsStoredTensor *tensor)
{
    size_t n = tensor_count(tensor);
    float *values = floats_of(tensor);
    uint16_t *labels = medals_alloc(n, sizeof *labels, "labels", NULL);
    for (size_t i = 0; values && labels && i < n; i++)
        labels[i] = (uint16_t) values[i];
    medals_free(values);
    return labels;
}

/* ---- spacing_rules ------------------------------------------------------ */

/* One row of the table, and what did not agree. */
typedef struct Row {
    const cJSON *json;
    double rel;
    MedalsClassSet classes;
    float bsp[3]; /* h,w,d */
    GString *wrong;
} Row;

static void expect_reals(Row *row, const char *what, const cJSON *object,
                         const char *name, const double got[3])
{
    double want[3];
    if (!golden_numbers(object, name, want, 3)) {
        g_string_append_printf(row->wrong, " %s.%s missing;", what, name);
        return;
    }
    for (int a = 0; a < 3; a++)
        if (!(fabs(got[a] - want[a]) <= row->rel * fabs(want[a])))
            g_string_append_printf(row->wrong, " %s.%s[%d] %.9g for %.9g;",
                                   what, name, a, got[a], want[a]);
}

static void expect_floats(Row *row, const char *what, const cJSON *object,
                          const char *name, const float got[3])
{
    double wide[3] = {got[0], got[1], got[2]};
    expect_reals(row, what, object, name, wide);
}

static void expect_integers(Row *row, const char *what, const cJSON *object,
                            const char *name, const int64_t got[3])
{
    int64_t want[3];
    if (!integers(object, name, want) || memcmp(got, want, sizeof want) != 0)
        g_string_append_printf(row->wrong,
                               " %s.%s %" G_GINT64_FORMAT ",%" G_GINT64_FORMAT
                               ",%" G_GINT64_FORMAT ";",
                               what, name, got[0], got[1], got[2]);
}

static const char *modality_word(MedalsModality modality)
{
    static const char *const words[] = {"CT", "MRI", "US", "PET", "Microscopy"};
    return modality >= 0 && (size_t) modality < G_N_ELEMENTS(words)
               ? words[modality]
               : "?";
}

/* Flags of "MODALITY_name"; the kind of table does not matter. */
static bool add_class(const char *name, MedalsClassSet *classes)
{
    const MedalsLabelTable *table = medals_label_table_builtin(NULL);
    bool found = false;
    for (size_t i = 0; table && i < medals_label_table_count(table); i++) {
        const MedalsClass *info = medals_label_table_at(table, i);
        g_autofree char *full =
            g_strdup_printf("%s_%s", modality_word(info->modality), info->name);
        if (g_strcmp0(full, name) == 0) {
            classes->flags |= info->flags;
            found = true;
        }
    }
    return found;
}

static void read_classes(Row *row)
{
    const cJSON *item;
    g_autoptr(GHashTable) set = g_hash_table_new(g_str_hash, g_str_equal);
    cJSON_ArrayForEach(item, field(row->json, "classes"))
    {
        if (!cJSON_IsString(item) ||
            !add_class(item->valuestring, &row->classes))
            g_string_append(row->wrong, " class not in the table;");
        else
            g_hash_table_add(set, item->valuestring);
    }
    row->classes.single = g_hash_table_size(set) == 1;
}

static const int64_t crops[2][3] = {{224, 224, 128}, {192, 192, 192}};
static const double targets[2][3] = {{1.5, 1.5, 3}, {1, 1, 1}};

static void check_stage(Row *row, const char *what, int number,
                        const int64_t shape_dhw[3])
{
    const cJSON *want = field(row->json, what);
    int64_t shape[3] = {shape_dhw[1], shape_dhw[2], shape_dhw[0]};
    MedalsStageGrid grid;
    medals_spacing_stage(shape, row->bsp, crops[number - 1],
                         targets[number - 1], &row->classes, number == 1,
                         &grid);
    expect_floats(row, what, want, "S_hwd", grid.spacing);
    expect_reals(row, what, want, "T_hwd", grid.target);
    expect_integers(row, what, want, "resampled_hwd", grid.shape);
    bool separate = cJSON_IsTrue(field(want, "separate"));
    int axis = separate ? (int) golden_number(want, "axis", -1) : -1;
    if (axis != grid.separate_axis)
        g_string_append_printf(row->wrong, " %s.axis %d for %d;", what,
                               grid.separate_axis, axis);
}

static void check_roi(Row *row, const int64_t shape[3], const float a[3])
{
    const cJSON *want = field(row->json, "roi");
    int64_t lo[3], hi[3], start[3], end[3], part[3];
    float spacing[3];
    if (!want)
        return;
    if (!integers(want, "lo_dhw", lo) || !integers(want, "hi_dhw", hi)) {
        g_string_append(row->wrong, " roi box missing;");
        return;
    }
    medals_spacing_roi(shape, a, crops[1], targets[1], &row->classes, spacing);
    medals_spacing_roi_box(shape, lo, hi, crops[1], targets[1], spacing,
                           &row->classes, start, end);
    expect_floats(row, "roi", want, "roi_spacing_dhw", spacing);
    expect_integers(row, "roi", want, "start_dhw", start);
    expect_integers(row, "roi", want, "end_dhw", end);
    for (int i = 0; i < 3; i++)
        part[i] = end[i] - start[i] + 1;
    if (field(row->json, "stage2_on_roi"))
        check_stage(row, "stage2_on_roi", 2, part);
}

static void check_row(Row *row)
{
    double stored[3];
    int64_t shape[3];
    float a[3];
    if (!golden_numbers(row->json, "npz_spacing", stored, 3) ||
        !integers(row->json, "shape_dhw", shape)) {
        g_string_append(row->wrong, " shape or spacing missing;");
        return;
    }
    read_classes(row);
    medals_spacing_from_npz(stored, shape, a);
    expect_floats(row, "npz", row->json, "A_dhw", a);
    row->bsp[0] = a[1];
    row->bsp[1] = a[2];
    row->bsp[2] = a[0];
    expect_floats(row, "npz", row->json, "B_hwd", row->bsp);
    if (field(row->json, "stage1"))
        check_stage(row, "stage1", 1, shape);
    if (field(row->json, "stage2"))
        check_stage(row, "stage2", 2, shape);
    check_roi(row, shape, a);
}

void golden_spacing_rules(GoldenRun *run, const cJSON *group)
{
    cJSON *rows = golden_open_json(run, group, 0);
    const cJSON *item;
    int number = 0;
    if (rows && cJSON_GetArraySize(rows) < 1)
        golden_case(run, false, "rows", "none");
    cJSON_ArrayForEach(item, rows)
    {
        Row row = {.json = item, .rel = golden_limit(group, "rel")};
        row.wrong = g_string_new(NULL);
        check_row(&row);
        g_autofree char *name = g_strdup_printf("row%d", number++);
        golden_case(run, row.wrong->len == 0, name, "%s", row.wrong->str);
        g_string_free(row.wrong, TRUE);
    }
    cJSON_Delete(rows);
}

/* ---- resampling --------------------------------------------------------- */

/* 7.1 alone: the grid's rule on the spacings of a case. */
static bool separate_axis(const cJSON *entry, int *axis)
{
    double spacing[3], target[3];
    *axis = -1;
    if (!golden_numbers(entry, "spacing", spacing, 3) ||
        !golden_numbers(entry, "target", target, 3))
        return false;
    /* A crop of 1 voxel never enlarges: T stays as it is. */
    static const int64_t shape[3] = {1 << 20, 1 << 20, 1 << 20},
                         crop[3] = {1, 1, 1};
    float s[3] = {(float) spacing[0], (float) spacing[1], (float) spacing[2]};
    MedalsStageGrid grid;
    medals_spacing_enlarge(shape, s, crop, target, &grid);
    *axis = grid.separate_axis;
    return true;
}

static bool check_floats(const GoldenRun *run, const MedalsStoredTensor *in,
                         const MedalsStoredTensor *out, int axis, bool image,
                         double *worst, GError **error)
{
    size_t n = tensor_count(out);
    float *src = floats_of(in), *want = floats_of(out);
    float *dst = medals_alloc(n, sizeof *dst, "result", error);
    bool ok = src && want && dst &&
              (image ? medals_resample_image(&run->exec, src, in->shape, dst,
                                             out->shape, axis, error)
                     : medals_resample_linear(&run->exec, src, in->shape, dst,
                                              out->shape, error));
    if (ok)
        *worst = golden_max_abs(dst, want, n);
    medals_free(src);
    medals_free(want);
    medals_free(dst);
    return ok;
}

static bool check_labels(const GoldenRun *run, const MedalsStoredTensor *in,
                         const MedalsStoredTensor *out, int axis, double *wrong,
                         GError **error)
{
    size_t n = tensor_count(out);
    uint16_t *src = labels_of(in), *want = labels_of(out);
    uint16_t *dst = medals_alloc(n, sizeof *dst, "result", error);
    bool ok = src && want && dst &&
              medals_resample_labels(&run->exec, src, in->shape, dst,
                                     out->shape, axis, error);
    *wrong = 0;
    for (size_t i = 0; ok && i < n; i++)
        *wrong += dst[i] != want[i];
    medals_free(src);
    medals_free(want);
    medals_free(dst);
    return ok;
}

static void run_resampling(GoldenRun *run, const cJSON *group,
                           const MedalsWeights *file, const cJSON *entry)
{
    const char *name = golden_text(entry, "case"),
               *op = golden_text(entry, "op");
    bool back = g_strcmp0(op, "label_back") == 0;
    bool labels = back || g_strcmp0(op, "label") == 0;
    bool image = g_strcmp0(op, "image") == 0;
    const MedalsStoredTensor *in = tensor_of(file, name, back ? "out" : "in"),
                             *out =
                                 tensor_of(file, name, back ? "back" : "out");
    int axis = -1;
    if (!in || !out || in->ndim != 3 || out->ndim != 3 ||
        !(labels || image || g_strcmp0(op, "linear") == 0) ||
        (!back && (labels || image) && !separate_axis(entry, &axis))) {
        golden_case(run, false, name, "%s: not understood", op);
        return;
    }
    double off, limit = labels  ? 0
                        : image ? golden_limit(group, "image_abs")
                                : golden_limit(group, "prob_abs");
    GError *error = NULL;
    bool ok = labels ? check_labels(run, in, out, axis, &off, &error)
                     : check_floats(run, in, out, axis, image, &off, &error);
    if (ok)
        golden_case(run, off <= limit, name, "%s, axis %d: %s %.3g", op, axis,
                    labels ? "voxels that differ" : "largest error", off);
    else
        golden_error(run, name, error);
}

void golden_resampling(GoldenRun *run, const cJSON *group)
{
    MedalsWeights *file = golden_open(run, group, 0);
    const cJSON *entry;
    if (!file)
        return;
    cJSON_ArrayForEach(entry, field(group, "cases"))
        run_resampling(run, group, file, entry);
    medals_weights_unref(file);
}

/* ---- importance_map ----------------------------------------------------- */

/* How many stored halves are off at all, and by how much. */
typedef struct HalfTally {
    size_t compared, off;
    int worst; /* units in the last place */
} HalfTally;

static void compare_halves(const MedalsStoredTensor *tensor, const float *map,
                           size_t first, size_t step, size_t voxels,
                           HalfTally *tally)
{
    const uint8_t *bytes = tensor->data;
    for (size_t i = 0; i < tensor_count(tensor); i++) {
        uint16_t want;
        memcpy(&want, bytes + i * sizeof want, sizeof want);
        size_t at = first + i * step;
        int got = at < voxels ? medals_f16_from_f32(map[at]) : 1 << 20;
        int off = ABS(got - (int) want);
        tally->compared++;
        tally->off += off != 0;
        tally->worst = MAX(tally->worst, off);
    }
}

static void compare_map(const MedalsWeights *file, const cJSON *entry,
                        const char *name, const int64_t crop[3],
                        const float *map, HalfTally *tally)
{
    static const char *const lines[3] = {"h", "w", "d"};
    const MedalsStoredTensor *tensor;
    size_t size[3], voxels = 1, centre = 0;
    for (int a = 0; a < 3; a++)
        voxels *= size[a] = (size_t) crop[a];
    size_t stride[3] = {size[1] * size[2], size[2], 1};
    for (int a = 0; a < 3; a++)
        centre += size[a] / 2 * stride[a];
    if ((tensor = tensor_of(file, name, "full")))
        compare_halves(tensor, map, 0, 1, voxels, tally);
    if ((tensor = tensor_of(file, name, "sample")))
        compare_halves(tensor, map, 0,
                       (size_t) golden_number(entry, "stride", 0), voxels,
                       tally);
    for (int a = 0; a < 3; a++)
        if ((tensor = tensor_of(file, name, lines[a])))
            compare_halves(tensor, map, centre - size[a] / 2 * stride[a],
                           stride[a], voxels, tally);
}

static void run_importance(GoldenRun *run, const cJSON *group,
                           const MedalsWeights *file, const cJSON *entry)
{
    const char *name = golden_text(entry, "case");
    int64_t crop[3] = {0, 0, 0};
    bool read = integers(entry, "crop", crop);
    size_t voxels = (size_t) (crop[0] * crop[1] * crop[2]);
    float *map = medals_alloc(voxels, sizeof *map, "map", NULL);
    if (!read || !map || !medals_importance_map(crop, map, NULL)) {
        golden_case(run, false, name, "no crop, or no memory");
        medals_free(map);
        return;
    }
    HalfTally tally = {0};
    compare_map(file, entry, name, crop, map, &tally);
    double least = INFINITY, count_least = 0, sum = 0;
    for (size_t i = 0; i < voxels; i++) {
        count_least = map[i] < least ? 1 : count_least + (map[i] == least);
        least = MIN(least, (double) map[i]);
        sum += map[i];
    }
    double share = (double) tally.off / (double) MAX(tally.compared, 1);
    bool ok = tally.compared > 0 &&
              tally.worst <= golden_limit(group, "half_ulp") &&
              share <= golden_limit(group, "share_off") &&
              least == golden_number(entry, "min", -1);
    golden_case(run, ok, name,
                "%zu entries, %zu off, worst %d ulp; mean %.9g for %.9g, %.0f "
                "at the least for %.0f",
                tally.compared, tally.off, tally.worst, sum / (double) voxels,
                golden_number(entry, "mean_double", NAN), count_least,
                golden_number(entry, "count_min", NAN));
    medals_free(map);
}

void golden_importance_map(GoldenRun *run, const cJSON *group)
{
    MedalsWeights *file = golden_open(run, group, 0);
    const cJSON *entry;
    if (!file)
        return;
    cJSON_ArrayForEach(entry, field(group, "cases"))
        run_importance(run, group, file, entry);
    medals_weights_unref(file);
}

/* ---- sliding_windows ---------------------------------------------------- */

static bool same_window(const cJSON *want, const int64_t start[3],
                        const int64_t crop[3])
{
    double numbers[6] = {0};
    if (!cJSON_IsArray(want) || cJSON_GetArraySize(want) != 6)
        return false;
    for (int i = 0; i < 6; i++)
        numbers[i] = cJSON_GetArrayItem(want, i)->valuedouble;
    for (int a = 0; a < 3; a++)
        if (numbers[2 * a] != (double) start[a] ||
            numbers[2 * a + 1] != (double) (start[a] + crop[a]))
            return false;
    return true;
}

static void run_windows(GoldenRun *run, const cJSON *row, const char *name)
{
    int64_t shape[3], crop[3], *starts[3] = {NULL, NULL, NULL};
    size_t count[3], wrong = 0, all = 0;
    const cJSON *list = field(row, "windows_h0h1_w0w1_d0d1");
    if (!integers(row, "padded_shape_hwd", shape) ||
        !integers(row, "crop", crop) || !cJSON_IsArray(list)) {
        golden_case(run, false, name, "shape, crop or windows missing");
        return;
    }
    for (int a = 0; a < 3; a++)
        count[a] = medals_windows_axis(shape[a], crop[a], &starts[a], NULL);
    const cJSON *want = list->child;
    for (size_t h = 0; h < count[0]; h++)
        for (size_t w = 0; w < count[1]; w++)
            for (size_t d = 0; d < count[2]; d++, all++) {
                int64_t at[3] = {starts[0][h], starts[1][w], starts[2][d]};
                wrong += !same_window(want, at, crop);
                want = want ? want->next : NULL;
            }
    bool ok = wrong == 0 && all == (size_t) cJSON_GetArraySize(list);
    golden_case(run, ok, name, "%zu windows for %d, %zu elsewhere", all,
                cJSON_GetArraySize(list), wrong);
    for (int a = 0; a < 3; a++)
        medals_free(starts[a]);
}

void golden_sliding_windows(GoldenRun *run, const cJSON *group)
{
    cJSON *rows = golden_open_json(run, group, 0);
    const cJSON *row;
    int number = 0;
    if (rows && cJSON_GetArraySize(rows) < 1)
        golden_case(run, false, "rows", "none");
    cJSON_ArrayForEach(row, rows)
    {
        g_autofree char *name = g_strdup_printf("row%d", number++);
        run_windows(run, row, name);
    }
    cJSON_Delete(rows);
}

/* ---- postprocess -------------------------------------------------------- */

static void compare_labels(GoldenRun *run, const char *name,
                           const uint16_t *got,
                           const MedalsStoredTensor *expected)
{
    uint16_t *want = labels_of(expected);
    size_t n = tensor_count(expected), wrong = 0;
    for (size_t i = 0; want && i < n; i++)
        wrong += got[i] != want[i];
    golden_case(run, want && wrong == 0, name, "%zu of %zu voxels differ",
                wrong, n);
    medals_free(want);
}

static void run_components(GoldenRun *run, const MedalsWeights *file,
                           const cJSON *entry)
{
    const char *name = golden_text(entry, "case");
    const MedalsStoredTensor *seg = tensor_of(file, name, "seg"),
                             *prob = tensor_of(file, name, "prob"),
                             *out = tensor_of(file, name, "out");
    if (!seg || !prob || !out || seg->ndim != 3) {
        golden_case(run, false, name, "a tensor is missing");
        return;
    }
    uint16_t *labels = labels_of(seg);
    float *probability = floats_of(prob);
    GError *error = NULL;
    const cJSON *value;
    bool ok = labels && probability;
    cJSON_ArrayForEach(value, field(entry, "labels")) ok =
        ok &&
        medals_components_keep_largest(labels, probability, seg->shape,
                                       (uint16_t) value->valuedouble, &error);
    if (ok)
        compare_labels(run, name, labels, out);
    else
        golden_error(run, name, error);
    medals_free(labels);
    medals_free(probability);
}

static void run_small_objects(GoldenRun *run, const MedalsWeights *file,
                              const cJSON *entry)
{
    const char *name = golden_text(entry, "case");
    const MedalsStoredTensor *in = tensor_of(file, name, "in"),
                             *out = tensor_of(file, name, "out");
    if (!in || !out || in->ndim != 3) {
        golden_case(run, false, name, "a tensor is missing");
        return;
    }
    uint16_t *labels = labels_of(in);
    uint64_t removed = 0,
             least = (uint64_t) golden_number(entry, "min_size", 0);
    GError *error = NULL;
    if (!labels || !medals_components_remove_small(labels, in->shape, least,
                                                   &removed, &error))
        golden_error(run, name, error);
    else if ((double) removed != golden_number(entry, "removed", -1))
        golden_case(run, false, name, "%" G_GUINT64_FORMAT " voxels removed",
                    removed);
    else
        compare_labels(run, name, labels, out);
    medals_free(labels);
}

void golden_postprocess(GoldenRun *run, const cJSON *group)
{
    MedalsWeights *file = golden_open(run, group, 0);
    const cJSON *entry;
    if (!file)
        return;
    cJSON_ArrayForEach(entry, field(group, "component_cases"))
        run_components(run, file, entry);
    cJSON_ArrayForEach(entry, field(group, "small_object_cases"))
        run_small_objects(run, file, entry);
    medals_weights_unref(file);
}

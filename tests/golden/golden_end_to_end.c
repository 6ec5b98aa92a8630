/*
 * golden_end_to_end.c - kind end_to_end: whole cases of the reference
 *
 * The literal mode of the pipeline runs on the case's image with the case's
 * query vectors and block masks; grids, windows, first patches, stage labels
 * and the final labels are compared. Crops come from the manifest.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"
#include "memory.h"
#include "text_rules.h"
#include "two_stage.h"

typedef struct Check {
    GoldenRun *run;
    const cJSON *group, *item;
    const MedalsWeights *file;
    const char *name;
    const int64_t *crop[2];
    GString *trouble; /* what did not hold; empty: all right */
    int next_mask;
    int stage_row; /* row of item.stages that runs now */
    int windows_seen;
    double worst_dice, worst_share; /* for the report */
} Check;

static void trouble(Check *check, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void trouble(Check *check, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (check->trouble->len)
        g_string_append(check->trouble, "; ");
    g_string_append_vprintf(check->trouble, format, args);
    va_end(args);
}

static const cJSON *stage_row(const Check *check)
{
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(check->item, "stages");
    return cJSON_GetArrayItem(rows, check->stage_row);
}

static const MedalsStoredTensor *tensor_of(const Check *check, int stage,
                                           const char *what)
{
    g_autofree char *name =
        stage ? g_strdup_printf("%s.stage%d.%s", check->name, stage, what)
              : g_strdup_printf("%s.%s", check->name, what);
    return medals_weights_find(check->file, name);
}

static bool near(double a, double b, double rel)
{
    return fabs(a - b) <= rel * fmax(fabs(b), 1e-30);
}

/* ---- what the stages show ----------------------------------------------- */

static void check_first_patch(Check *check, int stage, const int64_t padded[3],
                              const float *image)
{
    const MedalsStoredTensor *want =
        tensor_of(check, stage, "first_patch.sample");
    int64_t stride = (int64_t) golden_number(stage_row(check),
                                             "first_patch_sample_stride", 0);
    if (!want || stride < 1)
        return;
    const int64_t *crop = check->crop[stage - 1];
    const float *sample = want->data;
    double worst = 0;
    for (int64_t i = 0; i < want->shape[0]; i++) {
        int64_t at = i * stride, d = at % crop[2], w = at / crop[2] % crop[1],
                h = at / crop[2] / crop[1];
        float got = image[(h * padded[1] + w) * padded[2] + d];
        float expected;
        memcpy(&expected, sample + i, sizeof expected);
        worst = fmax(worst, fabs((double) got - (double) expected));
    }
    if (!(worst <= golden_limit(check->group, "first_patch_abs")))
        trouble(check, "stage %d: first patch is off by %g", stage, worst);
}

static void on_grid(void *cookie, int stage, const MedalsStageGrid *grid,
                    const int64_t padded[3], const float *image)
{
    Check *check = cookie;
    const cJSON *row = stage_row(check);
    double s[3], t[3], size[3], pad[3];
    double rel = golden_limit(check->group, "rel");
    if (!row || (int) golden_number(row, "stage", 0) != stage) {
        trouble(check, "stage %d ran; the golden did not expect it", stage);
        return;
    }
    check->windows_seen = 0;
    if (!golden_numbers(row, "S_hwd", s, 3) ||
        !golden_numbers(row, "T_hwd", t, 3) ||
        !golden_numbers(row, "padded_hwd", size, 3) ||
        !golden_numbers(row, "padding_end_hwd", pad, 3)) {
        trouble(check, "stage %d: the manifest lacks a field", stage);
        return;
    }
    for (int a = 0; a < 3; a++) {
        if (!near(grid->spacing[a], s[a], rel) ||
            !near(grid->target[a], t[a], rel))
            trouble(check, "stage %d axis %d: S %g T %g; expected %g %g", stage,
                    a, grid->spacing[a], grid->target[a], s[a], t[a]);
        if (padded[a] != (int64_t) size[a] ||
            padded[a] - grid->shape[a] != (int64_t) pad[a])
            trouble(check, "stage %d axis %d: padded size differs", stage, a);
    }
    if (check->trouble->len == 0)
        check_first_patch(check, stage, padded, image);
}

static void on_window(void *cookie, int stage, const int64_t start[3])
{
    Check *check = cookie;
    const cJSON *list =
        cJSON_GetObjectItemCaseSensitive(stage_row(check), "windows");
    const cJSON *window = cJSON_GetArrayItem(list, check->windows_seen++);
    for (int a = 0; a < 3; a++)
        if (!window ||
            cJSON_GetArrayItem(window, 2 * a)->valuedouble != start[a]) {
            trouble(check, "stage %d: window %d differs", stage,
                    check->windows_seen - 1);
            return;
        }
}

/* Compares labels [h,w,d] (or [d,h,w] when `dhw`) with a golden [d,h,w]. */
static void check_labels(Check *check, const char *what, const int64_t shape[3],
                         const uint16_t *labels, bool dhw,
                         const MedalsStoredTensor *want)
{
    int64_t nd = dhw ? shape[0] : shape[2], nh = dhw ? shape[1] : shape[0],
            nw = dhw ? shape[2] : shape[1];
    if (want->ndim != 3 || want->dtype != MEDALS_U8 || want->shape[0] != nd ||
        want->shape[1] != nh || want->shape[2] != nw) {
        trouble(check, "%s: shape or type differs", what);
        return;
    }
    const uint8_t *golden = want->data;
    uint64_t equal = 0, both[256] = {0}, ours[256] = {0}, theirs[256] = {0};
    for (int64_t d = 0; d < nd; d++)
        for (int64_t h = 0; h < nh; h++)
            for (int64_t w = 0; w < nw; w++) {
                int64_t at = (d * nh + h) * nw + w;
                uint16_t a = labels[dhw ? at : (h * nw + w) * nd + d];
                uint8_t b = golden[at];
                equal += a == b;
                ours[a & 255]++;
                theirs[b]++;
                both[b] += a == b;
            }
    double share = (double) equal / (double) (nd * nh * nw);
    check->worst_share = fmin(check->worst_share, share);
    if (share < golden_limit(check->group, "equal_share"))
        trouble(check, "%s: only %.5f of the voxels are equal", what, share);
    for (int v = 1; v < 256; v++) {
        if (ours[v] + theirs[v] == 0)
            continue;
        double dice = 2 * (double) both[v] / (double) (ours[v] + theirs[v]);
        check->worst_dice = fmin(check->worst_dice, dice);
        if (dice < golden_limit(check->group, "label_dice"))
            trouble(check, "%s: Dice %.4f for label %d", what, dice, v);
    }
}

static void check_best(Check *check, int stage, const int64_t shape[3],
                       const float *best)
{
    const MedalsStoredTensor *want = tensor_of(check, stage, "maxprob.sample");
    const cJSON *info =
        cJSON_GetObjectItemCaseSensitive(stage_row(check), "maxprob");
    int64_t stride = (int64_t) golden_number(info, "stride", 0);
    if (!want || stride < 1)
        return;
    if (!best) {
        trouble(check, "stage %d: no probability map was kept", stage);
        return;
    }
    int64_t close = 0, count = want->shape[0];
    double limit = golden_limit(check->group, "maxprob_abs");
    for (int64_t i = 0; i < count; i++) {
        int64_t at = i * stride; /* [d,h,w] */
        int64_t w = at % shape[1], h = at / shape[1] % shape[0],
                d = at / shape[1] / shape[0];
        float expected;
        memcpy(&expected, (const float *) want->data + i, sizeof expected);
        close += fabs((double) best[(h * shape[1] + w) * shape[2] + d] -
                      (double) expected) <= limit;
    }
    double share = (double) close / (double) count;
    if (share < golden_limit(check->group, "maxprob_share"))
        trouble(check, "stage %d: only %.4f of the probabilities are near",
                stage, share);
}

static void on_result(void *cookie, int stage, const int64_t shape[3],
                      const uint16_t *labels, const float *best)
{
    Check *check = cookie;
    const cJSON *windows =
        cJSON_GetObjectItemCaseSensitive(stage_row(check), "windows");
    if (check->windows_seen != cJSON_GetArraySize(windows))
        trouble(check, "stage %d: %d windows; expected %d", stage,
                check->windows_seen, cJSON_GetArraySize(windows));
    const MedalsStoredTensor *want = tensor_of(check, stage, "label");
    g_autofree char *what = g_strdup_printf("stage %d", stage);
    if (want)
        check_labels(check, what, shape, labels, false, want);
    check_best(check, stage, shape, best);
    check->stage_row++;
}

static bool next_mask(void *cookie, size_t count, uint8_t *blocks)
{
    Check *check = cookie;
    g_autofree char *what = g_strdup_printf("mask%d", check->next_mask++);
    const MedalsStoredTensor *mask = tensor_of(check, 0, what);
    if (!mask || mask->dtype != MEDALS_U8 || mask->bytes != count)
        return false;
    memcpy(blocks, mask->data, count);
    return true;
}

/* ---- the case ----------------------------------------------------------- */

/* Values, classes and their flags from the prompts, in their order. */
static bool read_prompts(Check *check, const MedalsLabelTable *table,
                         uint16_t *values, uint32_t *flags, MedalsClassSet *set)
{
    bool lesion = golden_number(check->item, "instance_label", 0) == 1;
    const cJSON *prompt;
    int n = 0;
    int64_t first = -1;
    set->single = true;
    cJSON_ArrayForEach(prompt,
                       cJSON_GetObjectItemCaseSensitive(check->item, "prompts"))
    {
        MedalsModality modality =
            medals_text_modality_literal(prompt->valuestring);
        int64_t index = modality == MEDALS_MODALITY_NONE
                            ? -1
                            : medals_text_class(table, modality, lesion,
                                                prompt->valuestring);
        if (index < 0) {
            trouble(check, "\"%s\": no class", prompt->valuestring);
            return false;
        }
        first = n ? first : index;
        set->single &= index == first;
        values[n] = (uint16_t) strtoul(prompt->string, NULL, 10);
        flags[n] = medals_label_table_at(table, (size_t) index)->flags;
        set->flags |= flags[n++];
    }
    return n > 0;
}

static MedalsGeometry geometry_of(const MedalsStoredTensor *image,
                                  const double spacing[3])
{
    return (MedalsGeometry){
        .size = {image->shape[2], image->shape[1], image->shape[0]},
        .spacing = {spacing[0], spacing[1], spacing[2]},
        .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
}

static void run_case(Check *check, const MedalsNetwork *network,
                     const MedalsLabelTable *table)
{
    const MedalsStoredTensor *image = tensor_of(check, 0, "image");
    const MedalsStoredTensor *final = tensor_of(check, 0, "final");
    g_autofree char *name = g_strdup_printf("%s.queries", check->name);
    size_t numbers;
    float *queries = golden_f32(check->file, name, &numbers);
    int n = cJSON_GetArraySize(
        cJSON_GetObjectItemCaseSensitive(check->item, "prompts"));
    double stored[3], crops[2][3];
    g_autofree uint16_t *values = g_new0(uint16_t, n + 1);
    g_autofree uint32_t *flags = g_new0(uint32_t, n + 1);
    MedalsClassSet set = {0};
    if (!image || image->ndim != 3 || !final || !queries ||
        !golden_numbers(check->item, "npz_spacing", stored, 3) ||
        !golden_numbers(check->item, "stage1_crop_hwd", crops[0], 3) ||
        !golden_numbers(check->item, "stage2_crop_hwd", crops[1], 3) ||
        (int64_t) numbers != n * medals_network_query_width(network)) {
        trouble(check, "a tensor or field is missing or has another shape");
        medals_free(queries);
        return;
    }
    MedalsPackage package = {.spacing_rules = MEDALS_SPACING_MEDAL_S,
                             .importance_half = true};
    MedalsStage stages[2];
    for (int s = 0; s < 2; s++) {
        stages[s] = (MedalsStage){.number = s + 1,
                                  .network = network,
                                  .package = &package,
                                  .target = {1, 1, 1}};
        for (int a = 0; a < 3; a++)
            stages[s].crop[a] = (int64_t) crops[s][a];
        check->crop[s] = stages[s].crop;
    }
    stages[0].target[0] = stages[0].target[1] = 1.5;
    stages[0].target[2] = 3.0;
    MedalsStageObserver observer = {on_grid, on_window, on_result, check};
    MedalsCase request = {.image = image->data,
                          .stages = stages,
                          .stage_count = 2,
                          .show_labels = true,
                          .class_flags = flags};
    if (!read_prompts(check, table, values, flags, &set)) {
        medals_free(queries);
        return;
    }
    request.mode = (MedalsStageMode){
        .n = n,
        .values = values,
        .queries = queries,
        .classes = set,
        .instance = golden_number(check->item, "instance_label", 0) == 1,
        .masks = {next_mask, check},
        .observer = &observer};
    MedalsGeometry geometry = geometry_of(image, stored);
    float dhw[3];
    medals_spacing_from_npz(stored, image->shape, dhw);
    medals_canonical_literal(&request.canonical, &geometry);
    request.spacing[0] = dhw[1];
    request.spacing[1] = dhw[2];
    request.spacing[2] = dhw[0];
    MedalsCaseResult result;
    GError *error = NULL;
    if (!medals_case_run(&check->run->exec, &request, &result, &error)) {
        trouble(check, "%s", error->message);
        g_clear_error(&error);
        medals_free(queries);
        return;
    }
    size_t voxels = image->bytes;
    for (size_t i = 0; request.mode.instance && i < voxels; i++)
        result.labels[i] = result.labels[i] > 0; /* 9.6 */
    check_labels(check, "final", image->shape, result.labels, true, final);
    medals_case_result_clear(&result);
    medals_free(queries);
}

static void check_case(GoldenRun *run, const cJSON *group, const cJSON *item,
                       const MedalsNetwork *network)
{
    GError *error = NULL;
    const MedalsLabelTable *table = medals_label_table_builtin(&error);
    const char *name = golden_text(item, "case");
    MedalsWeights *file = NULL;
    int count =
        cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(group, "files"));
    g_autofree char *image = g_strdup_printf("%s.image", name);
    for (int i = 0; i < count && !file; i++) {
        file = golden_open(run, group, i);
        if (file && !medals_weights_find(file, image))
            g_clear_pointer(&file, medals_weights_unref);
    }
    if (!table || !file) {
        golden_case(run, false, name ? name : "?", "no file holds its image");
        g_clear_error(&error);
        return;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    Check check = {.run = run,
                   .group = group,
                   .item = item,
                   .file = file,
                   .name = name,
                   .trouble = text,
                   .worst_dice = 1,
                   .worst_share = 1};
    run_case(&check, network, table);
    golden_case(run, text->len == 0, name, "Dice >= %.4f, equal >= %.5f %s",
                check.worst_dice, check.worst_share, text->str);
    medals_weights_unref(file);
}

void golden_end_to_end(GoldenRun *run, const cJSON *group)
{
    MedalsWeights *weights = golden_open_weights(run, group);
    if (!weights)
        return;
    GError *error = NULL;
    MedalsNetworkOptions options = {
        .heads = 8, .mask_mlp_last_gelu = true, .storage = golden_storage()};
    MedalsNetwork *network =
        medals_network_new(run->exec.kernels, weights, &options, &error);
    if (!network)
        golden_error(run, "weights", error);
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(
                                 group, "cases")) if (network &&
                                                      golden_wanted(run, item))
        check_case(run, group, item, network);
    medals_network_free(network);
    medals_weights_unref(weights);
}

/*
 * golden.c - medals-golden: the manifest, its files, and the tally
 *
 *   medals-golden DIR [--weights FILE] [--text-tower DIR]
 *
 * Everything is driven by DIR/golden.json: a group's `kind` picks the
 * function, its `limits` are the tolerances. An unknown kind or a missing file
 * is a failure; a kind that is not built yet is a skip, by name.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "golden.h"
#include "memory.h"
#include "tensor.h"

#ifndef MEDALS_DEFAULT_TOWER
#define MEDALS_DEFAULT_TOWER ""
#endif

static const struct {
    const char *kind;
    GoldenFn run; /* NULL: comes with the trainer */
} kinds[] = {
    {"text_extraction", golden_text_extraction},
    {"text_encoder", golden_text_encoder},
    {"bert_sentence_encoder", golden_bert_sentence_encoder},
    {"spacing_rules", golden_spacing_rules},
    {"resampling", golden_resampling},
    {"importance_map", golden_importance_map},
    {"sliding_windows", golden_sliding_windows},
    {"positional_encoding", golden_positional_encoding},
    {"postprocess", golden_postprocess},
    {"weights", golden_weights},
    {"torch_checkpoint", golden_torch_checkpoint},
    {"network_forward", golden_network_forward},
    {"masked_pair_and_mirror", golden_masked_pair_and_mirror},
    {"end_to_end", golden_end_to_end},
    {"metrics", golden_metrics},
    {"training_step", NULL},
    {"lr_schedule", NULL},
};

void golden_case(GoldenRun *run, bool ok, const char *name, const char *format,
                 ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *detail = g_strdup_vprintf(format, args);
    va_end(args);
    printf("%-4s %s/%s %s\n", ok ? "ok" : "FAIL", run->kind, name, detail);
    fflush(stdout);
    if (ok)
        run->passed++;
    else
        run->failed++;
}

void golden_error(GoldenRun *run, const char *name, GError *error)
{
    golden_case(run, false, name, "%s", error ? error->message : "failed");
    g_clear_error(&error);
}

void golden_skip(GoldenRun *run, const char *name, const char *why)
{
    printf("skip %s/%s %s\n", run->kind, name, why);
    run->skipped++;
}

char *golden_path(const GoldenRun *run, const char *name)
{
    return g_build_filename(run->folder, name, NULL);
}

static const char *group_file(const cJSON *group, int n)
{
    const cJSON *files = cJSON_GetObjectItemCaseSensitive(group, "files");
    const cJSON *item = cJSON_GetArrayItem(files, n);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static MedalsWeights *open_weights(GoldenRun *run, const char *path)
{
    GError *error = NULL;
    MedalsWeights *file = medals_weights_open(path, &error);
    if (!file)
        golden_error(run, "file", error);
    return file;
}

MedalsWeights *golden_open(GoldenRun *run, const cJSON *group, int n)
{
    const char *name = group_file(group, n);
    if (!name) {
        golden_case(run, false, "file", "files[%d]: missing", n);
        return NULL;
    }
    g_autofree char *path = golden_path(run, name);
    return open_weights(run, path);
}

cJSON *golden_open_json(GoldenRun *run, const cJSON *group, int n)
{
    const char *name = group_file(group, n);
    g_autofree char *path = golden_path(run, name ? name : "?");
    GError *error = NULL;
    size_t size;
    g_autofree char *text =
        medals_file_read(path, (size_t) 256 << 20, &size, &error);
    if (!text) {
        golden_error(run, "file", error);
        return NULL;
    }
    cJSON *json = cJSON_ParseWithLength(text, size);
    if (!json)
        golden_case(run, false, "file", "%s: not JSON", path);
    return json;
}

MedalsWeights *golden_open_weights(GoldenRun *run, const cJSON *group)
{
    if (run->weights)
        return open_weights(run, run->weights);
    const char *name = golden_text(group, "weights");
    if (!name) {
        golden_case(run, false, "weights", "the group names no weights");
        return NULL;
    }
    g_autofree char *path = golden_path(run, name);
    return open_weights(run, path);
}

double golden_limit(const cJSON *group, const char *name)
{
    /* Half the digits, wider limits: what bf16 storage is held to. */
    if (golden_storage() == MEDALS_BF16) {
        if (!strcmp(name, "label_dice"))
            return 0.98;
        if (!strcmp(name, "equal_share") || !strcmp(name, "maxprob_share"))
            return 0.95;
    }
    const cJSON *limits = cJSON_GetObjectItemCaseSensitive(group, "limits");
    return golden_number(limits, name, -1);
}

const char *golden_text(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

double golden_number(const cJSON *object, const char *name, double fallback)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : fallback;
}

bool golden_numbers(const cJSON *object, const char *name, double *out, int n)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) != n)
        return false;
    for (int i = 0; i < n; i++)
        out[i] = cJSON_GetArrayItem(list, i)->valuedouble;
    return true;
}

float *golden_f32(const MedalsWeights *file, const char *name, size_t *count)
{
    const MedalsStoredTensor *tensor = medals_weights_find(file, name);
    if (!tensor)
        return NULL;
    size_t n = 1;
    for (int i = 0; i < tensor->ndim; i++)
        n *= (size_t) tensor->shape[i];
    float *values = medals_alloc(n, sizeof(float), name, NULL);
    if (!values)
        return NULL;
    medals_convert_to_f32(values, tensor->data, tensor->dtype, n);
    *count = n;
    return values;
}

double golden_max_abs(const float *a, const float *b, size_t n)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        double difference = fabs((double) a[i] - (double) b[i]);
        if (isnan(difference))
            return INFINITY;
        if (difference > worst)
            worst = difference;
    }
    return worst;
}

MedalsDtype golden_storage(void)
{
    return g_strcmp0(g_getenv("MEDALS_GOLDEN_PRECISION"), "bf16") == 0
               ? MEDALS_BF16
               : MEDALS_F32;
}

bool golden_wanted(GoldenRun *run, const cJSON *item)
{
    const char *list = g_getenv("MEDALS_GOLDEN_CASES");
    const char *name = golden_text(item, "case");
    if (!list || !name)
        return true;
    g_auto(GStrv) names = g_strsplit(list, ",", -1);
    if (g_strv_contains((const char *const *) names, name))
        return true;
    golden_skip(run, name, "not among MEDALS_GOLDEN_CASES");
    return false;
}

/* MEDALS_GOLDEN_KINDS=a,b runs only these kinds. */
static bool kind_wanted(const char *kind)
{
    const char *list = g_getenv("MEDALS_GOLDEN_KINDS");
    if (!list)
        return true;
    g_auto(GStrv) names = g_strsplit(list, ",", -1);
    return g_strv_contains((const char *const *) names, kind);
}

static void run_group(GoldenRun *run, const cJSON *group)
{
    const char *kind = golden_text(group, "kind");
    run->kind = kind ? kind : "?";
    if (!kind_wanted(run->kind)) {
        golden_skip(run, "*", "not among MEDALS_GOLDEN_KINDS");
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (g_strcmp0(kind, kinds[i].kind) != 0)
            continue;
        if (kinds[i].run)
            kinds[i].run(run, group);
        else
            golden_skip(run, "*", "not built yet");
        return;
    }
    golden_case(run, false, "*", "unknown kind");
}

static bool run_manifest(GoldenRun *run)
{
    g_autofree char *path = golden_path(run, "golden.json");
    GError *error = NULL;
    size_t size;
    g_autofree char *text =
        medals_file_read(path, (size_t) 256 << 20, &size, &error);
    cJSON *json = text ? cJSON_ParseWithLength(text, size) : NULL;
    if (!json) {
        fprintf(stderr, "medals-golden: %s\n",
                error ? error->message : "golden.json: not JSON");
        g_clear_error(&error);
        return false;
    }
    const cJSON *group;
    cJSON_ArrayForEach(group, cJSON_GetObjectItemCaseSensitive(json, "files"))
        run_group(run, group);
    cJSON_Delete(json);
    return true;
}

int main(int argc, char **argv)
{
    GoldenRun run = {.text_tower = MEDALS_DEFAULT_TOWER};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--weights") && i + 1 < argc)
            run.weights = argv[++i];
        else if (!strcmp(argv[i], "--text-tower") && i + 1 < argc)
            run.text_tower = argv[++i];
        else if (argv[i][0] != '-' && !run.folder)
            run.folder = argv[i];
        else
            run.folder = NULL, argc = 0;
    }
    if (!run.folder) {
        fprintf(stderr, "usage: medals-golden DIR [--weights FILE] "
                        "[--text-tower DIR]\n");
        return 2;
    }
    GError *error = NULL;
    MedalsIsa isa;
    if (!medals_isa_choose(NULL, &isa, &error) ||
        !(run.exec.lane = medals_lane_new(medals_cpu_cores(), &error))) {
        fprintf(stderr, "medals-golden: %s\n", error->message);
        return 2;
    }
    run.exec.kernels = medals_kernels_get(isa);
    bool read =
        medals_lane_enter(run.exec.lane, NULL, NULL) && run_manifest(&run);
    medals_lane_leave(run.exec.lane);
    medals_lane_free(run.exec.lane);
    printf("%u passed, %u failed, %u skipped\n", run.passed, run.failed,
           run.skipped);
    return read && run.failed == 0 ? 0 : 1;
}

/*
 * golden_weights.c - weights, torch_checkpoint
 */
#include <math.h>
#include <string.h>

#include "file.h"
#include "golden.h"
#include "memory.h"
#include "network.h"
#include "tensor.h"

#define HEADS 8 /* of every network of the goldens */
#define MANIFEST_MAX ((size_t) 256 << 20)

static bool is_training_only(const char *name)
{
    return strstr(name, "mid_mask_embed_proj") != NULL;
}

static uint64_t numbers_of(const MedalsStoredTensor *tensor)
{
    return tensor->bytes / medals_dtype_size(tensor->dtype);
}

/* Numbers of all tensors but aliases, with or without the mid MLPs. */
static uint64_t count_numbers(const MedalsWeights *file, bool with_mid)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < medals_weights_count(file); i++) {
        const MedalsStoredTensor *tensor = medals_weights_at(file, i);
        if (!tensor->alias_of && (with_mid || !is_training_only(tensor->name)))
            sum += numbers_of(tensor);
    }
    return sum;
}

static void compare_count(GoldenRun *run, const cJSON *group, const char *name,
                          uint64_t found)
{
    double expected = golden_number(group, name, -1);
    golden_case(run, (double) found == expected, name,
                "%" G_GUINT64_FORMAT ", expected %.0f", found, expected);
}

/* A network that builds has all its tensors, and no other. */
static void build_network(GoldenRun *run, const MedalsWeights *file,
                          uint64_t parameters)
{
    MedalsNetworkOptions options = {.heads = HEADS,
                                    .mask_mlp_last_gelu = true,
                                    .storage = golden_storage()};
    GError *error = NULL;
    MedalsNetwork *network =
        medals_network_new(run->exec.kernels, file, &options, &error);
    if (!network) {
        golden_error(run, "network", error);
        return;
    }
    uint64_t found = medals_network_parameters(network);
    golden_case(run, found == parameters, "network",
                "%" G_GUINT64_FORMAT " parameters, expected %" G_GUINT64_FORMAT,
                found, parameters);
    medals_network_free(network);
}

void golden_weights(GoldenRun *run, const cJSON *group)
{
    MedalsWeights *file = golden_open(run, group, 0);
    if (!file)
        return;
    uint64_t inference = count_numbers(file, false);
    compare_count(run, group, "tensors", medals_weights_count(file));
    compare_count(run, group, "parameters_inference", inference);
    compare_count(run, group, "parameters_all", count_numbers(file, true));
    build_network(run, file, inference);
    medals_weights_unref(file);
}

/* The file that training_step started from: same names, same shapes. */
static MedalsWeights *open_sibling(GoldenRun *run)
{
    g_autofree char *path = golden_path(run, "golden.json");
    size_t size;
    g_autofree char *text = medals_file_read(path, MANIFEST_MAX, &size, NULL);
    cJSON *json = text ? cJSON_ParseWithLength(text, size) : NULL;
    const cJSON *group;
    MedalsWeights *file = NULL;
    cJSON_ArrayForEach(group, cJSON_GetObjectItemCaseSensitive(json, "files"))
    {
        const char *name = golden_text(group, "weights_before");
        if (!name || file)
            continue;
        g_autofree char *sibling = golden_path(run, name);
        file = medals_weights_open(sibling, NULL);
    }
    cJSON_Delete(json);
    return file;
}

static void compare_shapes(GoldenRun *run, const MedalsWeights *file,
                           const MedalsWeights *sibling)
{
    size_t count = medals_weights_count(sibling);
    for (size_t i = 0; i < count; i++) {
        const MedalsStoredTensor *tensor = medals_weights_at(sibling, i);
        GError *error = NULL;
        const MedalsStoredTensor *found = medals_weights_need(
            file, tensor->name, tensor->ndim, tensor->shape, &error);
        if (!found) {
            golden_error(run, "names_and_shapes", error);
            return;
        }
        if (found->dtype != tensor->dtype || found->alias_of) {
            golden_case(run, false, "names_and_shapes", "%s: another type",
                        tensor->name);
            return;
        }
    }
    golden_case(run, true, "names_and_shapes", "%zu tensors", count);
}

/* all_modules.0 is conv, all_modules.1 is norm: the second names. */
static bool alias_is_right(const MedalsStoredTensor *tensor)
{
    const char *at = strstr(tensor->name, ".all_modules.");
    if (!at || !tensor->alias_of)
        return !at && !tensor->alias_of;
    size_t stem = (size_t) (at - tensor->name);
    const char *rest = at + strlen(".all_modules.0");
    const char *first = at[strlen(".all_modules.")] == '0' ? ".conv" : ".norm";
    g_autofree char *expected =
        g_strdup_printf("%.*s%s%s", (int) stem, tensor->name, first, rest);
    return !strcmp(expected, tensor->alias_of);
}

static void check_names(GoldenRun *run, const MedalsWeights *file,
                        size_t unique)
{
    size_t aliases = 0, mid = 0, wrong = 0;
    for (size_t i = 0; i < medals_weights_count(file); i++) {
        const MedalsStoredTensor *tensor = medals_weights_at(file, i);
        aliases += tensor->alias_of != NULL;
        mid += is_training_only(tensor->name);
        wrong += g_str_has_prefix(tensor->name, "module.") ||
                 strstr(tensor->name, "exp_avg") || !alias_is_right(tensor);
    }
    golden_case(run, wrong == 0 && mid > 0 && aliases > 0, "names",
                "%zu aliases, %zu of the mid MLPs, %zu wrong", aliases, mid,
                wrong);
    size_t count = medals_weights_count(file);
    golden_case(run, count - aliases == unique, "unique",
                "%zu tensors, expected %zu", count - aliases, unique);
}

static void check_finite(GoldenRun *run, const MedalsWeights *file)
{
    size_t wrong = 0, count = 0;
    for (size_t i = 0; i < medals_weights_count(file); i++) {
        float *values =
            golden_f32(file, medals_weights_at(file, i)->name, &count);
        for (size_t k = 0; values && k < count; k++)
            wrong += !isfinite(values[k]);
        wrong += values == NULL;
        medals_free(values);
    }
    golden_case(run, wrong == 0, "finite", "%zu numbers are not", wrong);
}

/* The step moved every parameter that has a gradient, a little. */
static void check_moved(GoldenRun *run, const MedalsWeights *file,
                        const MedalsWeights *sibling)
{
    double worst = 0;
    size_t moved = 0, n, m;
    for (size_t i = 0; i < medals_weights_count(sibling); i++) {
        const char *name = medals_weights_at(sibling, i)->name;
        float *before = golden_f32(sibling, name, &n);
        float *after = golden_f32(file, name, &m);
        double most = before && after && n == m
                          ? golden_max_abs(before, after, n)
                          : INFINITY;
        moved += most > 0;
        worst = fmax(worst, most);
        medals_free(before);
        medals_free(after);
    }
    golden_case(run, moved > 0 && worst < 0.1, "step",
                "%zu tensors moved, at most by %g", moved, worst);
}

void golden_torch_checkpoint(GoldenRun *run, const cJSON *group)
{
    MedalsWeights *file = golden_open(run, group, 0);
    if (!file)
        return;
    check_finite(run, file);
    MedalsWeights *sibling = open_sibling(run);
    if (sibling) {
        check_names(run, file, medals_weights_count(sibling));
        compare_shapes(run, file, sibling);
        check_moved(run, file, sibling);
        medals_weights_unref(sibling);
    } else
        golden_case(run, false, "names_and_shapes",
                    "no weights_before in the manifest to compare with");
    build_network(run, file, count_numbers(file, false));
    medals_weights_unref(file);
}

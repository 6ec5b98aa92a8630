/*
 * golden_network.c - network_forward, masked_pair_and_mirror,
 * positional_encoding
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "block_mask.h"
#include "golden.h"
#include "masked_pair.h"
#include "memory.h"
#include "mirror.h"
#include "network.h"
#include "positional_encoding.h"

#define HEADS 8 /* of every network of the goldens */

/* One case: its inputs, and what its tensors came to. */
typedef struct Case {
    const cJSON *group, *entry;
    const MedalsWeights *file;
    const char *name;
    MedalsWindow window;
    float *image, *queries; /* owned */
    unsigned compared;      /* tensors that were held against it */
    double worst;           /* error / limit, above 1: failed */
    char worst_name[64];
} Case;

/* "case.part" */
static char *part_name(const char *name, const char *part)
{
    return g_strdup_printf("%s.%s", name, part);
}

static const uint8_t *stored_bytes(const MedalsWeights *file, const char *name,
                                   const char *part, size_t count)
{
    g_autofree char *full = part_name(name, part);
    const MedalsStoredTensor *tensor = medals_weights_find(file, full);
    return tensor && tensor->dtype == MEDALS_U8 && tensor->bytes == count
               ? tensor->data
               : NULL;
}

static float *stored_floats(const MedalsWeights *file, const char *name,
                            const char *part, size_t *count)
{
    g_autofree char *full = part_name(name, part);
    return golden_f32(file, full, count);
}

static void case_clear(Case *c)
{
    medals_free(c->image);
    medals_free(c->queries);
}

/* Image, queries and prompts called "inputs.in.*". */
static bool case_inputs(Case *c, const char *inputs, const double patch[3],
                        int64_t q)
{
    MedalsWindow *window = &c->window;
    size_t voxels = (size_t) (patch[0] * patch[1] * patch[2]), count, numbers;
    c->image = stored_floats(c->file, inputs, "in.image", &count);
    c->queries = stored_floats(c->file, inputs, "in.queries", &numbers);
    if (!c->image || !c->queries || count != voxels ||
        numbers % (size_t) q != 0)
        return false;
    window->h = (int64_t) patch[0];
    window->w = (int64_t) patch[1];
    window->d = (int64_t) patch[2];
    window->n = (int64_t) numbers / q;
    window->image = c->image;
    window->queries = c->queries;
    window->union_prompt = stored_bytes(c->file, inputs, "in.sc", voxels);
    window->class_prompts =
        stored_bytes(c->file, inputs, "in.mc", voxels * (size_t) window->n);
    window->class_prompts_zero = !window->class_prompts;
    return true;
}

/* Number `index` of the C-order flattened reference tensor: maps are stored
 * [1,C,h,w,d] there and channels-last here, rows alike in both. */
static float value_at(const MedalsTensor *tensor, bool map, size_t index)
{
    int64_t voxels = medals_tensor_voxels(tensor), at = (int64_t) index;
    int64_t voxel = map ? at % voxels : at / tensor->c;
    int64_t channel = map ? at / voxels : at % tensor->c;
    size_t element = (size_t) (voxel * tensor->stride + channel);
    return tensor->dtype == MEDALS_F32
               ? ((const float *) tensor->data)[element]
               : medals_bf16_to_f32(((const uint16_t *) tensor->data)[element]);
}

static const cJSON *tensor_entry(const Case *c, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(c->entry, "tensors"), name);
}

/* A missing limit fails; a tensor of zeros has to be met exactly. */
static void note_error(Case *c, const char *name, double error, double limit)
{
    double share = error == 0 ? 0 : error / limit;
    c->compared++;
    if (!(limit >= 0) || isnan(share))
        share = INFINITY;
    if (c->compared > 1 && share <= c->worst)
        return;
    c->worst = share;
    g_strlcpy(c->worst_name, name, sizeof c->worst_name);
}

/* Compares what is stored of "case.part": all, or each stride-th number. */
static void compare(Case *c, const char *part, const MedalsTensor *tensor,
                    bool map, double limit)
{
    g_autofree char *name = part_name(c->name, part);
    const cJSON *entry = tensor_entry(c, name);
    if (!entry)
        return;
    bool sample = g_strcmp0(golden_text(entry, "stored"), "sample") == 0;
    size_t stride = sample ? (size_t) golden_number(entry, "stride", 0) : 1;
    g_autofree char *stored =
        sample ? part_name(name, "sample") : g_strdup(name);
    size_t count = 0;
    float *expected = golden_f32(c->file, stored, &count);
    size_t total = (size_t) (medals_tensor_voxels(tensor) * tensor->c);
    double worst = 0;
    if (!expected || stride < 1 || count != (total + stride - 1) / stride)
        worst = INFINITY;
    for (size_t i = 0; worst < INFINITY && i < count; i++) {
        double off = fabs((double) value_at(tensor, map, i * stride) -
                          (double) expected[i]);
        worst = off <= worst ? worst : isnan(off) ? INFINITY : off;
    }
    medals_free(expected);
    note_error(c, part, worst, limit * golden_number(entry, "absmax", 0));
}

static void compare_tap(void *cookie, const char *name,
                        const MedalsTensor *tensor)
{
    Case *c = cookie;
    bool map = g_str_has_prefix(name, "enc") || g_str_has_prefix(name, "dec") ||
               strcmp(name, "fused") == 0;
    compare(c, name, tensor, map, golden_limit(c->group, "rel_to_absmax"));
}

static void compare_logits(Case *c, float *logits, double limit)
{
    const MedalsWindow *window = &c->window;
    MedalsTensor tensor = {.dtype = MEDALS_F32,
                           .h = 1,
                           .w = 1,
                           .d = window->n,
                           .c = window->h * window->w * window->d,
                           .data = logits};
    tensor.stride = tensor.c;
    compare(c, "logits", &tensor, false, limit);
}

static void report(GoldenRun *run, Case *c, GError *error)
{
    unsigned listed = (unsigned) cJSON_GetArraySize(
        cJSON_GetObjectItemCaseSensitive(c->entry, "tensors"));
    if (error) {
        golden_error(run, c->name, error);
        return;
    }
    golden_case(run, c->worst <= 1 && c->compared == listed && listed > 0,
                c->name, "%u of %u tensors, worst %s at %.3g of its limit",
                c->compared, listed, c->worst_name, c->worst);
}

static float *new_logits(const MedalsWindow *window, GError **error)
{
    return medals_alloc((size_t) window->n,
                        (size_t) (window->h * window->w * window->d) *
                            sizeof(float),
                        "logits", error);
}

/* Logits in two slabs, put where one call for all rows would put them. */
static bool draw_logits(const MedalsExec *exec, const MedalsFeatures *features,
                        float *logits, GError **error)
{
    int64_t size[3], n = medals_features_queries(features);
    medals_features_size(features, size);
    int64_t plane = size[1] * size[2], half = size[0] / 2;
    float *slab = medals_alloc(
        (size_t) n, (size_t) ((size[0] - half) * plane) * sizeof *slab,
        "logits", error);
    bool good = slab != NULL;
    for (int part = 0; good && part < 2; part++) {
        int64_t h0 = part ? half : 0, h1 = part ? size[0] : half;
        size_t bytes = (size_t) ((h1 - h0) * plane) * sizeof *slab;
        good = medals_features_logits(exec, features,
                                      medals_features_embedding(features, 0), n,
                                      h0, h1, slab, error);
        for (int64_t i = 0; good && i < n; i++)
            memcpy(logits + (i * size[0] + h0) * plane,
                   slab + i * (h1 - h0) * plane, bytes);
    }
    medals_free(slab);
    return good;
}

static void forward_case(GoldenRun *run, const MedalsNetwork *network, Case *c)
{
    double patch[3];
    if (!golden_numbers(c->entry, "patch_hwd", patch, 3) ||
        !case_inputs(c, c->name, patch, medals_network_query_width(network))) {
        golden_case(run, false, c->name, "inputs: missing or of another size");
        return;
    }
    const char *prompt = golden_text(c->entry, "multi_channel_prompt");
    if (prompt && g_str_has_prefix(prompt, "not passed")) {
        c->window.class_prompts = NULL;
        c->window.class_prompts_zero = false;
    }
    GError *error = NULL;
    MedalsFeatures *features = NULL;
    float *logits = new_logits(&c->window, &error);
    if (logits)
        features = medals_network_forward(&run->exec, network, &c->window,
                                          compare_tap, c, &error);
    if (features && draw_logits(&run->exec, features, logits, &error))
        compare_logits(c, logits,
                       golden_limit(c->group, "logits_rel_to_absmax"));
    report(run, c, error);
    medals_features_free(features);
    medals_free(logits);
}

static const cJSON *find_case(const cJSON *group, const char *name)
{
    const cJSON *entry;
    cJSON_ArrayForEach(
        entry, cJSON_GetObjectItemCaseSensitive(
                   group, "cases")) if (g_strcmp0(golden_text(entry, "case"),
                                                  name) == 0) return entry;
    return NULL;
}

/* Prompts of pass A alone, as copies: what a mirror case runs on. */
static bool mask_prompts(Case *c, const uint8_t *blocks, int64_t edge,
                         uint8_t **copy)
{
    MedalsWindow *window = &c->window;
    size_t voxels = (size_t) (window->h * window->w * window->d);
    size_t prompts = (size_t) window->n + 1;
    uint8_t *shown = medals_alloc(voxels, 1 + prompts, "prompts", NULL);
    *copy = shown;
    if (!shown || !window->union_prompt || !window->class_prompts)
        return false;
    medals_block_mask_expand(blocks, window->h, window->w, window->d, edge,
                             shown);
    uint8_t *masked = shown + voxels;
    for (size_t i = 0; i < voxels * prompts; i++) {
        uint8_t value = i < voxels ? window->union_prompt[i]
                                   : window->class_prompts[i - voxels];
        masked[i] = shown[i % voxels] ? value : 0;
    }
    window->union_prompt = masked;
    window->class_prompts = masked + voxels;
    return true;
}

static void run_pair(GoldenRun *run, const MedalsNetwork *network, Case *c,
                     bool mirror, const uint8_t *blocks, int64_t edge)
{
    GError *error = NULL;
    uint8_t *copy = NULL;
    float *logits = new_logits(&c->window, &error);
    bool good = logits != NULL;
    if (good && mirror)
        good = mask_prompts(c, blocks, edge, &copy) &&
               medals_mirror_logits(&run->exec, network, &c->window, true,
                                    logits, &error);
    else if (good)
        good = medals_masked_pair(&run->exec, network, &c->window, blocks, edge,
                                  false, logits, &error);
    if (good)
        compare_logits(c, logits, golden_limit(c->group, "rel_to_absmax"));
    report(run, c, error);
    medals_free(copy);
    medals_free(logits);
}

/* "mirrorK" shares the inputs of "pairK". */
static void pair_case(GoldenRun *run, const MedalsNetwork *network, Case *c)
{
    bool mirror = g_str_has_prefix(c->name, "mirror");
    g_autofree char *inputs =
        mirror ? g_strdup_printf("pair%s", c->name + strlen("mirror"))
               : g_strdup(c->name);
    const cJSON *pair = find_case(c->group, inputs);
    int64_t edge = (int64_t) golden_number(pair, "block", 0);
    double patch[3];
    const uint8_t *blocks = NULL;
    if (edge > 0 && golden_numbers(pair, "patch_hwd", patch, 3) &&
        case_inputs(c, inputs, patch, medals_network_query_width(network)))
        blocks = stored_bytes(c->file, inputs, "in.block_mask",
                              medals_block_mask_count(c->window.h, c->window.w,
                                                      c->window.d, edge));
    if (blocks)
        run_pair(run, network, c, mirror, blocks, edge);
    else
        golden_case(run, false, c->name, "inputs: missing or of another size");
}

typedef void (*CaseFn)(GoldenRun *run, const MedalsNetwork *network, Case *c);

static void run_cases(GoldenRun *run, const cJSON *group, CaseFn fn)
{
    MedalsWeights *file = golden_open(run, group, 0);
    MedalsWeights *weights = file ? golden_open_weights(run, group) : NULL;
    const MedalsNetworkOptions options = {
        .heads = HEADS, .mask_mlp_last_gelu = true, .storage = MEDALS_F32};
    GError *error = NULL;
    MedalsNetwork *network =
        weights
            ? medals_network_new(run->exec.kernels, weights, &options, &error)
            : NULL;
    if (error)
        golden_error(run, "weights", error);
    const cJSON *entry;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(group, "cases"))
    {
        Case c = {.group = group,
                  .entry = entry,
                  .file = file,
                  .name = golden_text(entry, "case")};
        if (network && c.name)
            fn(run, network, &c);
        else
            golden_case(run, false, c.name ? c.name : "?", "not run");
        case_clear(&c);
    }
    medals_network_free(network);
    medals_weights_unref(weights);
    medals_weights_unref(file);
}

void golden_network_forward(GoldenRun *run, const cJSON *group)
{
    run_cases(run, group, forward_case);
}

void golden_masked_pair_and_mirror(GoldenRun *run, const cJSON *group)
{
    run_cases(run, group, pair_case);
}

static void encoding_case(GoldenRun *run, const cJSON *entry,
                          const MedalsWeights *file, double limit)
{
    const char *name = golden_text(entry, "case");
    double grid[3];
    size_t width = (size_t) golden_number(entry, "width", 0), count = 0;
    float *expected = name ? golden_f32(file, name, &count) : NULL;
    bool known = expected && golden_numbers(entry, "grid_hwd", grid, 3) &&
                 count == (size_t) (grid[0] * grid[1] * grid[2]) * width;
    float *found =
        known ? medals_alloc(count, sizeof *found, name, NULL) : NULL;
    if (found) {
        medals_positional_encoding((int64_t) grid[0], (int64_t) grid[1],
                                   (int64_t) grid[2], (int64_t) width, found);
        double worst = golden_max_abs(found, expected, count);
        golden_case(run, worst <= limit, name, "largest error %.3g", worst);
    } else {
        golden_case(run, false, name ? name : "?",
                    "table: missing or of another size");
    }
    medals_free(found);
    medals_free(expected);
}

void golden_positional_encoding(GoldenRun *run, const cJSON *group)
{
    MedalsWeights *file = golden_open(run, group, 0);
    const cJSON *entry;
    cJSON_ArrayForEach(
        entry, cJSON_GetObjectItemCaseSensitive(group, "cases")) if (file)
        encoding_case(run, entry, file, golden_limit(group, "abs"));
    medals_weights_unref(file);
}

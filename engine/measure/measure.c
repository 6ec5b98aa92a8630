/*
 * measure.c - timings of the network and of its layers
 */
#include "measure.h"

#include <string.h>

#include "clock.h"
#include "conv_block.h"
#include "memory.h"
#include "model_data.h"
#include "pixel_dot.h"
#include "spin.h"
#include "splitmix.h"
#include "upconv.h"
#include "widths.h"

#define MAX_SIZE 512
#define MAX_CLASSES 4096
/* Seconds that one measurement of a peak lasts. */
#define PEAK_SECONDS 0.15
/* Layers run again until they have taken this long together. */
#define LAYER_SECONDS 0.3
/* Rows of the window whose logits are held at a time. */
#define SLAB 8

/* --- peaks -------------------------------------------------------------- */

typedef enum Unit { UNIT_F32, UNIT_BF16, UNIT_AMX, UNITS } Unit;

typedef struct Spin {
    const MedalsContext *context;
    Unit unit;
    int64_t rounds;
    double operations; /* of one piece */
} Spin;

static double spin_unit(const Spin *spin)
{
    float number = 0;
    if (spin->unit == UNIT_BF16)
        return medals_spin_bf16(spin->context->isa, spin->rounds);
    if (spin->unit == UNIT_AMX)
        return medals_spin_amx(spin->context->isa, spin->rounds);
    return spin->context->kernels->spin(spin->rounds, &number);
}

static void spin_piece(void *context, size_t piece, unsigned worker)
{
    spin_unit(context);
}

/* Operations a second of all threads; the best of three. In the lane's turn. */
static double measure_unit(const MedalsContext *context, Unit unit)
{
    const unsigned threads = medals_lane_threads(context->lane);
    Spin spin = {.context = context, .unit = unit, .rounds = 1000000};
    double best = 0, begin = medals_now();
    spin.operations = spin_unit(&spin);
    double seconds = medals_now() - begin;
    if (spin.operations <= 0)
        return 0;
    double factor = CLAMP(PEAK_SECONDS / MAX(seconds, 1e-6), 1, 1e4);
    spin.rounds = (int64_t) ((double) spin.rounds * factor);
    spin.operations *= factor;
    for (int i = 0; i < 3; i++) {
        begin = medals_now();
        medals_lane_run(context->lane, threads, spin_piece, &spin, NULL, 0);
        seconds = medals_now() - begin;
        best = MAX(best, spin.operations * threads / seconds);
    }
    return best;
}

/* The best rate for maps and weights of that type. In the lane's turn. */
static double measure_peak(const MedalsContext *context, MedalsDtype storage)
{
    double best = measure_unit(context, UNIT_F32);
    if (storage == MEDALS_F32)
        return best;
    double dot = measure_unit(context, UNIT_BF16);
    double tile = measure_unit(context, UNIT_AMX);
    return MAX(MAX(best, dot), tile);
}

bool medals_measure_peak(const MedalsContext *context, MedalsBenchPeak *peak,
                         GError **error)
{
    if (!medals_lane_enter(context->lane, NULL, error))
        return false;
    medals_peak_rss_reset();
    *peak = (MedalsBenchPeak){.f32 = measure_unit(context, UNIT_F32),
                              .bf16_dot = measure_unit(context, UNIT_BF16),
                              .amx = measure_unit(context, UNIT_AMX)};
    peak->peak_rss = medals_peak_rss();
    medals_lane_leave(context->lane);
    return true;
}

/* --- the network -------------------------------------------------------- */

/* What one measurement runs on. */
typedef struct Bench {
    const MedalsContext *context;
    MedalsBenchOptions options;
    MedalsDtype storage;
    MedalsTask task;
    MedalsExec exec;
    MedalsWidths widths;
    MedalsNetwork *random;        /* owned, or NULL */
    const MedalsNetwork *network; /* random, or the model's */
    MedalsWindow window;
    float *image, *queries, *slab; /* owned */
    uint8_t *prompts;              /* owned; [N,h,w,d], then [h,w,d] */
} Bench;

static bool check_options(const MedalsBenchOptions *options, GError **error)
{
    if (!medals_precision_check(options->precision, error))
        return false;
    for (int axis = 0; axis < 3; axis++) {
        int64_t size = options->size[axis];
        if (size < MEDALS_SHRINK || size > MAX_SIZE || size % MEDALS_SHRINK)
            return medals_fail(error, MEDALS_E_USAGE,
                               "size: %" G_GINT64_FORMAT
                               "; expected a multiple of %d up to %d",
                               size, MEDALS_SHRINK, MAX_SIZE);
    }
    if (options->classes < 1 || options->classes > MAX_CLASSES)
        return medals_fail(error, MEDALS_E_USAGE,
                           "classes: %" G_GINT64_FORMAT "; expected 1 to %d",
                           options->classes, MAX_CLASSES);
    if (options->model &&
        options->stage >= options->model->package->stage_count)
        return medals_fail(error, MEDALS_E_USAGE,
                           "stage: %u; the model has %zu, counted from 0",
                           options->stage,
                           options->model->package->stage_count);
    return true;
}

/* Takes the lane's turn on success: bench_end() in any case. */
static bool bench_begin(Bench *bench, const MedalsContext *context,
                        const MedalsBenchOptions *options, GError **error)
{
    *bench = (Bench){.context = context, .options = *options};
    bench->exec = (MedalsExec){context->lane, context->kernels, &bench->task};
    medals_task_init(&bench->task, options->progress, options->progress_cookie);
    if (!check_options(options, error))
        return false;
    bool bf16 = options->precision == MEDALS_PRECISION_BF16 ||
                (options->precision == MEDALS_PRECISION_AUTO &&
                 context->isa >= MEDALS_ISA_AVX512_BF16);
    bench->storage = bf16 ? MEDALS_BF16 : MEDALS_F32;
    if (options->model) {
        bench->storage = options->model->storage;
        bench->exec.lane = options->model->lane;
        bench->exec.kernels = options->model->kernels;
    }
    medals_peak_rss_reset();
    return medals_lane_enter(bench->exec.lane, &bench->task, error);
}

static MedalsPrecision precision_of(const Bench *bench)
{
    return bench->storage == MEDALS_BF16 ? MEDALS_PRECISION_BF16
                                         : MEDALS_PRECISION_F32;
}

static void bench_end(Bench *bench, bool entered)
{
    if (entered)
        medals_lane_leave(bench->exec.lane);
    medals_network_free(bench->random);
    medals_free(bench->image);
    medals_free(bench->queries);
    medals_free(bench->slab);
    medals_free(bench->prompts);
}

static float random_number(uint64_t *state)
{
    return (float) medals_splitmix_below(state, 65536) / 65536;
}

/* A cube of every class's prompt, an eighth of the window wide, each at
 * another place. */
static void fill_prompts(uint8_t *prompts, const int64_t size[3], int64_t n,
                         uint64_t *state)
{
    const int64_t voxels = size[0] * size[1] * size[2];
    uint8_t *any = prompts + n * voxels;
    for (int64_t i = 0; i < n; i++) {
        int64_t edge[3], first[3];
        for (int axis = 0; axis < 3; axis++) {
            edge[axis] = size[axis] / 8;
            first[axis] = (int64_t) medals_splitmix_below(
                state, (uint64_t) (size[axis] - edge[axis]));
        }
        for (int64_t h = first[0]; h < first[0] + edge[0]; h++) {
            for (int64_t w = first[1]; w < first[1] + edge[1]; w++) {
                int64_t at = (h * size[1] + w) * size[2] + first[2];
                memset(prompts + i * voxels + at, 1, (size_t) edge[2]);
                memset(any + at, 1, (size_t) edge[2]);
            }
        }
    }
}

static bool make_window(Bench *bench, GError **error)
{
    const int64_t *size = bench->options.size, n = bench->options.classes;
    const int64_t q = medals_network_query_width(bench->network);
    const size_t voxels = (size_t) (size[0] * size[1] * size[2]);
    uint64_t state = 1;
    bench->image = medals_alloc(voxels, sizeof(float), "image", error);
    if (!bench->image)
        return false;
    bench->prompts =
        medals_alloc_zero((size_t) n + 1, voxels, "prompts", error);
    if (!bench->prompts)
        return false;
    bench->queries =
        medals_alloc((size_t) (n * q), sizeof(float), "queries", error);
    if (!bench->queries)
        return false;
    bench->slab = medals_alloc((size_t) (n * SLAB * size[1] * size[2]),
                               sizeof(float), "logits", error);
    if (!bench->slab)
        return false;
    for (size_t i = 0; i < voxels; i++)
        bench->image[i] = 255 * random_number(&state);
    for (int64_t i = 0; i < n * q; i++)
        bench->queries[i] = 2 * random_number(&state) - 1;
    fill_prompts(bench->prompts, size, n, &state);
    bench->window =
        (MedalsWindow){.h = size[0],
                       .w = size[1],
                       .d = size[2],
                       .image = bench->image,
                       .union_prompt = bench->prompts + (size_t) n * voxels,
                       .class_prompts = bench->prompts,
                       .queries = bench->queries,
                       .n = n};
    return true;
}

static bool find_widths(Bench *bench, GError **error)
{
    const MedalsModel *model = bench->options.model;
    bench->widths = medals_widths_full();
    return !model || medals_widths_read(&bench->widths,
                                        model->weights[bench->options.stage],
                                        model->package->heads, error);
}

static bool make_network(Bench *bench, GError **error)
{
    MedalsModel *model = bench->options.model;
    if (!find_widths(bench, error))
        return false;
    if (model) {
        bench->network =
            medals_model_network(model, bench->options.stage, error);
    } else {
        bench->random = medals_network_new_random(bench->exec.kernels,
                                                  bench->storage, 1, error);
        bench->network = bench->random;
    }
    return bench->network != NULL;
}

typedef struct Sigmoid {
    const MedalsKernels *kernels;
    float *x;
    size_t n;
} Sigmoid;

static void sigmoid_piece(void *context, size_t piece, unsigned worker)
{
    const Sigmoid *sigmoid = context;
    medals_sigmoid(sigmoid->kernels, sigmoid->x + piece * sigmoid->n,
                   sigmoid->n);
}

/* Probabilities of all classes, slab by slab. */
static bool run_logits(Bench *bench, const MedalsFeatures *features,
                       GError **error)
{
    const MedalsWindow *window = &bench->window;
    for (int64_t h = 0; h < window->h; h += SLAB) {
        if (!medals_features_logits(&bench->exec, features,
                                    medals_features_embedding(features, 0),
                                    window->n, h, h + SLAB, bench->slab, error))
            return false;
        Sigmoid sigmoid = {.kernels = bench->exec.kernels,
                           .x = bench->slab,
                           .n = (size_t) (SLAB * window->w * window->d)};
        if (!medals_lane_run(bench->exec.lane, (size_t) window->n,
                             sigmoid_piece, &sigmoid, &bench->task, 0))
            return medals_task_check(&bench->task, error);
    }
    return true;
}

/* One window with its first n classes. */
static bool time_window(Bench *bench, int64_t n, double *seconds,
                        GError **error)
{
    double begin = medals_now();
    bench->window.n = n;
    MedalsFeatures *features = medals_network_forward(
        &bench->exec, bench->network, &bench->window, NULL, NULL, error);
    bool good = features && run_logits(bench, features, error);
    *seconds = medals_now() - begin;
    medals_features_free(features);
    return good;
}

/* Network, logits, and the mixing of prompts. */
static double window_operations(const Bench *bench, int64_t n)
{
    const int64_t *size = bench->options.size;
    double mix = 2.0 * (double) (n * bench->widths.level[0]) *
                 (double) (size[0] * size[1] * size[2]);
    return medals_network_flops(bench->network, size[0], size[1], size[2], n,
                                true) +
           2 * mix;
}

static bool best_window(Bench *bench, int64_t n, double *best, GError **error)
{
    uint32_t repeats = MAX(bench->options.repeats, 1);
    *best = 0;
    for (uint32_t i = 0; i < repeats; i++) {
        double seconds;
        if (!time_window(bench, n, &seconds, error))
            return false;
        if (i == 0 || seconds < *best)
            *best = seconds;
    }
    return true;
}

static bool run_network(Bench *bench, MedalsBenchResult *result, GError **error)
{
    const int64_t n = bench->options.classes;
    if (!make_network(bench, error) || !make_window(bench, error))
        return false;
    double peak = measure_peak(bench->context, bench->storage);
    medals_task_phase(&bench->task, "network");
    bench->task.total =
        MAX(bench->options.repeats, 1) * window_operations(bench, n);
    if (!best_window(bench, n, &result->seconds, error))
        return false;
    result->precision = precision_of(bench);
    result->parameters = medals_network_parameters(bench->network);
    result->operations = window_operations(bench, n);
    result->share = result->operations / result->seconds / peak;
    result->peak_rss = medals_peak_rss();
    return true;
}

bool medals_measure_network(const MedalsContext *context,
                            const MedalsBenchOptions *options,
                            MedalsBenchResult *result, GError **error)
{
    Bench bench;
    bool entered = bench_begin(&bench, context, options, error);
    bool good = entered && run_network(&bench, result, error);
    bench_end(&bench, entered);
    return good;
}

static bool run_classes(Bench *bench, MedalsBenchClasses *result,
                        GError **error)
{
    const int64_t n = bench->options.classes;
    const bool singles = bench->options.run_singles;
    if (!make_network(bench, error) || !make_window(bench, error))
        return false;
    double peak = measure_peak(bench->context, bench->storage);
    medals_task_phase(&bench->task, "network");
    bench->task.total =
        MAX(bench->options.repeats, 1) *
            (window_operations(bench, 1) + window_operations(bench, n)) +
        (singles ? (double) n * window_operations(bench, 1) : 0);
    if (!best_window(bench, 1, &result->one_seconds, error) ||
        !best_window(bench, n, &result->all_seconds, error))
        return false;
    result->singles_run = singles;
    result->singles_seconds = singles ? 0 : (double) n * result->one_seconds;
    for (int64_t i = 0; singles && i < n; i++) {
        double seconds;
        if (!time_window(bench, 1, &seconds, error))
            return false;
        result->singles_seconds += seconds;
    }
    result->precision = precision_of(bench);
    result->operations = window_operations(bench, n);
    result->share = result->operations / result->all_seconds / peak;
    result->peak_rss = medals_peak_rss();
    return true;
}

bool medals_measure_classes(const MedalsContext *context,
                            const MedalsBenchOptions *options,
                            MedalsBenchClasses *result, GError **error)
{
    Bench bench;
    bool entered = bench_begin(&bench, context, options, error);
    bool good = entered && run_classes(&bench, result, error);
    bench_end(&bench, entered);
    return good;
}

/* --- layers ------------------------------------------------------------- */

/* One layer being timed. */
typedef struct Layer {
    MedalsBenchLayer report;
    char name[32];
    MedalsConvBlock *block; /* one of both */
    MedalsUpconv *up;
    MedalsTensor src, dst;
} Layer;

static void layer_clear(Layer *layer)
{
    medals_conv_block_free(layer->block);
    medals_upconv_free(layer->up);
    medals_tensor_clear(&layer->src);
    medals_tensor_clear(&layer->dst);
}

/* Weights, per-channel numbers and maps of random or plain values. */
static bool layer_fill(const Bench *bench, Layer *layer, bool up,
                       GError **error)
{
    MedalsBenchLayer *report = &layer->report;
    const size_t count = (size_t) (report->cin * report->cout) * (up ? 8 : 27);
    uint64_t state = 1;
    float *weight = medals_alloc(count + (size_t) report->cout, sizeof *weight,
                                 "weights", error);
    if (!weight)
        return false;
    float *row = weight + count;
    for (size_t i = 0; i < count; i++)
        weight[i] = random_number(&state) - 0.5f;
    for (int64_t i = 0; i < report->cout; i++)
        row[i] = 1;
    MedalsConvBlockWeights weights = {.cin = report->cin,
                                      .cout = report->cout,
                                      .stride = report->stride,
                                      .weight = weight,
                                      .bias = row,
                                      .gamma = row,
                                      .beta = row};
    if (up)
        layer->up =
            medals_upconv_new(bench->exec.kernels, report->cin, report->cout,
                              weight, row, bench->storage, error);
    else
        layer->block = medals_conv_block_new(bench->exec.kernels, &weights,
                                             bench->storage, error);
    medals_free(weight);
    return layer->up || layer->block;
}

static bool layer_maps(const Bench *bench, Layer *layer, GError **error)
{
    const MedalsBenchLayer *report = &layer->report;
    int64_t size[3];
    for (int axis = 0; axis < 3; axis++)
        size[axis] = layer->up ? 2 * report->size[axis]
                               : report->size[axis] / report->stride;
    if (!medals_tensor_init(&layer->src, bench->storage, report->size[0],
                            report->size[1], report->size[2], report->cin,
                            error) ||
        !medals_tensor_init(&layer->dst, bench->storage, size[0], size[1],
                            size[2], report->cout, error))
        return false;
    const float value = 1.5f; /* exact in bf16 */
    const size_t element = medals_dtype_size(bench->storage);
    uint8_t *data = layer->src.data;
    const size_t count =
        (size_t) (medals_tensor_voxels(&layer->src) * report->cin);
    for (size_t i = 0; i < count; i++)
        bench->exec.kernels->store(data + i * element, 1, &value, 1,
                                   bench->storage, 1, 1);
    return true;
}

static bool layer_run(const Bench *bench, Layer *layer, GError **error)
{
    if (layer->up)
        return medals_upconv_forward(&bench->exec, layer->up, &layer->src,
                                     &layer->dst, error);
    return medals_conv_block_forward(&bench->exec, layer->block, &layer->src,
                                     &layer->dst, error);
}

/* Once to warm up, then until the time is used. */
static bool layer_time(const Bench *bench, Layer *layer, double peak,
                       GError **error)
{
    MedalsBenchLayer *report = &layer->report;
    double spent = 0;
    if (!layer_run(bench, layer, error))
        return false;
    for (int i = 0; i == 0 || spent < LAYER_SECONDS; i++) {
        double begin = medals_now();
        if (!layer_run(bench, layer, error))
            return false;
        double seconds = medals_now() - begin;
        spent += seconds;
        if (i == 0 || seconds < report->seconds)
            report->seconds = seconds;
    }
    const int64_t *size = report->size;
    report->kernel =
        layer->up ? "multiply" : medals_conv_block_kernel(layer->block);
    report->operations =
        layer->up
            ? medals_upconv_flops(layer->up, size[0], size[1], size[2])
            : medals_conv_block_flops(layer->block, size[0], size[1], size[2]);
    report->share = report->operations / report->seconds / peak;
    report->peak_rss = medals_peak_rss();
    return true;
}

/* What the walk over the layers carries along. */
typedef struct Walk {
    const Bench *bench;
    double peak;
    MedalsBenchLayerFn fn;
    void *cookie;
} Walk;

/* One layer whose input is the window halved `level` times. */
static bool visit_layer(const Walk *walk, const char *group, int a, int b,
                        int level, int64_t cin, int64_t cout, int stride,
                        GError **error)
{
    const bool up = stride == 0;
    Layer layer = {.report = {.struct_size = sizeof layer.report,
                              .cin = cin,
                              .cout = cout,
                              .stride = up ? 2 : stride}};
    if (b >= 0)
        g_snprintf(layer.name, sizeof layer.name, "%s %d.%d", group, a, b);
    else if (a >= 0)
        g_snprintf(layer.name, sizeof layer.name, "%s %d", group, a);
    else
        g_strlcpy(layer.name, group, sizeof layer.name);
    layer.report.name = layer.name;
    layer.report.precision = precision_of(walk->bench);
    medals_peak_rss_reset();
    for (int axis = 0; axis < 3; axis++)
        layer.report.size[axis] = walk->bench->options.size[axis] >> level;
    bool good = layer_fill(walk->bench, &layer, up, error) &&
                layer_maps(walk->bench, &layer, error) &&
                layer_time(walk->bench, &layer, walk->peak, error);
    if (good && !walk->fn(walk->cookie, &layer.report))
        good = medals_fail(error, MEDALS_E_CANCELLED, "bench: stopped");
    layer_clear(&layer);
    return good;
}

static bool visit_layers(const Walk *walk, GError **error)
{
    const int64_t *f = walk->bench->widths.level;
    int64_t cin = MEDALS_IN_CHANNELS;
    for (int i = 0; i < MEDALS_LEVELS; i++) {
        int stride = i > 0 ? 2 : 1;
        if (!visit_layer(walk, "encoder", i, 0, MAX(i - 1, 0), cin, f[i],
                         stride, error) ||
            !visit_layer(walk, "encoder", i, 1, i, f[i], f[i], 1, error))
            return false;
        cin = f[i];
    }
    for (int s = 0; s < MEDALS_LEVELS - 1; s++) {
        int k = MEDALS_LEVELS - 2 - s;
        if (!visit_layer(walk, "up", s, -1, k + 1, f[k + 1], f[k], 0, error) ||
            !visit_layer(walk, "decoder", s, 0, k, 2 * f[k], f[k], 1, error) ||
            !visit_layer(walk, "decoder", s, 1, k, f[k], f[k], 1, error))
            return false;
    }
    return visit_layer(walk, "fusion", -1, -1, 0, 2 * f[0], f[0], 1, error);
}

static bool run_layers(Bench *bench, MedalsBenchLayerFn fn, void *cookie,
                       GError **error)
{
    if (!find_widths(bench, error))
        return false;
    Walk walk = {.bench = bench,
                 .peak = measure_peak(bench->context, bench->storage),
                 .fn = fn,
                 .cookie = cookie};
    return visit_layers(&walk, error);
}

bool medals_measure_layers(const MedalsContext *context,
                           const MedalsBenchOptions *options,
                           MedalsBenchLayerFn fn, void *cookie, GError **error)
{
    Bench bench;
    bool entered = bench_begin(&bench, context, options, error);
    bool good = entered && run_layers(&bench, fn, cookie, error);
    bench_end(&bench, entered);
    return good;
}

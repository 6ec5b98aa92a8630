#include <math.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "failure.h"
#include "interrupt.h"
#include "json.h"
#include "medals/bench.h"
#include "model_folder.h"
#include "options.h"
#include "progress.h"
#include "request.h"

/* The window and its texts, and what `classes` compares. */
enum {
    SIZE = 96,
    FULL_SIZE = 192,
    TEXTS = 8,
    COMPARED_TEXTS = 24,
    CLASSES_MAX = 500
};

typedef struct {
    const char *size_text, *model_path, *precision_text;
    int64_t size[3];
    bool has_size, full, layers, compact, run_singles, quiet, json;
    uint64_t classes; /* UINT64_MAX: not given */
    uint64_t threads, repeats;
    MedalsPrecision precision;

    Progress *progress;
    MedalsContext *context;
    MedalsModel *model; /* NULL: the published widths */
    GString *out;
} Bench;

static bool parse_size(Bench *bench, GError **error)
{
    for (int axis = 0; axis < 3; axis++)
        bench->size[axis] = bench->full ? FULL_SIZE : SIZE;
    if (!bench->size_text)
        return true;
    g_auto(GStrv) items = g_strsplit(bench->size_text, ",", -1);
    guint count = g_strv_length(items);
    bool good = count == 1 || count == 3;
    for (guint axis = 0; axis < 3 && good; axis++)
        good = integer_parse(items[count == 1 ? 0 : axis], 32, 1024,
                             &bench->size[axis]) &&
               bench->size[axis] % 32 == 0;
    bench->has_size = good;
    return good || failure_set(error, EXIT_USAGE,
                               "--size: \"%s\"; expected H,W,D or one number, "
                               "multiples of 32 up to 1024",
                               bench->size_text);
}

static bool parse(Bench *bench, char *const *arguments, GError **error)
{
    const Option table[] = {
        {"full", 0, OPTION_FLAG, &bench->full},
        {"layers", 0, OPTION_FLAG, &bench->layers},
        {"size", 0, OPTION_STRING, &bench->size_text},
        {"model", 'm', OPTION_STRING, &bench->model_path},
        {"compact", 0, OPTION_FLAG, &bench->compact},
        {"classes", 0, OPTION_NUMBER, &bench->classes},
        {"run-singles", 0, OPTION_FLAG, &bench->run_singles},
        {"repeats", 0, OPTION_NUMBER, &bench->repeats},
        {"precision", 0, OPTION_STRING, &bench->precision_text},
        {"threads", 0, OPTION_NUMBER, &bench->threads},
        {"json", 0, OPTION_FLAG, &bench->json},
        {"quiet", 'q', OPTION_FLAG, &bench->quiet},
        {NULL, 0, 0, NULL}};
    g_autoptr(GPtrArray) positionals = g_ptr_array_new();
    if (!options_parse(table, arguments, positionals, error) ||
        !parse_size(bench, error) ||
        !precision_parse(bench->precision_text, &bench->precision, error))
        return false;
    if (positionals->len)
        return failure_set(error, EXIT_USAGE,
                           "%s: one argument too many; expected options only",
                           (char *) positionals->pdata[0]);
    if (bench->classes != UINT64_MAX &&
        (bench->classes < 1 || bench->classes > CLASSES_MAX))
        return failure_set(error, EXIT_USAGE,
                           "--classes: %" G_GUINT64_FORMAT "; expected 1 to %d",
                           bench->classes, CLASSES_MAX);
    return true;
}

static bool open_model(Bench *bench, GError **error)
{
    MedalsError *cause = NULL;
    MedalsContextOptions lane = MEDALS_CONTEXT_OPTIONS_INIT;
    lane.threads = (uint32_t) MIN(bench->threads, UINT32_MAX);
    if (medals_context_new(&bench->context, &lane, &cause) != MEDALS_OK)
        return failure_take(error, cause);
    if (!bench->compact && !bench->model_path)
        return true;
    g_autofree char *folder = model_folder(bench->model_path);
    MedalsModelOptions options = MEDALS_MODEL_OPTIONS_INIT;
    options.precision = bench->precision;
    if (medals_model_open(&bench->model, bench->context, folder, &options,
                          &cause) != MEDALS_OK)
        return failure_take(error, cause);
    MedalsStageInfo stage = {.struct_size = sizeof stage};
    if (!bench->has_size && medals_model_stage(bench->model, 0, &stage))
        memcpy(bench->size, stage.crop, sizeof bench->size);
    return true;
}

/* Classes of a case: as asked, or the case's own. */
static int64_t classes_of(const Bench *bench, int64_t usual)
{
    return bench->classes == UINT64_MAX ? usual : (int64_t) bench->classes;
}

static MedalsBenchOptions options_of(const Bench *bench, int64_t classes)
{
    MedalsBenchOptions options = MEDALS_BENCH_OPTIONS_INIT;
    options.model = bench->model;
    memcpy(options.size, bench->size, sizeof options.size);
    options.classes = classes;
    options.precision = bench->precision;
    options.repeats = (uint32_t) MIN(bench->repeats, 1000);
    options.run_singles = bench->run_singles;
    options.progress = progress_callback;
    options.progress_cookie = bench->progress;
    return options;
}

/* A line begun with what every case says. precision AUTO: all of them. */
static cJSON *begin_case(const Bench *bench, const char *name,
                         MedalsPrecision precision, uint64_t peak_rss)
{
    cJSON *line = cJSON_CreateObject();
    json_text(line, "case", name);
    json_text(line, "isa", medals_context_isa(bench->context));
    json_number(line, "threads", medals_context_threads(bench->context));
    json_text(line, "precision",
              precision == MEDALS_PRECISION_AUTO ? NULL
                                                 : precision_name(precision));
    json_number(line, "peak_rss_bytes", (double) peak_rss);
    return line;
}

static void add_speed(cJSON *line, double seconds, double operations,
                      double share)
{
    json_number(line, "seconds", seconds);
    json_number(line, "tflop", operations / 1e12);
    json_number(line, "tflops", operations / 1e12 / seconds);
    json_number(line, "share_of_peak", share);
}

static void add_network(const Bench *bench, cJSON *line, int64_t classes)
{
    json_text(line, "model",
              bench->model ? medals_model_name(bench->model)
                           : "published widths, random weights");
    json_integers(line, "size", bench->size, 3);
    json_number(line, "classes", (double) classes);
}

static bool run_peak(Bench *bench, GError **error)
{
    MedalsError *cause = NULL;
    MedalsBenchPeak peak = MEDALS_BENCH_PEAK_INIT;
    if (medals_bench_peak(bench->context, &peak, &cause) != MEDALS_OK)
        return failure_take(error, cause);
    cJSON *line =
        begin_case(bench, "peak", MEDALS_PRECISION_AUTO, peak.peak_rss);
    json_number(line, "f32_tflops", peak.f32 / 1e12);
    json_number(line, "bf16_dot_tflops",
                peak.bf16_dot > 0 ? peak.bf16_dot / 1e12 : NAN);
    json_number(line, "amx_tflops", peak.amx > 0 ? peak.amx / 1e12 : NAN);
    json_take_line(line, bench->out);
    return true;
}

static bool run_network(Bench *bench, GError **error)
{
    MedalsError *cause = NULL;
    const int64_t classes =
        classes_of(bench, bench->full ? COMPARED_TEXTS : TEXTS);
    MedalsBenchOptions options = options_of(bench, classes);
    MedalsBenchResult result = MEDALS_BENCH_RESULT_INIT;
    if (medals_bench_network(bench->context, &options, &result, &cause) !=
        MEDALS_OK)
        return failure_take(error, cause);
    cJSON *line =
        begin_case(bench, "network", result.precision, result.peak_rss);
    add_network(bench, line, classes);
    add_speed(line, result.seconds, result.operations, result.share);
    json_number(line, "parameters", (double) result.parameters);
    json_take_line(line, bench->out);
    return true;
}

/* The same for the eye. */
static void print_layer(const Bench *bench, const MedalsBenchLayer *layer)
{
    progress_clear(bench->progress);
    if (strcmp(layer->name, "encoder 0.0") == 0)
        fprintf(stderr, "%-12s %-9s %4s %4s %2s %13s %9s %9s %6s\n", "layer",
                "kernel", "in", "out", "s", "size", "GFLOP", "ms", "peak");
    g_autofree char *size =
        g_strdup_printf("%dx%dx%d", (int) layer->size[0], (int) layer->size[1],
                        (int) layer->size[2]);
    fprintf(stderr, "%-12s %-9s %4d %4d %2d %13s %9.2f %9.2f %4.1f %%\n",
            layer->name, layer->kernel, (int) layer->cin, (int) layer->cout,
            layer->stride, size, layer->operations / 1e9, layer->seconds * 1e3,
            100 * layer->share);
}

static bool take_layer(void *cookie, const MedalsBenchLayer *layer)
{
    Bench *bench = cookie;
    cJSON *line = begin_case(bench, "layer", layer->precision, layer->peak_rss);
    json_text(line, "name", layer->name);
    json_text(line, "kernel", layer->kernel);
    json_number(line, "cin", (double) layer->cin);
    json_number(line, "cout", (double) layer->cout);
    json_number(line, "stride", layer->stride);
    json_integers(line, "size", layer->size, 3);
    add_speed(line, layer->seconds, layer->operations, layer->share);
    json_take_line(line, bench->out);
    if (!bench->quiet)
        print_layer(bench, layer);
    return !interrupt_asked();
}

static bool run_layers(Bench *bench, GError **error)
{
    MedalsError *cause = NULL;
    MedalsBenchOptions options = options_of(bench, 1);
    options.progress = NULL; /* the table shows it */
    return medals_bench_layers(bench->context, &options, take_layer, bench,
                               &cause) == MEDALS_OK ||
           failure_take(error, cause);
}

static bool run_classes(Bench *bench, GError **error)
{
    MedalsError *cause = NULL;
    const int64_t classes = classes_of(bench, COMPARED_TEXTS);
    MedalsBenchOptions options = options_of(bench, classes);
    MedalsBenchClasses result = MEDALS_BENCH_CLASSES_INIT;
    if (medals_bench_classes(bench->context, &options, &result, &cause) !=
        MEDALS_OK)
        return failure_take(error, cause);
    cJSON *line =
        begin_case(bench, "classes", result.precision, result.peak_rss);
    add_network(bench, line, classes);
    add_speed(line, result.all_seconds, result.operations, result.share);
    json_number(line, "one_seconds", result.one_seconds);
    json_number(line, "singles_seconds", result.singles_seconds);
    cJSON_AddBoolToObject(line, "singles_run", result.singles_run);
    json_number(line, "ratio", result.all_seconds / result.one_seconds);
    json_number(line, "saving",
                1 - result.all_seconds / result.singles_seconds);
    json_take_line(line, bench->out);
    return true;
}

static bool run_cases(Bench *bench, GError **error)
{
    progress_span(bench->progress, 0, 0.1);
    if (!run_peak(bench, error))
        return false;
    progress_span(bench->progress, 0.1, 0.5);
    if (!run_network(bench, error))
        return false;
    progress_span(bench->progress, 0.5, 0.9);
    if (classes_of(bench, COMPARED_TEXTS) > 1 && !run_classes(bench, error))
        return false;
    progress_span(bench->progress, 0.9, 1);
    return !bench->layers || run_layers(bench, error);
}

bool command_bench(char *const *arguments, GString *out, GError **error)
{
    Bench bench = {.classes = UINT64_MAX, .repeats = 2, .out = out};
    if (!parse(&bench, arguments, error))
        return false;
    bench.progress =
        progress_new(bench.quiet ? PROGRESS_NONE : PROGRESS_STDERR, NULL);
    interrupt_install();
    bool done = open_model(&bench, error) && run_cases(&bench, error);
    progress_free(bench.progress);
    medals_model_free(&bench.model);
    medals_context_free(&bench.context);
    return done;
}

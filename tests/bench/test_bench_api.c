/*
 * test_bench_api.c - the benchmark calls answer, and refuse what they must
 */
#include <string.h>

#include "medals/bench.h"
#include <glib.h>

static MedalsContext *context_new(void)
{
    MedalsContext *context = NULL;
    MedalsContextOptions options = MEDALS_CONTEXT_OPTIONS_INIT;
    options.threads = 2;
    g_assert_cmpint(medals_context_new(&context, &options, NULL), ==,
                    MEDALS_OK);
    return context;
}

static void test_peak(void)
{
    MedalsContext *context = context_new();
    MedalsBenchPeak peak = MEDALS_BENCH_PEAK_INIT;
    g_assert_cmpint(medals_bench_peak(context, &peak, NULL), ==, MEDALS_OK);
    g_assert_cmpfloat(peak.f32, >, 1e8);
    g_assert_true((peak.bf16_dot > 0) == medals_context_has_bf16(context));
    medals_context_free(&context);
}

static void refuse(const MedalsBenchOptions *options, const char *word)
{
    MedalsContext *context = context_new();
    MedalsBenchResult result = MEDALS_BENCH_RESULT_INIT;
    MedalsError *error = NULL;
    g_assert_cmpint(medals_bench_network(context, options, &result, &error), ==,
                    MEDALS_E_USAGE);
    g_assert_nonnull(strstr(medals_error_message(error), word));
    g_assert_cmpfloat(result.seconds, ==, 0);
    medals_error_free(&error);
    medals_context_free(&context);
}

static void test_usage(void)
{
    MedalsBenchOptions options = MEDALS_BENCH_OPTIONS_INIT;
    options.size[1] = 33;
    refuse(&options, "size: 33");
    options.size[1] = 1 << 20;
    refuse(&options, "size: 1048576");
    options.size[1] = 32;
    options.classes = 0;
    refuse(&options, "classes: 0");
}

static bool stop_at_network(void *cookie, const MedalsProgress *progress)
{
    return strcmp(progress->phase, "network") != 0;
}

static void test_cancel(void)
{
    MedalsContext *context = context_new();
    MedalsBenchOptions options = MEDALS_BENCH_OPTIONS_INIT;
    MedalsBenchResult result = MEDALS_BENCH_RESULT_INIT;
    options.progress = stop_at_network;
    g_assert_cmpint(medals_bench_network(context, &options, &result, NULL), ==,
                    MEDALS_E_CANCELLED);
    medals_context_free(&context);
}

/* The published network on the smallest window. The count is spec 1's layer
 * table: 109 414 272 parameters (1.1), a 27th of the work at 96^3. */
static void test_network(void)
{
    MedalsContext *context = context_new();
    MedalsBenchOptions options = MEDALS_BENCH_OPTIONS_INIT;
    MedalsBenchResult result = MEDALS_BENCH_RESULT_INIT;
    for (int axis = 0; axis < 3; axis++)
        options.size[axis] = 32;
    options.precision = MEDALS_PRECISION_F32;
    g_assert_cmpint(medals_bench_network(context, &options, &result, NULL), ==,
                    MEDALS_OK);
    g_assert_cmpuint(result.parameters, ==, 109414272);
    g_assert_cmpfloat_with_epsilon(result.operations * 27 * 1e-12, 1.42, 0.02);
    g_assert_cmpfloat(result.seconds, >, 0);
    g_assert_cmpfloat(result.share, >, 0);
    g_assert_cmpuint(result.peak_rss, >, 4 * result.parameters);
    medals_context_free(&context);
}

typedef struct Sum {
    int layers;
    double operations;
} Sum;

static bool add_layer(void *cookie, const MedalsBenchLayer *layer)
{
    Sum *sum = cookie;
    sum->layers++;
    sum->operations += layer->operations;
    g_assert_nonnull(layer->name);
    g_assert_nonnull(layer->kernel);
    g_assert_cmpfloat(layer->seconds, >, 0);
    return sum->layers < 3;
}

static void test_layers(void)
{
    MedalsContext *context = context_new();
    MedalsBenchOptions options = MEDALS_BENCH_OPTIONS_INIT;
    Sum sum = {0};
    for (int axis = 0; axis < 3; axis++)
        options.size[axis] = 32;
    g_assert_cmpint(
        medals_bench_layers(context, &options, add_layer, &sum, NULL), ==,
        MEDALS_E_CANCELLED);
    g_assert_cmpint(sum.layers, ==, 3);
    /* encoder 0.0, 0.1, 1.0 */
    g_assert_cmpfloat(sum.operations, ==,
                      54.0 * (2 * 64 + 64 * 64 + 64 * 64 / 8) * 32768);
    medals_context_free(&context);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bench/peak", test_peak);
    g_test_add_func("/bench/usage", test_usage);
    g_test_add_func("/bench/cancel", test_cancel);
    g_test_add_func("/bench/network", test_network);
    g_test_add_func("/bench/layers", test_layers);
    return g_test_run();
}

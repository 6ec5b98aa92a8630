/*
 * bench_conv.c - the convolutions of the network by every kernel that this
 * processor runs; one JSON object a line and case
 *
 *   medals-bench-conv [threads] [scale]
 *
 * scale divides the edges of a 96^3 window (default 2): a run takes seconds.
 */
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "conv_block.h"
#include "conv_kernel.h"
#include "memory.h"

#define REPEATS 5

/* Layers of the published and of the compact network; edge of a 96^3 window */
static const struct {
    int64_t cin, cout;
    int stride;
    int64_t edge;
} layers[] = {{2, 64, 1, 96},    {64, 64, 1, 96},  {128, 64, 1, 96},
              {64, 64, 2, 96},   {64, 128, 2, 48}, {128, 128, 1, 24},
              {256, 256, 1, 12}, {512, 512, 1, 6}, {2, 16, 1, 96},
              {16, 16, 1, 96},   {32, 16, 1, 96},  {16, 32, 2, 96},
              {32, 32, 1, 48},   {64, 64, 1, 24},  {96, 96, 1, 12}};

typedef struct Bench {
    MedalsExec exec;
    MedalsKernels kernels;
    MedalsDtype storage;
    double peak; /* operations a second, float32 */
} Bench;

static void spin_piece(void *context, size_t piece, unsigned worker)
{
    const Bench *bench = context;
    float number = 0;
    bench->kernels.spin(10000000, &number);
}

static double measure_peak(Bench *bench)
{
    const unsigned threads = medals_lane_threads(bench->exec.lane);
    float number = 0;
    double one = bench->kernels.spin(10000000, &number), best = 0;
    for (int i = 0; i < REPEATS; i++) {
        double begin = medals_now();
        medals_lane_run(bench->exec.lane, threads, spin_piece, bench, NULL, 0);
        best = MAX(best, one * threads / (medals_now() - begin));
    }
    return best;
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *) a, right = *(const double *) b;
    return (left > right) - (left < right);
}

static MedalsConvBlock *random_block(const Bench *bench, int64_t cin,
                                     int64_t cout, int stride)
{
    const size_t count = 27 * (size_t) (cin * cout);
    GRand *random = g_rand_new_with_seed(1);
    float *weight = g_new(float, count), *ones = g_new(float, cout);
    for (size_t i = 0; i < count; i++)
        weight[i] = (float) g_rand_double_range(random, -1, 1);
    for (int64_t i = 0; i < cout; i++)
        ones[i] = 1;
    MedalsConvBlockWeights weights = {.cin = cin,
                                      .cout = cout,
                                      .stride = stride,
                                      .weight = weight,
                                      .bias = ones,
                                      .gamma = ones,
                                      .beta = ones};
    MedalsConvBlock *block =
        medals_conv_block_new(&bench->kernels, &weights, bench->storage, NULL);
    g_free(weight);
    g_free(ones);
    g_rand_free(random);
    return block;
}

static void print_case(const Bench *bench, const MedalsConvBlock *block,
                       const MedalsTensor *src, int64_t cout, int stride,
                       const double seconds[REPEATS])
{
    double flops = medals_conv_block_flops(block, src->h, src->w, src->d);
    double rate = flops / seconds[0];
    printf("{\"bench\":\"conv\",\"isa\":\"%s\",\"kernel\":\"%s\","
           "\"storage\":\"%s\",\"threads\":%u,\"cin\":%d,\"cout\":%d,"
           "\"stride\":%d,\"size\":[%d,%d,%d],\"min_ms\":%.3f,"
           "\"median_ms\":%.3f,\"gflops\":%.1f,\"share_of_f32_peak\":%.3f,"
           "\"peak_rss\":%.0f}\n",
           bench->kernels.name, medals_conv_block_kernel(block),
           bench->storage == MEDALS_BF16 ? "bf16" : "f32",
           medals_lane_threads(bench->exec.lane), (int) src->c, (int) cout,
           stride, (int) src->h, (int) src->w, (int) src->d, seconds[0] * 1e3,
           seconds[REPEATS / 2] * 1e3, rate * 1e-9, rate / bench->peak,
           (double) medals_peak_rss());
    fflush(stdout);
}

static bool run_layer(Bench *bench, int64_t cin, int64_t cout, int stride,
                      int64_t edge)
{
    MedalsTensor src, dst;
    const int64_t out = (edge + stride - 1) / stride;
    const float value = 0.5f;
    double seconds[REPEATS];
    MedalsConvBlock *block = random_block(bench, cin, cout, stride);
    if (!block ||
        !medals_tensor_init(&src, bench->storage, edge, edge, edge, cin,
                            NULL) ||
        !medals_tensor_init(&dst, bench->storage, out, out, out, cout, NULL))
        return false;
    bench->kernels.store(src.data, 1, &value, 0, src.dtype,
                         edge * edge * edge * cin, 1);
    bool good =
        medals_conv_block_forward(&bench->exec, block, &src, &dst, NULL);
    for (int i = 0; i < REPEATS && good; i++) {
        double begin = medals_now();
        good = medals_conv_block_forward(&bench->exec, block, &src, &dst, NULL);
        seconds[i] = medals_now() - begin;
    }
    qsort(seconds, REPEATS, sizeof *seconds, by_value);
    if (good)
        print_case(bench, block, &src, cout, stride, seconds);
    medals_conv_block_free(block);
    medals_tensor_clear(&src);
    medals_tensor_clear(&dst);
    return good;
}

int main(int argc, char **argv)
{
    const unsigned threads =
        argc > 1 ? (unsigned) atoi(argv[1]) : medals_cpu_cores();
    const int64_t scale = argc > 2 ? MAX(1, atoi(argv[2])) : 2;
    const MedalsIsa isa = medals_cpu_best();
    const MedalsConvKernel *const first[] = {&medals_conv_packed,
                                             &medals_conv_onednn};
    Bench bench = {.kernels = *medals_kernels_get(isa)};
    bench.exec.lane = medals_lane_new(threads, NULL);
    bench.exec.kernels = &bench.kernels;
    if (!bench.exec.lane)
        return 1;
    bench.peak = measure_peak(&bench);
    for (int type = 0; type < 2; type++) {
        bench.storage = type ? MEDALS_BF16 : MEDALS_F32;
        for (size_t i = 0; i < G_N_ELEMENTS(layers); i++) {
            for (size_t k = 0; k < G_N_ELEMENTS(first); k++) {
                bench.kernels.conv[0] = first[k];
                bench.kernels.conv[1] = &medals_conv_packed;
                bench.kernels.conv[2] = NULL;
                if (!run_layer(&bench, layers[i].cin, layers[i].cout,
                               layers[i].stride,
                               MAX(1, layers[i].edge / scale)))
                    return 1;
            }
        }
    }
    medals_lane_free(bench.exec.lane);
    return 0;
}

/*
 * test_conv_block.c - block against a double-precision one, written anew here
 */
#include <math.h>

#include "../kernels/map_fixture.h"
#include "conv_block.h"
#include "conv_kernel.h"
#include "memory.h"

typedef struct Layer {
    int64_t cin, cout;
    int stride;
    float *weight, *bias, *gamma, *beta;
} Layer;

static Layer layer_new(int64_t cin, int64_t cout, int stride)
{
    return (Layer){
        .cin = cin,
        .cout = cout,
        .stride = stride,
        .weight = fixture_numbers(FIXTURE_NOISE, 27 * (size_t) (cin * cout), 1),
        .bias = fixture_numbers(FIXTURE_NOISE, (size_t) cout, 2),
        .gamma = fixture_numbers(FIXTURE_NOISE, (size_t) cout, 3),
        .beta = fixture_numbers(FIXTURE_NOISE, (size_t) cout, 4)};
}

static void layer_clear(Layer *layer)
{
    g_free(layer->weight);
    g_free(layer->bias);
    g_free(layer->gamma);
    g_free(layer->beta);
}

static MedalsConvBlock *block_on(const Layer *layer,
                                 const MedalsKernels *kernels,
                                 MedalsDtype storage, GError **error)
{
    MedalsConvBlockWeights weights = {.cin = layer->cin,
                                      .cout = layer->cout,
                                      .stride = layer->stride,
                                      .weight = layer->weight,
                                      .bias = layer->bias,
                                      .gamma = layer->gamma,
                                      .beta = layer->beta};
    return medals_conv_block_new(kernels, &weights, storage, error);
}

static MedalsConvBlock *block_new(const Layer *layer, MedalsIsa isa,
                                  MedalsDtype storage, GError **error)
{
    return block_on(layer, medals_kernels_get(isa), storage, error);
}

/* Convolution at one output voxel, bias included. */
static double conv_at(const Layer *layer, const MedalsTensor *src, int64_t o,
                      int64_t h, int64_t w, int64_t d)
{
    double sum = layer->bias[o];
    for (int64_t i = 0; i < src->c; i++) {
        for (int64_t tap = 0; tap < 27; tap++) {
            int64_t y = h * layer->stride + tap / 9 - 1;
            int64_t x = w * layer->stride + tap / 3 % 3 - 1;
            int64_t z = d * layer->stride + tap % 3 - 1;
            if (y < 0 || x < 0 || z < 0 || y >= src->h || x >= src->w ||
                z >= src->d)
                continue;
            sum += (double) fixture_get(src, (y * src->w + x) * src->d + z, i) *
                   layer->weight[(o * layer->cin + i) * 27 + tap];
        }
    }
    return sum;
}

/* Largest difference from the definition (spec 1.3), in double. */
static double largest_error(const Layer *layer, const MedalsTensor *src,
                            const MedalsTensor *dst)
{
    const int64_t n = medals_tensor_voxels(dst);
    double *y = g_new(double, n), worst = 0;
    for (int64_t o = 0; o < layer->cout; o++) {
        double mean = 0, variance = 0;
        for (int64_t v = 0; v < n; v++) {
            y[v] = conv_at(layer, src, o, v / (dst->w * dst->d),
                           v / dst->d % dst->w, v % dst->d);
            mean += y[v] / (double) n;
        }
        for (int64_t v = 0; v < n; v++)
            variance += (y[v] - mean) * (y[v] - mean) / (double) n;
        for (int64_t v = 0; v < n; v++) {
            double z = (y[v] - mean) / sqrt(variance + 1e-5) * layer->gamma[o] +
                       layer->beta[o];
            z = z > 0 ? z : 0.01 * z;
            worst = MAX(worst, fabs(z - fixture_get(dst, v, o)));
        }
    }
    g_free(y);
    return worst;
}

static void forward(unsigned threads, MedalsIsa isa,
                    const MedalsConvBlock *block, const MedalsTensor *src,
                    MedalsTensor *dst)
{
    GError *error = NULL;
    MedalsExec exec = {.lane = medals_lane_new(threads, NULL),
                       .kernels = medals_kernels_get(isa)};
    g_assert_true(medals_lane_enter(exec.lane, NULL, NULL));
    g_assert_true(medals_conv_block_forward(&exec, block, src, dst, &error));
    g_assert_no_error(error);
    medals_lane_leave(exec.lane);
    medals_lane_free(exec.lane);
}

/* offset: added to every source number, as grey values have it. */
static void check_layer(int64_t cin, int64_t channels, int64_t cout, int stride,
                        const int64_t size[3], float offset)
{
    Layer layer = layer_new(cin, cout, stride);
    FixtureMap src =
        fixture_map(MEDALS_F32, size[0], size[1], size[2], channels, 2);
    FixtureMap dst[2];
    fixture_map_fill(&src, FIXTURE_NOISE, 5);
    for (int64_t v = 0; v < medals_tensor_voxels(&src.tensor); v++)
        fixture_set(&src.tensor, v, 0, offset + fixture_get(&src.tensor, v, 0));
    for (int i = 0; i < 2; i++)
        dst[i] = fixture_map(MEDALS_F32, (size[0] + stride - 1) / stride,
                             (size[1] + stride - 1) / stride,
                             (size[2] + stride - 1) / stride, cout, 4 * i);
    for (int isa = 0; isa <= (int) medals_cpu_best(); isa++) {
        MedalsConvBlock *block =
            block_new(&layer, (MedalsIsa) isa, MEDALS_F32, NULL);
        g_assert_nonnull(block);
        forward(1, (MedalsIsa) isa, block, &src.tensor, &dst[0].tensor);
        forward(3, (MedalsIsa) isa, block, &src.tensor, &dst[1].tensor);
        g_assert_true(fixture_same(&dst[0].tensor, &dst[1].tensor));
        g_assert_true(fixture_map_guarded(&dst[1]));
        g_assert_cmpfloat(largest_error(&layer, &src.tensor, &dst[0].tensor), <,
                          1e-4);
        medals_conv_block_free(block);
    }
    for (int i = 0; i < 2; i++)
        fixture_map_clear(&dst[i]);
    fixture_map_clear(&src);
    layer_clear(&layer);
}

static void test_definition(void)
{
    check_layer(8, 8, 12, 1, (int64_t[]){5, 6, 7}, 0);
    check_layer(16, 16, 16, 2, (int64_t[]){6, 7, 9}, 0);
    check_layer(2, 2, 20, 1, (int64_t[]){9, 8, 10}, 128);
}

static void test_missing_channels(void)
{
    check_layer(32, 16, 16, 1, (int64_t[]){4, 5, 6}, 0);
    check_layer(2, 1, 16, 1, (int64_t[]){6, 5, 6}, 128);
    check_layer(10, 7, 3, 1, (int64_t[]){4, 5, 6}, 0);
}

/* A hundred times the deviation: float32 sums of squares would fail here. */
static void test_offset(void)
{
    check_layer(2, 2, 16, 1, (int64_t[]){12, 12, 12}, 100);
}

/* oneDNN under our threads, also where it is not the choice. */
static void test_onednn(void)
{
    if (medals_cpu_best() < MEDALS_ISA_AVX2) {
        g_test_skip("no AVX2");
        return;
    }
    Layer layer = layer_new(32, 32, 1);
    MedalsKernels kernels = *medals_kernels_get(medals_cpu_best());
    FixtureMap src = fixture_map(MEDALS_F32, 20, 9, 11, 32, 0);
    FixtureMap dst[2];
    kernels.conv[0] = &medals_conv_onednn;
    kernels.conv[1] = NULL;
    fixture_map_fill(&src, FIXTURE_NOISE, 5);
    MedalsConvBlock *block = block_on(&layer, &kernels, MEDALS_F32, NULL);
    g_assert_nonnull(block);
    g_assert_cmpstr(medals_conv_block_kernel(block), ==, "onednn");
    for (int i = 0; i < 2; i++) {
        dst[i] = fixture_map(MEDALS_F32, 20, 9, 11, 32, 0);
        forward(i ? 4 : 1, kernels.isa, block, &src.tensor, &dst[i].tensor);
    }
    g_assert_true(fixture_same(&dst[0].tensor, &dst[1].tensor));
    g_assert_cmpfloat(largest_error(&layer, &src.tensor, &dst[0].tensor), <,
                      1e-4);
    medals_conv_block_free(block);
    for (int i = 0; i < 2; i++)
        fixture_map_clear(&dst[i]);
    fixture_map_clear(&src);
    layer_clear(&layer);
}

/* The deepest maps: one voxel gives its own mean, so beta comes out. */
static void test_single_voxel(void)
{
    check_layer(16, 16, 16, 2, (int64_t[]){1, 1, 1}, 0);
}

static void test_bf16(void)
{
    Layer layer = layer_new(16, 16, 1);
    FixtureMap wide = fixture_map(MEDALS_F32, 6, 7, 8, 16, 0);
    FixtureMap src = fixture_map(MEDALS_BF16, 6, 7, 8, 16, 0);
    FixtureMap dst = fixture_map(MEDALS_BF16, 6, 7, 8, 16, 8);
    fixture_map_fill(&wide, FIXTURE_NOISE, 5);
    fixture_map_fill(&src, FIXTURE_NOISE, 5);
    for (int isa = 0; isa <= (int) medals_cpu_best(); isa++) {
        MedalsConvBlock *block =
            block_new(&layer, (MedalsIsa) isa, MEDALS_BF16, NULL);
        forward(2, (MedalsIsa) isa, block, &src.tensor, &dst.tensor);
        g_assert_true(fixture_map_guarded(&dst));
        g_assert_cmpfloat(largest_error(&layer, &wide.tensor, &dst.tensor), <,
                          0.1);
        medals_conv_block_free(block);
    }
    fixture_map_clear(&wide);
    fixture_map_clear(&src);
    fixture_map_clear(&dst);
    layer_clear(&layer);
}

static bool stop(void *cookie, const MedalsProgress *progress)
{
    return false;
}

static void test_cancel(void)
{
    Layer layer = layer_new(8, 8, 1);
    FixtureMap src = fixture_map(MEDALS_F32, 4, 4, 4, 8, 0);
    FixtureMap dst = fixture_map(MEDALS_F32, 4, 4, 4, 8, 0);
    MedalsTask task;
    GError *error = NULL;
    MedalsExec exec = {.lane = medals_lane_new(2, NULL),
                       .kernels = medals_kernels_get(MEDALS_ISA_REF),
                       .task = &task};
    MedalsConvBlock *block =
        block_new(&layer, MEDALS_ISA_REF, MEDALS_F32, NULL);
    fixture_map_fill(&src, FIXTURE_NOISE, 1);
    medals_task_init(&task, stop, NULL);
    medals_task_phase(&task, "test");
    g_assert_false(medals_conv_block_forward(&exec, block, &src.tensor,
                                             &dst.tensor, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_CANCELLED);
    g_error_free(error);
    medals_conv_block_free(block);
    medals_lane_free(exec.lane);
    fixture_map_clear(&src);
    fixture_map_clear(&dst);
    layer_clear(&layer);
}

/* Every allocation fails once: an error each time, nothing lost. */
static void test_no_memory(void)
{
    Layer layer = layer_new(8, 8, 1);
    FixtureMap src = fixture_map(MEDALS_F32, 4, 4, 4, 8, 0);
    FixtureMap dst = fixture_map(MEDALS_F32, 4, 4, 4, 8, 0);
    MedalsExec exec = {.lane = medals_lane_new(1, NULL),
                       .kernels = medals_kernels_get(medals_cpu_best())};
    int failures = 0;
    fixture_map_fill(&src, FIXTURE_NOISE, 1);
    for (bool good = false; !good;) {
        GError *error = NULL;
        medals_alloc_fail_after(failures);
        MedalsConvBlock *block =
            block_new(&layer, medals_cpu_best(), MEDALS_F32, &error);
        good = block && medals_conv_block_forward(&exec, block, &src.tensor,
                                                  &dst.tensor, &error);
        medals_alloc_fail_after(-1);
        medals_conv_block_free(block);
        if (good)
            break;
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
        g_error_free(error);
        failures++;
    }
    g_assert_cmpint(failures, >=, 5);
    medals_lane_free(exec.lane);
    fixture_map_clear(&src);
    fixture_map_clear(&dst);
    layer_clear(&layer);
}

static void test_flops(void)
{
    Layer layer = layer_new(3, 5, 2);
    MedalsConvBlock *block =
        block_new(&layer, MEDALS_ISA_REF, MEDALS_F32, NULL);
    g_assert_cmpfloat(medals_conv_block_flops(block, 4, 5, 6), ==,
                      2.0 * 27 * 3 * 5 * (2 * 3 * 3));
    g_assert_cmpstr(medals_conv_block_kernel(block), ==, "ref");
    medals_conv_block_free(block);
    layer_clear(&layer);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nn/conv_block/definition", test_definition);
    g_test_add_func("/nn/conv_block/missing_channels", test_missing_channels);
    g_test_add_func("/nn/conv_block/offset", test_offset);
    g_test_add_func("/nn/conv_block/single_voxel", test_single_voxel);
    g_test_add_func("/nn/conv_block/onednn", test_onednn);
    g_test_add_func("/nn/conv_block/bf16", test_bf16);
    g_test_add_func("/nn/conv_block/cancel", test_cancel);
    g_test_add_func("/nn/conv_block/no_memory", test_no_memory);
    g_test_add_func("/nn/conv_block/flops", test_flops);
    return g_test_run();
}

/*
 * test_onednn_fallback.c - a convolution goes on when oneDNN gives up
 *
 * The linker puts our gates in front of two of oneDNN's functions.
 */
#include <oneapi/dnnl/dnnl.h>

#include "conv_block.h"
#include "conv_kernel.h"
#include "map_fixture.h"

#define CHANNELS 16

static struct {
    bool refuse_to_make, refuse_to_run, refuse_to_reorder;
    int asked;
} gate;

dnnl_status_t __real_dnnl_primitive_create(dnnl_primitive_t *primitive,
                                           const_dnnl_primitive_desc_t desc);
dnnl_status_t __wrap_dnnl_primitive_create(dnnl_primitive_t *primitive,
                                           const_dnnl_primitive_desc_t desc);
dnnl_status_t __real_dnnl_primitive_execute(const_dnnl_primitive_t primitive,
                                            dnnl_stream_t stream, int nargs,
                                            const dnnl_exec_arg_t *args);
dnnl_status_t __wrap_dnnl_primitive_execute(const_dnnl_primitive_t primitive,
                                            dnnl_stream_t stream, int nargs,
                                            const dnnl_exec_arg_t *args);

dnnl_status_t __wrap_dnnl_primitive_create(dnnl_primitive_t *primitive,
                                           const_dnnl_primitive_desc_t desc)
{
    dnnl_primitive_kind_t kind;
    dnnl_primitive_desc_query(desc, dnnl_query_primitive_kind, 0, &kind);
    if (gate.refuse_to_make && kind == dnnl_convolution) {
        gate.asked++;
        return dnnl_runtime_error;
    }
    return __real_dnnl_primitive_create(primitive, desc);
}

/* A reorder has two arguments; of the convolutions every second runs. */
dnnl_status_t __wrap_dnnl_primitive_execute(const_dnnl_primitive_t primitive,
                                            dnnl_stream_t stream, int nargs,
                                            const dnnl_exec_arg_t *args)
{
    if (nargs == 2 ? gate.refuse_to_reorder
                   : gate.refuse_to_run && gate.asked++ % 2 == 0)
        return dnnl_out_of_memory;
    return __real_dnnl_primitive_execute(primitive, stream, nargs, args);
}

static MedalsKernels kernels; /* the processor's, with oneDNN alone */

typedef struct Layer {
    MedalsExec exec;
    MedalsConvBlock *block; /* NULL: oneDNN has nothing for this processor */
    FixtureMap src, right, dst;
} Layer;

/* right: what the layer gives when nothing fails. */
static Layer layer_new(MedalsDtype storage)
{
    const size_t count = 27 * CHANNELS * CHANNELS;
    Layer layer = {.exec = {.kernels = &kernels}};
    float *weight = fixture_numbers(FIXTURE_INTEGERS, count, 1);
    float ones[CHANNELS];
    for (int i = 0; i < CHANNELS; i++)
        ones[i] = 1;
    MedalsConvBlockWeights weights = {.cin = CHANNELS,
                                      .cout = CHANNELS,
                                      .stride = 1,
                                      .weight = weight,
                                      .bias = ones,
                                      .gamma = ones,
                                      .beta = ones};
    gate.refuse_to_make = gate.refuse_to_run = gate.refuse_to_reorder = false;
    gate.asked = 0;
    layer.exec.lane = medals_lane_new(1, NULL);
    layer.src = fixture_map(storage, 20, 21, 40, CHANNELS, 0);
    layer.right = fixture_map(storage, 20, 21, 40, CHANNELS, 0);
    layer.dst = fixture_map(storage, 20, 21, 40, CHANNELS, 3);
    fixture_map_fill(&layer.src, FIXTURE_INTEGERS, 2);
    if (medals_cpu_best() >= MEDALS_ISA_AVX2)
        layer.block = medals_conv_block_new(&kernels, &weights, storage, NULL);
    g_free(weight);
    if (!layer.block)
        g_test_skip("oneDNN: no fast convolution on this processor");
    return layer;
}

static void layer_clear(Layer *layer)
{
    medals_conv_block_free(layer->block);
    medals_lane_free(layer->exec.lane);
    fixture_map_clear(&layer->src);
    fixture_map_clear(&layer->right);
    fixture_map_clear(&layer->dst);
}

static bool forward(Layer *layer, FixtureMap *dst, GError **error)
{
    return medals_conv_block_forward(&layer->exec, layer->block,
                                     &layer->src.tensor, &dst->tensor, error);
}

/* Sums of integers are exact whoever computes them. */
static void check_right(Layer *layer)
{
    GError *error = NULL;
    g_assert_true(forward(layer, &layer->dst, &error));
    g_assert_no_error(error);
    g_assert_cmpint(gate.asked, >, 0);
    g_assert_true(fixture_map_guarded(&layer->dst));
    g_assert_cmpfloat(fixture_nmse(&layer->dst.tensor, &layer->right.tensor), <,
                      1e-12);
}

static void test_tile(gconstpointer storage)
{
    Layer layer = layer_new((MedalsDtype) GPOINTER_TO_INT(storage));
    if (layer.block && forward(&layer, &layer.right, NULL)) {
        gate.asked = 0;
        gate.refuse_to_run = true;
        check_right(&layer);
    }
    layer_clear(&layer);
}

static void test_pass(gconstpointer storage)
{
    Layer layer = layer_new((MedalsDtype) GPOINTER_TO_INT(storage));
    Layer fresh = layer_new((MedalsDtype) GPOINTER_TO_INT(storage));
    if (layer.block && forward(&layer, &fresh.right, NULL)) {
        gate.refuse_to_make = true;
        check_right(&fresh);
    }
    layer_clear(&layer);
    layer_clear(&fresh);
}

static void test_nothing_runs(void)
{
    Layer layer = layer_new(MEDALS_F32);
    GError *error = NULL;
    if (layer.block) {
        gate.refuse_to_run = gate.refuse_to_reorder = true;
        g_assert_false(forward(&layer, &layer.dst, &error));
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
        g_error_free(error);
    }
    layer_clear(&layer);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    kernels = *medals_kernels_get(medals_cpu_best());
    kernels.conv[0] = &medals_conv_onednn;
    kernels.conv[1] = NULL;
    g_test_add_data_func("/kernels/onednn/tile_refused/f32",
                         GINT_TO_POINTER(MEDALS_F32), test_tile);
    g_test_add_data_func("/kernels/onednn/tile_refused/bf16",
                         GINT_TO_POINTER(MEDALS_BF16), test_tile);
    g_test_add_data_func("/kernels/onednn/pass_refused/f32",
                         GINT_TO_POINTER(MEDALS_F32), test_pass);
    g_test_add_data_func("/kernels/onednn/pass_refused/bf16",
                         GINT_TO_POINTER(MEDALS_BF16), test_pass);
    g_test_add_func("/kernels/onednn/nothing_runs", test_nothing_runs);
    return g_test_run();
}

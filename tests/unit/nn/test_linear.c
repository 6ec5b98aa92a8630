#include <math.h>

#include "../kernels/map_fixture.h"
#include "linear.h"
#include "memory.h"

static double activated(double y, MedalsActivation activation)
{
    if (activation == MEDALS_ACT_RELU)
        return MAX(y, 0);
    if (activation == MEDALS_ACT_GELU)
        return 0.5 * y * (1 + erf(y / sqrt(2)));
    return y;
}

static void run_case(MedalsIsa isa, int64_t in, int64_t out, int64_t rows,
                     bool has_bias, MedalsActivation activation)
{
    const int64_t stride = in + 3;
    GError *error = NULL;
    MedalsExec exec = {.lane = medals_lane_new(2, NULL),
                       .kernels = medals_kernels_get(isa)};
    float *weight = fixture_numbers(FIXTURE_NOISE, (size_t) (in * out), 1);
    float *bias = fixture_numbers(FIXTURE_NOISE, (size_t) out, 2);
    float *x = fixture_numbers(FIXTURE_NOISE, (size_t) (rows * stride), 3);
    FixtureMap y = fixture_map(MEDALS_F32, 1, 1, rows, out, 0);
    MedalsLinear linear;
    g_assert_true(medals_linear_init(
        &linear, in, out, weight, has_bias ? bias : NULL, MEDALS_F32, &error));
    g_assert_true(medals_linear_forward(&exec, &linear, x, stride, rows,
                                        y.tensor.data, activation, &error));
    g_assert_true(fixture_map_guarded(&y));
    for (int64_t r = 0; r < rows; r++) {
        for (int64_t o = 0; o < out; o++) {
            double sum = has_bias ? bias[o] : 0;
            for (int64_t i = 0; i < in; i++)
                sum += (double) x[r * stride + i] * weight[o * in + i];
            g_assert_cmpfloat_with_epsilon(fixture_get(&y.tensor, r, o),
                                           activated(sum, activation),
                                           2e-6 * (double) (in + 1));
        }
    }
    medals_linear_clear(&linear);
    fixture_map_clear(&y);
    g_free(weight);
    g_free(bias);
    g_free(x);
    medals_lane_free(exec.lane);
}

static void test_definition(void)
{
    for (int isa = 0; isa <= (int) medals_cpu_best(); isa++) {
        run_case((MedalsIsa) isa, 24, 48, 5, true, MEDALS_ACT_NONE);
        run_case((MedalsIsa) isa, 33, 17, 1, true, MEDALS_ACT_RELU);
        run_case((MedalsIsa) isa, 96, 8, 200, false, MEDALS_ACT_GELU);
        run_case((MedalsIsa) isa, 1, 1, 97, true, MEDALS_ACT_GELU);
        run_case((MedalsIsa) isa, 8, 16, 0, true, MEDALS_ACT_NONE);
    }
}

/* Weights may be stored as bf16. */
static void test_stored_type(void)
{
    const uint16_t weight[] = {0x3f80, 0x4000, 0xbf80}; /* 1 2 -1 */
    const uint16_t bias[] = {0x4040};                   /* 3 */
    const float x[] = {5, 7, 11};
    float y = 0;
    MedalsLinear linear;
    MedalsExec exec = {.lane = medals_lane_new(1, NULL),
                       .kernels = medals_kernels_get(medals_cpu_best())};
    g_assert_true(
        medals_linear_init(&linear, 3, 1, weight, bias, MEDALS_BF16, NULL));
    g_assert_true(medals_linear_forward(&exec, &linear, x, 3, 1, &y,
                                        MEDALS_ACT_NONE, NULL));
    g_assert_cmpfloat(y, ==, 5 + 14 - 11 + 3);
    medals_linear_clear(&linear);
    medals_lane_free(exec.lane);
}

static void test_no_memory(void)
{
    float weight[8] = {0}, bias[2] = {0};
    for (int i = 0; i < 3; i++) {
        GError *error = NULL;
        MedalsLinear linear;
        medals_alloc_fail_after(i);
        g_assert_false(medals_linear_init(&linear, 4, 2, weight, bias,
                                          MEDALS_F32, &error));
        medals_alloc_fail_after(-1);
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
        g_error_free(error);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nn/linear/definition", test_definition);
    g_test_add_func("/nn/linear/stored_type", test_stored_type);
    g_test_add_func("/nn/linear/no_memory", test_no_memory);
    return g_test_run();
}

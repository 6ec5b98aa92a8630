#include <math.h>
#include <string.h>

#include "../kernels/map_fixture.h"
#include "pixel_dot.h"

typedef void (*ExecTest)(const MedalsExec *exec, MedalsDtype dtype);

/* Each level of this processor, both types. */
static void each_level(gconstpointer data)
{
    ExecTest test = *(const ExecTest *) data;
    MedalsExec exec = {.lane = medals_lane_new(2, NULL)};
    for (int isa = 0; isa <= (int) medals_cpu_best(); isa++) {
        exec.kernels = medals_kernels_get((MedalsIsa) isa);
        test(&exec, MEDALS_F32);
        test(&exec, MEDALS_BF16);
    }
    medals_lane_free(exec.lane);
}

static void dot_case(const MedalsExec *exec, MedalsDtype dtype, int64_t n,
                     int64_t c, const int64_t size[3])
{
    const int64_t voxels = size[0] * size[1] * size[2], stride = voxels + 5;
    FixtureMap x = fixture_map(dtype, size[0], size[1], size[2], c, 3);
    float *m = fixture_numbers(FIXTURE_INTEGERS, (size_t) (n * c), 2);
    FixtureMap dst = fixture_map(MEDALS_F32, 1, 1, n, voxels, 5);
    fixture_map_fill(&x, FIXTURE_INTEGERS, 1);
    g_assert_true(
        medals_pixel_dot(exec, &x.tensor, m, n, dst.tensor.data, stride, NULL));
    g_assert_true(fixture_map_guarded(&dst));
    for (int64_t i = 0; i < n; i++) {
        for (int64_t v = 0; v < voxels; v++) {
            float sum = 0;
            for (int64_t j = 0; j < c; j++)
                sum += fixture_get(&x.tensor, v, j) * m[i * c + j];
            g_assert_cmpfloat(fixture_get(&dst.tensor, i, v), ==, sum);
        }
    }
    fixture_map_clear(&x);
    fixture_map_clear(&dst);
    g_free(m);
}

static void test_dot(const MedalsExec *exec, MedalsDtype dtype)
{
    dot_case(exec, dtype, 1, 16, (int64_t[]){2, 3, 5});
    dot_case(exec, dtype, 7, 64, (int64_t[]){4, 4, 4});
    dot_case(exec, dtype, 31, 5, (int64_t[]){17, 17, 17});
}

static void mix_case(const MedalsExec *exec, MedalsDtype dtype, int64_t n,
                     int64_t c, const int64_t size[3])
{
    const int64_t voxels = size[0] * size[1] * size[2], stride = voxels + 2;
    float *m = fixture_numbers(FIXTURE_INTEGERS, (size_t) (n * c), 2);
    uint8_t *p = g_malloc0((size_t) (n * stride));
    FixtureMap dst = fixture_map(dtype, size[0], size[1], size[2], c, 4);
    for (int64_t i = 0; i < n; i++)
        for (int64_t v = 0; v < voxels; v++)
            p[i * stride + v] = v % 64 < 40 && (v * 7 + i * 3) % 11 == 0;
    g_assert_true(medals_prompt_mix(exec, p, stride, m, n, &dst.tensor, NULL));
    g_assert_true(fixture_map_guarded(&dst));
    for (int64_t v = 0; v < voxels; v++) {
        for (int64_t j = 0; j < c; j++) {
            float sum = 0;
            for (int64_t i = 0; i < n; i++)
                sum += p[i * stride + v] * m[i * c + j];
            g_assert_cmpfloat(fixture_get(&dst.tensor, v, j), ==, sum);
        }
    }
    fixture_map_clear(&dst);
    g_free(p);
    g_free(m);
}

static void test_mix(const MedalsExec *exec, MedalsDtype dtype)
{
    mix_case(exec, dtype, 1, 16, (int64_t[]){3, 3, 3});
    mix_case(exec, dtype, 12, 9, (int64_t[]){17, 17, 17});
}

static void test_pool(const MedalsExec *exec, MedalsDtype dtype)
{
    enum { K = 4, C = 6, STRIDE = 9 };
    FixtureMap src = fixture_map(dtype, 8, 4, 12, C, 2);
    FixtureMap dst = fixture_map(MEDALS_F32, 2, 1, 3, C, STRIDE - C);
    fixture_map_fill(&src, FIXTURE_NOISE, 1);
    g_assert_true(medals_average_pool(exec, &src.tensor, K, dst.tensor.data,
                                      STRIDE, NULL));
    g_assert_true(fixture_map_guarded(&dst));
    for (int64_t i = 0; i < 6; i++) {
        for (int64_t c = 0; c < C; c++) {
            double sum = 0;
            for (int64_t j = 0; j < K * K * K; j++) {
                int64_t h = i / 3 * K + j / (K * K), w = j / K % K;
                int64_t d = i % 3 * K + j % K;
                sum += fixture_get(&src.tensor, (h * 4 + w) * 12 + d, c);
            }
            g_assert_cmpfloat_with_epsilon(fixture_get(&dst.tensor, i, c),
                                           sum / (K * K * K), 1e-6);
        }
    }
    fixture_map_clear(&src);
    fixture_map_clear(&dst);
}

static void test_sigmoid(const MedalsExec *exec, MedalsDtype dtype)
{
    float x[] = {-3, 0, 0.25f, 20, -60};
    float e[] = {-3, 0, 0.25f, 20, -60};
    medals_sigmoid(exec->kernels, x, G_N_ELEMENTS(x));
    medals_exp(exec->kernels, e, G_N_ELEMENTS(e));
    const double in[] = {-3, 0, 0.25, 20, -60};
    for (size_t i = 0; i < G_N_ELEMENTS(x); i++) {
        g_assert_cmpfloat_with_epsilon(x[i] * (1 + exp(-in[i])), 1, 1e-6);
        g_assert_cmpfloat_with_epsilon(e[i] / exp(in[i]), 1, 1e-6);
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        ExecTest test;
    } tests[] = {{"/nn/pixel_dot/dot", test_dot},
                 {"/nn/pixel_dot/mix", test_mix},
                 {"/nn/pixel_dot/pool", test_pool},
                 {"/nn/pixel_dot/sigmoid", test_sigmoid}};
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_data_func(tests[i].path, &tests[i].test, each_level);
    return g_test_run();
}

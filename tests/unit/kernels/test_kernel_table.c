/*
 * test_kernel_table.c - every entry of every table against plain C
 */
#include <math.h>
#include <string.h>

#include "kernel_tables.h"
#include "map_fixture.h"
#include "memory.h"

typedef void (*TableTest)(const MedalsKernels *kernels);

/* Runs a test on each level that this processor has. */
static void each_table(gconstpointer data)
{
    TableTest test = *(const TableTest *) data;
    for (int isa = 0; isa <= (int) medals_cpu_best(); isa++) {
        g_test_message("level %s", medals_isa_name((MedalsIsa) isa));
        test(medals_kernels_get((MedalsIsa) isa));
    }
}

static void multiply_case(const MedalsKernels *kernels, int64_t rows,
                          int64_t segments, int64_t k, bool add)
{
    const int64_t stride = MEDALS_BLOCK + 3;
    const size_t b_count = (size_t) (segments * k * MEDALS_BLOCK);
    float *a = fixture_numbers(FIXTURE_INTEGERS, 8192, 1);
    float *c = fixture_numbers(FIXTURE_INTEGERS, (size_t) (rows * stride), 2);
    float *expected = g_memdup2(c, (size_t) (rows * stride) * sizeof *c);
    float *numbers = fixture_numbers(FIXTURE_INTEGERS, b_count, 3);
    float *b = medals_alloc(b_count, sizeof *b, "b", NULL);
    int64_t offset[64], segment[9];
    if (b_count)
        memcpy(b, numbers, b_count * sizeof *b);
    for (int64_t i = 0; i < rows; i++)
        offset[i] = i * 37 % 500;
    for (int64_t i = 0; i < segments; i++)
        segment[i] = i * 611;
    MedalsMultiply m = {.a = a,
                        .offset = offset,
                        .rows = rows,
                        .segments = segments,
                        .segment = segment,
                        .k = k,
                        .b = b,
                        .c = c,
                        .c_stride = stride,
                        .add = add};
    kernels->multiply(&m);
    m.c = expected;
    medals_kernels_ref.multiply(&m);
    g_assert_cmpmem(c, (size_t) (rows * stride) * sizeof *c, expected,
                    (size_t) (rows * stride) * sizeof *c);
    g_free(a);
    g_free(c);
    g_free(expected);
    g_free(numbers);
    medals_free(b);
}

static void multiply_rows(const MedalsKernels *kernels)
{
    for (int64_t rows = 0; rows <= 30; rows++) {
        multiply_case(kernels, rows, 1, 17, false);
        multiply_case(kernels, rows, 1, 17, true);
    }
    multiply_case(kernels, 13, 9, 6, false);
    multiply_case(kernels, 13, 3, 48, true);
    multiply_case(kernels, 5, 1, 0, false);
}

/* One product by hand, so that ref itself is checked. */
static void multiply_by_hand(const MedalsKernels *kernels)
{
    const float a[] = {2, 3, 100, 5};
    float *b = medals_alloc(3 * MEDALS_BLOCK, sizeof *b, "b", NULL);
    float c[MEDALS_BLOCK];
    const int64_t offset[] = {0}, segment[] = {0, 1, 3};
    for (int i = 0; i < 3 * MEDALS_BLOCK; i++)
        b[i] = (float) (i % MEDALS_BLOCK + 1) * (float) (i / MEDALS_BLOCK + 1);
    MedalsMultiply m = {.a = a,
                        .offset = offset,
                        .rows = 1,
                        .segments = 3,
                        .segment = segment,
                        .k = 1,
                        .b = b,
                        .c = c,
                        .c_stride = MEDALS_BLOCK};
    kernels->multiply(&m);
    for (int j = 0; j < MEDALS_BLOCK; j++)
        g_assert_cmpfloat(c[j], ==, (2 * 1 + 3 * 2 + 5 * 3) * (float) (j + 1));
    medals_free(b);
}

static const float extremes[] = {
    0.0f,    -0.0f,   1.0f,     1.00390625f, 1.01171875f, -3.14159f,
    1e-40f,  1e38f,   3.4e38f,  INFINITY,    -INFINITY,   131.0f,
    0.0078f, -2e-30f, 65535.0f, 7.0f,        -0.5f};

static void rows_case(const MedalsKernels *kernels, MedalsDtype dtype,
                      int64_t rows, int64_t n, int64_t gap)
{
    const int64_t stride = n + gap;
    float wide[1024], back[1024];
    uint32_t stored[1024], expected[1024];
    for (int i = 0; i < 1024; i++)
        wide[i] = extremes[i % G_N_ELEMENTS(extremes)];
    memset(stored, 0xa5, sizeof stored);
    memset(expected, 0xa5, sizeof expected);
    memset(back, 0xa5, sizeof back);
    kernels->store(stored, stride, wide, n, dtype, rows, n);
    medals_kernels_ref.store(expected, stride, wide, n, dtype, rows, n);
    g_assert_cmpmem(stored, sizeof stored, expected, sizeof expected);
    kernels->load(back, n, stored, stride, dtype, rows, n);
    for (int64_t i = 0; i < rows * n; i++) {
        float value = dtype == MEDALS_F32
                          ? wide[i]
                          : medals_bf16_to_f32(medals_bf16_from_f32(wide[i]));
        g_assert_cmpmem(&back[i], sizeof value, &value, sizeof value);
    }
    g_assert_cmphex(((uint32_t *) back)[rows * n], ==, 0xa5a5a5a5);
}

static void rows_of_numbers(const MedalsKernels *kernels)
{
    for (int type = 0; type < 2; type++) {
        for (int64_t n = 1; n <= 40; n++) {
            rows_case(kernels, type ? MEDALS_BF16 : MEDALS_F32, 3, n, 0);
            rows_case(kernels, type ? MEDALS_BF16 : MEDALS_F32, 3, n, 5);
        }
    }
}

static void nan_stays(const MedalsKernels *kernels)
{
    float numbers[20], back[20];
    uint16_t half[20];
    for (int i = 0; i < 20; i++)
        numbers[i] = i % 2 ? NAN : 1;
    kernels->store(half, 20, numbers, 20, MEDALS_BF16, 1, 20);
    kernels->load(back, 20, half, 20, MEDALS_BF16, 1, 20);
    for (int i = 0; i < 20; i++)
        g_assert_true(i % 2 ? isnan(back[i]) : back[i] == 1);
}

/* Numbers far from zero and close to each other: the naive formula
 * E[x^2]-E[x]^2 in float32 would lose all digits. */
static void moments_far_away(const MedalsKernels *kernels)
{
    enum { ROWS = 301, COLUMNS = 21, STRIDE = 24 };
    static float x[ROWS * STRIDE];
    double mean[COLUMNS], square[COLUMNS];
    uint64_t state = 5;
    for (int i = 0; i < ROWS * STRIDE; i++)
        x[i] = 10000 + (float) (i % STRIDE) +
               fixture_number(FIXTURE_NOISE, &state);
    kernels->moments(x, ROWS, COLUMNS, STRIDE, mean, square);
    for (int j = 0; j < COLUMNS; j++) {
        double sum = 0, distance = 0;
        for (int i = 0; i < ROWS; i++)
            sum += x[i * STRIDE + j];
        sum /= ROWS;
        for (int i = 0; i < ROWS; i++)
            distance += (x[i * STRIDE + j] - sum) * (x[i * STRIDE + j] - sum);
        g_assert_cmpfloat_with_epsilon(mean[j], sum, 1e-6);
        g_assert_cmpfloat_with_epsilon(square[j], distance, 1e-5 * distance);
    }
    kernels->moments(x, 1, COLUMNS, STRIDE, mean, square);
    g_assert_cmpfloat(mean[3], ==, x[3]);
    g_assert_cmpfloat(square[3], ==, 0);
}

static void norm_relu_rows(const MedalsKernels *kernels)
{
    enum { ROWS = 5, C = 21, STRIDE = 23 };
    for (int type = 0; type < 2; type++) {
        const MedalsDtype dtype = type ? MEDALS_BF16 : MEDALS_F32;
        FixtureMap map = fixture_map(dtype, 1, 1, ROWS, C, STRIDE - C);
        FixtureMap before = fixture_map(dtype, 1, 1, ROWS, C, 0);
        float mean[C], scale[C], shift[C];
        fixture_map_fill(&map, FIXTURE_NOISE, 1);
        fixture_map_fill(&before, FIXTURE_NOISE, 1);
        for (int j = 0; j < C; j++) {
            mean[j] = (float) j / 10;
            scale[j] = 1 + (float) j / 7;
            shift[j] = 0.5f - (float) j / 20;
        }
        kernels->norm_relu(map.tensor.data, dtype, ROWS, C, STRIDE, mean, scale,
                           shift);
        g_assert_true(fixture_map_guarded(&map));
        for (int64_t v = 0; v < ROWS; v++) {
            for (int64_t j = 0; j < C; j++) {
                double y =
                    ((double) fixture_get(&before.tensor, v, j) - mean[j]) *
                        scale[j] +
                    shift[j];
                y = y > 0 ? y : 0.01 * y;
                g_assert_cmpfloat_with_epsilon(
                    fixture_get(&map.tensor, v, j), y,
                    (type ? 4e-3 : 1e-6) * (fabs(y) + 0.1));
            }
        }
        fixture_map_clear(&map);
        fixture_map_clear(&before);
    }
}

static void check_relative(float found, double expected)
{
    if (fabs(expected) < 1.2e-38)
        g_assert_cmpfloat(fabsf(found), <=, 1.2e-38f);
    else
        g_assert_cmpfloat(fabs(found - expected), <=, 1e-6 * fabs(expected));
}

static void exponentials(const MedalsKernels *kernels)
{
    enum { N = 4099 };
    static float x[N], e[N], s[N];
    for (int i = 0; i < N; i++)
        x[i] = (float) (i - N / 2) * (88.0f / (N / 2));
    memcpy(e, x, sizeof e);
    memcpy(s, x, sizeof s);
    kernels->exponential(e, N);
    kernels->sigmoid(s, N);
    for (int i = 0; i < N; i++) {
        check_relative(e[i], exp((double) x[i]));
        check_relative(s[i], 1 / (1 + exp(-(double) x[i])));
    }
    float far[] = {-1e30f, -INFINITY, 1e30f, INFINITY, 0, NAN};
    float same[G_N_ELEMENTS(far)];
    memcpy(same, far, sizeof far);
    kernels->sigmoid(same, G_N_ELEMENTS(same));
    g_assert_true(same[0] == 0 && same[1] == 0 && same[2] == 1 &&
                  same[3] == 1 && same[4] == 0.5f && isnan(same[5]));
    kernels->exponential(far, G_N_ELEMENTS(far));
    g_assert_true(far[0] == 0 && far[1] == 0 && isinf(far[2]) &&
                  isinf(far[3]) && far[4] == 1 && isnan(far[5]));
}

static void spin_counts(const MedalsKernels *kernels)
{
    float number = 0;
    double once = kernels->spin(100, &number);
    g_assert_cmpfloat(once, >=, 100);
    g_assert_cmpfloat(kernels->spin(200, &number), ==, 2 * once);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        TableTest test;
    } tests[] = {{"/kernels/table/multiply", multiply_rows},
                 {"/kernels/table/multiply_by_hand", multiply_by_hand},
                 {"/kernels/table/load_store", rows_of_numbers},
                 {"/kernels/table/nan", nan_stays},
                 {"/kernels/table/moments", moments_far_away},
                 {"/kernels/table/norm_relu", norm_relu_rows},
                 {"/kernels/table/exponential", exponentials},
                 {"/kernels/table/spin", spin_counts}};
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_data_func(tests[i].path, &tests[i].test, each_table);
    return g_test_run();
}

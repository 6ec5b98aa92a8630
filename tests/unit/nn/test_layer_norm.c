#include <glib.h>
#include <math.h>

#include "layer_norm.h"
#include "memory.h"

static const float gamma5[5] = {1, 2, 0, -1, 0.5f};
static const float beta5[5] = {0, 1, 3, 0, -1};

/* Against the definition in double. */
static void test_rows(void)
{
    const float x[10] = {1, 2, 3, 4, 5, -1000, -999, -998.5f, -1001, -1000};
    float y[10];
    MedalsLayerNorm norm;
    g_assert_true(medals_layer_norm_init(&norm, 5, 1e-5f, gamma5, beta5,
                                         MEDALS_F32, NULL));
    medals_layer_norm_forward(&norm, x, 2, y);
    for (int row = 0; row < 2; row++) {
        double mean = 0, var = 0;
        for (int i = 0; i < 5; i++)
            mean += x[row * 5 + i] / 5.0;
        for (int i = 0; i < 5; i++)
            var += pow(x[row * 5 + i] - mean, 2) / 5.0;
        for (int i = 0; i < 5; i++)
            g_assert_cmpfloat_with_epsilon(
                y[row * 5 + i],
                (x[row * 5 + i] - mean) / sqrt(var + 1e-5) * gamma5[i] +
                    beta5[i],
                1e-5);
    }
    medals_layer_norm_clear(&norm);
}

static void test_in_place(void)
{
    float x[5] = {3, 1, 4, 1, 5}, y[5];
    MedalsLayerNorm norm;
    g_assert_true(medals_layer_norm_init(&norm, 5, 1e-5f, gamma5, beta5,
                                         MEDALS_F32, NULL));
    medals_layer_norm_forward(&norm, x, 1, y);
    medals_layer_norm_forward(&norm, x, 1, x);
    g_assert_cmpmem(x, sizeof x, y, sizeof y);
    medals_layer_norm_clear(&norm);
}

/* No spread: eps keeps it finite. */
static void test_constant(void)
{
    float x[5] = {7, 7, 7, 7, 7}, y[5];
    MedalsLayerNorm norm;
    g_assert_true(medals_layer_norm_init(&norm, 5, 1e-5f, gamma5, beta5,
                                         MEDALS_F32, NULL));
    medals_layer_norm_forward(&norm, x, 1, y);
    g_assert_cmpmem(y, sizeof y, beta5, sizeof beta5);
    medals_layer_norm_clear(&norm);
}

static void test_stored_types(void)
{
    const uint16_t gamma[2] = {0x3f80, 0x4000}; /* bf16 1, 2 */
    const uint16_t beta[2] = {0, 0xbf80};       /* bf16 0, -1 */
    const float x[2] = {-1, 1};
    float y[2];
    MedalsLayerNorm norm;
    g_assert_true(
        medals_layer_norm_init(&norm, 2, 0, gamma, beta, MEDALS_BF16, NULL));
    medals_layer_norm_forward(&norm, x, 1, y);
    g_assert_cmpfloat(y[0], ==, -1);
    g_assert_cmpfloat(y[1], ==, 1);
    medals_layer_norm_clear(&norm);
}

static void test_no_memory(void)
{
    for (int64_t n = 0; n < 2; n++) {
        MedalsLayerNorm norm;
        GError *error = NULL;
        medals_alloc_fail_after(n);
        bool good = medals_layer_norm_init(&norm, 5, 1e-5f, gamma5, beta5,
                                           MEDALS_F32, &error);
        medals_alloc_fail_after(-1);
        g_assert_false(good);
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
        g_error_free(error);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nn/layer_norm/rows", test_rows);
    g_test_add_func("/nn/layer_norm/in_place", test_in_place);
    g_test_add_func("/nn/layer_norm/constant", test_constant);
    g_test_add_func("/nn/layer_norm/stored_types", test_stored_types);
    g_test_add_func("/nn/layer_norm/no_memory", test_no_memory);
    return g_test_run();
}

/*
 * test_resample.c - properties of resampling; the numbers are golden
 */
#include <math.h>
#include <string.h>

#include "grid_fixture.h"
#include "memory.h"
#include "resample.h"
#include "tensor.h"

static MedalsExec exec;

static size_t product(const int64_t shape[3])
{
    return (size_t) (shape[0] * shape[1] * shape[2]);
}

static float *random_image(const int64_t shape[3])
{
    uint64_t state = 5;
    float *image = medals_alloc(product(shape), sizeof *image, "image", NULL);
    for (size_t i = 0; i < product(shape); i++)
        image[i] = (float) (fixture_random(&state) % 256);
    return image;
}

static void test_identity_is_bit_identical(void)
{
    const int64_t shape[3] = {5, 7, 9};
    float *src = random_image(shape), dst[5 * 7 * 9];
    uint16_t *labels = fixture_labels(shape, 5, 1), out[5 * 7 * 9];
    for (int axis = -1; axis < 3; axis++) {
        g_assert_true(
            medals_resample_image(&exec, src, shape, dst, shape, axis, NULL));
        g_assert_cmpmem(dst, sizeof dst, src, sizeof dst);
        g_assert_true(medals_resample_labels(&exec, labels, shape, out, shape,
                                             axis, NULL));
        g_assert_cmpmem(out, sizeof out, labels, sizeof out);
    }
    medals_free(src);
    medals_free(labels);
}

static void test_constant_stays_constant(void)
{
    const int64_t from[3] = {6, 11, 5}, to[3] = {17, 4, 13};
    float src[6 * 11 * 5], dst[17 * 4 * 13];
    for (size_t i = 0; i < G_N_ELEMENTS(src); i++)
        src[i] = 113.7f;
    for (int axis = -1; axis < 3; axis++) {
        g_assert_true(
            medals_resample_image(&exec, src, from, dst, to, axis, NULL));
        for (size_t i = 0; i < G_N_ELEMENTS(dst); i++)
            g_assert_true(dst[i] == 113.7f);
    }
}

/* A ramp along an axis is met exactly away from the ends. */
static void test_ramp(void)
{
    const int64_t from[3] = {1, 1, 100}, to[3] = {1, 1, 250};
    float src[100], dst[250];
    for (int i = 0; i < 100; i++)
        src[i] = (float) i;
    g_assert_true(medals_resample_linear(&exec, src, from, dst, to, NULL));
    g_assert_cmpfloat(dst[0], ==, 0);
    g_assert_cmpfloat(dst[249], ==, 99);
    for (int o = 2; o < 247; o++)
        g_assert_cmpfloat_with_epsilon(dst[o], (o + 0.5) * 0.4 - 0.5, 1e-4);
}

static void test_flipped_input_flips_output(void)
{
    const int64_t from[3] = {4, 5, 12}, to[3] = {9, 3, 18};
    float *src = random_image(from), flipped[4 * 5 * 12];
    float a[9 * 3 * 18], b[9 * 3 * 18];
    size_t n = G_N_ELEMENTS(flipped), m = G_N_ELEMENTS(a);
    for (size_t i = 0; i < n; i++)
        flipped[i] = src[n - 1 - i];
    g_assert_true(medals_resample_linear(&exec, src, from, a, to, NULL));
    g_assert_true(medals_resample_linear(&exec, flipped, from, b, to, NULL));
    for (size_t i = 0; i < m; i++)
        g_assert_cmpfloat_with_epsilon(a[i], b[m - 1 - i], 1e-3);
    medals_free(src);
}

static void test_separate_axis_picks_slices(void)
{
    const int64_t from[3] = {3, 6, 6}, to[3] = {7, 6, 6};
    uint16_t src[3 * 36], dst[7 * 36];
    static const uint16_t picked[7] = {0, 0, 1, 1, 1, 2, 2};
    for (int i = 0; i < 3 * 36; i++)
        src[i] = (uint16_t) (i / 36 * 100 + i % 36);
    g_assert_true(medals_resample_labels(&exec, src, from, dst, to, 0, NULL));
    for (int i = 0; i < 7 * 36; i++)
        g_assert_cmpuint(dst[i], ==, picked[i / 36] * 100 + i % 36);
}

/* Weight of a label by 7.5, the plain way. */
static float plain_weight(const uint16_t *src, const int64_t from[3],
                          const int64_t to[3], const int64_t at[3],
                          uint16_t label)
{
    int64_t low[3], high[3];
    float weight[3];
    for (int a = 0; a < 3; a++) {
        double x = (double) ((float) from[a] / (float) to[a]) *
                       ((double) at[a] + 0.5) -
                   0.5;
        x = MAX(x, 0);
        low[a] = MIN((int64_t) x, from[a] - 1);
        high[a] = MIN(low[a] + 1, from[a] - 1);
        weight[a] = (float) (x - (double) low[a]);
    }
    float plane[2];
    for (int i = 0; i < 2; i++) {
        float row[2];
        for (int j = 0; j < 2; j++) {
            const uint16_t *line = src + ((i ? high[0] : low[0]) * from[1] +
                                          (j ? high[1] : low[1])) *
                                             from[2];
            row[j] = (1 - weight[2]) * (line[low[2]] == label) +
                     weight[2] * (line[high[2]] == label);
        }
        plane[i] = (1 - weight[1]) * row[0] + weight[1] * row[1];
    }
    float share = (1 - weight[0]) * plane[0] + weight[0] * plane[1];
    return medals_f16_to_f32(medals_f16_from_f32(1000 * share));
}

static void test_labels_as_defined(void)
{
    const int64_t from[3] = {8, 9, 10}, to[3] = {13, 6, 21};
    const unsigned values = 6;
    uint16_t *src = fixture_labels(from, values, 3);
    uint16_t *dst = medals_alloc(product(to), sizeof *dst, "labels", NULL);
    g_assert_true(medals_resample_labels(&exec, src, from, dst, to, -1, NULL));
    for (size_t i = 0; i < product(to); i++) {
        int64_t at[3] = {(int64_t) i / (to[1] * to[2]),
                         (int64_t) i / to[2] % to[1], (int64_t) i % to[2]};
        uint16_t best = 0;
        float most = -1;
        for (uint16_t label = 0; label < values; label++) {
            float weight = plain_weight(src, from, to, at, label);
            if (weight > most) {
                most = weight;
                best = label;
            }
        }
        g_assert_cmpuint(dst[i], ==, best);
    }
    medals_free(src);
    medals_free(dst);
}

/* An even tie goes to the smaller value. */
static void test_tie_goes_to_the_smaller(void)
{
    const int64_t from[3] = {1, 1, 2}, to[3] = {1, 1, 1};
    uint16_t src[2] = {65535, 7}, dst;
    g_assert_true(medals_resample_labels(&exec, src, from, &dst, to, -1, NULL));
    g_assert_cmpuint(dst, ==, 7);
}

/* A cube of labels survives the way to a finer grid and back. */
static void test_there_and_back(void)
{
    const int64_t small[3] = {12, 15, 9}, big[3] = {36, 45, 27};
    uint16_t *src = fixture_labels(small, 24, 9);
    uint16_t *fine = medals_alloc(product(big), sizeof *fine, "labels", NULL);
    uint16_t *back = medals_alloc(product(small), sizeof *back, "labels", NULL);
    g_assert_true(
        medals_resample_labels(&exec, src, small, fine, big, -1, NULL));
    g_assert_true(
        medals_resample_labels(&exec, fine, big, back, small, -1, NULL));
    g_assert_cmpmem(back, product(small) * sizeof *back, src,
                    product(small) * sizeof *src);
    medals_free(src);
    medals_free(fine);
    medals_free(back);
}

static void test_long_and_flat_axes(void)
{
    const int64_t from[3] = {1, 2, 30000}, to[3] = {2, 1, 29000};
    float *src = random_image(from);
    float *dst = medals_alloc(product(to), sizeof *dst, "image", NULL);
    uint16_t *labels = fixture_labels(from, 3, 2);
    uint16_t *out = medals_alloc(product(to), sizeof *out, "labels", NULL);
    g_assert_true(medals_resample_image(&exec, src, from, dst, to, -1, NULL));
    g_assert_true(
        medals_resample_labels(&exec, labels, from, out, to, -1, NULL));
    for (size_t i = 0; i < product(to); i++) {
        g_assert_true(dst[i] >= 0 && dst[i] <= 255);
        g_assert_cmpuint(out[i], <, 3);
    }
    /* The two planes come from one. */
    g_assert_cmpmem(dst, 29000 * sizeof *dst, dst + 29000, 29000 * sizeof *dst);
    medals_free(src);
    medals_free(dst);
    medals_free(labels);
    medals_free(out);
}

static void test_threads_do_not_matter(void)
{
    const int64_t from[3] = {30, 33, 40}, to[3] = {61, 50, 70};
    MedalsExec many = fixture_exec(3);
    float *src = random_image(from);
    uint16_t *labels = fixture_labels(from, 24, 4);
    size_t n = product(to);
    float *a = medals_alloc(n, sizeof *a, "image", NULL);
    float *b = medals_alloc(n, sizeof *b, "image", NULL);
    uint16_t *c = medals_alloc(n, sizeof *c, "labels", NULL);
    uint16_t *d = medals_alloc(n, sizeof *d, "labels", NULL);
    g_assert_true(medals_resample_image(&exec, src, from, a, to, 2, NULL));
    g_assert_true(medals_resample_image(&many, src, from, b, to, 2, NULL));
    g_assert_cmpmem(a, n * sizeof *a, b, n * sizeof *b);
    g_assert_true(medals_resample_labels(&exec, labels, from, c, to, -1, NULL));
    g_assert_true(medals_resample_labels(&many, labels, from, d, to, -1, NULL));
    g_assert_cmpmem(c, n * sizeof *c, d, n * sizeof *d);
    void *all[] = {src, labels, a, b, c, d};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        medals_free(all[i]);
    fixture_exec_free(&many);
}

static void test_refusals(void)
{
    const int64_t good[3] = {2, 2, 2}, none[3] = {2, 0, 2}, more[3] = {3, 3, 3};
    float src[8] = {0}, dst[27];
    uint16_t labels[8] = {0}, out[27];
    GError *error = NULL;
    fixture_assert_failed(
        medals_resample_image(&exec, src, good, dst, none, -1, &error), &error,
        MEDALS_E_SHAPE);
    fixture_assert_failed(
        medals_resample_labels(&exec, labels, none, out, good, -1, &error),
        &error, MEDALS_E_SHAPE);
    for (int n = 0; n < 4; n++) {
        medals_alloc_fail_after(n);
        bool image =
            medals_resample_image(&exec, src, good, dst, more, -1, &error);
        fixture_assert_failed(image, &error, MEDALS_E_NOMEM);
        medals_alloc_fail_after(n);
        bool label =
            medals_resample_labels(&exec, labels, good, out, more, -1, &error);
        fixture_assert_failed(label, &error, MEDALS_E_NOMEM);
    }
    medals_alloc_fail_after(-1);
}

static void test_cancel(void)
{
    const int64_t from[3] = {2, 2, 2}, to[3] = {3, 3, 3};
    float src[8] = {0}, dst[27];
    MedalsTask task;
    medals_task_init(&task, NULL, NULL);
    atomic_store(&task.cancelled, true);
    MedalsExec stopped = exec;
    stopped.task = &task;
    GError *error = NULL;
    fixture_assert_failed(
        medals_resample_linear(&stopped, src, from, dst, to, &error), &error,
        MEDALS_E_CANCELLED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    exec = fixture_exec(1);
    g_test_add_func("/grid/resample/identity", test_identity_is_bit_identical);
    g_test_add_func("/grid/resample/constant", test_constant_stays_constant);
    g_test_add_func("/grid/resample/ramp", test_ramp);
    g_test_add_func("/grid/resample/flip", test_flipped_input_flips_output);
    g_test_add_func("/grid/resample/separate-axis",
                    test_separate_axis_picks_slices);
    g_test_add_func("/grid/resample/labels-as-defined", test_labels_as_defined);
    g_test_add_func("/grid/resample/tie", test_tie_goes_to_the_smaller);
    g_test_add_func("/grid/resample/there-and-back", test_there_and_back);
    g_test_add_func("/grid/resample/long-and-flat", test_long_and_flat_axes);
    g_test_add_func("/grid/resample/threads", test_threads_do_not_matter);
    g_test_add_func("/grid/resample/refusals", test_refusals);
    g_test_add_func("/grid/resample/cancel", test_cancel);
    int status = g_test_run();
    fixture_exec_free(&exec);
    return status;
}

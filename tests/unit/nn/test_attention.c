#include <glib.h>
#include <math.h>
#include <string.h>

#include "attention.h"
#include "memory.h"

#define ROWS 19 /* more than one piece, the last one short */
#define COLUMNS 7
#define HEADS 3
#define HEAD 21 /* not a multiple of the vector width */
#define WIDTH (HEADS * HEAD)

typedef struct Fixture {
    MedalsExec exec;
    float q[ROWS * WIDTH], k[COLUMNS * WIDTH], v[COLUMNS * WIDTH];
    float bias[HEADS * ROWS * COLUMNS];
    float dst[ROWS * WIDTH];
} Fixture;

static void fill(float *x, size_t n, uint32_t seed)
{
    GRand *random = g_rand_new_with_seed(seed);
    for (size_t i = 0; i < n; i++)
        x[i] = (float) g_rand_double_range(random, -1, 1);
    g_rand_free(random);
}

static Fixture *fixture_new(unsigned threads)
{
    Fixture *f = g_new0(Fixture, 1);
    f->exec.lane = medals_lane_new(threads, NULL);
    f->exec.kernels = medals_kernels_get(MEDALS_ISA_REF);
    g_assert_true(medals_lane_enter(f->exec.lane, NULL, NULL));
    fill(f->q, G_N_ELEMENTS(f->q), 1);
    fill(f->k, G_N_ELEMENTS(f->k), 2);
    fill(f->v, G_N_ELEMENTS(f->v), 3);
    fill(f->bias, G_N_ELEMENTS(f->bias), 4);
    return f;
}

static void fixture_free(Fixture *f)
{
    medals_lane_leave(f->exec.lane);
    medals_lane_free(f->exec.lane);
    g_free(f);
}

static bool run(Fixture *f, const float *bias, GError **error)
{
    return medals_attention_forward(&f->exec, f->q, f->k, f->v, bias, ROWS,
                                    COLUMNS, WIDTH, HEADS, f->dst, error);
}

/* The definition, in double. */
static void expect(const Fixture *f, const float *bias, int head, int row,
                   double *out)
{
    double p[COLUMNS], sum = 0;
    for (int j = 0; j < COLUMNS; j++) {
        double score = 0;
        for (int i = 0; i < HEAD; i++)
            score += (double) f->q[row * WIDTH + head * HEAD + i] *
                     (double) f->k[j * WIDTH + head * HEAD + i];
        score /= sqrt(HEAD);
        score += bias ? bias[(head * ROWS + row) * COLUMNS + j] : 0;
        sum += p[j] = exp(score);
    }
    for (int i = 0; i < HEAD; i++) {
        out[i] = 0;
        for (int j = 0; j < COLUMNS; j++)
            out[i] += p[j] / sum * f->v[j * WIDTH + head * HEAD + i];
    }
}

static void check(const Fixture *f, const float *bias)
{
    for (int head = 0; head < HEADS; head++)
        for (int row = 0; row < ROWS; row++) {
            double out[HEAD];
            expect(f, bias, head, row, out);
            for (int i = 0; i < HEAD; i++)
                g_assert_cmpfloat_with_epsilon(
                    f->dst[row * WIDTH + head * HEAD + i], out[i], 1e-6);
        }
}

static void test_definition(void)
{
    Fixture *f = fixture_new(2);
    g_assert_true(run(f, NULL, NULL));
    check(f, NULL);
    fixture_free(f);
}

static void test_bias(void)
{
    Fixture *f = fixture_new(2);
    g_assert_true(run(f, f->bias, NULL));
    check(f, f->bias);
    fixture_free(f);
}

/* Scores far outside the range of exp; a bias that masks all but one. */
static void test_extremes(void)
{
    Fixture *f = fixture_new(1);
    for (size_t i = 0; i < G_N_ELEMENTS(f->bias); i++)
        f->bias[i] = i % COLUMNS == 4 ? 1e4f : -3.4e38f;
    g_assert_true(run(f, f->bias, NULL));
    for (int row = 0; row < ROWS; row++)
        g_assert_cmpmem(f->dst + row * WIDTH, WIDTH * sizeof(float),
                        f->v + 4 * WIDTH, WIDTH * sizeof(float));
    fixture_free(f);
}

static void test_threads_agree(void)
{
    Fixture *one = fixture_new(1), *three = fixture_new(3);
    g_assert_true(run(one, NULL, NULL) && run(three, NULL, NULL));
    g_assert_cmpmem(one->dst, sizeof one->dst, three->dst, sizeof three->dst);
    fixture_free(one);
    fixture_free(three);
}

static void test_failures(void)
{
    Fixture *f = fixture_new(1);
    GError *error = NULL;
    g_assert_false(medals_attention_forward(&f->exec, f->q, f->k, f->v, NULL,
                                            ROWS, COLUMNS, WIDTH, 4, f->dst,
                                            &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_SHAPE);
    g_clear_error(&error);
    medals_alloc_fail_after(0);
    g_assert_false(run(f, NULL, &error));
    medals_alloc_fail_after(-1);
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
    g_clear_error(&error);
    MedalsTask task;
    medals_task_init(&task, NULL, NULL);
    atomic_store(&task.cancelled, true);
    f->exec.task = &task;
    g_assert_false(run(f, NULL, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_CANCELLED);
    g_clear_error(&error);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nn/attention/definition", test_definition);
    g_test_add_func("/nn/attention/bias", test_bias);
    g_test_add_func("/nn/attention/extremes", test_extremes);
    g_test_add_func("/nn/attention/threads_agree", test_threads_agree);
    g_test_add_func("/nn/attention/failures", test_failures);
    return g_test_run();
}

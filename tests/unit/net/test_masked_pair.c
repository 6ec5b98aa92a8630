#include <glib.h>
#include <math.h>
#include <string.h>

#include "block_mask.h"
#include "masked_pair.h"
#include "memory.h"
#include "mirror.h"
#include "small_model.h"

#define EDGE 8

typedef struct Fixture {
    MedalsExec exec;
    MedalsNetwork *network;
    SmallWindow small;
    size_t voxels;
    uint8_t blocks[4 * 8 * 4]; /* [32,64,32] in blocks of 8 */
    uint8_t *shown;            /* at voxels */
} Fixture;

static void set_up(Fixture *f)
{
    f->exec = small_model_exec(2);
    f->network = small_model_network(MEDALS_F32);
    small_window_init(&f->small, 2, 1);
    f->voxels = small_window_voxels(&f->small);
    uint64_t state = 11;
    medals_block_mask_draw(&state, sizeof f->blocks, f->blocks);
    f->shown = g_new(uint8_t, f->voxels);
    medals_block_mask_expand(f->blocks, 32, 64, 32, EDGE, f->shown);
}

static void tear_down(Fixture *f)
{
    g_free(f->shown);
    small_window_clear(&f->small);
    medals_network_free(f->network);
    small_model_exec_clear(&f->exec);
}

static float *pair_of(Fixture *f, const MedalsWindow *window, bool mirror)
{
    float *logits = g_new(float, 2 * f->voxels);
    GError *error = NULL;
    memset(logits, 0x7f, 2 * f->voxels * sizeof *logits);
    g_assert_true(medals_masked_pair(&f->exec, f->network, window, f->blocks,
                                     EDGE, mirror, logits, &error));
    g_assert_no_error(error);
    return logits;
}

/* Logits of the run that sees the prompts where shown == value. */
static float *run_half(Fixture *f, uint8_t value, bool mirror)
{
    SmallWindow half;
    small_window_init(&half, 2, 1);
    for (size_t v = 0; v < f->voxels; v++)
        if (f->shown[v] != value)
            half.union_prompt[v] = half.class_prompts[v] =
                half.class_prompts[f->voxels + v] = 0;
    float *logits = g_new(float, 2 * f->voxels);
    GError *error = NULL;
    g_assert_true(medals_mirror_logits(&f->exec, f->network, &half.window,
                                       mirror, logits, &error));
    small_window_clear(&half);
    return logits;
}

/* Each voxel comes from the run in which its own prompt was hidden. */
static void check_halves(bool mirror)
{
    Fixture f;
    set_up(&f);
    float *pair = pair_of(&f, &f.small.window, mirror);
    float *a = run_half(&f, 1, mirror), *b = run_half(&f, 0, mirror);
    double apart = 0;
    for (size_t v = 0; v < 2 * f.voxels; v++) {
        float expected = f.shown[v % f.voxels] ? b[v] : a[v];
        g_assert_cmpfloat_with_epsilon(pair[v], expected, 1e-5);
        apart = fmax(apart, fabs((double) a[v] - b[v]));
    }
    g_assert_cmpfloat(apart, >, 0.01);
    g_free(pair);
    g_free(a);
    g_free(b);
    tear_down(&f);
}

static void test_halves(void)
{
    check_halves(false);
}

static void test_mirrored_halves(void)
{
    check_halves(true);
}

/* Without a prompt voxel both runs are the same run. */
static void test_no_prompt(void)
{
    Fixture f;
    set_up(&f);
    memset(f.small.union_prompt, 0, f.voxels);
    memset(f.small.class_prompts, 0, 2 * f.voxels);
    MedalsTask task;
    medals_task_init(&task, NULL, NULL);
    f.exec.task = &task;
    float *pair = pair_of(&f, &f.small.window, false);
    double flops = medals_network_flops(f.network, 32, 64, 32, 2, true);
    g_assert_cmpfloat(task.done, <, 1.5 * flops);
    float *half = run_half(&f, 1, false);
    float *zeros = g_new(float, 2 * f.voxels);
    MedalsWindow window = f.small.window;
    window.union_prompt = NULL;
    window.class_prompts = NULL;
    window.class_prompts_zero = true;
    GError *error = NULL;
    g_assert_true(medals_mirror_logits(&f.exec, f.network, &window, false,
                                       zeros, &error));
    g_assert_cmpmem(pair, 2 * f.voxels * sizeof *pair, zeros,
                    2 * f.voxels * sizeof *zeros);
    g_free(pair);
    g_free(half);
    g_free(zeros);
    f.exec.task = NULL;
    tear_down(&f);
}

static void test_failures(void)
{
    Fixture f;
    set_up(&f);
    float *logits = g_new(float, 2 * f.voxels);
    GError *error = NULL;
    g_assert_false(medals_masked_pair(&f.exec, f.network, &f.small.window,
                                      f.blocks, 0, false, logits, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_SHAPE);
    g_clear_error(&error);
    for (int64_t n = 0; n < 6; n++) {
        medals_alloc_fail_after(n);
        bool good = medals_masked_pair(&f.exec, f.network, &f.small.window,
                                       f.blocks, EDGE, true, logits, &error);
        medals_alloc_fail_after(-1);
        g_assert_false(good);
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
        g_clear_error(&error);
    }
    MedalsTask task;
    medals_task_init(&task, NULL, NULL);
    atomic_store(&task.cancelled, true);
    f.exec.task = &task;
    g_assert_false(medals_masked_pair(&f.exec, f.network, &f.small.window,
                                      f.blocks, EDGE, false, logits, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_CANCELLED);
    g_clear_error(&error);
    g_free(logits);
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/masked_pair/halves", test_halves);
    g_test_add_func("/net/masked_pair/mirrored_halves", test_mirrored_halves);
    g_test_add_func("/net/masked_pair/no_prompt", test_no_prompt);
    g_test_add_func("/net/masked_pair/failures", test_failures);
    return g_test_run();
}

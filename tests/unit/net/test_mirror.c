#include <glib.h>
#include <math.h>
#include <string.h>

#include "mirror.h"
#include "small_model.h"

#define FLIPS 8

typedef struct Fixture {
    MedalsExec exec;
    MedalsNetwork *network;
    SmallWindow small;
    size_t voxels;
} Fixture;

static void set_up(Fixture *f)
{
    f->exec = small_model_exec(2);
    f->network = small_model_network(MEDALS_F32);
    small_window_init(&f->small, 2, 1);
    f->voxels = small_window_voxels(&f->small);
}

static void tear_down(Fixture *f)
{
    small_window_clear(&f->small);
    medals_network_free(f->network);
    small_model_exec_clear(&f->exec);
}

/* Index of a voxel of [32,64,32] after flipping the axes of `flip`. */
static size_t flipped(size_t v, unsigned flip)
{
    size_t h = v / (64 * 32), w = v / 32 % 64, d = v % 32;
    h = flip & 1 ? 31 - h : h;
    w = flip & 2 ? 63 - w : w;
    d = flip & 4 ? 31 - d : d;
    return (h * 64 + w) * 32 + d;
}

/* The same scene seen in a mirror: image and both prompts. */
static void flip_scene(const Fixture *f, SmallWindow *dst, unsigned flip)
{
    for (size_t v = 0; v < f->voxels; v++) {
        size_t from = flipped(v, flip);
        dst->image[v] = f->small.image[from];
        dst->union_prompt[v] = f->small.union_prompt[from];
        for (size_t n = 0; n < 2; n++)
            dst->class_prompts[n * f->voxels + v] =
                f->small.class_prompts[n * f->voxels + from];
    }
}

static float *run(const Fixture *f, const MedalsWindow *window, bool mirror)
{
    float *logits = g_new(float, 2 * f->voxels);
    GError *error = NULL;
    memset(logits, 0x7f, 2 * f->voxels * sizeof *logits);
    g_assert_true(medals_mirror_logits(&f->exec, f->network, window, mirror,
                                       logits, &error));
    g_assert_no_error(error);
    return logits;
}

/* Largest |a(v) - b(flipped v)|. */
static double off(const Fixture *f, const float *a, const float *b,
                  unsigned flip)
{
    double most = 0;
    for (size_t n = 0; n < 2; n++)
        for (size_t v = 0; v < f->voxels; v++) {
            float other = b[n * f->voxels + flipped(v, flip)];
            most = fmax(most, fabs((double) a[n * f->voxels + v] - other));
        }
    return most;
}

/* The mean over all flips does not care which flip it starts from; a plain
 * run does. */
static void test_symmetry(void)
{
    Fixture f;
    set_up(&f);
    SmallWindow turned;
    small_window_init(&turned, 2, 1);
    turned.window.queries = f.small.queries;
    float *mean = run(&f, &f.small.window, true);
    float *plain = run(&f, &f.small.window, false);
    const unsigned flips[] = {1, 6};
    for (int i = 0; i < 2; i++) {
        flip_scene(&f, &turned, flips[i]);
        float *other = run(&f, &turned.window, true);
        float *once = run(&f, &turned.window, false);
        g_assert_cmpfloat(off(&f, mean, other, flips[i]), <, 1e-4);
        g_assert_cmpfloat(off(&f, plain, once, flips[i]), >, 0.01);
        g_free(other);
        g_free(once);
    }
    g_free(mean);
    g_free(plain);
    small_window_clear(&turned);
    tear_down(&f);
}

/* Against eight plain runs put together here. */
static void test_mean_of_eight(void)
{
    Fixture f;
    set_up(&f);
    SmallWindow turned;
    small_window_init(&turned, 2, 1);
    turned.window.queries = f.small.queries;
    float *sum = g_new0(float, 2 * f.voxels);
    for (unsigned flip = 0; flip < FLIPS; flip++) {
        flip_scene(&f, &turned, flip);
        float *once = run(&f, &turned.window, false);
        for (size_t n = 0; n < 2; n++)
            for (size_t v = 0; v < f.voxels; v++)
                sum[n * f.voxels + v] +=
                    once[n * f.voxels + flipped(v, flip)] / FLIPS;
        g_free(once);
    }
    float *mean = run(&f, &f.small.window, true);
    g_assert_cmpfloat(off(&f, mean, sum, 0), <, 1e-5);
    g_free(mean);
    g_free(sum);
    small_window_clear(&turned);
    tear_down(&f);
}

/* Adds only where keep says so. */
static void test_keep(void)
{
    Fixture f;
    set_up(&f);
    float *plain = run(&f, &f.small.window, false);
    float *sum = g_new(float, 2 * f.voxels);
    uint8_t *keep = g_new(uint8_t, f.voxels);
    for (size_t v = 0; v < 2 * f.voxels; v++)
        sum[v] = 5;
    for (size_t v = 0; v < f.voxels; v++)
        keep[v] = v % 3 == 0;
    GError *error = NULL;
    g_assert_true(medals_mirror_add(&f.exec, f.network, &f.small.window, false,
                                    keep, sum, &error));
    for (size_t v = 0; v < 2 * f.voxels; v++) {
        float expected = keep[v % f.voxels] ? 5 + plain[v] : 5;
        g_assert_cmpfloat(sum[v], ==, expected);
    }
    g_free(plain);
    g_free(sum);
    g_free(keep);
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/mirror/symmetry", test_symmetry);
    g_test_add_func("/net/mirror/mean_of_eight", test_mean_of_eight);
    g_test_add_func("/net/mirror/keep", test_keep);
    return g_test_run();
}

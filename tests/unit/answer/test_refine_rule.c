/*
 * test_refine_rule.c - a cube that the network sees elsewhere
 */
#include "refine_rule.h"

#include <math.h>
#include <string.h>

#include "memory.h"

#define EDGE 16
#define VOXELS (EDGE * EDGE * EDGE)

/* What is there: [5,11)^3. */
typedef struct Scene {
    float plain[VOXELS], shown[VOXELS], current[VOXELS], other[VOXELS];
    float score[VOXELS];
    MedalsRefineField field;
} Scene;

static int place(int h, int w, int d)
{
    return (h * EDGE + w) * EDGE + d;
}

static void fill(float *dst, int low, int high, float inside, float outside)
{
    for (int h = 0; h < EDGE; h++)
        for (int w = 0; w < EDGE; w++)
            for (int d = 0; d < EDGE; d++) {
                bool in = h >= low && h < high && w >= low && w < high &&
                          d >= low && d < high;
                dst[place(h, w, d)] = in ? inside : outside;
            }
}

static Scene *scene_new(void)
{
    Scene *scene = g_new0(Scene, 1);
    scene->field = (MedalsRefineField){.size = {EDGE, EDGE, EDGE},
                                       .plain = scene->plain,
                                       .current = scene->current};
    fill(scene->current, 5, 11, 1, 0);
    return scene;
}

static void run(Scene *scene)
{
    GError *error = NULL;
    g_assert_true(medals_refine_rule(&scene->field, scene->score, &error));
    g_assert_no_error(error);
}

/* Within one voxel of the cube's surface, on either side. */
static bool near_surface(int h, int w, int d)
{
    int at[3] = {h, w, d};
    bool outer = true, inner = true;
    for (int a = 0; a < 3; a++) {
        outer = outer && at[a] >= 4 && at[a] < 12;
        inner = inner && at[a] >= 6 && at[a] < 10;
    }
    return outer && !inner;
}

static void test_only_the_border_moves(void)
{
    Scene *scene = scene_new();
    fill(scene->plain, 0, EDGE, 6, 6);
    run(scene);
    for (int h = 0; h < EDGE; h++)
        for (int w = 0; w < EDGE; w++)
            for (int d = 0; d < EDGE; d++) {
                float score = scene->score[place(h, w, d)];
                if (near_surface(h, w, d))
                    g_assert_cmpfloat(score, >, 0);
                else
                    g_assert_cmpfloat(score, ==, 0);
            }
    g_free(scene);
}

static void test_the_border_follows_the_network(void)
{
    Scene *scene = scene_new();
    fill(scene->plain, 6, 12, 6, -6);
    run(scene);
    g_assert_cmpfloat(scene->score[place(11, 8, 8)], >, 0);
    g_assert_cmpfloat(scene->score[place(5, 8, 8)], <, 0);
    g_assert_cmpfloat(scene->score[place(4, 8, 8)], <, 0);
    g_free(scene);
}

/* A shell of p = 0.4 is left out beside a sure cube, and taken in where the
 * cube itself is unsure. */
static void test_what_is_unsure_grows(void)
{
    for (int unsure = 0; unsure < 2; unsure++) {
        Scene *scene = scene_new();
        fill(scene->plain, 4, 12, -0.4f, -8);
        for (int n = 0; n < VOXELS; n++)
            if (scene->current[n] > 0)
                scene->plain[n] = unsure ? -0.8f : 8;
        run(scene);
        float shell = scene->score[place(4, 8, 8)];
        g_assert_true(unsure ? shell > 0 : shell <= 0);
        g_free(scene);
    }
}

/* Where the network has no opinion, what is there stays. */
static void test_what_is_there_counts(void)
{
    Scene *scene = scene_new();
    fill(scene->plain, 4, 12, -0.1f, -8);
    run(scene);
    g_assert_cmpfloat(scene->score[place(5, 8, 8)], >, 0);
    fill(scene->plain, 4, 12, 0.1f, -8);
    for (int n = 0; n < VOXELS; n++)
        if (scene->current[n] > 0)
            scene->plain[n] = 8;
    run(scene);
    g_assert_cmpfloat(scene->score[place(4, 4, 4)], <, 0);
    g_free(scene);
}

/* Beside a sure cube a shell in doubt stays as it is, a sure one enters. */
static void test_what_is_sure_stays(void)
{
    static const struct {
        float shell;
        int moves;
    } cases[] = {{0.9f, 0}, {4, 1}};
    for (size_t n = 0; n < G_N_ELEMENTS(cases); n++) {
        Scene *scene = scene_new();
        fill(scene->plain, 4, 12, cases[n].shell, -8);
        for (int v = 0; v < VOXELS; v++)
            if (scene->current[v] > 0)
                scene->plain[v] = 8;
        run(scene);
        float score = scene->score[place(4, 8, 8)];
        g_assert_cmpint((score > 0) - (score < 0), ==, cases[n].moves);
        g_free(scene);
    }
}

static void test_the_pair_has_a_say(void)
{
    Scene *scene = scene_new();
    fill(scene->plain, 4, 12, -0.6f, -8);
    for (int n = 0; n < VOXELS; n++)
        if (scene->current[n] > 0)
            scene->plain[n] = 8;
    run(scene);
    g_assert_cmpfloat(scene->score[place(4, 8, 8)], <, 0);
    scene->field.shown = scene->shown;
    fill(scene->shown, 4, 12, 30, -8);
    run(scene);
    g_assert_cmpfloat(scene->score[place(4, 8, 8)], >, 0);
    g_free(scene);
}

/* What another class holds does not enter, whatever the network says. */
static void test_neighbours_hold(void)
{
    Scene *scene = scene_new();
    int at = place(4, 8, 8);
    fill(scene->plain, 4, 12, 8, -8);
    run(scene);
    g_assert_cmpfloat(scene->score[at], >, 0);
    scene->field.other = scene->other;
    scene->other[at] = 1;
    run(scene);
    g_assert_cmpfloat(scene->score[at], <, 0);
    g_free(scene);
}

static double expected_dsc(const float *p, int count, float threshold)
{
    double taken = 0, all = 0;
    int size = 0;
    for (int n = 0; n < count; n++) {
        all += (double) p[n];
        if (p[n] > threshold) {
            taken += (double) p[n];
            size++;
        }
    }
    return size ? 2 * taken / (size + all) : 0;
}

static void test_no_threshold_is_better(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    for (int round = 0; round < 40; round++) {
        float p[500];
        double power = g_rand_double_range(random, 0.3, 8);
        for (int n = 0; n < 500; n++)
            p[n] = (float) pow(g_rand_double(random), power);
        float found = medals_refine_threshold(p, 500);
        g_assert_cmpfloat(found, >, 0);
        g_assert_cmpfloat(found, <=, 0.5f);
        double best = expected_dsc(p, 500, found);
        for (int step = 0; step < 200; step++)
            g_assert_cmpfloat(expected_dsc(p, 500, (float) step / 200), <=,
                              best + 2e-3);
    }
}

static void test_nothing_to_threshold(void)
{
    const float p[3] = {0, NAN, 0};
    g_assert_cmpfloat(medals_refine_threshold(p, 3), ==, 0.5f);
    g_assert_cmpfloat(medals_refine_threshold(NULL, 0), ==, 0.5f);
}

/* A broken model moves nothing. */
static void test_not_a_number(void)
{
    Scene *scene = scene_new();
    fill(scene->plain, 0, EDGE, NAN, NAN);
    run(scene);
    for (int n = 0; n < VOXELS; n++)
        g_assert_false(scene->score[n] > 0 || scene->score[n] < 0);
    g_free(scene);
}

static void test_no_memory(void)
{
    Scene *scene = scene_new();
    GError *error = NULL;
    medals_alloc_fail_after(0);
    g_assert_false(medals_refine_rule(&scene->field, scene->score, &error));
    medals_alloc_fail_after(-1);
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
    g_error_free(error);
    g_free(scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/refine_rule/sure", test_what_is_sure_stays);
    g_test_add_func("/refine_rule/border", test_only_the_border_moves);
    g_test_add_func("/refine_rule/follows",
                    test_the_border_follows_the_network);
    g_test_add_func("/refine_rule/unsure", test_what_is_unsure_grows);
    g_test_add_func("/refine_rule/trust", test_what_is_there_counts);
    g_test_add_func("/refine_rule/pair", test_the_pair_has_a_say);
    g_test_add_func("/refine_rule/neighbours", test_neighbours_hold);
    g_test_add_func("/refine_rule/threshold", test_no_threshold_is_better);
    g_test_add_func("/refine_rule/nothing", test_nothing_to_threshold);
    g_test_add_func("/refine_rule/nan", test_not_a_number);
    g_test_add_func("/refine_rule/memory", test_no_memory);
    return g_test_run();
}

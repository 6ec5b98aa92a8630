/*
 * test_click_answer.c - the instant answer on windows made for it
 *
 * A ball of one texture lies in another. The class covers a part of it, or
 * more than it; a click in the middle of what is wrong has to mend that.
 */
#include <math.h>
#include <string.h>

#include "click_answer.h"
#include "click_head.h"
#include "click_ridge.h"
#include "memory.h"
#include "splitmix.h"
#include "tensor_rows.h"

#define EDGE 32
#define VOXELS (EDGE * EDGE * EDGE)
#define UNTOUCHED 12345.0f

typedef struct Scene {
    MedalsClickField field;
    MedalsTensor x;
    float embedding[64];
    float image[VOXELS], current[VOXELS], other[VOXELS];
    int8_t marks[VOXELS];
    bool truth[VOXELS];
    int64_t seed;
    float flip[VOXELS];
    int64_t box[6];
} Scene;

static MedalsExec exec_new(unsigned threads)
{
    MedalsIsa isa;
    g_assert_true(medals_isa_choose(NULL, &isa, NULL));
    MedalsExec exec = {.lane = medals_lane_new(threads, NULL),
                       .kernels = medals_kernels_get(isa)};
    g_assert_nonnull(exec.lane);
    g_assert_true(medals_lane_enter(exec.lane, NULL, NULL));
    return exec;
}

static void exec_free(MedalsExec *exec)
{
    medals_lane_leave(exec->lane);
    medals_lane_free(exec->lane);
}

static int64_t voxel_at(int h, int w, int d)
{
    return ((int64_t) h * EDGE + w) * EDGE + d;
}

static float noise(uint64_t *state)
{
    return (float) (medals_splitmix_next(state) >> 40) * 0x1p-23f - 1;
}

/* Truth: a ball of radius 8. Features and image tell it from the rest. */
static Scene *scene_new(int64_t channels, MedalsDtype dtype)
{
    Scene *scene = g_new0(Scene, 1);
    uint64_t state = 5;
    g_assert_true(
        medals_tensor_init(&scene->x, dtype, EDGE, EDGE, EDGE, channels, NULL));
    for (int64_t v = 0; v < VOXELS; v++) {
        double h = (double) (v / EDGE / EDGE) - 15.5;
        double w = (double) (v / EDGE % EDGE) - 15.5;
        double d = (double) (v % EDGE) - 15.5;
        scene->truth[v] = h * h + w * w + d * d < 64;
        scene->image[v] = (scene->truth[v] ? 160 : 90) + 8 * noise(&state);
        for (int64_t c = 0; c < channels; c++) {
            float in = scene->truth[v] == (c % 2 == 0) ? 1.0f : -1.0f;
            float value = in + 0.7f * noise(&state);
            if (dtype == MEDALS_F32)
                ((float *) scene->x.data)[v * channels + c] = value;
            else
                ((uint16_t *) scene->x.data)[v * channels + c] =
                    medals_bf16_from_f32(value);
        }
    }
    for (int64_t c = 0; c < channels; c++)
        scene->embedding[c] = (c % 2 ? -3.0f : 3.0f) / (float) channels;
    scene->field = (MedalsClickField){.h = EDGE,
                                      .w = EDGE,
                                      .d = EDGE,
                                      .spacing = {3, 3, 3},
                                      .channels = channels,
                                      .rows = tensor_rows,
                                      .rows_cookie = &scene->x,
                                      .embedding = scene->embedding,
                                      .image = scene->image,
                                      .current = scene->current,
                                      .other = scene->other,
                                      .marks = scene->marks,
                                      .seeds = &scene->seed,
                                      .seed_count = 1,
                                      .positive = true};
    return scene;
}

static void scene_free(Scene *scene)
{
    medals_tensor_clear(&scene->x);
    g_free(scene);
}

/* The class has the ball's lower part only; a click above says so. */
static Scene *missing_half(int64_t channels, MedalsDtype dtype)
{
    Scene *scene = scene_new(channels, dtype);
    for (int64_t v = 0; v < VOXELS; v++)
        scene->current[v] = scene->truth[v] && v / EDGE / EDGE < 15;
    scene->seed = voxel_at(19, 15, 15);
    scene->marks[scene->seed] = 1;
    return scene;
}

/* The class has a second ball too, joined to the first; a click denies it. */
static Scene *false_half(void)
{
    Scene *scene = scene_new(16, MEDALS_F32);
    for (int64_t v = 0; v < VOXELS; v++) {
        double h = (double) (v / EDGE / EDGE) - 27;
        double w = (double) (v / EDGE % EDGE) - 15.5;
        double d = (double) (v % EDGE) - 15.5;
        scene->current[v] =
            scene->truth[v] || h * h + w * w + d * d < 36 ? 1 : 0;
    }
    scene->seed = voxel_at(28, 15, 15);
    scene->marks[scene->seed] = -1;
    scene->field.positive = false;
    return scene;
}

static void answer(Scene *scene, unsigned threads)
{
    GError *error = NULL;
    MedalsExec exec = exec_new(threads);
    for (int64_t v = 0; v < VOXELS; v++)
        scene->flip[v] = UNTOUCHED;
    medals_click_answer(&exec, &scene->field, scene->flip, scene->box, &error);
    g_assert_no_error(error);
    exec_free(&exec);
}

static bool in_box(const int64_t box[6], int64_t v)
{
    int64_t at[3] = {v / EDGE / EDGE, v / EDGE % EDGE, v % EDGE};
    for (int a = 0; a < 3; a++)
        if (at[a] < box[2 * a] || at[a] >= box[2 * a + 1])
            return false;
    return true;
}

static bool now(const Scene *scene, int64_t v)
{
    return scene->current[v] >= 0.5f;
}

/* Dice of the mask with the truth, before or after the answer. */
static double dice(const Scene *scene, bool after)
{
    double both = 0, sum = 0;
    for (int64_t v = 0; v < VOXELS; v++) {
        bool in = now(scene, v);
        if (after && in_box(scene->box, v) && scene->flip[v] > 0)
            in = scene->field.positive;
        both += in && scene->truth[v];
        sum += in + scene->truth[v];
    }
    return 2 * both / sum;
}

/* ---- what an answer is -------------------------------------------------- */

static void test_adds_missing(void)
{
    Scene *scene = missing_half(16, MEDALS_F32);
    answer(scene, 1);
    g_assert_cmpfloat(dice(scene, false), <, 0.67);
    g_assert_cmpfloat(dice(scene, true), >, 0.85);
    g_assert_cmpfloat(scene->flip[scene->seed], >, 0);
    scene_free(scene);
}

static void test_removes_false(void)
{
    Scene *scene = false_half();
    answer(scene, 1);
    double before = dice(scene, false);
    g_assert_cmpfloat(before, <, 0.9);
    g_assert_cmpfloat(dice(scene, true), >, before + 0.04);
    g_assert_cmpfloat(scene->flip[scene->seed], >, 0);
    g_assert_cmpfloat(scene->flip[voxel_at(10, 15, 15)], <=, 0);
    scene_free(scene);
}

/* A click into a class that is one small lump, of nothing that the features
 * know: all of it looks false. */
static double left_of_lump(bool clicked_before)
{
    Scene *scene = scene_new(16, MEDALS_F32);
    double left = 0, all = 0;
    for (int64_t v = 0; v < VOXELS; v++) {
        double h = (double) (v / EDGE / EDGE) - 5;
        double w = (double) (v / EDGE % EDGE) - 15;
        double d = (double) (v % EDGE) - 15;
        scene->current[v] = h * h + w * w + d * d < 12;
    }
    scene->seed = voxel_at(5, 15, 15);
    scene->marks[scene->seed] = -1;
    if (clicked_before)
        scene->marks[voxel_at(5, 15, 21)] = -1;
    scene->field.positive = false;
    answer(scene, 1);
    for (int64_t v = 0; v < VOXELS; v++) {
        bool leaves = in_box(scene->box, v) && scene->flip[v] > 0;
        all += now(scene, v);
        left += now(scene, v) && !leaves;
    }
    scene_free(scene);
    return left / all;
}

static void test_spares_class_once(void)
{
    g_assert_cmpfloat(left_of_lump(false), >=, 0.5);
    g_assert_cmpfloat(left_of_lump(true), <, 0.5);
}

static void test_without_text(void)
{
    Scene *scene = missing_half(16, MEDALS_F32);
    scene->field.embedding = NULL;
    answer(scene, 1);
    g_assert_cmpfloat(dice(scene, true), >, dice(scene, false) + 0.1);
    scene_free(scene);
}

/* The first click of a class that nothing is known of. */
static void test_from_nothing(void)
{
    Scene *scene = scene_new(16, MEDALS_F32);
    scene->field.embedding = NULL;
    scene->seed = voxel_at(15, 15, 15);
    scene->marks[scene->seed] = 1;
    answer(scene, 1);
    g_assert_cmpfloat(dice(scene, true), >, 0.1);
    scene_free(scene);
}

static void test_wide_and_narrow_features(void)
{
    Scene *wide = missing_half(64, MEDALS_F32);
    answer(wide, 1);
    g_assert_cmpfloat(dice(wide, true), >, 0.85);
    scene_free(wide);
    Scene *narrow = missing_half(4, MEDALS_F32);
    answer(narrow, 1);
    g_assert_cmpfloat(dice(narrow, true), >, dice(narrow, false));
    scene_free(narrow);
}

static void test_half_precision(void)
{
    Scene *full = missing_half(16, MEDALS_F32);
    Scene *half = missing_half(16, MEDALS_BF16);
    answer(full, 1);
    answer(half, 1);
    g_assert_cmpfloat(fabs(dice(full, true) - dice(half, true)), <, 0.02);
    scene_free(full);
    scene_free(half);
}

/* A stroke is answered as one prompt. */
static void test_stroke(void)
{
    Scene *scene = missing_half(16, MEDALS_F32);
    int64_t stroke[9];
    for (int i = 0; i < 9; i++)
        stroke[i] = voxel_at(19, 15, 11 + i);
    scene->field.seeds = stroke;
    scene->field.seed_count = 9;
    answer(scene, 1);
    g_assert_cmpfloat(dice(scene, true), >, 0.85);
    for (int i = 0; i < 9; i++)
        g_assert_cmpfloat(scene->flip[stroke[i]], >, 0);
    scene_free(scene);
}

/* ---- what the contract says --------------------------------------------- */

static void test_writes_its_box_only(void)
{
    Scene *scene = missing_half(16, MEDALS_F32);
    scene->seed = voxel_at(30, 2, 29);
    answer(scene, 1);
    bool outside = false;
    g_assert_true(in_box(scene->box, scene->seed));
    for (int64_t v = 0; v < VOXELS; v++) {
        g_assert_true(in_box(scene->box, v) == (scene->flip[v] != UNTOUCHED));
        outside = outside || !in_box(scene->box, v);
    }
    g_assert_true(outside);
    scene_free(scene);
}

static void test_same_on_all_threads(void)
{
    Scene *one = missing_half(16, MEDALS_BF16);
    Scene *three = missing_half(16, MEDALS_BF16);
    answer(one, 1);
    answer(three, 3);
    g_assert_cmpmem(one->flip, sizeof one->flip, three->flip,
                    sizeof three->flip);
    scene_free(one);
    scene_free(three);
}

/* Numbers that are all alike: nothing may divide by their spread. */
static void test_flat_window(void)
{
    Scene *scene = missing_half(16, MEDALS_F32);
    memset(scene->x.data, 0, VOXELS * 16 * sizeof(float));
    memset(scene->image, 0, sizeof scene->image);
    answer(scene, 1);
    for (int64_t v = 0; v < VOXELS; v++)
        g_assert_true(isfinite(scene->flip[v]));
    g_assert_cmpfloat(scene->flip[scene->seed], >, 0);
    scene_free(scene);
}

static void assert_refused(Scene *scene)
{
    GError *error = NULL;
    MedalsExec exec = exec_new(1);
    g_assert_false(medals_click_answer(&exec, &scene->field, scene->flip,
                                       scene->box, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_SHAPE);
    g_clear_error(&error);
    exec_free(&exec);
}

static void test_refuses(void)
{
    Scene *scene = missing_half(16, MEDALS_F32);
    scene->seed = VOXELS;
    assert_refused(scene);
    scene->seed = -1;
    assert_refused(scene);
    scene->seed = 0;
    scene->field.seed_count = 0;
    assert_refused(scene);
    scene_free(scene);
}

static void test_without_memory(void)
{
    Scene *scene = missing_half(16, MEDALS_F32);
    GError *error = NULL;
    MedalsExec exec = exec_new(1);
    g_assert_nonnull(medals_click_head_own(NULL));
    bool ok = false;
    int64_t refused = 0;
    while (!ok) {
        medals_alloc_fail_after(refused);
        ok = medals_click_answer(&exec, &scene->field, scene->flip, scene->box,
                                 &error);
        medals_alloc_fail_after(-1);
        if (!ok) {
            g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
            g_clear_error(&error);
            refused++;
        }
    }
    g_assert_cmpint(refused, >, 20);
    exec_free(&exec);
    scene_free(scene);
}

/* ---- parts -------------------------------------------------------------- */

static void test_ridge(void)
{
    MedalsClickRidge ridge;
    double x[MEDALS_RIDGE_MAX];
    medals_click_ridge_init(&ridge, 3, 1e-9);
    for (int i = 0; i < 10; i++) {
        float row[2] = {(float) i, (float) (i * i % 7)};
        double target = 2.0 * (double) row[0] - 3.0 * (double) row[1] + 0.5;
        medals_click_ridge_add(&ridge, row, target, 1 + i);
    }
    medals_click_ridge_solve(&ridge, x);
    g_assert_cmpfloat(fabs(x[0] - 2), <, 1e-6);
    g_assert_cmpfloat(fabs(x[1] + 3), <, 1e-6);
    g_assert_cmpfloat(fabs(x[2] - 0.5), <, 1e-6);
    medals_click_ridge_init(&ridge, 3, 0);
    medals_click_ridge_solve(&ridge, x);
    g_assert_cmpfloat(fabs(x[0]) + fabs(x[1]) + fabs(x[2]), ==, 0);
}

static void test_bad_heads(void)
{
    static const char *const bad[] = {
        "", "[]", "{}", "{\"negative\":{\"hidden\":[65,16]}}",
        "{\"negative\":{\"hidden\":[16,16],\"mean\":[1],\"scale\":[1]}}"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;
        g_assert_null(medals_click_head_parse(bad[i], strlen(bad[i]), &error));
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
        g_clear_error(&error);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/click/missing", test_adds_missing);
    g_test_add_func("/session/click/false", test_removes_false);
    g_test_add_func("/session/click/spares", test_spares_class_once);
    g_test_add_func("/session/click/without-text", test_without_text);
    g_test_add_func("/session/click/from-nothing", test_from_nothing);
    g_test_add_func("/session/click/width", test_wide_and_narrow_features);
    g_test_add_func("/session/click/half", test_half_precision);
    g_test_add_func("/session/click/stroke", test_stroke);
    g_test_add_func("/session/click/box", test_writes_its_box_only);
    g_test_add_func("/session/click/threads", test_same_on_all_threads);
    g_test_add_func("/session/click/flat", test_flat_window);
    g_test_add_func("/session/click/refuses", test_refuses);
    g_test_add_func("/session/click/memory", test_without_memory);
    g_test_add_func("/session/click/ridge", test_ridge);
    g_test_add_func("/session/click/heads", test_bad_heads);
    return g_test_run();
}

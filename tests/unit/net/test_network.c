#include <glib.h>
#include <math.h>
#include <string.h>

#include "memory.h"
#include "prompt_fusion.h"
#include "small_model.h"
#include "splitmix.h"
#include "unet.h"

typedef struct Fixture {
    MedalsExec exec;
    MedalsNetwork *network;
    SmallWindow small;
} Fixture;

static void set_up(Fixture *f, int64_t n, MedalsDtype storage)
{
    f->exec = small_model_exec(2);
    f->network = small_model_network(storage);
    small_window_init(&f->small, n, 1);
}

static void tear_down(Fixture *f)
{
    small_window_clear(&f->small);
    medals_network_free(f->network);
    small_model_exec_clear(&f->exec);
}

/* Logits of some rows, by the queries that the window was run with. */
static bool draw(const Fixture *f, const MedalsFeatures *features, int64_t h0,
                 int64_t h1, float *dst, GError **error)
{
    return medals_features_logits(
        &f->exec, features, medals_features_embedding(features, 0),
        medals_features_queries(features), h0, h1, dst, error);
}

/* All logits of a window. g_free */
static float *logits_of(const Fixture *f, const MedalsWindow *window)
{
    GError *error = NULL;
    MedalsFeatures *features = medals_network_forward(
        &f->exec, f->network, window, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(medals_features_queries(features), ==, window->n);
    g_assert_cmpint(medals_features_channels(features), ==,
                    medals_network_feature_width(f->network));
    size_t voxels = small_window_voxels(&f->small);
    float *logits = g_new(float, voxels *(size_t) window->n);
    g_assert_true(draw(f, features, 0, window->h, logits, &error));
    medals_features_free(features);
    return logits;
}

static double largest(const float *a, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        g_assert_true(isfinite(a[i]));
        most = fmax(most, fabs((double) a[i]));
    }
    return most;
}

static double difference(const float *a, const float *b, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double) a[i] - b[i]));
    return most;
}

/* zeros passed as a tensor = class_prompts_zero, but not = nothing passed */
static void test_zero_prompts(void)
{
    Fixture f;
    set_up(&f, 2, MEDALS_F32);
    size_t count = 2 * small_window_voxels(&f.small);
    MedalsWindow window = f.small.window;
    float *prompted = logits_of(&f, &window);
    memset(f.small.class_prompts, 0, count);
    float *tensor = logits_of(&f, &window);
    window.class_prompts = NULL;
    window.class_prompts_zero = true;
    float *flag = logits_of(&f, &window);
    window.class_prompts_zero = false;
    float *none = logits_of(&f, &window);
    g_assert_cmpmem(tensor, count * sizeof *tensor, flag, count * sizeof *flag);
    g_assert_cmpfloat(difference(flag, none, count), >, 0.01);
    g_assert_cmpfloat(difference(flag, prompted, count), >, 0.01);
    g_free(prompted);
    g_free(tensor);
    g_free(flag);
    g_free(none);
    tear_down(&f);
}

/* An all-zero union prompt tensor = NULL; a real one changes the result. */
static void test_union_prompt(void)
{
    Fixture f;
    set_up(&f, 1, MEDALS_F32);
    size_t voxels = small_window_voxels(&f.small);
    MedalsWindow window = f.small.window;
    window.class_prompts = NULL;
    float *prompted = logits_of(&f, &window);
    memset(f.small.union_prompt, 0, voxels);
    float *zeros = logits_of(&f, &window);
    window.union_prompt = NULL;
    float *none = logits_of(&f, &window);
    g_assert_cmpmem(zeros, voxels * sizeof *zeros, none, voxels * sizeof *none);
    g_assert_cmpfloat(difference(prompted, none, voxels), >, 0.001);
    g_free(prompted);
    g_free(zeros);
    g_free(none);
    tear_down(&f);
}

/* g = 0 because the embeddings are 0: the whole fusion path has to agree with
 * the short one that never touches g. */
static void test_fusion_short_path(void)
{
    Fixture f;
    set_up(&f, 1, MEDALS_F32);
    enum { C = 4 };
    MedalsParameterSource source = {.seed = 3};
    GError *error = NULL;
    MedalsConvBlock *block =
        medals_unet_block(f.exec.kernels, &source, "fusion_conv.convs.0", 2 * C,
                          C, 1, MEDALS_F32, &error);
    MedalsTensor pixels, whole, brief;
    const MedalsWindow *window = &f.small.window;
    for (int i = 0; i < 3; i++)
        g_assert_true(medals_tensor_init(i == 0   ? &pixels
                                         : i == 1 ? &whole
                                                  : &brief,
                                         MEDALS_F32, window->h, window->w,
                                         window->d, i == 0 ? 2 * C : C,
                                         &error));
    size_t voxels = small_window_voxels(&f.small);
    uint64_t state = 4;
    for (size_t i = 0; i < voxels * 2 * C; i++)
        ((float *) pixels.data)[i] =
            (float) (medals_splitmix_next(&state) % 1000) / 500 - 1;
    const float m[C] = {0};
    g_assert_true(medals_prompt_fusion_forward(
        &f.exec, block, &pixels, f.small.class_prompts, m, 1, &whole, &error));
    g_assert_true(medals_prompt_fusion_forward(&f.exec, block, &pixels, NULL, m,
                                               1, &brief, &error));
    g_assert_cmpfloat(difference(whole.data, brief.data, voxels * C), <, 1e-5);
    g_assert_cmpfloat(largest(brief.data, voxels * C), >, 0.5);
    medals_tensor_clear(&pixels);
    medals_tensor_clear(&whole);
    medals_tensor_clear(&brief);
    medals_conv_block_free(block);
    tear_down(&f);
}

/* Without prompts queries do not see each other. */
static void test_queries_are_independent(void)
{
    Fixture f;
    set_up(&f, 5, MEDALS_F32);
    size_t voxels = small_window_voxels(&f.small);
    MedalsWindow window = f.small.window;
    window.union_prompt = NULL;
    window.class_prompts = NULL;
    window.class_prompts_zero = true;
    float *together = logits_of(&f, &window);
    window.n = 1;
    for (int n = 0; n < 5; n++) {
        window.queries =
            f.small.queries + n * medals_network_query_width(f.network);
        float *alone = logits_of(&f, &window);
        const float *mine = together + (size_t) n * voxels;
        g_assert_cmpfloat(difference(alone, mine, voxels), <, 1e-5);
        g_free(alone);
    }
    g_assert_cmpfloat(difference(together, together + voxels, voxels), >,
                      0.001);
    g_free(together);
    tear_down(&f);
}

static void test_threads_agree(void)
{
    Fixture f;
    set_up(&f, 2, MEDALS_F32);
    size_t count = 2 * small_window_voxels(&f.small);
    float *two = logits_of(&f, &f.small.window);
    small_model_exec_clear(&f.exec);
    f.exec = small_model_exec(1);
    float *one = logits_of(&f, &f.small.window);
    g_assert_cmpmem(one, count * sizeof *one, two, count * sizeof *two);
    g_free(one);
    g_free(two);
    tear_down(&f);
}

static void test_bf16(void)
{
    Fixture f, g;
    set_up(&f, 2, MEDALS_F32);
    set_up(&g, 2, MEDALS_BF16);
    size_t count = 2 * small_window_voxels(&f.small);
    float *exact = logits_of(&f, &f.small.window);
    float *rough = logits_of(&g, &g.small.window);
    double scale = largest(exact, count), sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += fabs((double) exact[i] - rough[i]);
    g_test_message("bf16: mean error %.4f of the largest logit",
                   sum / (double) count / scale);
    g_assert_cmpfloat(sum / (double) count / scale, <, 0.01);
    g_assert_cmpfloat(sum, >, 0);
    g_free(exact);
    g_free(rough);
    tear_down(&f);
    tear_down(&g);
}

/* A slab is a part of the whole. */
static void test_slabs(void)
{
    Fixture f;
    set_up(&f, 2, MEDALS_F32);
    GError *error = NULL;
    const MedalsWindow *window = &f.small.window;
    MedalsFeatures *features =
        medals_network_forward(&f.exec, f.network, window, NULL, NULL, &error);
    g_assert_no_error(error);
    size_t voxels = small_window_voxels(&f.small), plane = voxels / 32;
    float *whole = g_new(float, 2 * voxels), *slab = g_new(float, 6 * plane);
    g_assert_true(draw(&f, features, 0, 32, whole, &error));
    g_assert_true(draw(&f, features, 29, 32, slab, &error));
    for (size_t n = 0; n < 2; n++)
        g_assert_cmpmem(slab + n * 3 * plane, 3 * plane * sizeof *slab,
                        whole + n * voxels + 29 * plane,
                        3 * plane * sizeof *slab);
    g_assert_false(draw(&f, features, 30, 33, slab, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_SHAPE);
    g_error_free(error);
    g_free(whole);
    g_free(slab);
    medals_features_free(features);
    tear_down(&f);
}

/* Queries asked later, one at a time, get the embeddings of a full pass. */
static void test_embed_later(void)
{
    Fixture f;
    set_up(&f, 3, MEDALS_F32);
    const MedalsWindow *window = &f.small.window;
    MedalsFeatures *features =
        medals_network_forward(&f.exec, f.network, window, NULL, NULL, NULL);
    g_assert_nonnull(features);
    int64_t q = medals_network_query_width(f.network);
    size_t c = (size_t) medals_network_feature_width(f.network);
    float *alone = g_new(float, c);
    for (int64_t n = 0; n < 3; n++) {
        g_assert_true(medals_network_embed(&f.exec, f.network, features,
                                           window->queries + n * q, 1, alone,
                                           NULL));
        g_assert_cmpmem(alone, c * sizeof *alone,
                        medals_features_embedding(features, n),
                        c * sizeof *alone);
    }
    g_free(alone);
    medals_features_free(features);
    tear_down(&f);
}

/* Rows of X are those that logits are drawn from. */
static void test_rows(void)
{
    Fixture f;
    set_up(&f, 1, MEDALS_F32);
    const MedalsWindow *window = &f.small.window;
    MedalsFeatures *features =
        medals_network_forward(&f.exec, f.network, window, NULL, NULL, NULL);
    g_assert_nonnull(features);
    size_t c = (size_t) medals_network_feature_width(f.network);
    size_t voxels = small_window_voxels(&f.small);
    const int64_t voxel[3] = {(int64_t) voxels - 1, 0, 1234};
    float *logits = g_new(float, voxels), *rows = g_new(float, 3 * c);
    g_assert_true(draw(&f, features, 0, window->h, logits, NULL));
    medals_features_rows(features, f.exec.kernels, voxel, 3, rows);
    const float *m = medals_features_embedding(features, 0);
    for (size_t i = 0; i < 3; i++) {
        double sum = 0;
        for (size_t k = 0; k < c; k++)
            sum += (double) rows[i * c + k] * (double) m[k];
        g_assert_cmpfloat_with_epsilon(sum, (double) logits[voxel[i]], 1e-4);
    }
    g_free(rows);
    g_free(logits);
    medals_features_free(features);
    tear_down(&f);
}

static void test_bad_windows(void)
{
    Fixture f;
    set_up(&f, 1, MEDALS_F32);
    const MedalsWindow good = f.small.window;
    MedalsWindow bad[6];
    for (int i = 0; i < 6; i++)
        bad[i] = good;
    bad[0].h = 48;
    bad[1].w = 0;
    bad[2].d = INT64_C(1) << 40;
    bad[3].d = -32;
    bad[4].n = 0;
    bad[5].n = INT64_C(1) << 40;
    for (int i = 0; i < 6; i++) {
        GError *error = NULL;
        g_assert_null(medals_network_forward(&f.exec, f.network, &bad[i], NULL,
                                             NULL, &error));
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_SHAPE);
        g_error_free(error);
    }
    tear_down(&f);
}

/* Cancels the task when the intermediate of that name is there. */
typedef struct Stop {
    const char *at;
    MedalsTask *task;
    unsigned later; /* intermediates that came after */
} Stop;

static void stop_at(void *cookie, const char *name, const MedalsTensor *tensor)
{
    Stop *stop = cookie;
    stop->later += atomic_load(&stop->task->cancelled);
    if (strcmp(name, stop->at) == 0)
        atomic_store(&stop->task->cancelled, true);
}

static void test_cancel(void)
{
    static const char *const places[] = {
        "enc0", "enc3", "enc5", "pos", "mask_embedding", "dec0", "dec4"};
    Fixture f;
    set_up(&f, 2, MEDALS_F32);
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        MedalsTask task;
        medals_task_init(&task, NULL, NULL);
        MedalsExec exec = f.exec;
        exec.task = &task;
        Stop stop = {.at = places[i], .task = &task};
        GError *error = NULL;
        g_assert_null(medals_network_forward(&exec, f.network, &f.small.window,
                                             stop_at, &stop, &error));
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_CANCELLED);
        g_assert_cmpuint(stop.later, ==, 0);
        g_error_free(error);
    }
    tear_down(&f);
}

/* Memory may end at any point of the pass. */
static void test_no_memory(void)
{
    Fixture f;
    set_up(&f, 2, MEDALS_F32);
    for (int64_t n = 0;; n += 7) {
        GError *error = NULL;
        medals_alloc_fail_after(n);
        MedalsFeatures *features = medals_network_forward(
            &f.exec, f.network, &f.small.window, NULL, NULL, &error);
        bool untouched = medals_alloc_fail_after(-1) >= 0;
        if (features) {
            /* oneDNN does without some of its memory. */
            medals_features_free(features);
            if (!untouched)
                continue;
            g_assert_cmpint(n, >, 50);
            break;
        }
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
        g_error_free(error);
    }
    tear_down(&f);
}

/* What the layers report adds up to what was announced. */
static void test_progress(void)
{
    Fixture f;
    set_up(&f, 2, MEDALS_F32);
    MedalsTask task;
    medals_task_init(&task, NULL, NULL);
    f.exec.task = &task;
    const MedalsWindow *window = &f.small.window;
    float *logits = logits_of(&f, window);
    double logits_flops = 2.0 * 4 * 2 * (double) small_window_voxels(&f.small);
    double announced = medals_network_flops(f.network, window->h, window->w,
                                            window->d, window->n, true);
    g_assert_cmpfloat(task.done / (announced + logits_flops), >, 0.98);
    g_assert_cmpfloat(task.done / (announced + logits_flops), <, 1.02);
    g_free(logits);
    f.exec.task = NULL;
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/network/zero_prompts", test_zero_prompts);
    g_test_add_func("/net/network/union_prompt", test_union_prompt);
    g_test_add_func("/net/network/fusion_short_path", test_fusion_short_path);
    g_test_add_func("/net/network/queries_are_independent",
                    test_queries_are_independent);
    g_test_add_func("/net/network/threads_agree", test_threads_agree);
    g_test_add_func("/net/network/bf16", test_bf16);
    g_test_add_func("/net/network/slabs", test_slabs);
    g_test_add_func("/net/network/embed-later", test_embed_later);
    g_test_add_func("/net/network/rows", test_rows);
    g_test_add_func("/net/network/bad_windows", test_bad_windows);
    g_test_add_func("/net/network/cancel", test_cancel);
    g_test_add_func("/net/network/no_memory", test_no_memory);
    g_test_add_func("/net/network/progress", test_progress);
    return g_test_run();
}

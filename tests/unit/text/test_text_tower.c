/*
 * test_text_tower.c - both towers on a one-layer model
 */
#include "text_tower.h"

#include <math.h>
#include <string.h>

#include "memory.h"
#include "text_fixture.h"

#define WIDTH 8

static char *folder;
static MedalsExec exec;
static const int32_t ids[] = {2, 5, 7, 3};

static MedalsTextTower *open_tower(const char *path, bool mpnet, bool l2,
                                   int64_t heads, GError **error)
{
    MedalsTextTowerOptions options = {
        .mpnet = mpnet, .heads = heads, .norm_eps = 1e-5, .l2_normalise = l2};
    MedalsWeights *weights = medals_weights_open(path, error);
    MedalsTextTower *tower =
        weights ? medals_text_tower_new(weights, &options, error) : NULL;
    medals_weights_unref(weights);
    return tower;
}

static void vector_of(const char *path, bool mpnet, bool l2, float *vector)
{
    GError *error = NULL;
    MedalsTextTower *tower = open_tower(path, mpnet, l2, 2, &error);
    g_assert_no_error(error);
    g_assert_cmpint(medals_text_tower_width(tower), ==, WIDTH);
    g_assert_true(
        medals_text_tower_run(&exec, tower, ids, 4, vector, NULL, &error));
    g_assert_no_error(error);
    medals_text_tower_free(tower);
}

static double distance(const float *a, const float *b)
{
    double worst = 0;
    for (int i = 0; i < WIDTH; i++)
        worst = fmax(worst, fabs((double) a[i] - b[i]));
    return worst;
}

/* A prefix changes nothing; storage in bf16 little; the two towers differ. */
static void test_variants(void)
{
    g_autofree char *plain =
        fixture_tower(folder, "a.st", "", true, false, NULL);
    g_autofree char *prefixed = fixture_tower(
        folder, "b.st", "module.text_tower.biolord.", true, false, NULL);
    g_autofree char *half = fixture_tower(folder, "c.st", "", true, true, NULL);
    g_autofree char *bert =
        fixture_tower(folder, "d.st", "module.", false, false, NULL);
    float a[WIDTH], b[WIDTH], c[WIDTH], d[WIDTH];
    vector_of(plain, true, false, a);
    vector_of(prefixed, true, false, b);
    vector_of(half, true, false, c);
    vector_of(bert, false, false, d);
    g_assert_cmpfloat(distance(a, b), ==, 0);
    g_assert_cmpfloat(distance(a, c), <, 0.05);
    g_assert_cmpfloat(distance(a, c), >, 0);
    g_assert_cmpfloat(distance(a, d), >, 0.05);
}

static void test_normalised(void)
{
    g_autofree char *path =
        fixture_tower(folder, "a.st", "", false, false, NULL);
    float a[WIDTH], b[WIDTH];
    vector_of(path, false, false, a);
    vector_of(path, false, true, b);
    double aa = 0, bb = 0, ab = 0;
    for (int i = 0; i < WIDTH; i++) {
        aa += a[i] * a[i];
        bb += b[i] * b[i];
        ab += a[i] * b[i];
    }
    g_assert_cmpfloat(fabs(bb - 1), <, 1e-6);
    g_assert_cmpfloat(ab, >, 0.999 * sqrt(aa));
}

/* Pooling is the mean of the last layer; a masked id is seen by nobody. */
static void test_hidden_and_mask(void)
{
    g_autofree char *path =
        fixture_tower(folder, "a.st", "", true, false, NULL);
    MedalsTextTower *tower = open_tower(path, true, false, 2, NULL);
    float vector[WIDTH], hidden[5 * WIDTH], masked[WIDTH], alone[WIDTH];
    g_assert_true(
        medals_text_tower_run(&exec, tower, ids, 4, vector, hidden, NULL));
    for (int c = 0; c < WIDTH; c++) {
        double mean = 0;
        for (int t = 0; t < 4; t++)
            mean += hidden[t * WIDTH + c] / 4;
        g_assert_cmpfloat(fabs(mean - vector[c]), <, 1e-6);
    }
    const int32_t padded[] = {2, 5, 7, 3, 0};
    g_assert_true(
        medals_text_tower_run(&exec, tower, padded, 5, masked, NULL, NULL));
    g_assert_true(
        medals_text_tower_run(&exec, tower, ids, 4, alone, NULL, NULL));
    g_assert_cmpfloat(distance(masked, alone), <, 1e-6);
    medals_text_tower_free(tower);
}

static void test_bad_ids(void)
{
    g_autofree char *path =
        fixture_tower(folder, "a.st", "", true, false, NULL);
    MedalsTextTower *tower = open_tower(path, true, false, 2, NULL);
    float vector[WIDTH];
    GError *error = NULL;
    const int32_t high[] = {2, 16}, low[] = {-1}, many[11] = {0};
    g_assert_cmpint(medals_text_tower_max_tokens(tower), ==, 10);
    g_assert_false(
        medals_text_tower_run(&exec, tower, high, 2, vector, NULL, &error));
    g_assert_cmpint(medals_error_code(error), ==, MEDALS_E_INPUT);
    g_assert_nonnull(strstr(error->message, "token id 16"));
    g_clear_error(&error);
    g_assert_false(
        medals_text_tower_run(&exec, tower, low, 1, vector, NULL, NULL));
    g_assert_false(
        medals_text_tower_run(&exec, tower, many, 11, vector, NULL, NULL));
    g_assert_true(
        medals_text_tower_run(&exec, tower, many, 10, vector, NULL, NULL));
    medals_text_tower_free(tower);
}

static void refuse(const char *without, bool mpnet, int64_t heads,
                   MedalsStatus status, const char *part)
{
    g_autofree char *path =
        fixture_tower(folder, "bad.st", "", mpnet, false, without);
    GError *error = NULL;
    g_assert_null(open_tower(path, mpnet, false, heads, &error));
    g_assert_cmpint(medals_error_code(error), ==, status);
    g_assert_nonnull(strstr(error->message, part));
    g_clear_error(&error);
}

static void test_missing(void)
{
    refuse("word_embeddings.weight", true, 2, MEDALS_E_SHAPE,
           "tensor embeddings.word_embeddings.weight: missing");
    refuse("attn.k.bias", true, 2, MEDALS_E_SHAPE,
           "encoder.layer.0.attention.attn.k.bias: missing; expected [8]");
    refuse("relative_attention_bias.weight", true, 2, MEDALS_E_SHAPE,
           "expected [32,2]");
    refuse("token_type_embeddings.weight", false, 2, MEDALS_E_SHAPE,
           "token_type");
    refuse("0.output.LayerNorm.weight", false, 2, MEDALS_E_SHAPE, "LayerNorm");
    refuse("0.output.dense.weight", false, 2, MEDALS_E_SHAPE, "output.dense");
    refuse(NULL, false, 3, MEDALS_E_INPUT, "3 heads");
    refuse(NULL, false, 0, MEDALS_E_INPUT, "0 heads");
}

static void test_unexpected(void)
{
    g_autofree char *path =
        fixture_tower(folder, "a.st", "module.", true, false, NULL);
    MedalsTextTower *tower = open_tower(path, true, false, 2, NULL);
    g_auto(GStrv) none = medals_text_tower_unexpected(tower);
    g_assert_cmpuint(g_strv_length(none), ==, 0);
    medals_text_tower_free(tower);
    /* The tower of the other kind, behind one that is whole. */
    FixtureTensors t;
    fixture_tensors_init(&t, 1);
    fixture_tower_tensors(&t, "", true, false, NULL);
    fixture_tensor(&t, "pooler.dense.weight", 2, 2, 0, 1, false);
    fixture_tensor(&t, "encoder.layer.0.attention.self.query.weight", 2, 2, 0,
                   1, false);
    fixture_tensor(&t, "encoder.layer.2.output.dense.bias", 2, 0, 0, 1, false);
    g_autofree char *more = fixture_tensors_write(&t, folder, "more.st");
    tower = open_tower(more, true, false, 2, NULL);
    g_auto(GStrv) names = medals_text_tower_unexpected(tower);
    g_assert_cmpuint(g_strv_length(names), ==, 2);
    g_assert_cmpstr(names[0], ==,
                    "encoder.layer.0.attention.self.query.weight");
    g_assert_cmpstr(names[1], ==, "encoder.layer.2.output.dense.bias");
    medals_text_tower_free(tower);
}

/* Memory that fails anywhere is an error, not a crash. */
static void test_no_memory(void)
{
    g_autofree char *path =
        fixture_tower(folder, "a.st", "", true, false, NULL);
    float vector[WIDTH];
    int failures = 0;
    for (int n = 0; n < 200; n++) {
        GError *error = NULL;
        medals_alloc_fail_after(n);
        MedalsTextTower *tower = open_tower(path, true, false, 2, &error);
        bool ok = tower && medals_text_tower_run(&exec, tower, ids, 4, vector,
                                                 NULL, &error);
        medals_alloc_fail_after(-1);
        medals_text_tower_free(tower);
        g_assert_true(ok == (error == NULL));
        if (ok)
            break;
        g_assert_cmpint(medals_error_code(error), ==, MEDALS_E_NOMEM);
        g_clear_error(&error);
        failures++;
    }
    g_assert_cmpint(failures, >, 10);
    g_assert_cmpint(failures, <, 200);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = fixture_folder();
    exec = fixture_exec(2);
    g_test_add_func("/text/tower/variants", test_variants);
    g_test_add_func("/text/tower/normalised", test_normalised);
    g_test_add_func("/text/tower/hidden_and_mask", test_hidden_and_mask);
    g_test_add_func("/text/tower/bad_ids", test_bad_ids);
    g_test_add_func("/text/tower/missing", test_missing);
    g_test_add_func("/text/tower/unexpected", test_unexpected);
    g_test_add_func("/text/tower/no_memory", test_no_memory);
    int result = g_test_run();
    fixture_exec_clear(&exec);
    fixture_remove(folder);
    return result;
}

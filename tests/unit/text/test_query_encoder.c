/*
 * test_query_encoder.c - stored vectors, the tower behind them, neighbours
 */
#include "query_encoder.h"

#include <math.h>
#include <string.h>

#include "text_fixture.h"
#include "weights.h"

#define W 8
#define Q 4

static char *folder;
static char *tower_path, *vocab_path, *projection_path, *vectors_path;
static MedalsExec exec;

static MedalsPackage package_of(bool with_tower)
{
    return (MedalsPackage){.text_weights = with_tower ? tower_path : NULL,
                           .text_vocab = vocab_path,
                           .text_projection = projection_path,
                           .text_vectors = vectors_path,
                           .text_heads = 2,
                           .text_norm_eps = 1e-12,
                           .text_max_tokens = 6,
                           .text_l2_normalise = true};
}

static MedalsQueryEncoder *open_encoder(bool with_tower)
{
    MedalsPackage package = package_of(with_tower);
    GError *error = NULL;
    MedalsQueryEncoder *encoder = medals_query_encoder_new(&package, &error);
    g_assert_no_error(error);
    g_assert_cmpint(medals_query_encoder_width(encoder), ==, Q);
    g_assert_cmpint(medals_query_encoder_sentence_width(encoder), ==, W);
    return encoder;
}

static void query(MedalsQueryEncoder *encoder, const char *text,
                  MedalsModality modality, float *out)
{
    GError *error = NULL;
    g_assert_true(medals_query_encoder_run(&exec, encoder, &text, 1, modality,
                                           out, NULL, &error));
    g_assert_no_error(error);
}

static void test_stored(void)
{
    MedalsQueryEncoder *encoder = open_encoder(false);
    float a[Q], b[Q], vector[W];
    query(encoder, "left kidney", MEDALS_MODALITY_CT, a);
    query(encoder, " Left \tKIDNEY", MEDALS_MODALITY_CT, b);
    g_assert_cmpmem(a, sizeof a, b, sizeof b);
    const char *text = "Liver";
    g_assert_true(medals_query_encoder_sentences(&exec, encoder, &text, 1,
                                                 vector, NULL, NULL));
    MedalsWeights *file = medals_weights_open(vectors_path, NULL);
    g_assert_cmpmem(vector, sizeof vector,
                    medals_weights_find(file, "liver")->data, sizeof vector);
    medals_weights_unref(file);
    medals_query_encoder_free(encoder);
}

static void test_modality(void)
{
    MedalsQueryEncoder *encoder = open_encoder(false);
    MedalsWeights *file = medals_weights_open(projection_path, NULL);
    const float *codes =
        medals_weights_find(file, "modality_embed.weight")->data;
    float ct[Q], pet[Q];
    query(encoder, "liver", MEDALS_MODALITY_CT, ct);
    query(encoder, "liver", MEDALS_MODALITY_PET, pet);
    for (int i = 0; i < Q; i++)
        g_assert_cmpfloat(fabsf(pet[i] - ct[i] - (codes[3 * Q + i] - codes[i])),
                          <, 1e-5);
    const char *text = "liver";
    GError *error = NULL;
    g_assert_false(medals_query_encoder_run(
        &exec, encoder, &text, 1, MEDALS_MODALITY_NONE, ct, NULL, &error));
    g_assert_cmpint(medals_error_code(error), ==, MEDALS_E_USAGE);
    g_clear_error(&error);
    medals_weights_unref(file);
    medals_query_encoder_free(encoder);
}

static void refuse_text(MedalsQueryEncoder *encoder, const char *text,
                        const char *message)
{
    float out[Q];
    GError *error = NULL;
    g_assert_false(medals_query_encoder_run(
        &exec, encoder, &text, 1, MEDALS_MODALITY_CT, out, NULL, &error));
    g_assert_cmpint(medals_error_code(error), ==, MEDALS_E_INPUT);
    g_assert_cmpstr(error->message, ==, message);
    g_clear_error(&error);
}

static void test_unknown_text(void)
{
    MedalsQueryEncoder *encoder = open_encoder(false);
    refuse_text(encoder, "spleen",
                "text \"spleen\": the package has no text tower and no stored "
                "vector for it; expected one of its known classes");
    g_autofree char *many = g_strnfill(5000, 'a');
    g_autofree char *shown = g_strnfill(100, 'a');
    shown[1] = ' ';
    many[1] = '\n';
    g_autofree char *message =
        g_strdup_printf("text \"%s...\": the package has no text tower and no "
                        "stored vector for it; expected one of its known "
                        "classes",
                        shown);
    refuse_text(encoder, many, message);
    refuse_text(encoder, "li\xffver",
                "text: byte 0xff at offset 2; expected UTF-8");
    medals_query_encoder_free(encoder);
}

/* New texts go through the tower; the cut flag survives the cache. */
static void test_tower(void)
{
    MedalsQueryEncoder *encoder = open_encoder(true);
    const char *texts[] = {"spleen", "left left left left left", "liver",
                           "left left left left left", "spleen"};
    float out[5 * Q];
    bool cut[5];
    g_assert_true(medals_query_encoder_run(
        &exec, encoder, texts, 5, MEDALS_MODALITY_MRI, out, cut, NULL));
    g_assert_true(!cut[0] && cut[1] && !cut[2] && cut[3] && !cut[4]);
    g_assert_cmpmem(out, Q * sizeof *out, out + 4 * Q, Q * sizeof *out);
    g_assert_cmpmem(out + Q, Q * sizeof *out, out + 3 * Q, Q * sizeof *out);
    g_assert_cmpint(memcmp(out, out + Q, Q * sizeof *out), !=, 0);
    medals_query_encoder_free(encoder);
}

static void test_nearest(void)
{
    MedalsQueryEncoder *encoder = open_encoder(true);
    const char *candidates[] = {"liver", "left kidney", "spleen", NULL};
    const char *nearest[3];
    GError *error = NULL;
    size_t count = medals_query_encoder_nearest(&exec, encoder, "Left kidney",
                                                candidates, nearest, 2, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(count, ==, 2);
    g_assert_true(nearest[0] == candidates[1]);
    g_assert_true(nearest[1] != candidates[1]);
    g_assert_cmpuint(medals_query_encoder_nearest(&exec, encoder, "liver",
                                                  candidates, nearest, 9, NULL),
                     ==, 3);
    g_assert_cmpuint(medals_query_encoder_nearest(&exec, encoder, "liver",
                                                  candidates, nearest, 0, NULL),
                     ==, 0);
    medals_query_encoder_free(encoder);
}

/* Without a tower: "spleen" has no vector and is passed over. */
static void test_nearest_stored_only(void)
{
    MedalsQueryEncoder *encoder = open_encoder(false);
    const char *candidates[] = {"spleen", "liver", NULL};
    const char *nearest[2];
    GError *error = NULL;
    g_assert_cmpuint(medals_query_encoder_nearest(&exec, encoder, "left kidney",
                                                  candidates, nearest, 2,
                                                  &error),
                     ==, 1);
    g_assert_cmpstr(nearest[0], ==, "liver");
    g_assert_cmpuint(medals_query_encoder_nearest(&exec, encoder, "spleen",
                                                  candidates, nearest, 2,
                                                  &error),
                     ==, 0);
    g_assert_cmpint(medals_error_code(error), ==, MEDALS_E_INPUT);
    g_clear_error(&error);
    medals_query_encoder_free(encoder);
}

static void refuse_package(const MedalsPackage *package, MedalsStatus status,
                           const char *part)
{
    GError *error = NULL;
    g_assert_null(medals_query_encoder_new(package, &error));
    g_assert_cmpint(medals_error_code(error), ==, status);
    g_assert_nonnull(strstr(error->message, part));
    g_clear_error(&error);
}

static void test_bad_files(void)
{
    MedalsPackage package = package_of(false);
    package.text_projection = tower_path;
    refuse_package(&package, MEDALS_E_SHAPE, "projection_layer.0.weight");
    package.text_projection = NULL;
    refuse_package(&package, MEDALS_E_INPUT, "projection");
    package = package_of(false);
    FixtureTensors t;
    fixture_tensors_init(&t, 1);
    fixture_tensor(&t, "heart", W + 1, 0, 0, 1, false);
    g_autofree char *wrong = fixture_tensors_write(&t, folder, "wrong.st");
    package.text_vectors = wrong;
    refuse_package(&package, MEDALS_E_SHAPE, "heart");
    package.text_vectors = "/nonexistent";
    refuse_package(&package, MEDALS_E_IO, "/nonexistent");
}

/* More tokens than positions, and a vocabulary of another model. */
static void test_bad_tower(void)
{
    MedalsPackage package = package_of(true);
    package.text_max_tokens = 100;
    MedalsQueryEncoder *encoder = medals_query_encoder_new(&package, NULL);
    refuse_text(encoder, "spleen",
                "text tower: asked to read 100 tokens; expected 2 to 12");
    medals_query_encoder_free(encoder);
    const char lines[] = "[CLS]\n[SEP]\n[UNK]\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
    package.text_vocab =
        fixture_file(folder, "long.txt", lines, sizeof lines - 1);
    package.text_max_tokens = 6;
    encoder = medals_query_encoder_new(&package, NULL);
    refuse_text(encoder, "spleen",
                "vocabulary: 17 lines; expected at most the 16 rows of the "
                "text tower");
    medals_query_encoder_free(encoder);
    g_free(package.text_vocab);
}

typedef struct Job {
    MedalsQueryEncoder *encoder;
    float out[Q * 3];
} Job;

static gpointer run_job(gpointer data)
{
    Job *job = data;
    const char *texts[] = {"spleen", "brain stem", "right kidneys"};
    MedalsExec own = fixture_exec(1);
    for (int i = 0; i < 20; i++)
        g_assert_true(medals_query_encoder_run(&own, job->encoder, texts, 3,
                                               MEDALS_MODALITY_CT, job->out,
                                               NULL, NULL));
    fixture_exec_clear(&own);
    return NULL;
}

static void test_threads(void)
{
    Job jobs[4];
    GThread *threads[4];
    MedalsQueryEncoder *encoder = open_encoder(true);
    for (int i = 0; i < 4; i++) {
        jobs[i].encoder = encoder;
        threads[i] = g_thread_new("encoder", run_job, &jobs[i]);
    }
    for (int i = 0; i < 4; i++) {
        g_thread_join(threads[i]);
        g_assert_cmpmem(jobs[i].out, sizeof jobs[i].out, jobs[0].out,
                        sizeof jobs[0].out);
    }
    medals_query_encoder_free(encoder);
}

static void make_files(void)
{
    tower_path = fixture_tower(folder, "tower.st", "", false, true, NULL);
    vocab_path = fixture_vocab(folder);
    projection_path = fixture_projection(folder, "");
    FixtureTensors t;
    fixture_tensors_init(&t, 3);
    fixture_tensor(&t, "Left kidney", W, 0, 0, 1, false);
    fixture_tensor(&t, "liver", W, 0, 0, 1, false);
    vectors_path = fixture_tensors_write(&t, folder, "vectors.st");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = fixture_folder();
    exec = fixture_exec(2);
    make_files();
    g_test_add_func("/text/query_encoder/stored", test_stored);
    g_test_add_func("/text/query_encoder/modality", test_modality);
    g_test_add_func("/text/query_encoder/unknown_text", test_unknown_text);
    g_test_add_func("/text/query_encoder/tower", test_tower);
    g_test_add_func("/text/query_encoder/nearest", test_nearest);
    g_test_add_func("/text/query_encoder/nearest_stored_only",
                    test_nearest_stored_only);
    g_test_add_func("/text/query_encoder/bad_files", test_bad_files);
    g_test_add_func("/text/query_encoder/bad_tower", test_bad_tower);
    g_test_add_func("/text/query_encoder/threads", test_threads);
    int result = g_test_run();
    g_free(tower_path);
    g_free(vocab_path);
    g_free(projection_path);
    g_free(vectors_path);
    fixture_exec_clear(&exec);
    fixture_remove(folder);
    return result;
}

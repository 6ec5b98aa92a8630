/*
 * test_package.c - model.json: what is accepted, what each mistake says
 */
#include <string.h>

#include "io_fixture.h"
#include "package.h"

#define COMPACT MEDALS_RESOURCES "/models/compact/model.json"
#define MEDAL_S MEDALS_RESOURCES "/models/medal-s/model.json"

static void touch(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, "x", 1, NULL));
}

/* A folder with that model.json and files for all it may name. */
static char *make_folder(const char *json)
{
    static const char *const names[] = {"network.safetensors",
                                        "stage1.safetensors",
                                        "stage2.safetensors",
                                        "vocab.txt",
                                        "projection.safetensors",
                                        "vectors.safetensors",
                                        "text_tower.safetensors",
                                        "labels.json",
                                        "LICENSE"};
    char *folder = io_path("package");
    g_mkdir(folder, 0700);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        touch(folder, names[i]);
    g_autofree char *path = g_build_filename(folder, "model.json", NULL);
    g_assert_true(g_file_set_contents(path, json, -1, NULL));
    return folder;
}

static char *read_text(const char *path)
{
    char *text;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static char *replace(const char *text, const char *from, const char *to)
{
    g_assert_nonnull(strstr(text, from));
    g_auto(GStrv) parts = g_strsplit(text, from, 2);
    return g_strjoinv(to, parts);
}

static void test_compact(void)
{
    g_autofree char *json = read_text(COMPACT);
    g_autofree char *folder = make_folder(json);
    MedalsPackage *p = medals_package_open(folder, NULL);
    g_assert_nonnull(p);
    g_assert_cmpstr(p->license, ==, "Apache-2.0");
    g_assert_cmpstr(p->axes, ==, "RAS");
    g_assert_cmpuint(p->stage_count, ==, 1);
    g_assert_cmpint(p->stages[0].crop[2], ==, 64);
    g_assert_true(g_path_is_absolute(p->stages[0].weights));
    g_assert_cmpfloat(p->stages[0].spacing[MEDALS_MODALITY_MRI][1], ==, 2.8);
    g_assert_cmpfloat(p->stages[0].spacing[MEDALS_MODALITY_CT][0], ==, 3.0);
    g_assert_cmpfloat(p->stages[0].spacing[MEDALS_MODALITY_PET][0], ==, 3.5);
    /* ultrasound is not named: as the default modality */
    g_assert_cmpfloat(p->stages[0].spacing[MEDALS_MODALITY_US][0], ==,
                      p->stages[0].spacing[p->default_modality][0]);
    g_assert_cmpint(p->spacing_rules, ==, MEDALS_SPACING_ENLARGE);
    g_assert_true(p->resample_probabilities && p->skip_flat_windows);
    g_assert_false(p->importance_half || p->mask_mlp_last_gelu);
    g_assert_cmpfloat(p->ct_window[0], ==, -160);
    g_assert_false(p->text_is_mpnet);
    g_assert_cmpfloat(p->text_norm_eps, ==, 1e-12);
    g_assert_cmpuint(g_strv_length(p->trained[MEDALS_MODALITY_CT]), ==, 8);
    g_assert_cmpuint(g_strv_length(p->trained[MEDALS_MODALITY_MRI]), ==, 28);
    g_assert_null(p->trained[MEDALS_MODALITY_US]);
    g_assert_false(p->trained_on_table);
    medals_package_free(p);
}

static void test_medal_s(void)
{
    g_autofree char *json = read_text(MEDAL_S);
    g_autofree char *folder = make_folder(json);
    MedalsPackage *p = medals_package_open(folder, NULL);
    g_assert_nonnull(p);
    g_assert_cmpstr(p->axes, ==, "PLS");
    g_assert_cmpuint(p->stage_count, ==, 2);
    g_assert_false(p->stages[0].prompt);
    g_assert_true(p->stages[1].prompt);
    g_assert_cmpint(p->stages[0].crop[2], ==, 128);
    g_assert_cmpfloat(p->stages[0].spacing[MEDALS_MODALITY_PET][2], ==, 3.0);
    g_assert_true(p->importance_half && p->mask_mlp_last_gelu);
    g_assert_true(p->text_is_mpnet && p->trained_on_table);
    g_assert_false(p->resample_probabilities || p->skip_flat_windows);
    g_assert_cmpint(p->text_heads, ==, 12);
    medals_package_free(p);
}

/* A missing file: which one, and what for. */
static void refuse_without(const char *model, const char *name,
                           const char *text)
{
    GError *error = NULL;
    g_autofree char *json = read_text(model);
    g_autofree char *folder = make_folder(json);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_unlink(path);
    g_assert_null(medals_package_open(folder, &error));
    io_assert_error(&error, MEDALS_E_IO, text);
}

static void test_missing_files(void)
{
    refuse_without(COMPACT, "LICENSE", "LICENSE: missing");
    refuse_without(COMPACT, "vocab.txt", "text.vocab");
    refuse_without(COMPACT, "projection.safetensors", "text.projection");
    refuse_without(COMPACT, "vectors.safetensors", "text.vectors");
    refuse_without(COMPACT, "labels.json", "labels of model.json");
    refuse_without(COMPACT, "network.safetensors", "stages.0.weights");
    refuse_without(COMPACT, "model.json", "a model package");
    refuse_without(MEDAL_S, "stage2.safetensors", "stages.1.weights");
    refuse_without(MEDAL_S, "text_tower.safetensors", "text.weights");
    GError *error = NULL;
    g_assert_null(medals_package_open("no such folder", &error));
    io_assert_error(&error, MEDALS_E_IO, "missing");
}

static void test_optional_tower(void)
{
    g_autofree char *json = read_text(COMPACT);
    g_autofree char *folder = make_folder(json);
    g_autofree char *path =
        g_build_filename(folder, "text_tower.safetensors", NULL);
    g_unlink(path);
    MedalsPackage *p = medals_package_open(folder, NULL);
    g_assert_nonnull(p);
    g_assert_null(p->text_weights);
    g_assert_nonnull(p->text_vectors);
    medals_package_free(p);
}

static void refuse(const char *from, const char *to, const char *text)
{
    GError *error = NULL;
    g_autofree char *json = read_text(COMPACT);
    g_autofree char *wrong = replace(json, from, to);
    g_autofree char *folder = make_folder(wrong);
    g_assert_null(medals_package_open(folder, &error));
    io_assert_error(&error, MEDALS_E_INPUT, text);
}

static void test_mistakes(void)
{
    refuse("\"version\": 1", "\"version\": 2", "version: found 2");
    refuse("\"axes\": \"RAS\"", "\"axes\": \"RLS\"", "axes: found \"RLS\"");
    refuse("\"axes\": \"RAS\"", "\"axes\": \"RASL\"", "axes");
    refuse("\"axes\": \"RAS\",", "", "axes: found nothing");
    refuse("\"axes\"", "\"axis\"", "axis: a field that is not known");
    refuse("\"version\": 1,", "\"version\": 1, \"version\": 1,", "twice");
    refuse("\"heads\": 8", "\"heads\": 0", "network.heads");
    refuse("\"heads\": 8", "\"heads\": 8.5", "network.heads");
    refuse("\"heads\": 8", "\"heads\": \"8\"", "network.heads");
    refuse("[64, 64, 64]", "[64, 64, 60]", "multiples of 32");
    refuse("[64, 64, 64]", "[64, 64]", "stages.0.crop");
    refuse("[64, 64, 64]", "[64, 64, 65536]", "stages.0.crop");
    refuse("\"ct\": 3.0", "\"ct\": 0", "stages.0.spacing.ct");
    refuse("\"ct\": 3.0", "\"ct\": [1, 2]", "stages.0.spacing.ct");
    refuse("\"mri\": 2.8, ", "", "stages.0.spacing.mri: found nothing");
    refuse("\"prompt\": false", "\"prompt\": true", "no stage comes before");
    refuse("\"enlarge\"", "\"enlarged\"", "medal-s or enlarge");
    refuse("[-160, 240]", "[240, -160]", "lower bound");
    refuse("[-160, 240]", "[-160, 1e999]", "ct_window");
    refuse("\"bert\"", "\"gpt\"", "bert or mpnet");
    refuse("\"network.safetensors\"", "\"../network.safetensors\"",
           "inside the package");
    refuse("\"network.safetensors\"", "\"/etc/passwd\"", "inside the package");
    refuse("\"network.safetensors\"", "\"a\\\\b\"", "inside the package");
    refuse("\"vocab.txt\"", "\"x/../../vocab.txt\"", "inside the package");
    refuse("\"pet\": [\"tumor\"]", "\"pet\": [5]", "trained.pet");
    refuse("\"pet\": [\"tumor\"]", "\"pet\": \"tumor\"", "trained.pet");
    refuse("{\n  \"version\"", "[[[[[[[[[[[[[[[[[[[[{\n  \"version\"",
           "nested");
    refuse("{\n  \"version\"", "{\n  version", "not JSON");
}

static void test_names(void)
{
    g_assert_true(medals_package_name_ok("a.txt"));
    g_assert_true(medals_package_name_ok("a/b c.txt"));
    const char *const wrong[] = {"",     "/a",    "..",  "a/..", "a//b",
                                 "a\\b", "a/./b", "C:x", "a\nb"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(medals_package_name_ok(wrong[i]));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/io/package/compact", test_compact);
    g_test_add_func("/io/package/medal_s", test_medal_s);
    g_test_add_func("/io/package/missing_files", test_missing_files);
    g_test_add_func("/io/package/optional_tower", test_optional_tower);
    g_test_add_func("/io/package/mistakes", test_mistakes);
    g_test_add_func("/io/package/names", test_names);
    return io_fixture_run();
}

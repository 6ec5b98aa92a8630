/*
 * test_convert.c - checkpoints to a package, whole or not at all
 */
#include <string.h>

#include "io_fixture.h"
#include "medals/checkpoint.h"
#include "medals/convert.h"
#include "package.h"
#include "weights.h"

#define NETWORK                                                                \
    "golden/nano_UNet_CVPR2025_crop_size_64_64_32_spacing_1.5_1.5_3.0_"        \
    "step_7.pth"

/* The goldens' narrow Medal S with its tiny sentence encoder. */
typedef struct Sources {
    char *network, *text, *vocab, *config, *tower, *license;
} Sources;

static void copy_into(const char *folder, const char *name, const char *from)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *bytes = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(from, &bytes, &size, NULL));
    g_assert_true(g_file_set_contents(path, bytes, (gssize) size, NULL));
}

static bool find_sources(Sources *s)
{
    *s = (Sources){.network = io_shared(NETWORK)};
    if (!s->network)
        return false;
    s->text = io_shared("golden/text_encoder_tiny.pth");
    s->vocab = io_shared("golden/vocab_tiny.txt");
    s->config = io_shared("golden/text_config_tiny.json");
    if (!s->text || !s->vocab || !s->config)
        return false;
    s->tower = io_path("tower");
    g_mkdir(s->tower, 0700);
    copy_into(s->tower, "vocab.txt", s->vocab);
    copy_into(s->tower, "config.json", s->config);
    s->license = io_write("terms", "free\n", 5);
    return true;
}

static void sources_clear(Sources *s)
{
    g_free(s->network);
    g_free(s->text);
    g_free(s->vocab);
    g_free(s->config);
    g_free(s->tower);
    g_free(s->license);
}

static MedalsContext *make_context(void)
{
    MedalsContextOptions options = MEDALS_CONTEXT_OPTIONS_INIT;
    MedalsContext *context;
    options.threads = 1;
    g_assert_cmpint(medals_context_new(&context, &options, NULL), ==, 0);
    return context;
}

static MedalsConvertOptions make_options(const Sources *s,
                                         const char *const *stages,
                                         size_t count, const char *output)
{
    MedalsConvertOptions options = MEDALS_CONVERT_OPTIONS_INIT;
    options.stages = stages;
    options.stage_count = count;
    options.text_encoder = s->text;
    options.tower = s->tower;
    options.license = s->license;
    options.output = output;
    return options;
}

/* Names in the test's folder that begin like the output. */
static unsigned leftovers(const char *output)
{
    g_autofree char *parent = g_path_get_dirname(output);
    g_autofree char *name = g_path_get_basename(output);
    GDir *folder = g_dir_open(parent, 0, NULL);
    const char *entry;
    unsigned count = 0;
    while ((entry = g_dir_read_name(folder)))
        count += strstr(entry, name) != NULL;
    g_dir_close(folder);
    return count;
}

static void check_shared_stages(const char *output, const Sources *s)
{
    MedalsPackage *package = medals_package_open(output, NULL);
    g_assert_nonnull(package);
    g_assert_cmpuint(package->stage_count, ==, 2);
    g_assert_cmpstr(package->stages[0].weights, ==, package->stages[1].weights);
    g_assert_cmpint(package->text_heads, ==, 4); /* of config.json */
    MedalsWeights *made = medals_weights_open(package->stages[0].weights, NULL);
    MedalsWeights *from = medals_weights_open(s->network, NULL);
    const char *name = "fusion_conv.convs.0.conv.weight";
    const MedalsStoredTensor *a = medals_weights_find(made, name);
    const MedalsStoredTensor *b = medals_weights_find(from, name);
    g_assert_cmpmem(a->data, a->bytes, b->data, b->bytes);
    g_assert_null(medals_weights_find(made, "mid_mask_embed_proj.0.0.weight"));
    g_assert_null(
        medals_weights_find(made, "fusion_conv.convs.0.all_modules.0.weight"));
    MedalsWeights *tower = medals_weights_open(package->text_weights, NULL);
    g_assert_cmpint(medals_weights_at(tower, 0)->dtype, ==, MEDALS_BF16);
    g_assert_nonnull(
        medals_weights_find(tower, "embeddings.word_embeddings.weight"));
    MedalsWeights *vectors = medals_weights_open(package->text_vectors, NULL);
    g_assert_cmpuint(medals_weights_count(vectors), >, 100);
    medals_weights_unref(vectors);
    medals_weights_unref(tower);
    medals_weights_unref(made);
    medals_weights_unref(from);
    medals_package_free(package);
}

static void test_two_stages(void)
{
    Sources s;
    if (find_sources(&s)) {
        MedalsContext *context = make_context();
        g_autofree char *output = io_path("made");
        const char *stages[] = {s.network, s.network};
        MedalsConvertOptions options = make_options(&s, stages, 2, output);
        MedalsConvertReport report = {.struct_size = sizeof report};
        MedalsError *error = NULL;
        for (int pass = 0; pass < 2; pass++) { /* again: replaces itself */
            medals_convert(context, &options, &report, &error);
            g_assert_cmpstr(medals_error_message(error), ==, "");
            check_shared_stages(output, &s);
            g_assert_cmpuint(leftovers(output), ==, 1);
        }
        g_assert_cmpuint(report.parameters, ==, 1369904);
        g_assert_cmpuint(report.stages, ==, 2);
        medals_context_free(&context);
    }
    sources_clear(&s);
}

static void refuse(const MedalsConvertOptions *options, MedalsStatus status,
                   const char *text)
{
    MedalsContext *context = make_context();
    MedalsError *error = NULL;
    g_assert_cmpint(medals_convert(context, options, NULL, &error), ==, status);
    GError *inner = (GError *) error;
    io_assert_error(&inner, status, text);
    medals_context_free(&context);
}

static bool say_no(void *cookie, const MedalsProgress *progress)
{
    return false;
}

static void refuse_all(const Sources *s, const char *output)
{
    const char *one[] = {s->network}, *wrong[] = {s->text};
    MedalsConvertOptions good = make_options(s, one, 1, output), o = good;
    o.stages = wrong;
    refuse(&o, MEDALS_E_SHAPE, "tensor");
    o = good;
    o.text_encoder = s->network;
    refuse(&o, MEDALS_E_IO, "model.safetensors");
    o.tower = NULL;
    refuse(&o, MEDALS_E_USAGE, "no sentence encoder");
    o = good;
    o.license = NULL;
    refuse(&o, MEDALS_E_USAGE, "licence");
    o = good;
    o.license = "no such file";
    refuse(&o, MEDALS_E_IO, "no such file");
    o = good;
    o.tower = NULL;
    refuse(&o, MEDALS_E_USAGE, "vocabulary");
    o = good;
    o.recipe = "compact";
    refuse(&o, MEDALS_E_SHAPE, "tensor");
    o = good;
    o.labels = s->vocab;
    refuse(&o, MEDALS_E_INPUT, "labels.json");
    o = good;
    o.stage_count = 0;
    refuse(&o, MEDALS_E_USAGE, "checkpoints");
    o = good;
    o.output = "";
    refuse(&o, MEDALS_E_USAGE, "output");
    o = good;
    o.progress = say_no;
    refuse(&o, MEDALS_E_CANCELLED, "cancelled");
    o = good;
    o.output = s->tower; /* a folder that is no package */
    refuse(&o, MEDALS_E_INPUT, "no model package");
}

static void test_refused(void)
{
    Sources s;
    if (find_sources(&s)) {
        g_autofree char *output = io_path("never");
        refuse_all(&s, output);
        g_assert_cmpuint(leftovers(output), ==, 0);
        g_autofree char *config =
            g_build_filename(s.tower, "config.json", NULL);
        g_assert_true(g_file_test(config, G_FILE_TEST_EXISTS));
    }
    sources_clear(&s);
}

static void test_other_tower(void)
{
    Sources s;
    if (find_sources(&s)) {
        g_autofree char *config =
            g_build_filename(s.tower, "config.json", NULL);
        g_assert_true(g_file_set_contents(config, "{\"model_type\": \"bert\"}",
                                          -1, NULL));
        g_autofree char *output = io_path("never");
        const char *one[] = {s.network};
        MedalsConvertOptions options = make_options(&s, one, 1, output);
        refuse(&options, MEDALS_E_INPUT, "model_type is bert; expected mpnet");
        g_assert_cmpuint(leftovers(output), ==, 0);
    }
    sources_clear(&s);
}

/* A recipe may not name files outside of the package. */
static void test_recipe_paths(void)
{
    Sources s;
    if (find_sources(&s)) {
        g_autofree char *json = NULL;
        g_assert_true(g_file_get_contents(
            MEDALS_RESOURCES "/models/medal-s/model.json", &json, NULL, NULL));
        g_auto(GStrv) parts = g_strsplit(json, "stage1.", 2);
        g_autofree char *evil = g_strjoinv("../stage1.", parts);
        g_autofree char *recipe = io_write("evil.json", evil, strlen(evil));
        g_autofree char *output = io_path("never");
        const char *one[] = {s.network};
        MedalsConvertOptions options = make_options(&s, one, 1, output);
        options.recipe = recipe;
        refuse(&options, MEDALS_E_INPUT, "plain file name");
        g_assert_cmpuint(leftovers(output), ==, 0);
    }
    sources_clear(&s);
}

static void test_checkpoint(void)
{
    g_autofree char *path = io_shared(NETWORK);
    if (!path)
        return;
    MedalsCheckpoint *checkpoint;
    g_assert_cmpint(medals_checkpoint_open(&checkpoint, path, NULL), ==, 0);
    g_assert_cmpstr(medals_checkpoint_format(checkpoint), ==, "pytorch");
    g_assert_cmpint(medals_checkpoint_step(checkpoint), ==, 7);
    g_assert_cmpuint(medals_checkpoint_parameters(checkpoint), ==, 1387000);
    size_t count = medals_checkpoint_tensor_count(checkpoint), aliases = 0;
    MedalsTensorInfo info = {.struct_size = sizeof info};
    for (size_t i = 0; i < count; i++) {
        g_assert_true(medals_checkpoint_tensor(checkpoint, i, &info));
        aliases += info.alias_of != NULL;
    }
    g_assert_cmpuint(aliases, ==, 92);
    g_assert_false(medals_checkpoint_tensor(checkpoint, count, &info));
    medals_checkpoint_free(&checkpoint);
    g_assert_null(checkpoint);
    MedalsError *error = NULL;
    g_assert_cmpint(medals_checkpoint_open(&checkpoint, "nowhere", &error), ==,
                    MEDALS_E_IO);
    medals_error_free(&error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/io/convert/two_stages", test_two_stages);
    g_test_add_func("/io/convert/refused", test_refused);
    g_test_add_func("/io/convert/other_tower", test_other_tower);
    g_test_add_func("/io/convert/recipe_paths", test_recipe_paths);
    g_test_add_func("/io/convert/checkpoint", test_checkpoint);
    return io_fixture_run();
}

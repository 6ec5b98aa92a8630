/*
 * conversion.c - making a model package
 *
 *   open all sources -> check names and shapes -> temporary folder:
 *     weights, vocabulary, labels, licence, card, model.json without vectors
 *     -> open it, compute sentence vectors of the texts it was trained on
 *     -> model.json as it stays -> open it as a model -> rename
 */
#include "conversion.h"

#include <glib/gstdio.h>
#include <string.h>

#include "file.h"
#include "memory.h"
#include "model_data.h"
#include "package_writer.h"
#include "unicode_text.h"
#include "widths.h"

/* Shares of the progress: copying weights, computing vectors. */
#define COPIED 0.6
#define VECTORS_DONE 0.98
#define TEXT_MAX 512 /* bytes of a tensor name, hence of a stored text */

typedef struct Conversion {
    const MedalsConvertOptions *options;
    const MedalsContext *context;
    MedalsTask task;
    MedalsRecipe *recipe;
    MedalsPackageParts parts;
    char *license;
    char *vocab;
    char *vectors; /* of the recipe's package, where there is no tower */
    char *folder;  /* temporary, or NULL */
    MedalsConvertReport report;
} Conversion;

/* --- what is given -------------------------------------------------------- */

static bool check_options(const MedalsConvertOptions *options, GError **error)
{
    if (!options->output || !options->output[0])
        return medals_fail(error, MEDALS_E_USAGE,
                           "output: none given; expected the new folder");
    if (options->stage_count < 1 || options->stage_count > 2)
        return medals_fail(error, MEDALS_E_USAGE,
                           "checkpoints: %zu given; expected one a stage, at "
                           "most 2",
                           options->stage_count);
    for (size_t i = 0; i < options->stage_count; i++)
        if (!options->stages || !options->stages[i])
            return medals_fail(error, MEDALS_E_USAGE,
                               "checkpoint %zu: NULL; expected a path", i + 1);
    if (!options->text_encoder)
        return medals_fail(error, MEDALS_E_USAGE,
                           "text encoder: none given; expected the checkpoint "
                           "with projection_layer and modality_embed");
    int network = (int) options->network_storage;
    int tower = (int) options->tower_storage;
    if (network < MEDALS_STORE_AS_IS || network > MEDALS_STORE_BF16 ||
        tower < MEDALS_STORE_AS_IS || tower > MEDALS_STORE_NONE)
        return medals_fail(error, MEDALS_E_USAGE,
                           "storage: %d and %d; expected values of "
                           "MedalsStorage",
                           network, tower);
    return true;
}

/* Only a package is ever replaced: a wrong -o must not cost a folder. */
static bool check_output(const char *output, GError **error)
{
    if (!g_file_test(output, G_FILE_TEST_EXISTS))
        return true;
    g_autofree char *json = g_build_filename(output, "model.json", NULL);
    return g_file_test(json, G_FILE_TEST_IS_REGULAR) ||
           medals_fail(error, MEDALS_E_INPUT,
                       "%s: exists and is no model package; expected a new "
                       "name",
                       output);
}

static bool find_license(Conversion *c, GError **error)
{
    const MedalsConvertOptions *options = c->options;
    if (options->license) {
        c->license = g_strdup(options->license);
        return true;
    }
    g_autofree char *folder = g_path_get_dirname(options->stages[0]);
    c->license = g_build_filename(folder, "LICENSE", NULL);
    return g_file_test(c->license, G_FILE_TEST_IS_REGULAR) ||
           medals_fail(error, MEDALS_E_USAGE,
                       "licence: none given and no %s; expected the licence of "
                       "the weights",
                       c->license);
}

static bool find_vocab(Conversion *c, GError **error)
{
    const MedalsConvertOptions *options = c->options;
    if (!options->vocab && !options->tower)
        return medals_fail(error, MEDALS_E_USAGE,
                           "vocabulary: none given; expected vocab.txt, or the "
                           "folder of the sentence encoder");
    c->vocab = options->vocab
                   ? g_strdup(options->vocab)
                   : g_build_filename(options->tower, "vocab.txt", NULL);
    return true;
}

/* --- opening the sources -------------------------------------------------- */

static bool same_file(const char *a, const char *b)
{
    g_autofree char *x = g_canonicalize_filename(a, NULL);
    g_autofree char *y = g_canonicalize_filename(b, NULL);
    return !strcmp(x, y);
}

static bool open_stages(Conversion *c, GError **error)
{
    const MedalsConvertOptions *options = c->options;
    MedalsPackageParts *parts = &c->parts;
    if (!medals_recipe_keep_stages(c->recipe, options->stage_count, error))
        return false;
    for (size_t i = 0; i < options->stage_count; i++) {
        const char *path = options->stages[i];
        bool shared = i > 0 && same_file(path, options->stages[0]);
        if (shared)
            medals_recipe_share(c->recipe, i, 0);
        parts->stages[i] = shared ? medals_weights_ref(parts->stages[0])
                                  : medals_weights_open(path, error);
        if (!parts->stages[i])
            return false;
        parts->stage_count = i + 1;
    }
    return true;
}

static MedalsWeights *open_tower_folder(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "model.safetensors", NULL);
    g_autofree char *older =
        g_build_filename(folder, "pytorch_model.bin", NULL);
    bool use_older = !g_file_test(path, G_FILE_TEST_EXISTS) &&
                     g_file_test(older, G_FILE_TEST_EXISTS);
    return medals_weights_open(use_older ? older : path, error);
}

/* The sentence vectors of the package that the recipe is of, if there is such
 * a file: they stand in for a sentence encoder. @owner g_free */
static char *recipe_vectors(const Conversion *c)
{
    const char *recipe = c->options->recipe;
    const char *file = medals_recipe_file(c->recipe, -1, "vectors", NULL);
    if (!recipe || !file || !strcmp(recipe, "medal-s") ||
        !strcmp(recipe, "compact"))
        return NULL;
    g_autofree char *folder = g_path_get_dirname(recipe);
    g_autofree char *path = g_build_filename(folder, file, NULL);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&path)
                                                     : NULL;
}

/* The sentence encoder: from the text encoder's checkpoint if it is whole
 * there, as published; else from the folder; else none, where vectors of the
 * known texts exist and none is to be stored. */
static bool open_text(Conversion *c, GError **error)
{
    const MedalsConvertOptions *options = c->options;
    MedalsPackageParts *parts = &c->parts;
    parts->projection = medals_weights_open(options->text_encoder, error);
    if (!parts->projection)
        return false;
    if (medals_package_has_tower(parts->projection))
        parts->tower = medals_weights_ref(parts->projection);
    else if (options->tower)
        parts->tower = open_tower_folder(options->tower, error);
    else if (options->tower_storage == MEDALS_STORE_NONE)
        c->vectors = recipe_vectors(c);
    if (!parts->tower && options->tower)
        return false;
    if (!parts->tower && !c->vectors)
        return medals_fail(error, MEDALS_E_USAGE,
                           "%s: holds no sentence encoder; expected one, or "
                           "the folder of one",
                           options->text_encoder);
    g_autofree char *config =
        options->tower ? g_build_filename(options->tower, "config.json", NULL)
                       : NULL;
    return !config || !g_file_test(config, G_FILE_TEST_EXISTS) ||
           medals_recipe_apply_config(c->recipe, config, error);
}

static bool open_sources(Conversion *c, GError **error)
{
    const char *recipe = c->options->recipe ? c->options->recipe : "medal-s";
    c->recipe = medals_recipe_open(recipe, error);
    c->parts.recipe = c->recipe;
    c->parts.network_storage = c->options->network_storage;
    c->parts.tower_storage = c->options->tower_storage;
    return c->recipe && open_stages(c, error) && open_text(c, error) &&
           find_license(c, error) && find_vocab(c, error);
}

/* --- filling the folder --------------------------------------------------- */

static char *card_text(const Conversion *c)
{
    GString *text = g_string_new("# Model package\n\nMade by `medals convert` "
                                 "from:\n\n");
    for (size_t i = 0; i < c->options->stage_count; i++) {
        g_autofree char *name = g_path_get_basename(c->options->stages[i]);
        g_string_append_printf(text, "- %s\n", name);
    }
    g_autofree char *name = g_path_get_basename(c->options->text_encoder);
    g_string_append_printf(
        text, "- %s\n\nThe licence of the weights: LICENSE.\n", name);
    return g_string_free(text, FALSE);
}

static bool write_card(const Conversion *c, GError **error)
{
    if (c->options->readme)
        return medals_package_copy(c->folder, "README.md", c->options->readme,
                                   error);
    g_autofree char *text = card_text(c);
    return medals_package_write_text(c->folder, "README.md", text, error);
}

static bool write_labels(const Conversion *c, GError **error)
{
    if (!c->options->labels) {
        medals_recipe_drop(c->recipe, "labels");
        return true;
    }
    const char *file = medals_recipe_file(c->recipe, -1, "labels", error);
    return file &&
           medals_package_copy(c->folder, file, c->options->labels, error);
}

/* The tower's field may stay without the file only where the recipe says that
 * it is optional. */
static void settle_tower(Conversion *c)
{
    if (c->options->tower_storage == MEDALS_STORE_NONE &&
        !medals_recipe_tower_optional(c->recipe))
        medals_recipe_drop(c->recipe, "weights");
}

static bool write_files(Conversion *c, GError **error)
{
    const char *vocab = medals_recipe_file(c->recipe, -1, "vocab", error);
    if (!vocab)
        return false;
    medals_task_phase(&c->task, "weights");
    medals_task_span(&c->task, COPIED, medals_package_weight_bytes(&c->parts));
    if (!medals_package_write_weights(&c->parts, &c->task, &c->report, error))
        return false;
    settle_tower(c);
    return medals_package_copy(c->folder, vocab, c->vocab, error) &&
           medals_package_copy(c->folder, "LICENSE", c->license, error) &&
           write_card(c, error) && write_labels(c, error);
}

/* --- sentence vectors ----------------------------------------------------- */

static void add_text(GPtrArray *texts, GHashTable *seen, const char *text)
{
    if (strlen(text) > TEXT_MAX)
        return;
    char *key = medals_utf8_lower(text);
    if (g_hash_table_add(seen, key))
        g_ptr_array_add(texts, g_strdup(text));
}

static void add_table(GPtrArray *texts, GHashTable *seen,
                      const MedalsLabelTable *table, bool synonyms)
{
    for (size_t i = 0; i < medals_label_table_count(table); i++) {
        const MedalsClass *info = medals_label_table_at(table, i);
        add_text(texts, seen, info->name);
        for (char **s = info->synonyms; synonyms && s && *s; s++)
            add_text(texts, seen, *s);
    }
}

/* Trained texts, names and synonyms of the package's own classes, names of the
 * table where the model was trained on it; each once, whatever its case. */
static bool list_texts(const MedalsPackage *package, GPtrArray *texts,
                       GError **error)
{
    g_autoptr(GHashTable) seen =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t m = 0; m < G_N_ELEMENTS(package->trained); m++)
        for (char **t = package->trained[m]; t && *t; t++)
            add_text(texts, seen, *t);
    if (package->labels) {
        MedalsLabelTable *own = medals_label_table_read(package->labels, error);
        if (!own)
            return false;
        add_table(texts, seen, own, true);
        medals_label_table_free(own);
    }
    if (!package->trained_on_table)
        return true;
    const MedalsLabelTable *table = medals_label_table_builtin(error);
    if (table)
        add_table(texts, seen, table, false);
    return table != NULL;
}

static bool run_encoder(Conversion *c, MedalsQueryEncoder *encoder,
                        char *const *texts, size_t count, float *vectors,
                        GError **error)
{
    const MedalsContext *context = c->context;
    MedalsExec exec = {context->lane, context->kernels, &c->task};
    size_t width = (size_t) medals_query_encoder_sentence_width(encoder);
    if (!medals_lane_enter(context->lane, &c->task, error))
        return false;
    medals_task_phase(&c->task, "text");
    medals_task_span(&c->task, VECTORS_DONE, (double) count);
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        const char *text = texts[i];
        ok = medals_query_encoder_sentences(&exec, encoder, &text, 1,
                                            vectors + i * width, NULL, error);
        if (ok && !medals_task_advance(&c->task, 1))
            ok = medals_task_check(&c->task, error);
    }
    medals_lane_leave(context->lane);
    return ok;
}

static bool write_vectors(Conversion *c, MedalsQueryEncoder *encoder,
                          GPtrArray *texts, GError **error)
{
    int64_t width = medals_query_encoder_sentence_width(encoder);
    float *vectors = medals_alloc(texts->len, (size_t) width * sizeof *vectors,
                                  "sentence vectors", error);
    if (!vectors)
        return false;
    char *const *list = (char *const *) texts->pdata;
    bool ok = run_encoder(c, encoder, list, texts->len, vectors, error) &&
              medals_package_write_vectors(&c->parts, list, texts->len, vectors,
                                           width, error);
    medals_free(vectors);
    c->report.vectors = texts->len;
    return ok;
}

/* The package as it is so far, with the tower as it came, in full precision. */
static bool make_vectors(Conversion *c, MedalsPackage *package, GError **error)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    if (!list_texts(package, texts, error))
        return false;
    if (texts->len == 0) {
        medals_recipe_drop(c->recipe, "vectors");
        return true;
    }
    g_free(package->text_weights);
    package->text_weights = g_strdup(medals_weights_path(c->parts.tower));
    MedalsQueryEncoder *encoder = medals_query_encoder_new(package, error);
    bool ok = encoder && write_vectors(c, encoder, texts, error);
    medals_query_encoder_free(encoder);
    return ok;
}

static bool copy_vectors(Conversion *c, GError **error)
{
    const char *file = medals_recipe_file(c->recipe, -1, "vectors", error);
    MedalsWeights *vectors = medals_weights_open(c->vectors, error);
    if (vectors)
        c->report.vectors = medals_weights_count(vectors);
    medals_weights_unref(vectors);
    return file && vectors &&
           medals_package_copy(c->folder, file, c->vectors, error);
}

static bool add_vectors(Conversion *c, MedalsPackage *package, GError **error)
{
    if (!medals_recipe_has(c->recipe, "vectors"))
        return true;
    return c->vectors ? copy_vectors(c, error)
                      : make_vectors(c, package, error);
}

static bool check_networks(const Conversion *c, const MedalsPackage *package,
                           GError **error)
{
    MedalsWidths widths;
    for (size_t i = 0; i < c->parts.stage_count; i++)
        if (!medals_widths_read(&widths, c->parts.stages[i], package->heads,
                                error))
            return false;
    return true;
}

/* The package without its vectors is whole: it is opened to make them. */
static bool finish_folder(Conversion *c, GError **error)
{
    MedalsRecipe *without = medals_recipe_copy(c->recipe);
    medals_recipe_drop(without, "vectors");
    bool written = medals_recipe_write(without, c->folder, error);
    medals_recipe_free(without);
    MedalsPackage *package =
        written ? medals_package_open(c->folder, error) : NULL;
    bool ok = package && check_networks(c, package, error) &&
              add_vectors(c, package, error);
    medals_package_free(package);
    return ok && medals_recipe_write(c->recipe, c->folder, error);
}

/* --- the whole ------------------------------------------------------------ */

static bool verify(const Conversion *c, GError **error)
{
    MedalsModel *model = medals_model_create(
        c->context->lane, c->context->kernels, c->folder, MEDALS_F32, error);
    bool ok = model != NULL;
    medals_model_free(&model);
    return ok;
}

static uint64_t folder_bytes(const char *path)
{
    uint64_t sum = 0;
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *name;
    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        GStatBuf status;
        if (g_stat(file, &status) == 0)
            sum += (uint64_t) status.st_size;
    }
    if (folder)
        g_dir_close(folder);
    return sum;
}

static bool make_package(Conversion *c, GError **error)
{
    if (!open_sources(c, error))
        return false;
    c->folder = medals_folder_begin(c->options->output, error);
    c->parts.folder = c->folder;
    if (!c->folder || !write_files(c, error) || !finish_folder(c, error) ||
        !verify(c, error) || !medals_task_check(&c->task, error))
        return false;
    c->report.stages = c->parts.stage_count;
    c->report.bytes = folder_bytes(c->folder);
    /* Commit cleans up after itself when it fails. */
    g_autofree char *folder = g_steal_pointer(&c->folder);
    return medals_folder_commit(folder, c->options->output, error);
}

static void conversion_clear(Conversion *c)
{
    medals_folder_abort(c->folder);
    for (size_t i = 0; i < G_N_ELEMENTS(c->parts.stages); i++)
        medals_weights_unref(c->parts.stages[i]);
    medals_weights_unref(c->parts.projection);
    medals_weights_unref(c->parts.tower);
    medals_recipe_free(c->recipe);
    g_free(c->license);
    g_free(c->vocab);
    g_free(c->vectors);
    g_free(c->folder);
}

bool medals_conversion_run(const MedalsContext *context,
                           const MedalsConvertOptions *options,
                           MedalsConvertReport *report, GError **error)
{
    Conversion c = {.options = options, .context = context};
    medals_task_init(&c.task, options->progress, options->progress_cookie);
    bool ok = check_options(options, error) &&
              check_output(options->output, error) && make_package(&c, error);
    *report = c.report;
    conversion_clear(&c);
    return ok;
}

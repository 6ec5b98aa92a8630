/*
 * golden_text.c - prompt rules, tokenizers, sentence encoders, queries
 */
#include <math.h>
#include <string.h>

#include "file.h"
#include "golden.h"
#include "memory.h"
#include "relative_bias.h"
#include "tensor.h"
#include "text_projection.h"
#include "text_rules.h"
#include "text_tower.h"

#define MAX_TOKENS 256
/* What a bf16 copy of a tower must keep of a sentence vector's direction. */
#define BF16_COSINE 0.9995

/* ---- text_extraction ---- */

static const char *const written_modalities[] = {"CT", "MRI", "US", "PET",
                                                 "Microscopy"};

static const char *modality_text(MedalsModality modality)
{
    return modality < 0 ? NULL : written_modalities[modality];
}

static void extraction_row(GoldenRun *run, const MedalsLabelTable *table,
                           const cJSON *row, unsigned number)
{
    const char *sentence = golden_text(row, "sentence");
    bool lesion = golden_number(row, "instance_label", 0) == 1;
    MedalsModality modality = medals_text_modality_literal(sentence);
    int64_t index = medals_text_class(table, modality, lesion, sentence);
    const MedalsClass *info =
        index < 0 ? NULL : medals_label_table_at(table, (size_t) index);
    const char *name = info ? info->name : NULL;
    double found = info ? (double) info->table_index : -1;
    bool ok =
        !g_strcmp0(modality_text(modality), golden_text(row, "modality")) &&
        !g_strcmp0(name, golden_text(row, "class")) &&
        found == golden_number(row, "table_index", -1);
    g_autofree char *id = g_strdup_printf("row%u", number);
    golden_case(run, ok, id, "%s -> %s, %s", sentence,
                modality < 0 ? "none" : modality_text(modality),
                name ? name : "none");
}

void golden_text_extraction(GoldenRun *run, const cJSON *group)
{
    GError *error = NULL;
    const MedalsLabelTable *table = medals_label_table_builtin(&error);
    if (!table) {
        golden_error(run, "labels", error);
        return;
    }
    cJSON *rows = golden_open_json(run, group, 0);
    if (!rows)
        return;
    unsigned number = 0;
    const cJSON *row;
    cJSON_ArrayForEach(row, rows)
    {
        if (golden_text(row, "sentence"))
            extraction_row(run, table, row, number);
        else
            golden_case(run, false, "row", "row %u has no sentence", number);
        number++;
    }
    double count = golden_number(group, "count", number);
    if (count != number)
        golden_case(run, false, "count", "%u rows; expected %g", number, count);
    cJSON_Delete(rows);
}

/* ---- towers ---- */

/* What the two encoder groups have in common. */
typedef struct Encoder {
    GoldenRun *run;
    MedalsWeights *data; /* expected values */
    MedalsWeights *weights;
    MedalsTokenizer *tokenizer;
    MedalsTextTower *tower;
    size_t width;
    bool exact; /* no tensor of the tower is stored in 16 bits */
    double limit;
} Encoder;

static void encoder_clear(Encoder *e)
{
    medals_text_tower_free(e->tower);
    medals_tokenizer_free(e->tokenizer);
    if (e->weights)
        medals_weights_unref(e->weights);
    if (e->data)
        medals_weights_unref(e->data);
}

/* heads and eps of a config.json; what it lacks stays as it is. */
static void read_config(const char *path, MedalsTextTowerOptions *options)
{
    size_t size;
    g_autofree char *text = medals_file_read(path, 1 << 20, &size, NULL);
    cJSON *config = text ? cJSON_ParseWithLength(text, size) : NULL;
    options->heads = (int64_t) golden_number(config, "num_attention_heads",
                                             (double) options->heads);
    options->norm_eps =
        golden_number(config, "layer_norm_eps", options->norm_eps);
    cJSON_Delete(config);
}

static bool encoder_open(Encoder *e, const char *weights, const char *vocab,
                         const MedalsTextTowerOptions *options)
{
    GError *error = NULL;
    e->weights = medals_weights_open(weights, &error);
    if (e->weights)
        e->tokenizer = medals_tokenizer_read(vocab, options->mpnet, &error);
    if (e->tokenizer)
        e->tower = medals_text_tower_new(e->weights, options, &error);
    if (!e->tower) {
        golden_error(e->run, "tower", error);
        return false;
    }
    e->width = (size_t) medals_text_tower_width(e->tower);
    e->exact = true;
    for (size_t i = 0; i < medals_weights_count(e->weights); i++) {
        MedalsDtype dtype = medals_weights_at(e->weights, i)->dtype;
        e->exact &= dtype != MEDALS_BF16 && dtype != MEDALS_F16;
    }
    return true;
}

/* The expected ids against the tokenizer's. */
static bool ids_agree(Encoder *e, const char *name, const int32_t *ids,
                      size_t count)
{
    g_autofree char *key = g_strconcat(name, ".ids", NULL);
    size_t expected_count;
    float *expected = golden_f32(e->data, key, &expected_count);
    bool ok = expected && expected_count == count;
    for (size_t i = 0; ok && i < count; i++)
        ok = expected[i] == (float) ids[i];
    if (!ok)
        golden_case(e->run, false, name, "%zu ids; expected %s, %zu", count,
                    key, expected ? expected_count : 0);
    medals_free(expected);
    return ok;
}

/* Largest difference to NAME.part, or infinity; absent = `absent`. */
static double difference(Encoder *e, const char *name, const char *part,
                         const float *values, size_t count, double absent)
{
    g_autofree char *key = g_strdup_printf("%s.%s", name, part);
    size_t expected_count;
    float *expected = golden_f32(e->data, key, &expected_count);
    if (!expected)
        return absent;
    double worst = expected_count == count
                       ? golden_max_abs(values, expected, count)
                       : INFINITY;
    medals_free(expected);
    return worst;
}

static double cosine_to(Encoder *e, const char *name, const char *part,
                        const float *values)
{
    g_autofree char *key = g_strdup_printf("%s.%s", name, part);
    size_t count;
    float *expected = golden_f32(e->data, key, &count);
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; expected && count == e->width && i < count; i++) {
        ab += (double) values[i] * expected[i];
        aa += (double) values[i] * values[i];
        bb += (double) expected[i] * expected[i];
    }
    medals_free(expected);
    return aa * bb > 0 ? ab / sqrt(aa * bb) : -1;
}

/* Tokenizes and runs one text. Reports only failures. */
static bool encode(Encoder *e, const char *name, const char *text,
                   float *vector, float *hidden, size_t *count)
{
    int32_t ids[MAX_TOKENS];
    bool cut;
    GError *error = NULL;
    if (!medals_tokenizer_run(e->tokenizer, text, ids, MAX_TOKENS, count, &cut,
                              &error)) {
        golden_error(e->run, name, error);
        return false;
    }
    if (!ids_agree(e, name, ids, *count))
        return false;
    if (!medals_text_tower_run(&e->run->exec, e->tower, ids, *count, vector,
                               hidden, &error)) {
        golden_error(e->run, name, error);
        return false;
    }
    return true;
}

/* ---- text_encoder ---- */

static void bucket_case(Encoder *e)
{
    size_t count, out_count;
    float *rel = golden_f32(e->data, "bucket.rel", &count);
    float *out = golden_f32(e->data, "bucket.out", &out_count);
    bool ok = rel && out && count == out_count;
    size_t wrong = 0;
    for (size_t i = 0; ok && i < count; i++)
        wrong += medals_relative_bucket((int64_t) rel[i]) != (int) out[i];
    golden_case(e->run, ok && wrong == 0, "bucket", "%zu of %zu differ", wrong,
                ok ? count : 0);
    medals_free(rel);
    medals_free(out);
}

/* All five modalities of one sentence vector: queries [5,Q]. */
static bool project(Encoder *e, const MedalsTextProjection *p,
                    const float *vector, float *queries, GError **error)
{
    for (int code = 0; code < MEDALS_MODALITY_COUNT; code++)
        if (!medals_text_projection_forward(
                &e->run->exec, p, vector, 1, (MedalsModality) code,
                queries + code * p->second.out, error))
            return false;
    return true;
}

/* Row `row` of the padded batch: ids, mask, query of modality code 1. */
static void batch_case(Encoder *e, size_t row, const float *query, size_t width)
{
    g_autofree char *name = g_strdup_printf("batch%zu", row);
    size_t n = 0, ids_n = 0, mask_n = 0;
    float *expected = golden_f32(e->data, "batch.query", &n);
    float *ids = golden_f32(e->data, "batch.ids", &ids_n);
    float *mask = golden_f32(e->data, "batch.mask", &mask_n);
    bool ok =
        expected && ids && mask && ids_n == mask_n && n >= (row + 1) * width;
    for (size_t i = 0; ok && i < ids_n; i++)
        ok = (ids[i] > 0) == (mask[i] != 0);
    double worst =
        ok ? golden_max_abs(query, expected + row * width, width) : INFINITY;
    golden_case(e->run, worst <= e->limit, name, "query %.2g of %.2g", worst,
                e->limit);
    medals_free(expected);
    medals_free(ids);
    medals_free(mask);
}

static void text_case(Encoder *e, const MedalsTextProjection *p,
                      const char *name, const char *text, size_t row)
{
    size_t count, width = (size_t) p->second.out;
    g_autofree float *vector = g_new(float, e->width);
    g_autofree float *hidden = g_new(float, e->width *MAX_TOKENS);
    g_autofree float *queries = g_new(float, width *MEDALS_MODALITY_COUNT);
    if (!encode(e, name, text, vector, hidden, &count))
        return;
    GError *error = NULL;
    if (!project(e, p, vector, queries, &error)) {
        golden_error(e->run, name, error);
        return;
    }
    double h = difference(e, name, "hidden", hidden, count * e->width, 0);
    double v = difference(e, name, "pooled", vector, e->width, INFINITY);
    double q = difference(e, name, "query_by_code", queries,
                          width * MEDALS_MODALITY_COUNT, INFINITY);
    golden_case(e->run, h <= e->limit && v <= e->limit && q <= e->limit, name,
                "%zu ids, hidden %.2g pooled %.2g query %.2g of %.2g", count, h,
                v, q, e->limit);
    const MedalsStoredTensor *batch = medals_weights_find(e->data, "batch.ids");
    if (!batch || batch->ndim != 2)
        golden_case(e->run, false, "batch", "batch.ids: missing");
    else if ((int64_t) row < batch->shape[0])
        batch_case(e, row, queries + MEDALS_MODALITY_MRI * width, width);
}

static void text_cases(Encoder *e, const cJSON *group)
{
    MedalsTextProjection projection = {0};
    GError *error = NULL;
    if (medals_text_projection_init(&projection, e->weights, &error)) {
        size_t row = 0;
        const cJSON *item;
        cJSON_ArrayForEach(item,
                           cJSON_GetObjectItemCaseSensitive(group, "cases"))
            text_case(e, &projection, golden_text(item, "case"),
                      golden_text(item, "text"), row++);
        bucket_case(e);
    } else {
        golden_error(e->run, "projection", error);
    }
    medals_text_projection_clear(&projection);
}

/* The path of the file that the group names under `key`. */
static char *named_path(GoldenRun *run, const cJSON *group, const char *key)
{
    const char *name = golden_text(group, key);
    if (name)
        return golden_path(run, name);
    golden_case(run, false, key, "the group names no %s", key);
    return NULL;
}

void golden_text_encoder(GoldenRun *run, const cJSON *group)
{
    g_autofree char *checkpoint = named_path(run, group, "checkpoint");
    g_autofree char *vocab = named_path(run, group, "vocab");
    g_autofree char *config = named_path(run, group, "config");
    if (!checkpoint || !vocab || !config)
        return;
    Encoder e = {.run = run, .limit = golden_limit(group, "abs")};
    MedalsTextTowerOptions options = {
        .mpnet = true, .heads = 12, .norm_eps = 1e-5};
    read_config(config, &options);
    if ((e.data = golden_open(run, group, 0)) &&
        encoder_open(&e, checkpoint, vocab, &options))
        text_cases(&e, group);
    encoder_clear(&e);
}

/* ---- bert_sentence_encoder ---- */

static void sentence_case(Encoder *e, const char *name, const char *text)
{
    size_t count;
    g_autofree float *vector = g_new(float, e->width);
    if (!encode(e, name, text, vector, NULL, &count))
        return;
    if (e->exact) {
        double worst =
            difference(e, name, "embedding", vector, e->width, INFINITY);
        golden_case(e->run, worst <= e->limit, name, "%zu ids, %.2g of %.2g",
                    count, worst, e->limit);
    } else {
        double cosine = cosine_to(e, name, "embedding", vector);
        golden_case(e->run, cosine >= BF16_COSINE, name,
                    "%zu ids, not float32: cosine %.6f of %.4f", count, cosine,
                    BF16_COSINE);
    }
}

/* DIR/model.safetensors as published, or a package's own name for it. */
static char *tower_weights(const char *folder)
{
    char *path = g_build_filename(folder, "model.safetensors", NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return path;
    g_free(path);
    return g_build_filename(folder, "text_tower.safetensors", NULL);
}

void golden_bert_sentence_encoder(GoldenRun *run, const cJSON *group)
{
    const char *folder = run->text_tower;
    if (!folder || !folder[0] || !g_file_test(folder, G_FILE_TEST_IS_DIR)) {
        golden_case(run, false, "tower",
                    "no folder \"%s\"; pass --text-tower DIR, a folder with "
                    "model.safetensors and vocab.txt",
                    folder ? folder : "");
        return;
    }
    g_autofree char *weights = tower_weights(folder);
    g_autofree char *vocab = g_build_filename(folder, "vocab.txt", NULL);
    g_autofree char *config = g_build_filename(folder, "config.json", NULL);
    Encoder e = {.run = run, .limit = golden_limit(group, "abs")};
    MedalsTextTowerOptions options = {
        .heads = 12, .norm_eps = 1e-12, .l2_normalise = true};
    read_config(config, &options);
    const cJSON *item;
    if ((e.data = golden_open(run, group, 0)) &&
        encoder_open(&e, weights, vocab, &options))
        cJSON_ArrayForEach(item,
                           cJSON_GetObjectItemCaseSensitive(group, "cases"))
            sentence_case(&e, golden_text(item, "case"),
                          golden_text(item, "text"));
    encoder_clear(&e);
}

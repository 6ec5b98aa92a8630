/*
 * text_tower.c - embeddings, layers, pooling
 */
#include "text_tower.h"

#include <math.h>
#include <string.h>

#include "memory.h"
#include "relative_bias.h"
#include "tensor.h"
#include "text_layer.h"

/* More layers than this are not a sentence encoder. */
#define MAX_LAYERS 256
/* MPNet counts positions from its padding id + 1. */
#define MPNET_PAD 1

struct MedalsTextTower {
    MedalsTextTowerOptions options;
    MedalsWeights *weights;
    int64_t width, wide;                 /* W, largest F */
    const MedalsStoredTensor *words;     /* [words,W], in the file */
    const MedalsStoredTensor *positions; /* [positions,W], in the file */
    float *token_type;                   /* [W] of type 0, BERT only */
    float *relative;                     /* [32,heads], MPNet only */
    MedalsLayerNorm norm;
    size_t layer_count;
    MedalsTextLayer *layers;
};

static const char *const prefixes[] = {"", "module.", "text_tower.biolord.",
                                       "module.text_tower.biolord."};

const char *medals_text_prefix(const MedalsWeights *weights, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        g_autofree char *full = g_strconcat(prefixes[i], name, NULL);
        if (medals_weights_find(weights, full))
            return prefixes[i];
    }
    return NULL;
}

static const MedalsStoredTensor *table(const MedalsTextTower *t,
                                       const char *prefix, const char *name,
                                       GError **error)
{
    g_autofree char *full =
        g_strconcat(prefix, "embeddings.", name, ".weight", NULL);
    int64_t shape[2] = {-1, t->width ? t->width : -1};
    return medals_weights_need(t->weights, full, 2, shape, error);
}

/* Row `index` of a table of the file as float32. */
static void copy_row(const MedalsStoredTensor *stored, int64_t index,
                     int64_t width, float *row)
{
    size_t step = (size_t) width * medals_dtype_size(stored->dtype);
    medals_convert_to_f32(row,
                          (const char *) stored->data + (size_t) index * step,
                          stored->dtype, (size_t) width);
}

static bool read_token_type(MedalsTextTower *t, const char *prefix,
                            GError **error)
{
    const MedalsStoredTensor *types =
        table(t, prefix, "token_type_embeddings", error);
    if (!types)
        return false;
    if (types->shape[0] < 1)
        return medals_fail(error, MEDALS_E_SHAPE,
                           "%s: tensor %s: no row; expected at least one",
                           medals_weights_path(t->weights), types->name);
    t->token_type = medals_alloc((size_t) t->width, sizeof(float),
                                 "token type embedding", error);
    if (!t->token_type)
        return false;
    copy_row(types, 0, t->width, t->token_type);
    return true;
}

static bool read_relative(MedalsTextTower *t, const char *prefix,
                          GError **error)
{
    g_autofree char *name =
        g_strconcat(prefix, "encoder.relative_attention_bias.weight", NULL);
    int64_t shape[2] = {MEDALS_RELATIVE_BUCKETS, t->options.heads};
    t->relative = medals_weights_need_f32(t->weights, name, 2, shape, error);
    return t->relative != NULL;
}

static bool read_embeddings(MedalsTextTower *t, const char *prefix,
                            GError **error)
{
    t->words = table(t, prefix, "word_embeddings", error);
    if (!t->words)
        return false;
    t->width = t->words->shape[1];
    int64_t heads = t->options.heads;
    if (heads < 1 || t->width < 1 || t->width % heads != 0)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: %" G_GINT64_FORMAT " heads of a text tower "
                           "%" G_GINT64_FORMAT " wide; expected a divisor",
                           medals_weights_path(t->weights), heads, t->width);
    t->positions = table(t, prefix, "position_embeddings", error);
    if (!t->positions)
        return false;
    if (!(t->options.mpnet ? read_relative(t, prefix, error)
                           : read_token_type(t, prefix, error)))
        return false;
    g_autofree char *norm = g_strconcat(prefix, "embeddings.LayerNorm", NULL);
    return medals_text_norm_init(&t->norm, t->weights, norm, t->width,
                                 t->options.norm_eps, error);
}

/* Layers are numbered from 0 without a gap. */
static size_t count_layers(const MedalsTextTower *t, const char *prefix)
{
    for (size_t n = 0; n < MAX_LAYERS; n++) {
        g_autofree char *name = g_strdup_printf(
            "%sencoder.layer.%zu.output.dense.weight", prefix, n);
        if (!medals_weights_find(t->weights, name))
            return n;
    }
    return MAX_LAYERS;
}

static bool read_layers(MedalsTextTower *t, const char *prefix, GError **error)
{
    size_t count = MAX(count_layers(t, prefix), 1);
    t->layers = g_new0(MedalsTextLayer, count);
    for (size_t i = 0; i < count; i++) {
        t->layer_count++;
        if (!medals_text_layer_init(&t->layers[i], t->weights, prefix,
                                    (int64_t) i, t->options.mpnet, t->width,
                                    t->options.norm_eps, error))
            return false;
        t->wide = MAX(t->wide, t->layers[i].up.out);
    }
    return true;
}

MedalsTextTower *medals_text_tower_new(MedalsWeights *weights,
                                       const MedalsTextTowerOptions *options,
                                       GError **error)
{
    MedalsTextTower *t = g_new0(MedalsTextTower, 1);
    t->options = *options;
    t->weights = medals_weights_ref(weights);
    const char *prefix =
        medals_text_prefix(weights, "embeddings.word_embeddings.weight");
    if (!prefix)
        prefix = "";
    if (!read_embeddings(t, prefix, error) || !read_layers(t, prefix, error)) {
        medals_text_tower_free(t);
        return NULL;
    }
    return t;
}

void medals_text_tower_free(MedalsTextTower *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->layer_count; i++)
        medals_text_layer_clear(&t->layers[i]);
    g_free(t->layers);
    medals_layer_norm_clear(&t->norm);
    medals_free(t->token_type);
    medals_free(t->relative);
    medals_weights_unref(t->weights);
    g_free(t);
}

int64_t medals_text_tower_width(const MedalsTextTower *tower)
{
    return tower->width;
}

int64_t medals_text_tower_words(const MedalsTextTower *tower)
{
    return tower->words->shape[0];
}

int64_t medals_text_tower_max_tokens(const MedalsTextTower *tower)
{
    int64_t skipped = tower->options.mpnet ? MPNET_PAD + 1 : 0;
    return MAX(tower->positions->shape[0] - skipped, 0);
}

/* Ends of the names that are read, below the prefix. */
static bool is_read(const MedalsTextTower *t, const char *name)
{
    static const char *const known[] = {
        "embeddings.word_embeddings.weight",
        "embeddings.position_embeddings.weight",
        "embeddings.token_type_embeddings.weight",
        "embeddings.LayerNorm.weight",
        "embeddings.LayerNorm.bias",
        "encoder.relative_attention_bias.weight",
        "projection_layer.0.weight",
        "projection_layer.0.bias",
        "projection_layer.2.weight",
        "projection_layer.2.bias",
        "modality_embed.weight",
        "embeddings.position_ids"};
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (!strcmp(name, known[i]))
            return true;
    static const char layers[] = "encoder.layer.";
    if (!g_str_has_prefix(name, layers))
        return g_str_has_prefix(name, "pooler.") ||
               strstr(name, "atlas_tower") || strstr(name, "temperature");
    char *rest;
    const char *number = name + strlen(layers);
    guint64 layer = g_ascii_strtoull(number, &rest, 10);
    return rest > number && *rest == '.' && layer < t->layer_count &&
           medals_text_layer_reads(rest + 1, t->options.mpnet);
}

char **medals_text_tower_unexpected(const MedalsTextTower *t)
{
    GPtrArray *names = g_ptr_array_new();
    for (size_t i = 0; i < medals_weights_count(t->weights); i++) {
        const char *full = medals_weights_at(t->weights, i)->name;
        bool found = false;
        for (size_t p = 0; !found && p < G_N_ELEMENTS(prefixes); p++)
            found = g_str_has_prefix(full, prefixes[p]) &&
                    is_read(t, full + strlen(prefixes[p]));
        if (!found)
            g_ptr_array_add(names, g_strdup(full));
    }
    g_ptr_array_add(names, NULL);
    return (char **) g_ptr_array_free(names, FALSE);
}

static bool check_ids(const MedalsTextTower *t, const int32_t *ids,
                      size_t count, GError **error)
{
    int64_t max = medals_text_tower_max_tokens(t);
    if (count < 1 || (int64_t) count > max)
        return medals_fail(error, MEDALS_E_INPUT,
                           "text tower: %zu tokens; expected 1 to "
                           "%" G_GINT64_FORMAT,
                           count, max);
    for (size_t i = 0; i < count; i++)
        if (ids[i] < 0 || ids[i] >= t->words->shape[0])
            return medals_fail(error, MEDALS_E_INPUT,
                               "text tower: token id %d; expected 0 to "
                               "%" G_GINT64_FORMAT,
                               ids[i], t->words->shape[0] - 1);
    return true;
}

/* h [count,W] = LN(word + position (+ token type)); row is scratch [W]. */
static void embed(const MedalsTextTower *t, const int32_t *ids, int64_t count,
                  float *row, float *h)
{
    int64_t seen = 0; /* MPNet: ids that are not padding, so far */
    for (int64_t i = 0; i < count; i++) {
        float *dst = h + i * t->width;
        int64_t position = i;
        if (t->options.mpnet) {
            seen += ids[i] != MPNET_PAD;
            position = ids[i] == MPNET_PAD ? MPNET_PAD : MPNET_PAD + seen;
        }
        copy_row(t->words, ids[i], t->width, dst);
        copy_row(t->positions, position, t->width, row);
        for (int64_t c = 0; c < t->width; c++) {
            if (t->token_type)
                dst[c] += t->token_type[c];
            dst[c] += row[c];
        }
    }
    medals_layer_norm_forward(&t->norm, h, count, h);
}

/* Mean over the tokens that attention sees, then the L2 norm if wanted. */
static void pool(const MedalsTextTower *t, const int32_t *ids, int64_t count,
                 const float *h, float *vector)
{
    double norm = 0;
    int64_t used = 0;
    for (int64_t i = 0; i < count; i++)
        used += !t->options.mpnet || ids[i] != 0;
    for (int64_t c = 0; c < t->width; c++) {
        double sum = 0;
        for (int64_t i = 0; i < count; i++)
            if (!t->options.mpnet || ids[i] != 0)
                sum += h[i * t->width + c];
        sum /= (double) MAX(used, 1);
        vector[c] = (float) sum;
        norm += sum * sum;
    }
    if (!t->options.l2_normalise)
        return;
    norm = MAX(sqrt(norm), 1e-12);
    for (int64_t c = 0; c < t->width; c++)
        vector[c] = (float) (vector[c] / norm);
}

/* One block: h, q, k, v, a [T,W], f [T,F], bias [heads,T,T]. */
static float *take_scratch(const MedalsTextTower *t, int64_t count,
                           MedalsTextScratch *s, float **bias, GError **error)
{
    size_t rows = (size_t) count, w = (size_t) t->width;
    size_t scores = t->relative ? (size_t) t->options.heads * rows : 0;
    size_t per_row = 5 * w + (size_t) t->wide + scores;
    float *h = medals_alloc(rows, per_row * sizeof(float), "text tower", error);
    if (!h)
        return NULL;
    s->q = h + rows * w;
    s->k = s->q + rows * w;
    s->v = s->k + rows * w;
    s->a = s->v + rows * w;
    s->f = s->a + rows * w;
    *bias = scores ? s->f + rows * (size_t) t->wide : NULL;
    return h;
}

bool medals_text_tower_run(const MedalsExec *exec, const MedalsTextTower *t,
                           const int32_t *ids, size_t count, float *vector,
                           float *hidden, GError **error)
{
    if (!check_ids(t, ids, count, error))
        return false;
    MedalsTextScratch scratch;
    float *bias, *h;
    int64_t rows = (int64_t) count;
    if (!(h = take_scratch(t, rows, &scratch, &bias, error)))
        return false;
    embed(t, ids, rows, scratch.q, h);
    if (bias)
        medals_relative_bias_fill(t->relative, t->options.heads, ids, rows,
                                  bias);
    bool ok = true;
    for (size_t i = 0; ok && i < t->layer_count; i++)
        ok = medals_text_layer_forward(exec, &t->layers[i], t->options.heads,
                                       bias, rows, &scratch, h, error);
    if (ok)
        pool(t, ids, rows, h, vector);
    if (ok && hidden)
        memcpy(hidden, h, count * (size_t) t->width * sizeof(float));
    medals_free(h);
    return ok;
}

bool medals_sentence_vectors(const MedalsExec *exec,
                             const MedalsTextTower *tower,
                             const MedalsTokenizer *tokenizer,
                             size_t max_tokens, const char *const *texts,
                             size_t count, float *vectors, bool *cut,
                             GError **error)
{
    int64_t lines = medals_tokenizer_count(tokenizer);
    if (lines > medals_text_tower_words(tower))
        return medals_fail(error, MEDALS_E_INPUT,
                           "vocabulary: %" G_GINT64_FORMAT " lines; expected "
                           "at most the %" G_GINT64_FORMAT
                           " rows of the text tower",
                           lines, medals_text_tower_words(tower));
    int64_t longest = medals_text_tower_max_tokens(tower);
    if (max_tokens < 2 || max_tokens > (size_t) longest)
        return medals_fail(error, MEDALS_E_INPUT,
                           "text tower: asked to read %zu tokens; expected 2 "
                           "to %" G_GINT64_FORMAT,
                           max_tokens, longest);
    g_autofree int32_t *ids = g_new(int32_t, max_tokens);
    for (size_t i = 0; i < count; i++) {
        size_t used;
        bool more;
        if (!medals_tokenizer_run(tokenizer, texts[i], ids, max_tokens, &used,
                                  &more, error) ||
            !medals_text_tower_run(exec, tower, ids, used,
                                   vectors + i * (size_t) tower->width, NULL,
                                   error))
            return false;
        if (cut)
            cut[i] = more;
    }
    return true;
}

/*
 * query_encoder.c - stored vectors first, the tower when it must be
 *
 *   text --+-- in small letters: stored vector of the package --+
 *          +-- as it is: a vector computed before --------------+--> query
 *          +-- as it is: tokenizer, tower ----------------------+
 */
#include "query_encoder.h"

#include <math.h>
#include <string.h>

#include "memory.h"
#include "mutex.h"
#include "tensor.h"
#include "text_projection.h"
#include "text_tower.h"
#include "unicode_text.h"

/* Vectors of more texts than this are computed again. */
#define MAX_CACHED 4096
/* Characters of a text that a message shows. */
#define MAX_SHOWN 100

struct MedalsQueryEncoder {
    MedalsTextProjection projection;
    MedalsWeights *vectors; /* of known texts, or NULL */
    GHashTable *stored;     /* stored_key() -> MedalsStoredTensor */

    char *tower_path, *vocab_path;
    MedalsTextTowerOptions options;
    size_t max_tokens;

    MedalsMutex mutex; /* guards all that follows */
    MedalsTokenizer *tokenizer;
    MedalsTextTower *tower;
    GHashTable *cache; /* text -> Sentence */
};

typedef struct Sentence {
    bool cut;
    float vector[]; /* [W] */
} Sentence;

/* What a tokenizer makes of case and blanks: small letters, single blanks. */
static char *stored_key(const char *text)
{
    g_autofree char *lower = medals_utf8_lower(text);
    g_auto(GStrv) words = g_strsplit_set(lower, " \t\r\n", -1);
    GString *key = g_string_new(NULL);
    for (char **word = words; *word; word++) {
        if (**word && key->len)
            g_string_append_c(key, ' ');
        g_string_append(key, *word);
    }
    return g_string_free(key, FALSE);
}

/* A text as part of a one-line message. */
static char *shown_text(const char *text)
{
    bool is_long = g_utf8_strlen(text, -1) > MAX_SHOWN;
    g_autofree char *start =
        g_utf8_substring(text, 0, is_long ? MAX_SHOWN : -1);
    for (char *p = start; *p; p++)
        if (g_ascii_iscntrl(*p))
            *p = ' ';
    return g_strconcat(start, is_long ? "..." : NULL, NULL);
}

static bool index_vectors(MedalsQueryEncoder *e, const char *path,
                          GError **error)
{
    if (!path)
        return true;
    e->vectors = medals_weights_open(path, error);
    if (!e->vectors)
        return false;
    int64_t width = e->projection.first.in;
    for (size_t i = 0; i < medals_weights_count(e->vectors); i++) {
        const MedalsStoredTensor *tensor = medals_weights_at(e->vectors, i);
        if (!g_utf8_validate(tensor->name, -1, NULL))
            return medals_fail(error, MEDALS_E_INPUT,
                               "%s: tensor %zu has a name that is not UTF-8; "
                               "expected a text",
                               path, i);
        if (!medals_weights_need(e->vectors, tensor->name, 1, &width, error))
            return false;
        g_hash_table_insert(e->stored, stored_key(tensor->name),
                            (gpointer) tensor);
    }
    return true;
}

static bool read_projection(MedalsQueryEncoder *e, const char *path,
                            GError **error)
{
    if (!path)
        return medals_fail(error, MEDALS_E_INPUT,
                           "model package: no text projection; expected one");
    MedalsWeights *weights = medals_weights_open(path, error);
    bool ok =
        weights && medals_text_projection_init(&e->projection, weights, error);
    medals_weights_unref(weights);
    return ok;
}

MedalsQueryEncoder *medals_query_encoder_new(const MedalsPackage *package,
                                             GError **error)
{
    MedalsQueryEncoder *e = g_new0(MedalsQueryEncoder, 1);
    medals_mutex_init(&e->mutex);
    e->stored = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    e->cache = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    e->tower_path = g_strdup(package->text_weights);
    e->vocab_path = g_strdup(package->text_vocab);
    e->options =
        (MedalsTextTowerOptions){.mpnet = package->text_is_mpnet,
                                 .heads = package->text_heads,
                                 .norm_eps = package->text_norm_eps,
                                 .l2_normalise = package->text_l2_normalise};
    e->max_tokens = (size_t) MAX(package->text_max_tokens, 0);
    if (!read_projection(e, package->text_projection, error) ||
        !index_vectors(e, package->text_vectors, error)) {
        medals_query_encoder_free(e);
        return NULL;
    }
    return e;
}

void medals_query_encoder_free(MedalsQueryEncoder *e)
{
    if (!e)
        return;
    medals_text_projection_clear(&e->projection);
    g_hash_table_unref(e->stored);
    g_hash_table_unref(e->cache);
    if (e->vectors)
        medals_weights_unref(e->vectors);
    medals_tokenizer_free(e->tokenizer);
    medals_text_tower_free(e->tower);
    g_free(e->tower_path);
    g_free(e->vocab_path);
    medals_mutex_clear(&e->mutex);
    g_free(e);
}

int64_t medals_query_encoder_width(const MedalsQueryEncoder *encoder)
{
    return encoder->projection.second.out;
}

int64_t medals_query_encoder_sentence_width(const MedalsQueryEncoder *encoder)
{
    return encoder->projection.first.in;
}

/* Opens the vocabulary. The mutex is held. */
static bool open_tokenizer(MedalsQueryEncoder *e, GError **error)
{
    if (!e->tokenizer)
        e->tokenizer =
            medals_tokenizer_read(e->vocab_path, e->options.mpnet, error);
    return e->tokenizer != NULL;
}

/* Opens vocabulary and tower. The mutex is held. */
static bool open_tower(MedalsQueryEncoder *e, GError **error)
{
    if (!open_tokenizer(e, error))
        return false;
    MedalsWeights *weights = medals_weights_open(e->tower_path, error);
    MedalsTextTower *tower =
        weights ? medals_text_tower_new(weights, &e->options, error) : NULL;
    medals_weights_unref(weights);
    if (!tower)
        return false;
    int64_t width = e->projection.first.in;
    if (medals_text_tower_width(tower) != width) {
        medals_fail(error, MEDALS_E_SHAPE,
                    "%s: a text tower %" G_GINT64_FORMAT
                    " wide; expected the %" G_GINT64_FORMAT
                    " of the text projection",
                    e->tower_path, medals_text_tower_width(tower), width);
        medals_text_tower_free(tower);
        return false;
    }
    e->tower = tower;
    return true;
}

/* The sentence vector if it needs no tower. */
static bool known_vector(MedalsQueryEncoder *e, const char *text, float *vector,
                         bool *cut)
{
    size_t width = (size_t) e->projection.first.in;
    g_autofree char *key = stored_key(text);
    const MedalsStoredTensor *tensor = g_hash_table_lookup(e->stored, key);
    if (tensor) {
        medals_convert_to_f32(vector, tensor->data, tensor->dtype, width);
        *cut = false;
        return true;
    }
    medals_mutex_lock(&e->mutex);
    const Sentence *sentence = g_hash_table_lookup(e->cache, text);
    if (sentence) {
        memcpy(vector, sentence->vector, width * sizeof(float));
        *cut = sentence->cut;
    }
    medals_mutex_unlock(&e->mutex);
    return sentence != NULL;
}

static void remember(MedalsQueryEncoder *e, const char *text,
                     const float *vector, bool cut)
{
    size_t bytes = (size_t) e->projection.first.in * sizeof(float);
    Sentence *sentence = g_try_malloc(sizeof *sentence + bytes);
    if (!sentence)
        return;
    sentence->cut = cut;
    memcpy(sentence->vector, vector, bytes);
    medals_mutex_lock(&e->mutex);
    if (g_hash_table_size(e->cache) >= MAX_CACHED)
        g_hash_table_remove_all(e->cache);
    g_hash_table_replace(e->cache, g_strdup(text), sentence);
    medals_mutex_unlock(&e->mutex);
}

static bool sentence_vector(const MedalsExec *exec, MedalsQueryEncoder *e,
                            const char *text, float *vector, bool *cut,
                            GError **error)
{
    if (!medals_utf8_check("text", text, error))
        return false;
    if (known_vector(e, text, vector, cut))
        return true;
    if (!e->tower_path || !e->vocab_path) {
        g_autofree char *shown = shown_text(text);
        return medals_fail(error, MEDALS_E_INPUT,
                           "text \"%s\": the package has no text tower and no "
                           "stored vector for it; expected one of its known "
                           "classes",
                           shown);
    }
    medals_mutex_lock(&e->mutex);
    bool ok = e->tower || open_tower(e, error);
    medals_mutex_unlock(&e->mutex);
    if (!ok ||
        !medals_sentence_vectors(exec, e->tower, e->tokenizer, e->max_tokens,
                                 &text, 1, vector, cut, error))
        return false;
    remember(e, text, vector, *cut);
    return true;
}

bool medals_query_encoder_sentences(const MedalsExec *exec,
                                    MedalsQueryEncoder *e,
                                    const char *const *texts, size_t count,
                                    float *vectors, bool *cut, GError **error)
{
    size_t width = (size_t) e->projection.first.in;
    for (size_t i = 0; i < count; i++) {
        bool more;
        if (!medals_task_check(exec->task, error) ||
            !sentence_vector(exec, e, texts[i], vectors + i * width, &more,
                             error))
            return false;
        if (cut)
            cut[i] = more;
    }
    return true;
}

bool medals_query_encoder_run(const MedalsExec *exec, MedalsQueryEncoder *e,
                              const char *const *texts, size_t count,
                              MedalsModality modality, float *queries,
                              bool *cut, GError **error)
{
    size_t width = (size_t) e->projection.first.in;
    float *vectors =
        medals_alloc(count, width * sizeof(float), "sentence vectors", error);
    if (!vectors)
        return false;
    bool ok = medals_query_encoder_sentences(exec, e, texts, count, vectors,
                                             cut, error) &&
              medals_text_projection_forward(exec, &e->projection, vectors,
                                             count, modality, queries, error);
    medals_free(vectors);
    return ok;
}

bool medals_query_encoder_is_cut(MedalsQueryEncoder *e, const char *text)
{
    size_t most = e->max_tokens, count;
    bool cut = false;
    /* A token is at least one byte. */
    if (!e->vocab_path || most == 0 || strlen(text) + 2 <= most)
        return false;
    g_autofree int32_t *ids = g_try_new(int32_t, most);
    medals_mutex_lock(&e->mutex);
    bool ok = ids && open_tokenizer(e, NULL);
    medals_mutex_unlock(&e->mutex);
    return ok &&
           medals_tokenizer_run(e->tokenizer, text, ids, most, &count, &cut,
                                NULL) &&
           cut;
}

static double cosine(const float *a, const float *b, size_t n)
{
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < n; i++) {
        ab += (double) a[i] * b[i];
        aa += (double) a[i] * a[i];
        bb += (double) b[i] * b[i];
    }
    double norm = sqrt(aa * bb);
    return norm > 0 ? ab / norm : 0;
}

/* Keeps the best `max` of what it is shown, best first. */
static size_t keep_best(const char **names, double *scores, size_t kept,
                        size_t max, const char *name, double score)
{
    size_t at = kept;
    while (at > 0 && score > scores[at - 1])
        at--;
    if (at >= max)
        return kept;
    if (kept < max)
        kept++;
    for (size_t i = kept - 1; i > at; i--) {
        names[i] = names[i - 1];
        scores[i] = scores[i - 1];
    }
    names[at] = name;
    scores[at] = score;
    return kept;
}

size_t medals_query_encoder_nearest(const MedalsExec *exec,
                                    MedalsQueryEncoder *e, const char *text,
                                    const char *const *candidates,
                                    const char **nearest, size_t max,
                                    GError **error)
{
    size_t width = (size_t) e->projection.first.in, kept = 0;
    bool cut;
    float *pair =
        medals_alloc(2, width * sizeof(float), "sentence vectors", error);
    if (!pair || !sentence_vector(exec, e, text, pair, &cut, error)) {
        medals_free(pair);
        return 0;
    }
    g_autofree double *scores = g_new(double, max + 1);
    for (; candidates && *candidates; candidates++) {
        GError *ignored = NULL;
        if (sentence_vector(exec, e, *candidates, pair + width, &cut, &ignored))
            kept = keep_best(nearest, scores, kept, max, *candidates,
                             cosine(pair, pair + width, width));
        g_clear_error(&ignored);
    }
    medals_free(pair);
    return kept;
}

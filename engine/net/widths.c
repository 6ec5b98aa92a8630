/*
 * widths.c - names and shapes of spec 2.1, and a file held against them
 */
#include "widths.h"

#include <string.h>

#include "parameter_source.h"

#define NAME_SIZE 160
/* Bounds far above any model in sight; they keep sums from overflowing. */
#define MAX_WIDTH 16384
#define MAX_FEED_FORWARD 131072
#define MAX_LAYERS 256

typedef struct Walk {
    MedalsParameterFn fn;
    void *cookie;
    GError **error;
} Walk;

int64_t medals_widths_tokens(const MedalsWidths *widths)
{
    int64_t sum = 0;
    for (int i = 0; i < MEDALS_LEVELS; i++)
        sum += widths->level[i];
    return sum;
}

MedalsWidths medals_widths_full(void)
{
    return (MedalsWidths){.level = {64, 64, 128, 256, 512, 768},
                          .token_hidden = 768,
                          .query = 768,
                          .heads = 8,
                          .layers = 6,
                          .feed_forward = 2048,
                          .mask_hidden = 256};
}

static bool visit_tensor(const Walk *walk, const char *prefix, const char *name,
                         int ndim, const int64_t *shape)
{
    char full[NAME_SIZE];
    g_snprintf(full, sizeof full, "%s.%s", prefix, name);
    return walk->fn(walk->cookie, full, ndim, shape, walk->error);
}

static bool visit_row(const Walk *walk, const char *prefix, const char *name,
                      int64_t n)
{
    return visit_tensor(walk, prefix, name, 1, (int64_t[]){n});
}

static bool visit_linear(const Walk *walk, const char *prefix, int64_t in,
                         int64_t out)
{
    return visit_tensor(walk, prefix, "weight", 2, (int64_t[]){out, in}) &&
           visit_row(walk, prefix, "bias", out);
}

static bool visit_norm(const Walk *walk, const char *prefix, int64_t n)
{
    return visit_row(walk, prefix, "weight", n) &&
           visit_row(walk, prefix, "bias", n);
}

static bool visit_block(const Walk *walk, const char *prefix, int64_t in,
                        int64_t out)
{
    return visit_tensor(walk, prefix, "conv.weight", 5,
                        (int64_t[]){out, in, 3, 3, 3}) &&
           visit_row(walk, prefix, "conv.bias", out) &&
           visit_row(walk, prefix, "norm.weight", out) &&
           visit_row(walk, prefix, "norm.bias", out);
}

static bool walk_encoder(const Walk *walk, const int64_t *level)
{
    int64_t in = MEDALS_IN_CHANNELS;
    for (int i = 0; i < MEDALS_LEVELS; i++)
        for (int j = 0; j < 2; j++) {
            char prefix[NAME_SIZE];
            g_snprintf(prefix, sizeof prefix,
                       "backbone.encoder.stages.%d.0.convs.%d", i, j);
            if (!visit_block(walk, prefix, in, level[i]))
                return false;
            in = level[i];
        }
    return true;
}

static bool walk_decoder(const Walk *walk, const int64_t *level)
{
    for (int s = 0; s < MEDALS_LEVELS - 1; s++) {
        int64_t in = level[MEDALS_LEVELS - 1 - s];
        int64_t out = level[MEDALS_LEVELS - 2 - s];
        char prefix[NAME_SIZE];
        g_snprintf(prefix, sizeof prefix, "backbone.decoder.transpconvs.%d", s);
        if (!visit_tensor(walk, prefix, "weight", 5,
                          (int64_t[]){in, out, 2, 2, 2}) ||
            !visit_row(walk, prefix, "bias", out))
            return false;
        for (int j = 0; j < 2; j++) {
            g_snprintf(prefix, sizeof prefix,
                       "backbone.decoder.stages.%d.convs.%d", s, j);
            if (!visit_block(walk, prefix, j == 0 ? 2 * out : out, out))
                return false;
        }
    }
    return true;
}

static bool walk_layer(const Walk *walk, const MedalsWidths *widths, int layer)
{
    int64_t q = widths->query, ff = widths->feed_forward;
    char prefix[NAME_SIZE];
    g_snprintf(prefix, sizeof prefix, "transformer_decoder.layers.%d", layer);
    return visit_tensor(walk, prefix, "multihead_attn.in_proj_weight", 2,
                        (int64_t[]){3 * q, q}) &&
           visit_row(walk, prefix, "multihead_attn.in_proj_bias", 3 * q) &&
           visit_tensor(walk, prefix, "multihead_attn.out_proj.weight", 2,
                        (int64_t[]){q, q}) &&
           visit_row(walk, prefix, "multihead_attn.out_proj.bias", q) &&
           visit_tensor(walk, prefix, "linear1.weight", 2,
                        (int64_t[]){ff, q}) &&
           visit_row(walk, prefix, "linear1.bias", ff) &&
           visit_tensor(walk, prefix, "linear2.weight", 2,
                        (int64_t[]){q, ff}) &&
           visit_row(walk, prefix, "linear2.bias", q) &&
           visit_row(walk, prefix, "norm1.weight", q) &&
           visit_row(walk, prefix, "norm1.bias", q) &&
           visit_row(walk, prefix, "norm2.weight", q) &&
           visit_row(walk, prefix, "norm2.bias", q) &&
           visit_row(walk, prefix, "norm3.weight", q) &&
           visit_row(walk, prefix, "norm3.bias", q);
}

static bool walk_query_decoder(const Walk *walk, const MedalsWidths *widths)
{
    for (int layer = 0; layer < widths->layers; layer++)
        if (!walk_layer(walk, widths, layer))
            return false;
    return visit_norm(walk, "transformer_decoder.norm", widths->query);
}

bool medals_widths_walk(const MedalsWidths *widths, MedalsParameterFn fn,
                        void *cookie, GError **error)
{
    Walk walk = {.fn = fn, .cookie = cookie, .error = error};
    int64_t c = widths->level[0], q = widths->query;
    return walk_encoder(&walk, widths->level) &&
           walk_decoder(&walk, widths->level) &&
           visit_linear(&walk, "projection_layer.0",
                        medals_widths_tokens(widths), widths->token_hidden) &&
           visit_linear(&walk, "projection_layer.2", widths->token_hidden, q) &&
           walk_query_decoder(&walk, widths) &&
           visit_linear(&walk, "mask_embed_proj.0", q, widths->mask_hidden) &&
           visit_linear(&walk, "mask_embed_proj.2", widths->mask_hidden, c) &&
           visit_block(&walk, "fusion_conv.convs.0", 2 * c, c);
}

static bool count_parameter(void *cookie, const char *name, int ndim,
                            const int64_t *shape, GError **error)
{
    uint64_t product = 1;
    for (int i = 0; i < ndim; i++)
        product *= (uint64_t) shape[i];
    *(uint64_t *) cookie += product;
    return true;
}

uint64_t medals_widths_parameters(const MedalsWidths *widths)
{
    uint64_t sum = 0;
    medals_widths_walk(widths, count_parameter, &sum, NULL);
    return sum;
}

/* First number of the shape of a tensor, within 1..limit. */
static bool read_width(const MedalsWeights *weights, const char *name,
                       int64_t limit, int64_t *width, GError **error)
{
    const MedalsStoredTensor *stored = medals_parameter_find(weights, name);
    if (!stored)
        return medals_fail(error, MEDALS_E_SHAPE, "%s: tensor %s: missing",
                           medals_weights_path(weights), name);
    if (stored->ndim < 1 || stored->shape[0] < 1 || stored->shape[0] > limit)
        return medals_fail(
            error, MEDALS_E_SHAPE,
            "%s: tensor %s: found %d axes, the first %" G_GINT64_FORMAT
            "; expected a width of 1 to %" G_GINT64_FORMAT,
            medals_weights_path(weights), name, stored->ndim,
            stored->ndim < 1 ? 0 : stored->shape[0], limit);
    *width = stored->shape[0];
    return true;
}

static bool read_levels(MedalsWidths *widths, const MedalsWeights *weights,
                        GError **error)
{
    for (int i = 0; i < MEDALS_LEVELS; i++) {
        char name[NAME_SIZE];
        g_snprintf(name, sizeof name,
                   "backbone.encoder.stages.%d.0.convs.0.conv.bias", i);
        if (!read_width(weights, name, MAX_WIDTH, &widths->level[i], error))
            return false;
    }
    return true;
}

static bool read_layers(MedalsWidths *widths, const MedalsWeights *weights,
                        GError **error)
{
    for (widths->layers = 0; widths->layers <= MAX_LAYERS; widths->layers++) {
        char name[NAME_SIZE];
        g_snprintf(name, sizeof name,
                   "transformer_decoder.layers.%" G_GINT64_FORMAT
                   ".linear1.bias",
                   widths->layers);
        if (!medals_parameter_find(weights, name))
            break;
    }
    if (widths->layers >= 1 && widths->layers <= MAX_LAYERS)
        return read_width(weights, "transformer_decoder.layers.0.linear1.bias",
                          MAX_FEED_FORWARD, &widths->feed_forward, error);
    return medals_fail(error, MEDALS_E_SHAPE,
                       "%s: query decoder: found %" G_GINT64_FORMAT
                       " layers; expected 1 to %d",
                       medals_weights_path(weights), widths->layers,
                       MAX_LAYERS);
}

static bool check_heads(const MedalsWidths *widths, const char *path,
                        GError **error)
{
    if (widths->heads >= 1 && widths->query % widths->heads == 0)
        return true;
    return medals_fail(error, MEDALS_E_SHAPE,
                       "%s: query width %" G_GINT64_FORMAT ": found "
                       "%" G_GINT64_FORMAT " heads; expected a divisor",
                       path, widths->query, widths->heads);
}

typedef struct Check {
    const MedalsWeights *weights;
    GHashTable *known; /* set of names */
} Check;

static bool check_parameter(void *cookie, const char *name, int ndim,
                            const int64_t *shape, GError **error)
{
    const Check *check = cookie;
    g_hash_table_add(check->known, g_strdup(name));
    const MedalsStoredTensor *stored =
        medals_parameter_find(check->weights, name);
    stored = medals_weights_need(check->weights, stored ? stored->name : name,
                                 ndim, shape, error);
    if (!stored)
        return false;
    if (stored->dtype == MEDALS_F32 || stored->dtype == MEDALS_BF16 ||
        stored->dtype == MEDALS_F16 || stored->dtype == MEDALS_F64)
        return true;
    return medals_fail(error, MEDALS_E_SHAPE,
                       "%s: tensor %s: found numbers of type %d; expected a "
                       "floating point type",
                       medals_weights_path(check->weights), name,
                       (int) stored->dtype);
}

static bool check_names(const Check *check, GError **error)
{
    size_t count = medals_weights_count(check->weights);
    for (size_t i = 0; i < count; i++) {
        const char *name = medals_parameter_name(
            check->weights, medals_weights_at(check->weights, i)->name);
        if (strstr(name, "mid_mask_embed_proj") ||
            strstr(name, ".all_modules.") ||
            g_hash_table_contains(check->known, name))
            continue;
        return medals_fail(error, MEDALS_E_SHAPE,
                           "%s: tensor %s: unexpected; expected the names of "
                           "a Medal S network only",
                           medals_weights_path(check->weights), name);
    }
    return true;
}

bool medals_widths_read(MedalsWidths *widths, const MedalsWeights *weights,
                        int64_t heads, GError **error)
{
    *widths = (MedalsWidths){.heads = heads};
    if (!read_levels(widths, weights, error) ||
        !read_width(weights, "projection_layer.0.bias", MAX_WIDTH,
                    &widths->token_hidden, error) ||
        !read_width(weights, "projection_layer.2.bias", MAX_WIDTH,
                    &widths->query, error) ||
        !read_layers(widths, weights, error) ||
        !read_width(weights, "mask_embed_proj.0.bias", MAX_WIDTH,
                    &widths->mask_hidden, error) ||
        !check_heads(widths, medals_weights_path(weights), error))
        return false;
    Check check = {
        .weights = weights,
        .known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    bool good = medals_widths_walk(widths, check_parameter, &check, error) &&
                check_names(&check, error);
    g_hash_table_destroy(check.known);
    return good;
}

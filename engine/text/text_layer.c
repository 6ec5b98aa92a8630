/*
 * text_layer.c - attention and feed-forward, each added and normalised
 *
 *   a = softmax(q k^T/sqrt(W/heads) + bias) v
 *   h = LN(h + Wo a + bo);  h = LN(h + W2 gelu(W1 h + b1) + b2)
 */
#include "text_layer.h"

#include <string.h>

#include "attention.h"
#include "memory.h"

/* Names below "encoder.layer.N." in the order q k v o, norm, up, down, norm. */
typedef struct LayerNames {
    const char *q, *k, *v, *o, *attention_norm, *up, *down, *output_norm;
} LayerNames;

static const LayerNames mpnet_names = {
    "attention.attn.q", "attention.attn.k",    "attention.attn.v",
    "attention.attn.o", "attention.LayerNorm", "intermediate.dense",
    "output.dense",     "output.LayerNorm"};
static const LayerNames bert_names = {"attention.self.query",
                                      "attention.self.key",
                                      "attention.self.value",
                                      "attention.output.dense",
                                      "attention.output.LayerNorm",
                                      "intermediate.dense",
                                      "output.dense",
                                      "output.LayerNorm"};

bool medals_text_layer_reads(const char *name, bool mpnet)
{
    const LayerNames *n = mpnet ? &mpnet_names : &bert_names;
    const char *const parts[] = {
        n->q,  n->k,    n->v,          n->o, n->attention_norm,
        n->up, n->down, n->output_norm};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (g_str_has_prefix(name, parts[i])) {
            const char *end = name + strlen(parts[i]);
            if (!strcmp(end, ".weight") || !strcmp(end, ".bias"))
                return true;
        }
    return false;
}

static bool init_mixed(MedalsLinear *linear, const MedalsWeights *weights,
                       const MedalsStoredTensor *weight,
                       const MedalsStoredTensor *bias, GError **error)
{
    int64_t out = weight->shape[0], in = weight->shape[1];
    float *w =
        medals_weights_need_f32(weights, weight->name, 2, weight->shape, error);
    float *b =
        w ? medals_weights_need_f32(weights, bias->name, 1, bias->shape, error)
          : NULL;
    bool ok = b && medals_linear_init(linear, in, out, w, b, MEDALS_F32, error);
    medals_free(b);
    medals_free(w);
    return ok;
}

bool medals_text_linear_init(MedalsLinear *linear, const MedalsWeights *weights,
                             const char *name, int64_t in, int64_t out,
                             GError **error)
{
    g_autofree char *weight_name = g_strconcat(name, ".weight", NULL);
    g_autofree char *bias_name = g_strconcat(name, ".bias", NULL);
    int64_t shape[2] = {out, in};
    const MedalsStoredTensor *weight =
        medals_weights_need(weights, weight_name, 2, shape, error);
    if (!weight)
        return false;
    if (weight->shape[0] < 1 || weight->shape[1] < 1)
        return medals_fail(error, MEDALS_E_SHAPE,
                           "%s: tensor %s: a matrix without elements; expected "
                           "at least one row and column",
                           medals_weights_path(weights), weight_name);
    const MedalsStoredTensor *bias =
        medals_weights_need(weights, bias_name, 1, weight->shape, error);
    if (!bias)
        return false;
    if (weight->dtype != bias->dtype)
        return init_mixed(linear, weights, weight, bias, error);
    return medals_linear_init(linear, weight->shape[1], weight->shape[0],
                              weight->data, bias->data, weight->dtype, error);
}

bool medals_text_norm_init(MedalsLayerNorm *norm, const MedalsWeights *weights,
                           const char *name, int64_t width, double eps,
                           GError **error)
{
    g_autofree char *gamma_name = g_strconcat(name, ".weight", NULL);
    g_autofree char *beta_name = g_strconcat(name, ".bias", NULL);
    float *gamma =
        medals_weights_need_f32(weights, gamma_name, 1, &width, error);
    float *beta =
        gamma ? medals_weights_need_f32(weights, beta_name, 1, &width, error)
              : NULL;
    bool ok = beta && medals_layer_norm_init(norm, width, (float) eps, gamma,
                                             beta, MEDALS_F32, error);
    medals_free(beta);
    medals_free(gamma);
    return ok;
}

/* One linear of a layer; `path` is "PREFIXencoder.layer.N.". */
static bool part(MedalsLinear *linear, const MedalsWeights *weights,
                 const char *path, const char *name, int64_t in, int64_t out,
                 GError **error)
{
    g_autofree char *full = g_strconcat(path, name, NULL);
    return medals_text_linear_init(linear, weights, full, in, out, error);
}

static bool norm_part(MedalsLayerNorm *norm, const MedalsWeights *weights,
                      const char *path, const char *name, int64_t width,
                      double eps, GError **error)
{
    g_autofree char *full = g_strconcat(path, name, NULL);
    return medals_text_norm_init(norm, weights, full, width, eps, error);
}

bool medals_text_layer_init(MedalsTextLayer *layer,
                            const MedalsWeights *weights, const char *prefix,
                            int64_t index, bool mpnet, int64_t width,
                            double eps, GError **error)
{
    const LayerNames *n = mpnet ? &mpnet_names : &bert_names;
    g_autofree char *path =
        g_strdup_printf("%sencoder.layer.%" G_GINT64_FORMAT ".", prefix, index);
    const MedalsWeights *w = weights;
    return part(&layer->q, w, path, n->q, width, width, error) &&
           part(&layer->k, w, path, n->k, width, width, error) &&
           part(&layer->v, w, path, n->v, width, width, error) &&
           part(&layer->o, w, path, n->o, width, width, error) &&
           norm_part(&layer->attention_norm, w, path, n->attention_norm, width,
                     eps, error) &&
           part(&layer->up, w, path, n->up, width, -1, error) &&
           part(&layer->down, w, path, n->down, layer->up.out, width, error) &&
           norm_part(&layer->output_norm, w, path, n->output_norm, width, eps,
                     error);
}

void medals_text_layer_clear(MedalsTextLayer *layer)
{
    medals_linear_clear(&layer->q);
    medals_linear_clear(&layer->k);
    medals_linear_clear(&layer->v);
    medals_linear_clear(&layer->o);
    medals_linear_clear(&layer->up);
    medals_linear_clear(&layer->down);
    medals_layer_norm_clear(&layer->attention_norm);
    medals_layer_norm_clear(&layer->output_norm);
}

/* h = LN(h + y), y [count,W] */
static void add_and_normalise(const MedalsLayerNorm *norm, const float *y,
                              int64_t count, float *h)
{
    for (int64_t i = 0; i < count * norm->width; i++)
        h[i] += y[i];
    medals_layer_norm_forward(norm, h, count, h);
}

static bool attend(const MedalsExec *exec, const MedalsTextLayer *l,
                   int64_t heads, const float *bias, int64_t count,
                   const MedalsTextScratch *s, float *h, GError **error)
{
    int64_t w = l->q.in;
    if (!medals_linear_forward(exec, &l->q, h, w, count, s->q, MEDALS_ACT_NONE,
                               error) ||
        !medals_linear_forward(exec, &l->k, h, w, count, s->k, MEDALS_ACT_NONE,
                               error) ||
        !medals_linear_forward(exec, &l->v, h, w, count, s->v, MEDALS_ACT_NONE,
                               error) ||
        !medals_attention_forward(exec, s->q, s->k, s->v, bias, count, count, w,
                                  heads, s->a, error) ||
        !medals_linear_forward(exec, &l->o, s->a, w, count, s->q,
                               MEDALS_ACT_NONE, error))
        return false;
    add_and_normalise(&l->attention_norm, s->q, count, h);
    return true;
}

bool medals_text_layer_forward(const MedalsExec *exec, const MedalsTextLayer *l,
                               int64_t heads, const float *bias, int64_t count,
                               const MedalsTextScratch *s, float *h,
                               GError **error)
{
    if (!attend(exec, l, heads, bias, count, s, h, error) ||
        !medals_linear_forward(exec, &l->up, h, l->up.in, count, s->f,
                               MEDALS_ACT_GELU, error) ||
        !medals_linear_forward(exec, &l->down, s->f, l->down.in, count, s->q,
                               MEDALS_ACT_NONE, error))
        return false;
    add_and_normalise(&l->output_norm, s->q, count, h);
    return true;
}

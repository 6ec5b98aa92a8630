/*
 * query_decoder.c - pre-norm cross attention and feed forward (spec 1.8)
 */
#include "query_decoder.h"

#include <string.h>

#include "attention.h"
#include "memory.h"
#include "named_linear.h"

#define NAME_SIZE 128

static bool init_layer(MedalsQueryLayer *layer, const MedalsWidths *widths,
                       const MedalsParameterSource *source, int index,
                       GError **error)
{
    int64_t q = widths->query, ff = widths->feed_forward;
    char name[5][NAME_SIZE];
    static const char *const parts[5] = {"multihead_attn", "linear1", "linear2",
                                         "norm2", "norm3"};
    for (int i = 0; i < 5; i++)
        g_snprintf(name[i], NAME_SIZE, "transformer_decoder.layers.%d.%s",
                   index, parts[i]);
    char out[NAME_SIZE + 16];
    g_snprintf(out, sizeof out, "%s.out_proj", name[0]);
    return medals_named_projections(layer->project, source, name[0], q,
                                    error) &&
           medals_named_linear(&layer->out, source, out, q, q, error) &&
           medals_named_linear(&layer->linear1, source, name[1], q, ff,
                               error) &&
           medals_named_linear(&layer->linear2, source, name[2], ff, q,
                               error) &&
           medals_named_norm(&layer->norm2, source, name[3], q, error) &&
           medals_named_norm(&layer->norm3, source, name[4], q, error);
}

bool medals_query_decoder_init(MedalsQueryDecoder *decoder,
                               const MedalsWidths *widths,
                               const MedalsParameterSource *source,
                               GError **error)
{
    *decoder = (MedalsQueryDecoder){.width = widths->query,
                                    .heads = widths->heads,
                                    .feed_forward = widths->feed_forward,
                                    .layers = widths->layers};
    decoder->layer =
        medals_alloc_zero((size_t) widths->layers, sizeof *decoder->layer,
                          "query decoder", error);
    bool good = decoder->layer && medals_named_norm(&decoder->norm, source,
                                                    "transformer_decoder.norm",
                                                    widths->query, error);
    for (int i = 0; good && i < widths->layers; i++)
        good = init_layer(&decoder->layer[i], widths, source, i, error);
    if (!good)
        medals_query_decoder_clear(decoder);
    return good;
}

void medals_query_decoder_clear(MedalsQueryDecoder *decoder)
{
    for (int64_t i = 0; decoder->layer && i < decoder->layers; i++) {
        MedalsQueryLayer *layer = &decoder->layer[i];
        medals_layer_norm_clear(&layer->norm2);
        medals_layer_norm_clear(&layer->norm3);
        for (int j = 0; j < 3; j++)
            medals_linear_clear(&layer->project[j]);
        medals_linear_clear(&layer->out);
        medals_linear_clear(&layer->linear1);
        medals_linear_clear(&layer->linear2);
    }
    medals_free(decoder->layer);
    medals_layer_norm_clear(&decoder->norm);
    *decoder = (MedalsQueryDecoder){0};
}

/* Scratch of one forward pass, cut out of one allocation. */
typedef struct Scratch {
    float *keys_in;   /* [T,Q] M+P */
    float *keys;      /* [T,Q] */
    float *values;    /* [T,Q] */
    float *normed;    /* [N,Q] */
    float *projected; /* [N,Q] */
    float *attended;  /* [N,Q] */
    float *hidden;    /* [N,feed forward] */
    float *owned;
} Scratch;

static bool scratch_init(Scratch *scratch, const MedalsQueryDecoder *decoder,
                         int64_t t, int64_t n, GError **error)
{
    size_t tokens = (size_t) (t * decoder->width);
    size_t rows = (size_t) (n * decoder->width);
    size_t hidden = (size_t) (n * decoder->feed_forward);
    float *at = medals_alloc(3 * tokens + 3 * rows + hidden, sizeof *at,
                             "query decoder", error);
    if (!at)
        return false;
    *scratch = (Scratch){.owned = at,
                         .keys_in = at,
                         .keys = at + tokens,
                         .values = at + 2 * tokens,
                         .normed = at + 3 * tokens,
                         .projected = at + 3 * tokens + rows,
                         .attended = at + 3 * tokens + 2 * rows,
                         .hidden = at + 3 * tokens + 3 * rows};
    return true;
}

static void add_to(float *x, const float *y, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        x[i] += y[i];
}

/* x += out(attention(norm2(x), M+P, M)) */
static bool attend(const MedalsExec *exec, const MedalsQueryDecoder *decoder,
                   const MedalsQueryLayer *layer, const Scratch *s,
                   const float *memory, int64_t t, int64_t n, float *x,
                   GError **error)
{
    int64_t q = decoder->width;
    medals_layer_norm_forward(&layer->norm2, x, n, s->normed);
    if (!medals_linear_forward(exec, &layer->project[0], s->normed, q, n,
                               s->projected, MEDALS_ACT_NONE, error) ||
        !medals_linear_forward(exec, &layer->project[1], s->keys_in, q, t,
                               s->keys, MEDALS_ACT_NONE, error) ||
        !medals_linear_forward(exec, &layer->project[2], memory, q, t,
                               s->values, MEDALS_ACT_NONE, error) ||
        !medals_attention_forward(exec, s->projected, s->keys, s->values, NULL,
                                  n, t, q, decoder->heads, s->attended,
                                  error) ||
        !medals_linear_forward(exec, &layer->out, s->attended, q, n, s->normed,
                               MEDALS_ACT_NONE, error))
        return false;
    add_to(x, s->normed, n * q);
    return true;
}

/* x += linear2(relu(linear1(norm3(x)))) */
static bool feed_forward(const MedalsExec *exec,
                         const MedalsQueryDecoder *decoder,
                         const MedalsQueryLayer *layer, const Scratch *s,
                         int64_t n, float *x, GError **error)
{
    int64_t q = decoder->width, ff = decoder->feed_forward;
    medals_layer_norm_forward(&layer->norm3, x, n, s->normed);
    if (!medals_linear_forward(exec, &layer->linear1, s->normed, q, n,
                               s->hidden, MEDALS_ACT_RELU, error) ||
        !medals_linear_forward(exec, &layer->linear2, s->hidden, ff, n,
                               s->attended, MEDALS_ACT_NONE, error))
        return false;
    add_to(x, s->attended, n * q);
    return true;
}

bool medals_query_decoder_forward(const MedalsExec *exec,
                                  const MedalsQueryDecoder *decoder,
                                  const float *memory, const float *pos,
                                  int64_t t, const float *queries, int64_t n,
                                  float *x, GError **error)
{
    Scratch scratch;
    if (!scratch_init(&scratch, decoder, t, n, error))
        return false;
    memmove(x, queries, (size_t) (n * decoder->width) * sizeof *x);
    for (int64_t i = 0; i < t * decoder->width; i++)
        scratch.keys_in[i] = memory[i] + pos[i];
    bool good = true;
    for (int64_t i = 0; good && i < decoder->layers; i++)
        good = attend(exec, decoder, &decoder->layer[i], &scratch, memory, t, n,
                      x, error) &&
               feed_forward(exec, decoder, &decoder->layer[i], &scratch, n, x,
                            error);
    if (good)
        medals_layer_norm_forward(&decoder->norm, x, n, x);
    medals_free(scratch.owned);
    return good;
}

double medals_query_decoder_flops(const MedalsQueryDecoder *decoder, int64_t t,
                                  int64_t n)
{
    double q = (double) decoder->width, ff = (double) decoder->feed_forward;
    double projections = 2 * q * q * (2.0 * (double) n + 2.0 * (double) t);
    double attention = 4 * q * (double) n * (double) t;
    double feed = 4 * q * ff * (double) n;
    return (double) decoder->layers * (projections + attention + feed);
}

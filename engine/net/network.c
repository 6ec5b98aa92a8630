/*
 * network.c - the whole network on one window (drawing: network.h)
 */
#include "network.h"

#include <string.h>

#include "image_tokens.h"
#include "mask_head.h"
#include "memory.h"
#include "positional_encoding.h"
#include "prompt_fusion.h"
#include "query_decoder.h"
#include "unet.h"
#include "widths.h"
#include "window_features_data.h"

/* Bounds of one window: far above any crop, and products stay in range. */
#define MAX_EDGE 4096
#define MAX_CLASSES 65535
/* What the kernels of all threads may take for a moment. */
#define SCRATCH_BYTES (UINT64_C(64) << 20)

struct MedalsNetwork {
    MedalsWidths widths;
    MedalsDtype storage;
    MedalsUnet unet;
    MedalsImageTokens tokens;
    MedalsQueryDecoder decoder;
    MedalsMaskHead head;
    MedalsConvBlock *fusion;
};

static bool init_layers(MedalsNetwork *network, const MedalsKernels *kernels,
                        const MedalsParameterSource *source,
                        bool mask_mlp_last_gelu, GError **error)
{
    const MedalsWidths *widths = &network->widths;
    int64_t c = widths->level[0];
    if (!medals_unet_init(&network->unet, kernels, widths, source,
                          network->storage, error) ||
        !medals_image_tokens_init(&network->tokens, widths, source, error) ||
        !medals_query_decoder_init(&network->decoder, widths, source, error) ||
        !medals_mask_head_init(&network->head, widths, source,
                               mask_mlp_last_gelu, error))
        return false;
    network->fusion = medals_unet_block(kernels, source, "fusion_conv.convs.0",
                                        2 * c, c, 1, network->storage, error);
    return network->fusion != NULL;
}

static MedalsNetwork *new_network(const MedalsKernels *kernels,
                                  const MedalsWidths *widths,
                                  const MedalsParameterSource *source,
                                  const MedalsNetworkOptions *options,
                                  GError **error)
{
    MedalsNetwork *network =
        medals_alloc_zero(1, sizeof *network, "network", error);
    if (!network)
        return NULL;
    network->widths = *widths;
    network->storage = options->storage;
    if (init_layers(network, kernels, source, options->mask_mlp_last_gelu,
                    error))
        return network;
    medals_network_free(network);
    return NULL;
}

MedalsNetwork *medals_network_new(const MedalsKernels *kernels,
                                  const MedalsWeights *weights,
                                  const MedalsNetworkOptions *options,
                                  GError **error)
{
    MedalsWidths widths;
    if (!medals_widths_read(&widths, weights, options->heads, error))
        return NULL;
    MedalsParameterSource source = {.weights = weights};
    MedalsNetwork *network =
        new_network(kernels, &widths, &source, options, error);
    medals_weights_forget(weights);
    return network;
}

MedalsNetwork *medals_network_new_random(const MedalsKernels *kernels,
                                         MedalsDtype storage, uint64_t seed,
                                         GError **error)
{
    MedalsWidths widths = medals_widths_full();
    MedalsParameterSource source = {.seed = seed};
    MedalsNetworkOptions options = {
        .heads = widths.heads, .mask_mlp_last_gelu = true, .storage = storage};
    return new_network(kernels, &widths, &source, &options, error);
}

void medals_network_free(MedalsNetwork *network)
{
    if (!network)
        return;
    medals_unet_clear(&network->unet);
    medals_image_tokens_clear(&network->tokens);
    medals_query_decoder_clear(&network->decoder);
    medals_mask_head_clear(&network->head);
    medals_conv_block_free(network->fusion);
    medals_free(network);
}

int64_t medals_network_query_width(const MedalsNetwork *network)
{
    return network->widths.query;
}

int64_t medals_network_feature_width(const MedalsNetwork *network)
{
    return network->widths.level[0];
}

uint64_t medals_network_parameters(const MedalsNetwork *network)
{
    return medals_widths_parameters(&network->widths);
}

double medals_network_flops(const MedalsNetwork *network, int64_t h, int64_t w,
                            int64_t d, int64_t n, bool with_prompts)
{
    const MedalsWidths *widths = &network->widths;
    double t = (double) (h / MEDALS_SHRINK * (w / MEDALS_SHRINK) *
                         (d / MEDALS_SHRINK));
    double q = (double) widths->query, c = (double) widths->level[0];
    double tokens = 2 * t * (double) widths->token_hidden *
                    ((double) network->tokens.width + q);
    double head = 2 * (double) n * (double) widths->mask_hidden * (q + c);
    double fusion = medals_conv_block_flops(network->fusion, h, w, d);
    return medals_unet_flops(&network->unet, h, w, d) + tokens +
           medals_query_decoder_flops(&network->decoder, (int64_t) t, n) +
           head + (with_prompts ? fusion : fusion / 2);
}

uint64_t medals_network_window_bytes(const MedalsNetwork *network, int64_t h,
                                     int64_t w, int64_t d, int64_t n)
{
    const int64_t *level = network->widths.level;
    uint64_t element = medals_dtype_size(network->storage);
    uint64_t voxels = (uint64_t) h * (uint64_t) w * (uint64_t) d;
    uint64_t encoded = voxels * MEDALS_IN_CHANNELS * sizeof(float);
    for (int i = 0; i < MEDALS_LEVELS; i++)
        encoded += (voxels >> (3 * i)) * 2 * (uint64_t) level[i] * element;
    uint64_t decoded = voxels * 3 * (uint64_t) level[0] * element;
    uint64_t tokens = voxels / (MEDALS_SHRINK * MEDALS_SHRINK * MEDALS_SHRINK);
    uint64_t row =
        (uint64_t) (network->widths.query + network->widths.token_hidden +
                    network->tokens.width);
    uint64_t rows = (5 * tokens + 5 * (uint64_t) n) * row;
    uint64_t hidden = (uint64_t) n * (uint64_t) network->widths.feed_forward;
    return MAX(encoded, decoded) + (rows + hidden) * sizeof(float) +
           SCRATCH_BYTES;
}

static bool check_edge(const char *axis, int64_t edge, GError **error)
{
    if (edge >= MEDALS_SHRINK && edge <= MAX_EDGE && edge % MEDALS_SHRINK == 0)
        return true;
    return medals_fail(error, MEDALS_E_SHAPE,
                       "window: %s has %" G_GINT64_FORMAT
                       " voxels; expected a multiple of %d up to %d",
                       axis, edge, MEDALS_SHRINK, MAX_EDGE);
}

static bool check_window(const MedalsWindow *window, GError **error)
{
    if (!check_edge("h", window->h, error) ||
        !check_edge("w", window->w, error) ||
        !check_edge("d", window->d, error))
        return false;
    if (window->n >= 1 && window->n <= MAX_CLASSES)
        return true;
    return medals_fail(error, MEDALS_E_SHAPE,
                       "window: found %" G_GINT64_FORMAT
                       " queries; expected 1 to %d",
                       window->n, MAX_CLASSES);
}

typedef struct Pack {
    const MedalsWindow *window;
    MedalsTensor *input;
} Pack;

/* One plane h of the input: image, and the prompt where there is one. */
static void pack_plane(void *context, size_t plane, unsigned worker)
{
    const Pack *pack = context;
    const MedalsTensor *input = pack->input;
    size_t voxels = (size_t) (input->w * input->d);
    float *dst = medals_tensor_at(input, (int64_t) plane, 0, 0);
    const float *image = pack->window->image + plane * voxels;
    const uint8_t *prompt = pack->window->union_prompt;
    for (size_t v = 0; v < voxels; v++)
        dst[v * (size_t) input->c] = image[v];
    if (input->c < MEDALS_IN_CHANNELS)
        return;
    prompt += plane * voxels;
    for (size_t v = 0; v < voxels; v++)
        dst[v * (size_t) input->c + 1] = prompt[v];
}

/* [h,w,d,2], or [h,w,d,1] when the union prompt is all zero. Always float32:
 * bf16 would round grey values above 128 to whole numbers. */
static bool pack_input(const MedalsExec *exec, const MedalsWindow *window,
                       MedalsTensor *input, GError **error)
{
    size_t voxels = (size_t) (window->h * window->w * window->d);
    int64_t channels = medals_prompt_any(window->union_prompt, voxels) ? 2 : 1;
    if (!medals_tensor_init(input, MEDALS_F32, window->h, window->w, window->d,
                            channels, error))
        return false;
    Pack pack = {.window = window, .input = input};
    return medals_lane_run(exec->lane, (size_t) window->h, pack_plane, &pack,
                           exec->task, 0) ||
           medals_task_check(exec->task, error);
}

static bool encode(const MedalsExec *exec, const MedalsNetwork *network,
                   const MedalsWindow *window, MedalsUnetMaps *maps,
                   const MedalsTap *tap, GError **error)
{
    MedalsTensor input = {0};
    bool good =
        pack_input(exec, window, &input, error) &&
        medals_unet_encode(exec, &network->unet, &input, maps, tap, error);
    medals_tensor_clear(&input);
    return good;
}

/* rows: [T+N,Q] of scratch: positions, decoded queries. */
static bool embed_rows(const MedalsExec *exec, const MedalsNetwork *network,
                       const float *tokens, const int64_t grid[3],
                       const float *queries, int64_t n, float *rows,
                       float *embeddings, const MedalsTap *tap, GError **error)
{
    int64_t q = network->widths.query, t = grid[0] * grid[1] * grid[2];
    float *pos = rows, *x = rows + t * q;
    medals_positional_encoding(grid[0], grid[1], grid[2], q, pos);
    medals_tap_rows(tap, "pos", pos, t, q);
    if (!medals_query_decoder_forward(exec, &network->decoder, tokens, pos, t,
                                      queries, n, x, error))
        return false;
    medals_tap_rows(tap, "query_out", x, n, q);
    if (!medals_mask_head_forward(exec, &network->head, x, n, embeddings,
                                  error))
        return false;
    medals_tap_rows(tap, "mask_embedding", embeddings, n,
                    network->widths.level[0]);
    return true;
}

static bool embed(const MedalsExec *exec, const MedalsNetwork *network,
                  const float *tokens, const int64_t grid[3],
                  const float *queries, int64_t n, float *embeddings,
                  const MedalsTap *tap, GError **error)
{
    size_t rows = (size_t) (grid[0] * grid[1] * grid[2] + n);
    size_t q = (size_t) network->widths.query;
    float *scratch =
        medals_alloc(rows, q * sizeof *scratch, "query rows", error);
    bool good = scratch && embed_rows(exec, network, tokens, grid, queries, n,
                                      scratch, embeddings, tap, error);
    medals_free(scratch);
    return good;
}

bool medals_network_embed(const MedalsExec *exec, const MedalsNetwork *network,
                          const MedalsFeatures *features, const float *queries,
                          int64_t n, float *embeddings, GError **error)
{
    const MedalsTap nobody = {0};
    return embed(exec, network, features->tokens, features->grid, queries, n,
                 embeddings, &nobody, error);
}

/* Image tokens [T,Q] out of the encoder's maps. */
static bool tokenise(const MedalsExec *exec, const MedalsNetwork *network,
                     const MedalsUnetMaps *maps, MedalsFeatures *features,
                     const MedalsTap *tap, GError **error)
{
    int64_t q = network->widths.query;
    MedalsTensor level[MEDALS_LEVELS];
    for (int i = 0; i < MEDALS_LEVELS; i++)
        level[i] = medals_unet_level(&network->unet, maps, i);
    const MedalsTensor *grid = &level[MEDALS_LEVELS - 1];
    int64_t t = medals_tensor_voxels(grid);
    features->grid[0] = grid->h;
    features->grid[1] = grid->w;
    features->grid[2] = grid->d;
    features->tokens = medals_alloc((size_t) t, (size_t) q * sizeof(float),
                                    "image tokens", error);
    if (!features->tokens ||
        !medals_image_tokens_forward(exec, &network->tokens, level,
                                     features->tokens, error))
        return false;
    medals_tap_rows(tap, "image_embedding", features->tokens, t, q);
    return true;
}

/* Tokens and mask embeddings [N,C] of the window. */
static bool answer_queries(const MedalsExec *exec, const MedalsNetwork *network,
                           const MedalsWindow *window,
                           const MedalsUnetMaps *maps, MedalsFeatures *features,
                           const MedalsTap *tap, GError **error)
{
    size_t c = (size_t) network->widths.level[0];
    if (!tokenise(exec, network, maps, features, tap, error))
        return false;
    features->embeddings = medals_alloc((size_t) window->n, c * sizeof(float),
                                        "embeddings", error);
    features->n = window->n;
    return features->embeddings &&
           embed(exec, network, features->tokens, features->grid,
                 window->queries, window->n, features->embeddings, tap, error);
}

/* Decoder, and the fusion where the class prompts were passed. */
static bool decode(const MedalsExec *exec, const MedalsNetwork *network,
                   const MedalsWindow *window, MedalsUnetMaps *maps,
                   MedalsFeatures *features, const MedalsTap *tap,
                   GError **error)
{
    if (!window->class_prompts && !window->class_prompts_zero)
        return medals_unet_decode(exec, &network->unet, maps, &features->x,
                                  NULL, tap, error);
    const uint8_t *prompts =
        window->class_prompts_zero ? NULL : window->class_prompts;
    MedalsTensor pixels = {0};
    bool good = medals_unet_decode(exec, &network->unet, maps, &pixels,
                                   &features->x, tap, error) &&
                medals_prompt_fusion_forward(exec, network->fusion, &pixels,
                                             prompts, features->embeddings,
                                             window->n, &features->x, error);
    medals_tensor_clear(&pixels);
    if (good)
        medals_tap(tap, "fused", &features->x);
    return good;
}

MedalsFeatures *medals_network_forward(const MedalsExec *exec,
                                       const MedalsNetwork *network,
                                       const MedalsWindow *window,
                                       MedalsTapFn tap_fn, void *tap_cookie,
                                       GError **error)
{
    MedalsTap tap = {.fn = tap_fn, .cookie = tap_cookie};
    MedalsUnetMaps maps = {0};
    MedalsFeatures *features = medals_features_new();
    bool good =
        check_window(window, error) &&
        encode(exec, network, window, &maps, &tap, error) &&
        answer_queries(exec, network, window, &maps, features, &tap, error) &&
        decode(exec, network, window, &maps, features, &tap, error);
    medals_unet_maps_clear(&maps);
    if (!good)
        g_clear_pointer(&features, medals_features_free);
    return features;
}

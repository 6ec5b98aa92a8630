/*
 * unet.c - the convolutional backbone (spec 1.3, 1.4, 1.5)
 */
#include "unet.h"

#include <string.h>

#include "memory.h"

#define NAME_SIZE 128
#define DEEPEST (MEDALS_LEVELS - 1)

/* Frees the copies that a layer read its weights from. */
typedef struct Parts {
    float *weight, *bias, *gamma, *beta;
} Parts;

static void parts_clear(Parts *parts)
{
    medals_free(parts->weight);
    medals_free(parts->bias);
    medals_free(parts->gamma);
    medals_free(parts->beta);
}

static bool take_block(Parts *parts, const MedalsParameterSource *source,
                       const char *prefix, int64_t cin, int64_t cout,
                       GError **error)
{
    const int64_t weight[] = {cout, cin, 3, 3, 3}, row[] = {cout};
    return (parts->weight = medals_parameter_take(source, prefix, "conv.weight",
                                                  5, weight, error)) &&
           (parts->bias = medals_parameter_take(source, prefix, "conv.bias", 1,
                                                row, error)) &&
           (parts->gamma = medals_parameter_take(source, prefix, "norm.weight",
                                                 1, row, error)) &&
           (parts->beta = medals_parameter_take(source, prefix, "norm.bias", 1,
                                                row, error));
}

MedalsConvBlock *medals_unet_block(const MedalsKernels *kernels,
                                   const MedalsParameterSource *source,
                                   const char *prefix, int64_t cin,
                                   int64_t cout, int stride,
                                   MedalsDtype storage, GError **error)
{
    Parts parts = {0};
    MedalsConvBlock *block = NULL;
    if (take_block(&parts, source, prefix, cin, cout, error)) {
        MedalsConvBlockWeights weights = {.cin = cin,
                                          .cout = cout,
                                          .stride = stride,
                                          .weight = parts.weight,
                                          .bias = parts.bias,
                                          .gamma = parts.gamma,
                                          .beta = parts.beta};
        block = medals_conv_block_new(kernels, &weights, storage, error);
    }
    parts_clear(&parts);
    return block;
}

static MedalsUpconv *new_up(const MedalsKernels *kernels,
                            const MedalsParameterSource *source, int s,
                            int64_t cin, int64_t cout, MedalsDtype storage,
                            GError **error)
{
    char prefix[NAME_SIZE];
    g_snprintf(prefix, sizeof prefix, "backbone.decoder.transpconvs.%d", s);
    const int64_t weight[] = {cin, cout, 2, 2, 2}, row[] = {cout};
    Parts parts = {0};
    MedalsUpconv *up = NULL;
    if ((parts.weight = medals_parameter_take(source, prefix, "weight", 5,
                                              weight, error)) &&
        (parts.bias =
             medals_parameter_take(source, prefix, "bias", 1, row, error)))
        up = medals_upconv_new(kernels, cin, cout, parts.weight, parts.bias,
                               storage, error);
    parts_clear(&parts);
    return up;
}

static bool init_encoder(MedalsUnet *unet, const MedalsKernels *kernels,
                         const MedalsParameterSource *source, GError **error)
{
    int64_t cin = MEDALS_IN_CHANNELS;
    for (int i = 0; i < MEDALS_LEVELS; i++)
        for (int j = 0; j < 2; j++) {
            char prefix[NAME_SIZE];
            g_snprintf(prefix, sizeof prefix,
                       "backbone.encoder.stages.%d.0.convs.%d", i, j);
            int stride = i > 0 && j == 0 ? 2 : 1;
            unet->encoder[i][j] =
                medals_unet_block(kernels, source, prefix, cin, unet->level[i],
                                  stride, unet->storage, error);
            if (!unet->encoder[i][j])
                return false;
            cin = unet->level[i];
        }
    return true;
}

static bool init_decoder(MedalsUnet *unet, const MedalsKernels *kernels,
                         const MedalsParameterSource *source, GError **error)
{
    for (int s = 0; s < DEEPEST; s++) {
        int64_t below = unet->level[DEEPEST - s];
        int64_t width = unet->level[DEEPEST - 1 - s];
        unet->up[s] =
            new_up(kernels, source, s, below, width, unet->storage, error);
        if (!unet->up[s])
            return false;
        for (int j = 0; j < 2; j++) {
            char prefix[NAME_SIZE];
            g_snprintf(prefix, sizeof prefix,
                       "backbone.decoder.stages.%d.convs.%d", s, j);
            unet->decoder[s][j] = medals_unet_block(
                kernels, source, prefix, j == 0 ? 2 * width : width, width, 1,
                unet->storage, error);
            if (!unet->decoder[s][j])
                return false;
        }
    }
    return true;
}

bool medals_unet_init(MedalsUnet *unet, const MedalsKernels *kernels,
                      const MedalsWidths *widths,
                      const MedalsParameterSource *source, MedalsDtype storage,
                      GError **error)
{
    *unet = (MedalsUnet){.storage = storage};
    memcpy(unet->level, widths->level, sizeof unet->level);
    if (init_encoder(unet, kernels, source, error) &&
        init_decoder(unet, kernels, source, error))
        return true;
    medals_unet_clear(unet);
    return false;
}

void medals_unet_clear(MedalsUnet *unet)
{
    for (int i = 0; i < MEDALS_LEVELS; i++)
        for (int j = 0; j < 2; j++)
            medals_conv_block_free(unet->encoder[i][j]);
    for (int s = 0; s < DEEPEST; s++) {
        medals_upconv_free(unet->up[s]);
        for (int j = 0; j < 2; j++)
            medals_conv_block_free(unet->decoder[s][j]);
    }
    *unet = (MedalsUnet){0};
}

MedalsTensor medals_unet_level(const MedalsUnet *unet,
                               const MedalsUnetMaps *maps, int i)
{
    if (i < DEEPEST)
        return medals_tensor_channels(&maps->wide[i], unet->level[i],
                                      unet->level[i]);
    return medals_tensor_channels(&maps->deepest, 0, unet->level[i]);
}

void medals_unet_maps_clear(MedalsUnetMaps *maps)
{
    for (int k = 0; k < DEEPEST; k++)
        medals_tensor_clear(&maps->wide[k]);
    medals_tensor_clear(&maps->deepest);
}

/* Both blocks of a stage; inner holds what is between them. */
static bool run_pair(const MedalsExec *exec, MedalsConvBlock *const block[2],
                     const MedalsTensor *src, MedalsTensor *inner,
                     MedalsTensor *dst, GError **error)
{
    return medals_conv_block_forward(exec, block[0], src, inner, error) &&
           medals_conv_block_forward(exec, block[1], inner, dst, error);
}

static bool encode_deepest(const MedalsExec *exec, const MedalsUnet *unet,
                           const MedalsTensor *src, MedalsUnetMaps *maps,
                           GError **error)
{
    int64_t width = unet->level[DEEPEST];
    MedalsTensor inner = {0};
    bool good = medals_tensor_init(&inner, unet->storage, src->h / 2,
                                   src->w / 2, src->d / 2, width, error) &&
                medals_tensor_init(&maps->deepest, unet->storage, src->h / 2,
                                   src->w / 2, src->d / 2, width, error) &&
                run_pair(exec, unet->encoder[DEEPEST], src, &inner,
                         &maps->deepest, error);
    medals_tensor_clear(&inner);
    return good;
}

static bool encode_level(const MedalsExec *exec, const MedalsUnet *unet, int i,
                         const MedalsTensor *src, MedalsUnetMaps *maps,
                         GError **error)
{
    if (i == DEEPEST)
        return encode_deepest(exec, unet, src, maps, error);
    int64_t width = unet->level[i];
    int shrink = i == 0 ? 1 : 2;
    MedalsTensor *wide = &maps->wide[i];
    if (!medals_tensor_init(wide, unet->storage, src->h / shrink,
                            src->w / shrink, src->d / shrink, 2 * width, error))
        return false;
    MedalsTensor inner = medals_tensor_channels(wide, 0, width);
    MedalsTensor skip = medals_tensor_channels(wide, width, width);
    return run_pair(exec, unet->encoder[i], src, &inner, &skip, error);
}

bool medals_unet_encode(const MedalsExec *exec, const MedalsUnet *unet,
                        const MedalsTensor *input, MedalsUnetMaps *maps,
                        const MedalsTap *tap, GError **error)
{
    static const char *const names[MEDALS_LEVELS] = {"enc0", "enc1", "enc2",
                                                     "enc3", "enc4", "enc5"};
    *maps = (MedalsUnetMaps){0};
    MedalsTensor src = *input;
    for (int i = 0; i < MEDALS_LEVELS; i++) {
        if (!encode_level(exec, unet, i, &src, maps, error))
            return false;
        src = medals_unet_level(unet, maps, i);
        medals_tap(tap, names[i], &src);
    }
    return true;
}

/* upconv of `below` into the left half, then the first block of the stage
 * into a fresh `inner`. Frees below. */
static bool decode_first(const MedalsExec *exec, const MedalsUnet *unet, int s,
                         MedalsTensor *below, MedalsTensor *wide,
                         MedalsTensor *inner, GError **error)
{
    int64_t width = unet->level[DEEPEST - 1 - s];
    MedalsTensor left = medals_tensor_channels(wide, 0, width);
    if (!medals_upconv_forward(exec, unet->up[s], below, &left, error))
        return false;
    medals_tensor_clear(below);
    return medals_tensor_init(inner, unet->storage, wide->h, wide->w, wide->d,
                              width, error) &&
           medals_conv_block_forward(exec, unet->decoder[s][0], wide, inner,
                                     error);
}

/* Second block of a stage into fresh memory, after the concatenation went. */
static bool decode_second(const MedalsExec *exec, const MedalsUnet *unet, int s,
                          MedalsTensor *wide, MedalsTensor *inner,
                          MedalsTensor *dst, GError **error)
{
    medals_tensor_clear(wide);
    bool good =
        medals_tensor_init(dst, unet->storage, inner->h, inner->w, inner->d,
                           inner->c, error) &&
        medals_conv_block_forward(exec, unet->decoder[s][1], inner, dst, error);
    medals_tensor_clear(inner);
    return good;
}

/* Second block of the last stage into the left half of the concatenation,
 * whose memory and that of inner are handed on. */
static bool decode_in_place(const MedalsExec *exec, const MedalsUnet *unet,
                            MedalsTensor *wide, MedalsTensor *inner,
                            MedalsTensor *pixels, MedalsTensor *spare,
                            GError **error)
{
    MedalsTensor left = medals_tensor_channels(wide, 0, unet->level[0]);
    if (!medals_conv_block_forward(exec, unet->decoder[DEEPEST - 1][1], inner,
                                   &left, error))
        return false;
    *pixels = *wide;
    *spare = *inner;
    *wide = *inner = (MedalsTensor){0};
    return true;
}

static bool decode_stage(const MedalsExec *exec, const MedalsUnet *unet, int s,
                         MedalsUnetMaps *maps, MedalsTensor *current,
                         MedalsTensor *spare, GError **error)
{
    MedalsTensor *wide = &maps->wide[DEEPEST - 1 - s];
    MedalsTensor inner = {0};
    bool good =
        decode_first(exec, unet, s, current, wide, &inner, error) &&
        (s == DEEPEST - 1 && spare
             ? decode_in_place(exec, unet, wide, &inner, current, spare, error)
             : decode_second(exec, unet, s, wide, &inner, current, error));
    medals_tensor_clear(&inner);
    return good;
}

bool medals_unet_decode(const MedalsExec *exec, const MedalsUnet *unet,
                        MedalsUnetMaps *maps, MedalsTensor *pixels,
                        MedalsTensor *spare, const MedalsTap *tap,
                        GError **error)
{
    static const char *const names[DEEPEST] = {"dec0", "dec1", "dec2", "dec3",
                                               "dec4"};
    if (spare)
        *spare = (MedalsTensor){0};
    *pixels = maps->deepest;
    maps->deepest = (MedalsTensor){0};
    for (int s = 0; s < DEEPEST; s++) {
        if (!decode_stage(exec, unet, s, maps, pixels, spare, error)) {
            medals_tensor_clear(pixels);
            return false;
        }
        MedalsTensor view =
            medals_tensor_channels(pixels, 0, unet->level[DEEPEST - 1 - s]);
        medals_tap(tap, names[s], &view);
    }
    return true;
}

double medals_unet_flops(const MedalsUnet *unet, int64_t h, int64_t w,
                         int64_t d)
{
    double sum = 0;
    for (int i = 0; i < MEDALS_LEVELS; i++) {
        /* conv_block_flops takes the size of the block's input */
        int64_t in = i == 0 ? 1 : INT64_C(1) << (i - 1), out = INT64_C(1) << i;
        sum += medals_conv_block_flops(unet->encoder[i][0], h / in, w / in,
                                       d / in) +
               medals_conv_block_flops(unet->encoder[i][1], h / out, w / out,
                                       d / out);
    }
    for (int s = 0; s < DEEPEST; s++) {
        int64_t out = INT64_C(1) << (DEEPEST - 1 - s), in = 2 * out;
        sum += medals_upconv_flops(unet->up[s], h / in, w / in, d / in);
        for (int j = 0; j < 2; j++)
            sum += medals_conv_block_flops(unet->decoder[s][j], h / out,
                                           w / out, d / out);
    }
    return sum;
}

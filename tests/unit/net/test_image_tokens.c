/*
 * test_image_tokens.c - the projection of pooled maps, held against plain C
 */
#include <glib.h>
#include <math.h>

#include "image_tokens.h"
#include "memory.h"
#include "small_model.h"
#include "splitmix.h"

#define TOKENS 2 /* maps of 64 x 32 x 32 voxels */

static void fill_levels(MedalsTensor level[MEDALS_LEVELS],
                        const MedalsWidths *widths)
{
    uint64_t state = 11;
    for (int i = 0; i < MEDALS_LEVELS; i++) {
        GError *error = NULL;
        int64_t edge = MEDALS_SHRINK >> i;
        g_assert_true(medals_tensor_init(&level[i], MEDALS_F32, TOKENS * edge,
                                         edge, edge, widths->level[i], &error));
        float *data = level[i].data;
        int64_t count = medals_tensor_voxels(&level[i]) * level[i].c;
        for (int64_t k = 0; k < count; k++)
            data[k] = (float) (medals_splitmix_next(&state) >> 40) / 0x1p24f;
    }
}

static double gelu(double x)
{
    return 0.5 * x * (1 + erf(x * M_SQRT1_2));
}

/* y[o] = gelu(sum_i x[i] W[o,i] + b[o]) with the numbers of `prefix`. */
static void plain_linear(const MedalsParameterSource *source,
                         const char *prefix, const double *x, int64_t in,
                         int64_t out, double *y)
{
    GError *error = NULL;
    float *weight = medals_parameter_take(source, prefix, "weight", 2,
                                          (int64_t[]){out, in}, &error);
    float *bias =
        medals_parameter_take(source, prefix, "bias", 1, &out, &error);
    g_assert_no_error(error);
    for (int64_t o = 0; o < out; o++) {
        double sum = bias[o];
        for (int64_t i = 0; i < in; i++)
            sum += weight[o * in + i] * x[i];
        y[o] = gelu(sum);
    }
    medals_free(weight);
    medals_free(bias);
}

/* Channel c of a level, averaged over the cube of one token. */
static double mean_of(const MedalsTensor *level, int64_t token, int64_t c)
{
    int64_t edge = level->h / TOKENS;
    double sum = 0;
    for (int64_t h = token * edge; h < (token + 1) * edge; h++)
        for (int64_t w = 0; w < edge; w++)
            for (int64_t d = 0; d < edge; d++)
                sum += ((float *) medals_tensor_at(level, h, w, d))[c];
    return sum / (double) (edge * edge * edge);
}

/* The layer between may be narrower or wider than the queries (spec 1.6 gives
 * its width by the tensors alone). */
static void test_hidden(void)
{
    static const int64_t hidden[] = {20, 24, 40};
    MedalsParameterSource source = {.seed = 5};
    MedalsExec exec = small_model_exec(2);
    for (size_t k = 0; k < G_N_ELEMENTS(hidden); k++) {
        GError *error = NULL;
        MedalsWidths widths = small_model_widths();
        widths.token_hidden = hidden[k];
        MedalsImageTokens tokens;
        g_assert_true(
            medals_image_tokens_init(&tokens, &widths, &source, &error));
        MedalsTensor level[MEDALS_LEVELS];
        fill_levels(level, &widths);
        float found[TOKENS * 24];
        g_assert_true(
            medals_image_tokens_forward(&exec, &tokens, level, found, &error));
        for (int64_t t = 0; t < TOKENS; t++) {
            double pooled[56], middle[40], expected[24];
            double *next = pooled;
            for (int i = 0; i < MEDALS_LEVELS; i++)
                for (int64_t c = 0; c < level[i].c; c++)
                    *next++ = mean_of(&level[i], t, c);
            plain_linear(&source, "projection_layer.0", pooled, 56, hidden[k],
                         middle);
            plain_linear(&source, "projection_layer.2", middle, hidden[k], 24,
                         expected);
            for (int64_t q = 0; q < 24; q++)
                g_assert_cmpfloat_with_epsilon(found[t * 24 + q], expected[q],
                                               1e-4);
        }
        for (int i = 0; i < MEDALS_LEVELS; i++)
            medals_tensor_clear(&level[i]);
        medals_image_tokens_clear(&tokens);
    }
    small_model_exec_clear(&exec);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/image_tokens/hidden", test_hidden);
    return g_test_run();
}

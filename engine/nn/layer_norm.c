/*
 * layer_norm.c - layer norm over float32 rows
 */
#include "layer_norm.h"

#include <math.h>

#include "memory.h"

bool medals_layer_norm_init(MedalsLayerNorm *norm, int64_t width, float eps,
                            const void *gamma, const void *beta,
                            MedalsDtype dtype, GError **error)
{
    *norm = (MedalsLayerNorm){.width = width, .eps = eps};
    size_t count = (size_t) width;
    norm->gamma = medals_alloc(count, sizeof(float), "layer norm", error);
    if (!norm->gamma)
        return false;
    norm->beta = medals_alloc(count, sizeof(float), "layer norm", error);
    if (!norm->beta) {
        medals_layer_norm_clear(norm);
        return false;
    }
    medals_convert_to_f32(norm->gamma, gamma, dtype, count);
    medals_convert_to_f32(norm->beta, beta, dtype, count);
    return true;
}

void medals_layer_norm_clear(MedalsLayerNorm *norm)
{
    medals_free(norm->gamma);
    medals_free(norm->beta);
    *norm = (MedalsLayerNorm){0};
}

static void norm_row(const MedalsLayerNorm *norm, const float *x, float *y)
{
    int64_t width = norm->width;
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < width; i++)
        sum += x[i];
    double mean = sum / (double) width;
    for (int64_t i = 0; i < width; i++) {
        double off = x[i] - mean;
        squares += off * off;
    }
    double scale = 1 / sqrt(squares / (double) width + norm->eps);
    for (int64_t i = 0; i < width; i++)
        y[i] = (float) ((x[i] - mean) * scale) * norm->gamma[i] + norm->beta[i];
}

void medals_layer_norm_forward(const MedalsLayerNorm *norm, const float *x,
                               int64_t rows, float *y)
{
    for (int64_t row = 0; row < rows; row++)
        norm_row(norm, x + row * norm->width, y + row * norm->width);
}

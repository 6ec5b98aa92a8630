/*
 * kernels_ref.c - the table in plain C: the definition of right
 */
#include <math.h>
#include <string.h>

#include "conv_kernel.h"
#include "kernel_tables.h"

static void multiply(const MedalsMultiply *m)
{
    for (int64_t i = 0; i < m->rows; i++) {
        float sum[MEDALS_BLOCK] = {0};
        float *c = m->c + i * m->c_stride;
        const float *b = m->b;
        if (m->add)
            memcpy(sum, c, sizeof sum);
        for (int64_t s = 0; s < m->segments; s++) {
            const float *a = m->a + m->offset[i] + m->segment[s];
            for (int64_t k = 0; k < m->k; k++, b += MEDALS_BLOCK)
                for (int j = 0; j < MEDALS_BLOCK; j++)
                    sum[j] += a[k] * b[j];
        }
        memcpy(c, sum, sizeof sum);
    }
}

static void load(float *dst, int64_t dst_stride, const void *src,
                 int64_t src_stride, MedalsDtype dtype, int64_t rows, int64_t n)
{
    const float *wide = src;
    const uint16_t *half = src;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < n; j++)
            dst[i * dst_stride + j] =
                dtype == MEDALS_F32
                    ? wide[i * src_stride + j]
                    : medals_bf16_to_f32(half[i * src_stride + j]);
}

static void store(void *dst, int64_t dst_stride, const float *src,
                  int64_t src_stride, MedalsDtype dtype, int64_t rows,
                  int64_t n)
{
    float *wide = dst;
    uint16_t *half = dst;
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < n; j++) {
            float value = src[i * src_stride + j];
            if (dtype == MEDALS_F32)
                wide[i * dst_stride + j] = value;
            else
                half[i * dst_stride + j] = medals_bf16_from_f32(value);
        }
    }
}

static void moments(const float *x, int64_t rows, int64_t columns,
                    int64_t stride, double *mean, double *square)
{
    for (int64_t j = 0; j < columns; j++) {
        double sum = 0, distance = 0;
        for (int64_t i = 0; i < rows; i++)
            sum += x[i * stride + j];
        mean[j] = sum / (double) rows;
        for (int64_t i = 0; i < rows; i++) {
            double away = x[i * stride + j] - mean[j];
            distance += away * away;
        }
        square[j] = distance;
    }
}

static float norm_relu_one(float x, float mean, float scale, float shift)
{
    float y = (x - mean) * scale + shift;
    return y > 0 ? y : 0.01f * y;
}

static void norm_relu(void *x, MedalsDtype dtype, int64_t rows, int64_t c,
                      int64_t stride, const float *mean, const float *scale,
                      const float *shift)
{
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < c; j++) {
            uint8_t *at = (uint8_t *) x +
                          (size_t) (i * stride + j) * medals_dtype_size(dtype);
            float value;
            load(&value, 1, at, 1, dtype, 1, 1);
            value = norm_relu_one(value, mean[j], scale[j], shift[j]);
            store(at, 1, &value, 1, dtype, 1, 1);
        }
    }
}

static void sigmoid(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (float) (1 / (1 + exp(-(double) x[i])));
}

static void exponential(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = expf(x[i]);
}

static double spin(int64_t rounds, float *result)
{
    float sum[8] = {0}, factor = *result;
    for (int64_t i = 0; i < rounds; i++)
        for (int j = 0; j < 8; j++)
            sum[j] = sum[j] * factor + factor;
    for (int j = 0; j < 8; j++)
        *result += sum[j];
    return 16.0 * (double) rounds;
}

const MedalsKernels medals_kernels_ref = {.name = "ref",
                                          .isa = MEDALS_ISA_REF,
                                          .multiply = multiply,
                                          .load = load,
                                          .store = store,
                                          .moments = moments,
                                          .norm_relu = norm_relu,
                                          .sigmoid = sigmoid,
                                          .exponential = exponential,
                                          .spin = spin,
                                          .conv = {&medals_conv_ref}};

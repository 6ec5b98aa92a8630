/*
 * conv_ref.c - the convolution as it is defined, loop by loop
 */
#include <string.h>

#include "conv_kernel.h"
#include "memory.h"

/* Weights [kh,kw,kd,cin,cout]. */
static void *weights_new(const MedalsConvShape *shape, const float *weight,
                         MedalsIsa isa, GError **error)
{
    const int64_t cin = shape->cin, cout = shape->cout;
    float *own = medals_alloc((size_t) (27 * cin * cout), sizeof(float),
                              "convolution weights", error);
    if (!own)
        return NULL;
    for (int64_t o = 0; o < cout; o++) {
        for (int64_t i = 0; i < cin; i++) {
            for (int64_t tap = 0; tap < 27; tap++) {
                float value = *weight++;
                if (shape->storage == MEDALS_BF16)
                    value = medals_bf16_to_f32(medals_bf16_from_f32(value));
                own[(tap * cin + i) * cout + o] = value;
            }
        }
    }
    return own;
}

static bool ref_begin(MedalsConvRun *run, GError **error)
{
    run->group = run->shape->cout;
    medals_conv_cut(run, run->shape->cin, 1 << 20, 64);
    run->scratch = (size_t) (64 * run->group + run->src->c) * sizeof(float);
    return true;
}

/* sums[0..c) of one output voxel. */
static void add_voxel(const MedalsConvRun *run, const MedalsConvTile *tile,
                      const int64_t at[3], float *input, float *sums)
{
    const MedalsTensor *src = run->src;
    const MedalsConvShape *shape = run->shape;
    memset(sums, 0, (size_t) tile->c * sizeof *sums);
    for (int64_t tap = 0; tap < 27; tap++) {
        int64_t h = at[0] * shape->stride + tap / 9 - 1;
        int64_t w = at[1] * shape->stride + tap / 3 % 3 - 1;
        int64_t d = at[2] * shape->stride + tap % 3 - 1;
        if (h < 0 || h >= src->h || w < 0 || w >= src->w || d < 0 ||
            d >= src->d)
            continue;
        run->kernels->load(input, 0, medals_tensor_at(src, h, w, d), 0,
                           src->dtype, 1, src->c);
        const float *weight =
            (const float *) run->weights + tap * shape->cin * shape->cout;
        for (int64_t i = 0; i < src->c; i++)
            for (int64_t o = 0; o < tile->c; o++)
                sums[o] += input[i] * weight[i * shape->cout + tile->c0 + o];
    }
}

static bool compute_tile(const MedalsConvRun *run, const MedalsConvTile *tile,
                         void *scratch, double *mean, double *square)
{
    float *sums = scratch, *input = sums + 64 * run->group, *row = sums;
    for (int64_t h = 0; h < tile->count[0]; h++) {
        for (int64_t w = 0; w < tile->count[1]; w++) {
            for (int64_t d = 0; d < tile->count[2]; d++) {
                const int64_t at[3] = {tile->first[0] + h, tile->first[1] + w,
                                       tile->first[2] + d};
                add_voxel(run, tile, at, input, row);
                row += run->group;
            }
        }
    }
    medals_conv_finish(run, tile, sums, run->group, mean, square);
    return true;
}

const MedalsConvKernel medals_conv_ref = {.name = "ref",
                                          .weights_new = weights_new,
                                          .weights_free = medals_free,
                                          .begin = ref_begin,
                                          .tile = compute_tile};

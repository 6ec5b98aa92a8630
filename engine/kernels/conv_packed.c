/*
 * conv_packed.c - the convolution as matrix products on packed tiles
 *
 *   source under a tile, halo included, `slice` channels at a time
 *       --load, zeros outside--> input [ph][pw][pd][slice] float32
 *   for each block of 16 outputs:
 *       sums [voxel][16] += sum over (kh,kw) of
 *                           input[voxel + (kh,kw)][3*slice] x weights
 *
 * The three taps along d and the channels of a slice lie next to each other
 * in the input, so they are one segment of 3*slice terms; the nine (kh,kw) are
 * nine segments of one product. The voxels of a tile start `stride` voxels
 * apart. A block's weights (110 kB for 64 channels) stream from the second
 * cache for every few voxels: measured 1 % faster than keeping a ninth of them
 * in the first cache and coming back to the sums nine times.
 */
#include <string.h>

#include "conv_kernel.h"
#include "memory.h"

/* Channels packed at a time. */
#define SLICE 64
/* Room for the source of a tile, in the second cache beside the sums. */
#define TILE_BYTES (200 << 10)
#define TILE_BYTES_STRIDED (320 << 10)
/* Sums of a tile, in the same cache. */
#define TILE_SUMS 20480
#define TILE_VOXELS 300
/* Output channels of one tile. */
#define GROUP 128

/* [block of 16 outputs][slice][kh,kw][kd][channel of the slice][16] */
typedef struct Weights {
    int64_t cin, slice, slices, blocks;
    float packed[] __attribute__((aligned(MEDALS_ALIGNMENT)));
} Weights;

static int64_t slice_width(const Weights *weights, int64_t slice)
{
    return MIN(weights->slice, weights->cin - slice * weights->slice);
}

/* Where the weights of a block and slice begin. */
static int64_t weights_at(const Weights *weights, int64_t block, int64_t slice)
{
    return 27 * MEDALS_BLOCK * (block * weights->cin + slice * weights->slice);
}

static void pack_weights(Weights *weights, const MedalsConvShape *shape,
                         const float *weight)
{
    for (int64_t o = 0; o < shape->cout; o++) {
        for (int64_t i = 0; i < shape->cin; i++) {
            int64_t slice = i / weights->slice;
            int64_t width = slice_width(weights, slice);
            float *to = weights->packed +
                        weights_at(weights, o / MEDALS_BLOCK, slice) +
                        i % weights->slice * MEDALS_BLOCK + o % MEDALS_BLOCK;
            for (int64_t tap = 0; tap < 27; tap++) {
                float value = *weight++;
                if (shape->storage == MEDALS_BF16)
                    value = medals_bf16_to_f32(medals_bf16_from_f32(value));
                to[tap * width * MEDALS_BLOCK] = value;
            }
        }
    }
}

static void *weights_new(const MedalsConvShape *shape, const float *weight,
                         MedalsIsa isa, GError **error)
{
    const int64_t blocks = (shape->cout + MEDALS_BLOCK - 1) / MEDALS_BLOCK;
    size_t count = 27 * MEDALS_BLOCK * (size_t) (blocks * shape->cin);
    Weights *weights =
        medals_alloc_zero(1, sizeof *weights + count * sizeof(float),
                          "convolution weights", error);
    if (!weights)
        return NULL;
    weights->cin = shape->cin;
    weights->blocks = blocks;
    weights->slices = (shape->cin + SLICE - 1) / SLICE;
    weights->slice = (shape->cin + weights->slices - 1) / weights->slices;
    pack_weights(weights, shape, weight);
    return weights;
}

/* How the scratch of one tile is laid out, in floats. */
typedef struct Layout {
    int64_t size[3]; /* packed voxels along h, w, d */
    int64_t voxels;  /* of the tile */
    int64_t columns; /* sums of a voxel, whole blocks */
    int64_t *offset; /* [voxels] from the input to a voxel's first tap */
    int64_t tap[9];  /* from there to (kh,kw) */
    float *sums;     /* [voxels][columns] */
    float *input;    /* [size][slice] */
} Layout;

static float *round_up(float *at)
{
    uintptr_t address = (uintptr_t) at + MEDALS_ALIGNMENT - 1;
    return (float *) (address / MEDALS_ALIGNMENT * MEDALS_ALIGNMENT);
}

/* Lays out the scratch and returns its end; scratch may be NULL to measure. */
static uint8_t *lay_out(Layout *layout, const MedalsConvRun *run,
                        const int64_t count[3], int64_t channels, void *scratch)
{
    const Weights *weights = run->weights;
    for (int axis = 0; axis < 3; axis++)
        layout->size[axis] = run->shape->stride * (count[axis] - 1) + 3;
    layout->voxels = count[0] * count[1] * count[2];
    layout->columns =
        (channels + MEDALS_BLOCK - 1) / MEDALS_BLOCK * MEDALS_BLOCK;
    layout->offset = scratch;
    layout->sums = round_up((float *) (layout->offset + layout->voxels));
    layout->input = round_up(layout->sums + layout->voxels * layout->columns);
    return (uint8_t *) (layout->input + layout->size[0] * layout->size[1] *
                                            layout->size[2] * weights->slice);
}

size_t medals_conv_packed_scratch(const MedalsConvRun *run,
                                  const int64_t count[3], int64_t c)
{
    Layout layout;
    return (size_t) (lay_out(&layout, run, count, c, NULL) - (uint8_t *) NULL);
}

/* Channels of a tile: all, or fewer when there are too few tiles. Each
 * channel is computed alone, so this changes no bits. */
static int64_t choose_group(const MedalsConvRun *run)
{
    int64_t group = MIN(run->shape->cout, GROUP);
    while (group > MEDALS_BLOCK &&
           medals_conv_tiles(run) * ((run->shape->cout + group - 1) / group) <
               (int64_t) run->threads * 4)
        group = (group / 2 + MEDALS_BLOCK - 1) / MEDALS_BLOCK * MEDALS_BLOCK;
    return group;
}

static bool packed_begin(MedalsConvRun *run, GError **error)
{
    const Weights *weights = run->weights;
    const MedalsTensor *dst = run->dst;
    medals_conv_cut(run, weights->slice,
                    run->shape->stride == 1 ? TILE_BYTES : TILE_BYTES_STRIDED,
                    MAX(TILE_VOXELS, TILE_SUMS / run->shape->cout));
    run->group = choose_group(run);
    const int64_t largest[3] = {(dst->h + run->cells[0] - 1) / run->cells[0],
                                (dst->w + run->cells[1] - 1) / run->cells[1],
                                (dst->d + run->cells[2] - 1) / run->cells[2]};
    run->scratch = medals_conv_packed_scratch(run, largest, run->group);
    return true;
}

/* Offsets of the tile's voxels in an input of `width` channels. */
static void fill_offsets(Layout *layout, const MedalsConvRun *run,
                         const int64_t count[3], int64_t width)
{
    const int64_t s = run->shape->stride;
    int64_t *offset = layout->offset;
    for (int64_t tap = 0; tap < 9; tap++)
        layout->tap[tap] =
            (tap / 3 * layout->size[1] + tap % 3) * layout->size[2] * width;
    for (int64_t h = 0; h < count[0]; h++)
        for (int64_t w = 0; w < count[1]; w++)
            for (int64_t d = 0; d < count[2]; d++)
                *offset++ =
                    ((s * h * layout->size[1] + s * w) * layout->size[2] +
                     s * d) *
                    width;
}

/* One line of packed voxels; voxels d0 ... exist in the source line. */
static void pack_line(const MedalsConvRun *run, int64_t h, int64_t w,
                      int64_t d0, int64_t voxels, int64_t c0, int64_t width,
                      float *to)
{
    const MedalsTensor *src = run->src;
    const int64_t channels = MIN(width, src->c - c0);
    int64_t first = MAX(d0, 0), last = MIN(d0 + voxels, src->d);
    if (h < 0 || h >= src->h || w < 0 || w >= src->w)
        last = first;
    if (last - first < voxels || channels < width)
        memset(to, 0, (size_t) (voxels * width) * sizeof *to);
    if (last == first)
        return;
    const uint8_t *from = medals_tensor_at(src, h, w, first);
    from += (size_t) c0 * medals_dtype_size(src->dtype);
    run->kernels->load(to + (first - d0) * width, width, from, src->stride,
                       src->dtype, last - first, channels);
}

static void pack_input(const Layout *layout, const MedalsConvRun *run,
                       const MedalsConvTile *tile, int64_t c0, int64_t width)
{
    const int64_t s = run->shape->stride, depth = layout->size[2];
    float *to = layout->input;
    for (int64_t h = 0; h < layout->size[0]; h++) {
        for (int64_t w = 0; w < layout->size[1]; w++) {
            pack_line(run, s * tile->first[0] + h - 1,
                      s * tile->first[1] + w - 1, s * tile->first[2] - 1, depth,
                      c0, width, to);
            to += depth * width;
        }
    }
}

/* sums of one block += one slice of the input. */
static void multiply_slice(const Layout *layout, const MedalsConvRun *run,
                           int64_t block, int64_t slice, float *sums)
{
    const Weights *weights = run->weights;
    MedalsMultiply m = {.a = layout->input,
                        .offset = layout->offset,
                        .rows = layout->voxels,
                        .segments = 9,
                        .segment = layout->tap,
                        .k = 3 * slice_width(weights, slice),
                        .b =
                            weights->packed + weights_at(weights, block, slice),
                        .c = sums,
                        .c_stride = layout->columns,
                        .add = slice > 0};
    run->kernels->multiply(&m);
}

static bool compute_tile(const MedalsConvRun *run, const MedalsConvTile *tile,
                         void *scratch, double *mean, double *square)
{
    const Weights *weights = run->weights;
    Layout layout;
    lay_out(&layout, run, tile->count, tile->c, scratch);
    for (int64_t slice = 0; slice * weights->slice < run->src->c; slice++) {
        int64_t width = slice_width(weights, slice);
        fill_offsets(&layout, run, tile->count, width);
        pack_input(&layout, run, tile, slice * weights->slice, width);
        for (int64_t i = 0; i < layout.columns / MEDALS_BLOCK; i++)
            multiply_slice(&layout, run, tile->c0 / MEDALS_BLOCK + i, slice,
                           layout.sums + i * MEDALS_BLOCK);
    }
    medals_conv_finish(run, tile, layout.sums, layout.columns, mean, square);
    return true;
}

const MedalsConvKernel medals_conv_packed = {.name = "packed",
                                             .weights_new = weights_new,
                                             .weights_free = medals_free,
                                             .begin = packed_begin,
                                             .tile = compute_tile};

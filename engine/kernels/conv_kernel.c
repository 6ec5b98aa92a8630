/*
 * conv_kernel.c - what all convolution kernels share: tiles and moments
 */
#include "conv_kernel.h"

int64_t medals_conv_tiles(const MedalsConvRun *run)
{
    return run->cells[0] * run->cells[1] * run->cells[2];
}

void medals_conv_tile_at(const MedalsConvRun *run, int64_t i,
                         MedalsConvTile *tile)
{
    const int64_t size[3] = {run->dst->h, run->dst->w, run->dst->d};
    for (int axis = 2; axis >= 0; axis--) {
        int64_t cells = run->cells[axis], cell = i % cells;
        i /= cells;
        tile->first[axis] = cell * size[axis] / cells;
        tile->count[axis] = (cell + 1) * size[axis] / cells - tile->first[axis];
    }
}

/* The largest tile when `size` is cut into pieces of at most `edge`. */
static int64_t even_edge(int64_t size, int64_t edge)
{
    int64_t cells = (size + edge - 1) / edge;
    return (size + cells - 1) / cells;
}

/*
 * What a voxel of the tile pays beside its sums, in rough cycles: source
 * voxels to pack (halo included), lines of them to begin, weights to fetch
 * anew.
 */
static double overhead(const MedalsConvRun *run, int64_t channels,
                       const int64_t edge[3])
{
    const int s = run->shape->stride;
    double lines = (double) ((s * (edge[0] - 1) + 3) * (s * (edge[1] - 1) + 3));
    double pack = 0.4 * (double) channels;
    double weights = 8.0 * (double) (channels * MIN(run->shape->cout, 128));
    return (lines * (100 + pack * (double) (s * (edge[2] - 1) + 3)) + weights) /
           (double) (edge[0] * edge[1] * edge[2]);
}

void medals_conv_cut(MedalsConvRun *run, int64_t channels, size_t bytes,
                     int64_t voxels)
{
    const int64_t size[3] = {run->dst->h, run->dst->w, run->dst->d};
    const int64_t s = run->shape->stride;
    int64_t limit = (int64_t) bytes / (channels * (int64_t) sizeof(float));
    int64_t best[3] = {1, 1, 1}, edge[3];
    double least = overhead(run, channels, best);
    for (edge[0] = 1; edge[0] <= MIN(size[0], 16); edge[0]++) {
        for (edge[1] = 1; edge[1] <= MIN(size[1], 16); edge[1]++) {
            for (edge[2] = 1; edge[2] <= MIN(size[2], 64); edge[2]++) {
                int64_t source = (s * (edge[0] - 1) + 3) *
                                 (s * (edge[1] - 1) + 3) *
                                 (s * (edge[2] - 1) + 3);
                if (source > limit || edge[0] * edge[1] * edge[2] > voxels)
                    break;
                bool even = edge[0] == even_edge(size[0], edge[0]) &&
                            edge[1] == even_edge(size[1], edge[1]) &&
                            edge[2] == even_edge(size[2], edge[2]);
                if (even && overhead(run, channels, edge) < least) {
                    least = overhead(run, channels, edge);
                    for (int axis = 0; axis < 3; axis++)
                        best[axis] = edge[axis];
                }
            }
        }
    }
    for (int axis = 0; axis < 3; axis++)
        run->cells[axis] = (size[axis] + best[axis] - 1) / best[axis];
}

void medals_conv_finish(const MedalsConvRun *run, const MedalsConvTile *tile,
                        const float *sums, int64_t stride, double *mean,
                        double *square)
{
    const MedalsTensor *dst = run->dst;
    const size_t element = medals_dtype_size(dst->dtype);
    const float *row = sums;
    for (int64_t h = 0; h < tile->count[0]; h++) {
        for (int64_t w = 0; w < tile->count[1]; w++) {
            uint8_t *to = medals_tensor_at(dst, tile->first[0] + h,
                                           tile->first[1] + w, tile->first[2]);
            to += (size_t) tile->c0 * element;
            run->kernels->store(to, dst->stride, row, stride, dst->dtype,
                                tile->count[2], tile->c);
            row += tile->count[2] * stride;
        }
    }
    run->kernels->moments(sums,
                          tile->count[0] * tile->count[1] * tile->count[2],
                          tile->c, stride, mean, square);
}

void medals_moments_merge(double n, double *mean, double *square, double n2,
                          const double *mean2, const double *square2, int64_t c)
{
    for (int64_t i = 0; i < c; i++) {
        double shift = mean2[i] - mean[i];
        mean[i] += shift * n2 / (n + n2);
        square[i] += square2[i] + shift * shift * n * n2 / (n + n2);
    }
}

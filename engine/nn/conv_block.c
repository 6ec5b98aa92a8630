/*
 * conv_block.c - convolution, instance norm, leaky ReLU in two sweeps
 *
 *   sweep 1  tile by tile: sums -> dst, moments of each run of tiles
 *            moments of all runs, added in their order -> mean, variance
 *   sweep 2  dst = leaky((dst - mean)*scale + shift), in place
 *
 * The tiles, their runs and the order of addition follow from the sizes alone,
 * so the result does not depend on the number of threads.
 */
#include "conv_block.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "conv_kernel.h"
#include "conv_proof.h"
#include "memory.h"

/* Runs of tiles whose moments are kept apart; more help balance. */
#define RUNS 4096
/* Voxels of one piece of sweep 2. */
#define NORM_VOXELS 8192

struct MedalsConvBlock {
    const MedalsKernels *kernels;
    MedalsConvShape shape;
    const MedalsConvKernel *conv;
    void *weights;
    float *gamma, *beta; /* [cout], one allocation */
};

static bool choose_conv(MedalsConvBlock *block, const float *weight,
                        GError **error)
{
    GError *reason = NULL;
    for (int i = 0; block->kernels->conv[i]; i++) {
        g_clear_error(&reason);
        block->conv = block->kernels->conv[i];
        bool proves;
        if (!medals_conv_proves(block->conv, block->kernels,
                                block->shape.storage, &proves, error))
            return false;
        if (!proves) {
            medals_fail(&reason, MEDALS_E_INTERNAL,
                        "convolution: kernel %s is wrong on this machine",
                        block->conv->name);
            continue;
        }
        block->weights = block->conv->weights_new(&block->shape, weight,
                                                  block->kernels->isa, &reason);
        if (block->weights)
            return true;
        if (medals_error_code(reason) != MEDALS_E_SHAPE)
            break;
    }
    g_propagate_error(error, reason);
    return false;
}

MedalsConvBlock *medals_conv_block_new(const MedalsKernels *kernels,
                                       const MedalsConvBlockWeights *weights,
                                       MedalsDtype storage, GError **error)
{
    const size_t cout = (size_t) weights->cout;
    MedalsConvBlock *block =
        medals_alloc_zero(1, sizeof *block, "convolution", error);
    if (!block)
        return NULL;
    block->kernels = kernels;
    block->shape = (MedalsConvShape){.cin = weights->cin,
                                     .cout = weights->cout,
                                     .stride = weights->stride,
                                     .storage = storage};
    block->gamma = medals_alloc(2 * cout, sizeof(float), "norm", error);
    if (!block->gamma || !choose_conv(block, weights->weight, error)) {
        medals_conv_block_free(block);
        return NULL;
    }
    block->beta = block->gamma + cout;
    memcpy(block->gamma, weights->gamma, cout * sizeof(float));
    memcpy(block->beta, weights->beta, cout * sizeof(float));
    return block;
}

void medals_conv_block_free(MedalsConvBlock *block)
{
    if (!block)
        return;
    if (block->weights)
        block->conv->weights_free(block->weights);
    medals_free(block->gamma);
    medals_free(block);
}

double medals_conv_block_flops(const MedalsConvBlock *block, int64_t h,
                               int64_t w, int64_t d)
{
    const int64_t s = block->shape.stride;
    double voxels = (double) ((h + s - 1) / s) * (double) ((w + s - 1) / s) *
                    (double) ((d + s - 1) / s);
    return 54.0 * voxels * (double) block->shape.cin *
           (double) block->shape.cout;
}

const char *medals_conv_block_kernel(const MedalsConvBlock *block)
{
    return block->conv->name;
}

/* One forward pass. */
typedef struct Pass {
    const MedalsConvBlock *block;
    MedalsConvRun run;
    int64_t tiles, runs, groups;
    double *mean, *square;        /* [runs][cout] */
    float *means, *scale, *shift; /* [cout] */
    uint8_t *scratch;             /* [threads][stride] */
    size_t scratch_stride;
    atomic_bool starved; /* a tile found no memory: dst is undefined */
} Pass;

static bool pass_init(Pass *pass, const MedalsExec *exec,
                      const MedalsConvBlock *block, const MedalsTensor *src,
                      MedalsTensor *dst, GError **error)
{
    const int64_t cout = block->shape.cout;
    memset(pass, 0, sizeof *pass);
    pass->block = block;
    pass->run = (MedalsConvRun){.kernels = block->kernels,
                                .shape = &block->shape,
                                .weights = block->weights,
                                .src = src,
                                .dst = dst,
                                .threads = medals_lane_threads(exec->lane)};
    if (!block->conv->begin(&pass->run, error))
        return false;
    pass->tiles = medals_conv_tiles(&pass->run);
    pass->runs = MIN(pass->tiles, RUNS);
    pass->groups = (cout + pass->run.group - 1) / pass->run.group;
    /* Behind the kernel's scratch: the moments of one tile. */
    pass->scratch_stride =
        (pass->run.scratch + 2 * (size_t) pass->run.group * sizeof(double) +
         4 * MEDALS_ALIGNMENT) /
        MEDALS_ALIGNMENT * MEDALS_ALIGNMENT;
    pass->scratch = medals_alloc(pass->run.threads, pass->scratch_stride,
                                 "scratch of a convolution", error);
    pass->mean = medals_alloc(2 * (size_t) (pass->runs * cout), sizeof(double),
                              "moments", error);
    pass->means = medals_alloc(3 * (size_t) cout, sizeof(float), "moments",
                               pass->mean ? error : NULL);
    if (!pass->scratch || !pass->mean || !pass->means)
        return false;
    pass->square = pass->mean + pass->runs * cout;
    pass->scale = pass->means + cout;
    pass->shift = pass->scale + cout;
    return true;
}

static void pass_clear(Pass *pass)
{
    medals_free(pass->scratch);
    medals_free(pass->mean);
    medals_free(pass->means);
}

/* A run of neighbouring tiles, one group of channels. Runs go fastest: the
 * weights of a group stay in the cache while the maps pass by. */
static void conv_piece(void *context, size_t piece, unsigned worker)
{
    Pass *pass = context;
    const MedalsConvRun *run = &pass->run;
    const int64_t index = (int64_t) piece % pass->runs;
    MedalsConvTile tile = {.c0 = (int64_t) piece / pass->runs * run->group};
    tile.c = MIN(run->group, run->shape->cout - tile.c0);
    uint8_t *scratch = pass->scratch + worker * pass->scratch_stride;
    double *tile_mean =
        (double *) (scratch + pass->scratch_stride) - 2 * run->group;
    double *mean = pass->mean + index * run->shape->cout + tile.c0;
    double *square = pass->square + index * run->shape->cout + tile.c0;
    double n = 0;
    memset(mean, 0, (size_t) tile.c * sizeof *mean);
    memset(square, 0, (size_t) tile.c * sizeof *square);
    for (int64_t i = index * pass->tiles / pass->runs;
         i < (index + 1) * pass->tiles / pass->runs; i++) {
        medals_conv_tile_at(run, i, &tile);
        if (!pass->block->conv->tile(run, &tile, scratch, tile_mean,
                                     tile_mean + run->group)) {
            atomic_store(&pass->starved, true);
            return;
        }
        double n2 = (double) (tile.count[0] * tile.count[1] * tile.count[2]);
        medals_moments_merge(n, mean, square, n2, tile_mean,
                             tile_mean + run->group, tile.c);
        n += n2;
    }
}

static int64_t run_voxels(const Pass *pass, int64_t index)
{
    int64_t voxels = 0;
    MedalsConvTile tile;
    for (int64_t i = index * pass->tiles / pass->runs;
         i < (index + 1) * pass->tiles / pass->runs; i++) {
        medals_conv_tile_at(&pass->run, i, &tile);
        voxels += tile.count[0] * tile.count[1] * tile.count[2];
    }
    return voxels;
}

/* Adds up the runs into run 0 and derives what sweep 2 applies. */
static void finish_moments(Pass *pass)
{
    const MedalsConvBlock *block = pass->block;
    const int64_t cout = block->shape.cout;
    double n = (double) run_voxels(pass, 0);
    for (int64_t i = 1; i < pass->runs; i++) {
        double n2 = (double) run_voxels(pass, i);
        medals_moments_merge(n, pass->mean, pass->square, n2,
                             pass->mean + i * cout, pass->square + i * cout,
                             cout);
        n += n2;
    }
    for (int64_t c = 0; c < cout; c++) {
        double scale = block->gamma[c] / sqrt(pass->square[c] / n + 1e-5);
        pass->means[c] = (float) pass->mean[c];
        pass->scale[c] = (float) scale;
        /* What rounding took from the mean returns here. */
        pass->shift[c] =
            (float) (block->beta[c] -
                     (pass->mean[c] - (double) pass->means[c]) * scale);
    }
}

static void norm_piece(void *context, size_t piece, unsigned worker)
{
    const Pass *pass = context;
    MedalsTensor *dst = pass->run.dst;
    int64_t first = (int64_t) piece * NORM_VOXELS;
    int64_t rows = MIN(NORM_VOXELS, medals_tensor_voxels(dst) - first);
    uint8_t *x = (uint8_t *) dst->data +
                 (size_t) (first * dst->stride) * medals_dtype_size(dst->dtype);
    pass->run.kernels->norm_relu(x, dst->dtype, rows, pass->run.shape->cout,
                                 dst->stride, pass->means, pass->scale,
                                 pass->shift);
}

static bool sweep(Pass *pass, const MedalsExec *exec, GError **error)
{
    const MedalsTensor *src = pass->run.src, *dst = pass->run.dst;
    size_t pieces = (size_t) (pass->runs * pass->groups);
    double work = medals_conv_block_flops(pass->block, src->h, src->w, src->d);
    if (!medals_lane_run(exec->lane, pieces, conv_piece, pass, exec->task,
                         work))
        return medals_task_check(exec->task, error);
    if (atomic_load(&pass->starved))
        return medals_fail(error, MEDALS_E_NOMEM,
                           "convolution: no memory for one of its tiles");
    finish_moments(pass);
    pieces =
        (size_t) ((medals_tensor_voxels(dst) + NORM_VOXELS - 1) / NORM_VOXELS);
    if (!medals_lane_run(exec->lane, pieces, norm_piece, pass, exec->task, 0))
        return medals_task_check(exec->task, error);
    return true;
}

bool medals_conv_block_forward(const MedalsExec *exec,
                               const MedalsConvBlock *block,
                               const MedalsTensor *src, MedalsTensor *dst,
                               GError **error)
{
    const int64_t s = block->shape.stride;
    g_assert(src->c <= block->shape.cin && dst->c == block->shape.cout);
    g_assert(dst->h == (src->h + s - 1) / s && dst->w == (src->w + s - 1) / s &&
             dst->d == (src->d + s - 1) / s);
    if (medals_tensor_voxels(dst) == 0)
        return true;
    Pass pass;
    bool ok = pass_init(&pass, exec, block, src, dst, error) &&
              sweep(&pass, exec, error);
    pass_clear(&pass);
    return ok;
}

/*
 * conv_kernel.h - how a 3x3x3 convolution is computed, tile by tile
 *
 *   src [H,W,D,Cin] --padding 1, stride s--> dst [ceil(H/s),...,Cout]
 *
 *   weights_new()  once a layer: weights in the kernel's own order
 *   begin()        once a pass: cuts dst into tiles, on the caller's thread
 *   tile()         many at once: writes one tile of dst and tells its moments
 *
 * No bias: an instance norm follows, in which a constant per channel cancels.
 * Leaving it out costs nothing and keeps the bits that it would eat.
 */
#ifndef MEDALS_CONV_KERNEL_H
#define MEDALS_CONV_KERNEL_H

#include "kernels.h"

typedef struct MedalsConvShape {
    int64_t cin, cout;
    int stride; /* 1 or 2 */
    /** F32, or BF16: weights are rounded to bf16, maps are bf16; sums stay
     * float32 */
    MedalsDtype storage;
} MedalsConvShape;

/** One pass over one map. */
typedef struct MedalsConvRun {
    const MedalsKernels *kernels;
    const MedalsConvShape *shape;
    void *weights;           /* what weights_new() made */
    const MedalsTensor *src; /* c <= cin: missing channels are zeros */
    MedalsTensor *dst;
    unsigned threads;
    /* set by begin() */
    int64_t cells[3]; /* tiles along h, w, d: they differ by at most 1 voxel */
    int64_t group;    /* output channels of one tile at most */
    size_t scratch;   /* bytes that one tile needs */
    const void *plan; /* the kernel's own; lives as long as the weights */
} MedalsConvRun;

/** Output voxels first[] ... first[]+count[]-1, channels c0 ... c0+c-1. */
typedef struct MedalsConvTile {
    int64_t first[3], count[3];
    int64_t c0, c;
} MedalsConvTile;

struct MedalsConvKernel {
    const char *name;
    /**
     * @param weight [cout,cin,3,3,3]
     * @return NULL: MEDALS_E_NOMEM; MEDALS_E_SHAPE when the kernel cannot or
     *         should not serve this shape and the next one is to be tried
     */
    void *(*weights_new)(const MedalsConvShape *shape, const float *weight,
                         MedalsIsa isa, GError **error);
    void (*weights_free)(void *weights);
    /** @return false: MEDALS_E_NOMEM */
    bool (*begin)(MedalsConvRun *run, GError **error);
    /** mean, square [tile->c]: moments of the tile before storage rounds.
     * @return false: memory is out; only where a library takes some */
    bool (*tile)(const MedalsConvRun *run, const MedalsConvTile *tile,
                 void *scratch, double *mean, double *square);
};

extern const MedalsConvKernel medals_conv_ref;    /* naive, for the eye */
extern const MedalsConvKernel medals_conv_packed; /* on `multiply` */
extern const MedalsConvKernel medals_conv_onednn; /* onednn.c */

/** Bytes of scratch that `packed` needs for count[] voxels, c channels. */
size_t medals_conv_packed_scratch(const MedalsConvRun *run,
                                  const int64_t count[3], int64_t c);
/** Tile number i of the run, w and d fastest; channels are not touched. */
void medals_conv_tile_at(const MedalsConvRun *run, int64_t i,
                         MedalsConvTile *tile);
int64_t medals_conv_tiles(const MedalsConvRun *run);
/**
 * Cuts dst so that the source voxels under one tile, `channels` floats each,
 * fit into `bytes`, and a tile has at most `voxels` voxels.
 */
void medals_conv_cut(MedalsConvRun *run, int64_t channels, size_t bytes,
                     int64_t voxels);
/** Stores sums [voxels][stride] into the tile of dst and takes moments. */
void medals_conv_finish(const MedalsConvRun *run, const MedalsConvTile *tile,
                        const float *sums, int64_t stride, double *mean,
                        double *square);
/** Adds the moments of n2 more numbers to those of n, c columns. */
void medals_moments_merge(double n, double *mean, double *square, double n2,
                          const double *mean2, const double *square2,
                          int64_t c);

#endif

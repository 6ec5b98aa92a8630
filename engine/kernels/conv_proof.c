/*
 * conv_proof.c - a kernel against the naive one, on a map of some tiles
 */
#include "conv_proof.h"

#include <math.h>
#include <string.h>

#include "kernel_tables.h"
#include "memory.h"
#include "splitmix.h"

enum { CHANNELS = 64, EDGE_H = 4, EDGE_W = 5, EDGE_D = 17 };

/* Squared error over squared signal: float32 sums in another order, or maps
 * rounded to bf16 (2^-9 relative, uniform). */
#define LIMIT_F32 1e-9
#define LIMIT_BF16 2e-5

/* Fills with numbers in -1..1 that bf16 holds exactly. */
static void fill_random(float *x, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (float) ((int) (medals_splitmix_next(&seed) >> 56) - 128) / 128;
}

/* All tiles of one map, on this thread. *done: false where the kernel refuses.
 * false: MEDALS_E_NOMEM. */
static bool run_map(const MedalsConvKernel *kernel,
                    const MedalsKernels *kernels, const MedalsConvShape *shape,
                    const float *weight, const MedalsTensor *src,
                    MedalsTensor *dst, bool *done, GError **error)
{
    GError *reason = NULL;
    MedalsConvRun run = {
        .kernels = kernels,
        .shape = shape,
        .src = src,
        .dst = dst,
        .threads = 1,
        .weights = kernel->weights_new(shape, weight, kernels->isa, &reason)};
    bool ok = run.weights && kernel->begin(&run, &reason);
    void *scratch = ok ? medals_alloc(1, run.scratch, "proof", &reason) : NULL;
    double moments[2 * CHANNELS];
    ok = scratch != NULL;
    for (int64_t c0 = 0; ok && c0 < shape->cout; c0 += run.group) {
        MedalsConvTile tile = {.c0 = c0, .c = MIN(run.group, shape->cout - c0)};
        for (int64_t i = 0; ok && i < medals_conv_tiles(&run); i++) {
            medals_conv_tile_at(&run, i, &tile);
            ok =
                kernel->tile(&run, &tile, scratch, moments, moments + CHANNELS);
        }
    }
    medals_free(scratch);
    if (run.weights)
        kernel->weights_free(run.weights);
    *done = ok;
    if (medals_error_code(reason) == MEDALS_E_NOMEM) {
        g_propagate_error(error, reason);
        return false;
    }
    g_clear_error(&reason);
    return true;
}

static double relative_error(const MedalsTensor *a, const MedalsTensor *b)
{
    double error = 0, signal = 0;
    size_t n = (size_t) (medals_tensor_voxels(a) * a->c);
    size_t size = medals_dtype_size(a->dtype);
    for (size_t i = 0; i < n; i++) {
        float x, y;
        medals_convert_to_f32(&x, (const uint8_t *) a->data + i * size,
                              a->dtype, 1);
        medals_convert_to_f32(&y, (const uint8_t *) b->data + i * size,
                              b->dtype, 1);
        error += ((double) x - y) * ((double) x - y);
        signal += (double) y * y;
    }
    return error / signal;
}

typedef struct Proof {
    MedalsTensor src, ours, naive;
    float *weight;
} Proof;

static bool proof_init(Proof *proof, MedalsDtype storage, int stride,
                       GError **error)
{
    const size_t weights = 27 * CHANNELS * CHANNELS;
    const int64_t h = (EDGE_H + stride - 1) / stride,
                  w = (EDGE_W + stride - 1) / stride,
                  d = (EDGE_D + stride - 1) / stride;
    *proof = (Proof){0};
    if (!(proof->weight = medals_alloc(weights, sizeof(float), "proof", error)))
        return false;
    fill_random(proof->weight, weights, 1);
    if (!medals_tensor_init(&proof->src, storage, EDGE_H, EDGE_W, EDGE_D,
                            CHANNELS, error) ||
        !medals_tensor_init(&proof->ours, storage, h, w, d, CHANNELS, error) ||
        !medals_tensor_init(&proof->naive, storage, h, w, d, CHANNELS, error))
        return false;
    size_t n = (size_t) medals_tensor_voxels(&proof->src) * CHANNELS;
    float *numbers = medals_alloc(n, sizeof *numbers, "proof", error);
    for (size_t i = 0; numbers && i < n; i++) {
        fill_random(&numbers[i], 1, 100 + i);
        if (storage == MEDALS_BF16)
            ((uint16_t *) proof->src.data)[i] =
                medals_bf16_from_f32(numbers[i]);
        else
            ((float *) proof->src.data)[i] = numbers[i];
    }
    medals_free(numbers);
    return numbers != NULL;
}

static void proof_clear(Proof *proof)
{
    medals_tensor_clear(&proof->src);
    medals_tensor_clear(&proof->ours);
    medals_tensor_clear(&proof->naive);
    medals_free(proof->weight);
}

bool medals_conv_agrees(const MedalsConvKernel *kernel,
                        const MedalsKernels *kernels, MedalsDtype storage,
                        int stride, bool *agrees, GError **error)
{
    const MedalsConvShape shape = {.cin = CHANNELS,
                                   .cout = CHANNELS,
                                   .stride = stride,
                                   .storage = storage};
    Proof proof;
    bool naive = false, ours = false;
    bool ok = proof_init(&proof, storage, stride, error) &&
              run_map(&medals_conv_ref, &medals_kernels_ref, &shape,
                      proof.weight, &proof.src, &proof.naive, &naive, error) &&
              run_map(kernel, kernels, &shape, proof.weight, &proof.src,
                      &proof.ours, &ours, error);
    *agrees = ok && naive && ours &&
              relative_error(&proof.ours, &proof.naive) <=
                  (storage == MEDALS_BF16 ? LIMIT_BF16 : LIMIT_F32);
    proof_clear(&proof);
    return ok;
}

bool medals_conv_proves(const MedalsConvKernel *kernel,
                        const MedalsKernels *kernels, MedalsDtype storage,
                        bool *proves, GError **error)
{
    /* 0 unknown, 1 yes, 2 no. */
    static gint answers[MEDALS_ISA_AMX + 1][MEDALS_CONV_KERNELS][2];
    *proves = true;
    if (kernels->isa <= MEDALS_ISA_AVX2)
        return true;
    int i = 0;
    while (i < MEDALS_CONV_KERNELS - 1 && kernels->conv[i] != kernel)
        i++;
    gint *answer = &answers[kernels->isa][i][storage == MEDALS_BF16];
    if (g_atomic_int_get(answer) == 0) {
        bool agrees = true;
        for (int stride = 1; agrees && stride <= 2; stride++)
            if (!medals_conv_agrees(kernel, kernels, storage, stride, &agrees,
                                    error))
                return false;
        g_atomic_int_set(answer, agrees ? 1 : 2);
    }
    *proves = g_atomic_int_get(answer) == 1;
    return true;
}

/*
 * upconv.c - transposed convolution 2x2x2, stride 2: eight matrix products
 *
 *   src [V,Cin] x weight of corner (a,b,e) [Cin,Cout]
 *       -> dst voxels (2h+a, 2w+b, 2d+e)
 */
#include "upconv.h"

#include <string.h>

#include "memory.h"

/* Source voxels of one piece: their sums and floats stay in the cache. */
#define PIECE_VOXELS 96
#define CORNERS 8

struct MedalsUpconv {
    const MedalsKernels *kernels;
    int64_t cin, cout, blocks; /* blocks of MEDALS_BLOCK outputs */
    float *packed;             /* [corner][block][cin][MEDALS_BLOCK] */
    float *bias;               /* [blocks*MEDALS_BLOCK], zeros behind cout */
};

static void pack(MedalsUpconv *upconv, const float *weight, MedalsDtype storage)
{
    for (int64_t i = 0; i < upconv->cin; i++) {
        for (int64_t o = 0; o < upconv->cout; o++) {
            for (int64_t corner = 0; corner < CORNERS; corner++) {
                float value = *weight++;
                if (storage == MEDALS_BF16)
                    value = medals_bf16_to_f32(medals_bf16_from_f32(value));
                int64_t block = corner * upconv->blocks + o / MEDALS_BLOCK;
                upconv->packed[(block * upconv->cin + i) * MEDALS_BLOCK +
                               o % MEDALS_BLOCK] = value;
            }
        }
    }
}

MedalsUpconv *medals_upconv_new(const MedalsKernels *kernels, int64_t cin,
                                int64_t cout, const float *weight,
                                const float *bias, MedalsDtype storage,
                                GError **error)
{
    MedalsUpconv *upconv =
        medals_alloc_zero(1, sizeof *upconv, "transposed convolution", error);
    if (!upconv)
        return NULL;
    upconv->kernels = kernels;
    upconv->cin = cin;
    upconv->cout = cout;
    upconv->blocks = (cout + MEDALS_BLOCK - 1) / MEDALS_BLOCK;
    size_t padded = (size_t) upconv->blocks * MEDALS_BLOCK;
    upconv->packed =
        medals_alloc_zero(CORNERS * padded * (size_t) cin, sizeof(float),
                          "transposed convolution weights", error);
    upconv->bias = medals_alloc_zero(padded, sizeof(float), "bias",
                                     upconv->packed ? error : NULL);
    if (!upconv->packed || !upconv->bias) {
        medals_upconv_free(upconv);
        return NULL;
    }
    pack(upconv, weight, storage);
    memcpy(upconv->bias, bias, (size_t) cout * sizeof *bias);
    return upconv;
}

void medals_upconv_free(MedalsUpconv *upconv)
{
    if (!upconv)
        return;
    medals_free(upconv->packed);
    medals_free(upconv->bias);
    medals_free(upconv);
}

double medals_upconv_flops(const MedalsUpconv *upconv, int64_t h, int64_t w,
                           int64_t d)
{
    return 16.0 * (double) h * (double) w * (double) d * (double) upconv->cin *
           (double) upconv->cout;
}

typedef struct Pass {
    const MedalsUpconv *upconv;
    const MedalsTensor *src;
    MedalsTensor *dst;
    float *scratch; /* [threads] of input and sums */
    int64_t offset[PIECE_VOXELS];
} Pass;

static int64_t scratch_floats(const MedalsUpconv *upconv)
{
    return PIECE_VOXELS *
           ((upconv->cin + MEDALS_BLOCK - 1) / MEDALS_BLOCK + upconv->blocks) *
           MEDALS_BLOCK;
}

/* Source voxels first ... first+rows-1 as dense floats. */
static void load_rows(const Pass *pass, int64_t first, int64_t rows,
                      float *input)
{
    const MedalsTensor *src = pass->src;
    const uint8_t *from = src->data;
    from += (size_t) (first * src->stride) * medals_dtype_size(src->dtype);
    pass->upconv->kernels->load(input, src->c, from, src->stride, src->dtype,
                                rows, src->c);
}

/* Sums [rows][blocks*MEDALS_BLOCK] to one corner of each voxel's cube. */
static void store_corner(const Pass *pass, int64_t first, int64_t rows,
                         int corner, const float *sums)
{
    const MedalsTensor *src = pass->src, *dst = pass->dst;
    const int64_t stride = pass->upconv->blocks * MEDALS_BLOCK;
    for (int64_t i = 0; i < rows; i++) {
        int64_t d = (first + i) % src->d;
        int64_t w = (first + i) / src->d % src->w;
        int64_t h = (first + i) / src->d / src->w;
        pass->upconv->kernels->store(
            medals_tensor_at(dst, 2 * h + (corner >> 2),
                             2 * w + (corner >> 1 & 1), 2 * d + (corner & 1)),
            0, sums + i * stride, 0, dst->dtype, 1, pass->upconv->cout);
    }
}

static void piece_run(void *context, size_t piece, unsigned worker)
{
    const Pass *pass = context;
    const MedalsUpconv *upconv = pass->upconv;
    const int64_t stride = upconv->blocks * MEDALS_BLOCK;
    const int64_t first = (int64_t) piece * PIECE_VOXELS;
    const int64_t rows =
        MIN(PIECE_VOXELS, medals_tensor_voxels(pass->src) - first);
    float *sums = pass->scratch + worker * scratch_floats(upconv);
    float *input = sums + PIECE_VOXELS * stride;
    load_rows(pass, first, rows, input);
    for (int corner = 0; corner < CORNERS; corner++) {
        for (int64_t i = 0; i < rows; i++)
            memcpy(sums + i * stride, upconv->bias,
                   (size_t) stride * sizeof *sums);
        for (int64_t block = 0; block < upconv->blocks; block++) {
            MedalsMultiply m = {.a = input,
                                .offset = pass->offset,
                                .rows = rows,
                                .segments = 1,
                                .segment = medals_one_segment,
                                .k = pass->src->c,
                                .b = upconv->packed +
                                     (corner * upconv->blocks + block) *
                                         upconv->cin * MEDALS_BLOCK,
                                .c = sums + block * MEDALS_BLOCK,
                                .c_stride = stride,
                                .add = true};
            upconv->kernels->multiply(&m);
        }
        store_corner(pass, first, rows, corner, sums);
    }
}

bool medals_upconv_forward(const MedalsExec *exec, const MedalsUpconv *upconv,
                           const MedalsTensor *src, MedalsTensor *dst,
                           GError **error)
{
    g_assert(src->c <= upconv->cin && dst->c == upconv->cout);
    g_assert(dst->h == 2 * src->h && dst->w == 2 * src->w &&
             dst->d == 2 * src->d);
    Pass pass = {.upconv = upconv, .src = src, .dst = dst};
    for (int64_t i = 0; i < PIECE_VOXELS; i++)
        pass.offset[i] = i * src->c;
    pass.scratch = medals_alloc(medals_lane_threads(exec->lane),
                                (size_t) scratch_floats(upconv) * sizeof(float),
                                "scratch", error);
    if (!pass.scratch)
        return false;
    size_t pieces = (size_t) ((medals_tensor_voxels(src) + PIECE_VOXELS - 1) /
                              PIECE_VOXELS);
    bool ok =
        medals_lane_run(exec->lane, pieces, piece_run, &pass, exec->task,
                        medals_upconv_flops(upconv, src->h, src->w, src->d));
    medals_free(pass.scratch);
    return ok || medals_task_check(exec->task, error);
}

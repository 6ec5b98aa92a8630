/*
 * pixel_dot.c - logits, prompt mixing, pooling: one sweep over the voxels each
 */
#include "pixel_dot.h"

#include <string.h>

#include "memory.h"

/* Voxels of one piece, and of one strip inside it. */
#define PIECE_VOXELS 4096
#define STRIP MEDALS_BLOCK

typedef struct Pass {
    const MedalsExec *exec;
    const MedalsTensor *src;
    MedalsTensor *map; /* what prompt_mix writes */
    const uint8_t *p;
    int64_t p_stride;
    const float *m;
    int64_t n, k;
    float *dst;
    int64_t dst_stride;
    int64_t *offset; /* [n] floats from m to row n */
    float *scratch;  /* [threads][scratch_floats] */
    size_t scratch_floats;
} Pass;

static size_t pieces_of(const MedalsTensor *map)
{
    return (size_t) ((medals_tensor_voxels(map) + PIECE_VOXELS - 1) /
                     PIECE_VOXELS);
}

/* Runs the pieces with scratch for every worker. */
static bool run_pass(Pass *pass, size_t pieces, MedalsPieceFn fn, double work,
                     GError **error)
{
    const MedalsExec *exec = pass->exec;
    size_t floats =
        (pass->scratch_floats + MEDALS_BLOCK - 1) / MEDALS_BLOCK * MEDALS_BLOCK;
    pass->scratch_floats = floats;
    pass->scratch = medals_alloc(medals_lane_threads(exec->lane),
                                 floats * sizeof(float), "scratch", error);
    if (!pass->scratch)
        return false;
    bool ok = medals_lane_run(exec->lane, pieces, fn, pass, exec->task, work);
    medals_free(pass->scratch);
    return ok || medals_task_check(exec->task, error);
}

/* --- logits --- */

/* A strip of voxels, channels first: [C][STRIP], zeros behind the end. */
static void turn_strip(const Pass *pass, int64_t first, int64_t voxels,
                       float *row, float *strip)
{
    const MedalsTensor *x = pass->src;
    const size_t step = (size_t) x->stride * medals_dtype_size(x->dtype);
    const uint8_t *from = (const uint8_t *) x->data + (size_t) first * step;
    if (voxels < STRIP)
        memset(strip, 0, (size_t) (x->c * STRIP) * sizeof *strip);
    for (int64_t v = 0; v < voxels; v++) {
        const float *values = row;
        if (x->dtype == MEDALS_F32)
            values = (const float *) from;
        else
            pass->exec->kernels->load(row, 0, from, 0, x->dtype, 1, x->c);
        for (int64_t c = 0; c < x->c; c++)
            strip[c * STRIP + v] = values[c];
        from += step;
    }
}

static void dot_piece(void *context, size_t piece, unsigned worker)
{
    const Pass *pass = context;
    const MedalsTensor *x = pass->src;
    float *strip = pass->scratch + worker * pass->scratch_floats;
    float *row = strip + x->c * STRIP, *tail = row + x->c;
    int64_t first = (int64_t) piece * PIECE_VOXELS;
    int64_t last = MIN(first + PIECE_VOXELS, medals_tensor_voxels(x));
    for (; first < last; first += STRIP) {
        int64_t voxels = MIN(STRIP, last - first);
        bool whole = voxels == STRIP;
        MedalsMultiply m = {.a = pass->m,
                            .offset = pass->offset,
                            .rows = pass->n,
                            .segments = 1,
                            .segment = medals_one_segment,
                            .k = x->c,
                            .b = strip,
                            .c = whole ? pass->dst + first : tail,
                            .c_stride = whole ? pass->dst_stride : STRIP};
        turn_strip(pass, first, voxels, row, strip);
        pass->exec->kernels->multiply(&m);
        for (int64_t n = 0; n < pass->n && !whole; n++)
            memcpy(pass->dst + n * pass->dst_stride + first, tail + n * STRIP,
                   (size_t) voxels * sizeof *tail);
    }
}

bool medals_pixel_dot(const MedalsExec *exec, const MedalsTensor *x,
                      const float *m, int64_t n, float *dst, int64_t dst_stride,
                      GError **error)
{
    Pass pass = {.exec = exec,
                 .src = x,
                 .m = m,
                 .n = n,
                 .dst = dst,
                 .dst_stride = dst_stride};
    pass.offset =
        medals_alloc((size_t) n, sizeof *pass.offset, "offsets", error);
    if (!pass.offset)
        return false;
    for (int64_t i = 0; i < n; i++)
        pass.offset[i] = i * x->c;
    pass.scratch_floats = (size_t) ((STRIP + 1) * x->c + n * STRIP);
    double work =
        2.0 * (double) medals_tensor_voxels(x) * (double) x->c * (double) n;
    bool ok = run_pass(&pass, pieces_of(x), dot_piece, work, error);
    medals_free(pass.offset);
    return ok;
}

/* --- prompts --- */

/* acc [STRIP][C] += p[v]*m for one class; says whether any p was set. */
static bool add_class(const uint8_t *p, int64_t voxels, const float *m,
                      int64_t c, float *acc)
{
    uint64_t words[STRIP / 8] = {0};
    memcpy(words, p, (size_t) voxels);
    if ((words[0] | words[1]) == 0)
        return false;
    for (int64_t v = 0; v < voxels; v++) {
        if (!p[v])
            continue;
        for (int64_t i = 0; i < c; i++)
            acc[v * c + i] += m[i];
    }
    return true;
}

static void mix_piece(void *context, size_t piece, unsigned worker)
{
    const Pass *pass = context;
    MedalsTensor *map = pass->map;
    const size_t step = (size_t) map->stride * medals_dtype_size(map->dtype);
    float *acc = pass->scratch + worker * pass->scratch_floats;
    int64_t first = (int64_t) piece * PIECE_VOXELS;
    int64_t last = MIN(first + PIECE_VOXELS, medals_tensor_voxels(map));
    memset(acc, 0, pass->scratch_floats * sizeof *acc);
    for (; first < last; first += STRIP) {
        int64_t voxels = MIN(STRIP, last - first);
        bool any = false;
        for (int64_t n = 0; n < pass->n; n++)
            any |= add_class(pass->p + n * pass->p_stride + first, voxels,
                             pass->m + n * map->c, map->c, acc);
        uint8_t *to = (uint8_t *) map->data + (size_t) first * step;
        pass->exec->kernels->store(to, map->stride, acc, map->c, map->dtype,
                                   voxels, map->c);
        if (any)
            memset(acc, 0, pass->scratch_floats * sizeof *acc);
    }
}

bool medals_prompt_mix(const MedalsExec *exec, const uint8_t *p,
                       int64_t p_stride, const float *m, int64_t n,
                       MedalsTensor *dst, GError **error)
{
    Pass pass = {
        .exec = exec, .map = dst, .p = p, .p_stride = p_stride, .m = m, .n = n};
    pass.scratch_floats = (size_t) (STRIP * dst->c);
    double work =
        2.0 * (double) medals_tensor_voxels(dst) * (double) dst->c * (double) n;
    return run_pass(&pass, pieces_of(dst), mix_piece, work, error);
}

/* --- pooling --- */

/* One cell: sums of a row of k voxels in float32, of rows in double. */
static void pool_cell(const Pass *pass, int64_t h, int64_t w, int64_t d,
                      float *row, float *values, float *dst)
{
    const MedalsTensor *src = pass->src;
    const size_t step = (size_t) src->stride * medals_dtype_size(src->dtype);
    const int64_t c = src->c, k = pass->k;
    double *sum = (double *) (values + c + (c & 1));
    memset(sum, 0, (size_t) c * sizeof *sum);
    for (int64_t i = 0; i < k * k; i++) {
        const uint8_t *from =
            medals_tensor_at(src, h * k + i / k, w * k + i % k, d * k);
        memset(row, 0, (size_t) c * sizeof *row);
        for (int64_t j = 0; j < k; j++) {
            pass->exec->kernels->load(values, 0, from + (size_t) j * step, 0,
                                      src->dtype, 1, c);
            for (int64_t l = 0; l < c; l++)
                row[l] += values[l];
        }
        for (int64_t l = 0; l < c; l++)
            sum[l] += row[l];
    }
    for (int64_t l = 0; l < c; l++)
        dst[l] = (float) (sum[l] / (double) (k * k * k));
}

static void pool_piece(void *context, size_t piece, unsigned worker)
{
    const Pass *pass = context;
    const MedalsTensor *src = pass->src;
    const int64_t w = src->w / pass->k, d = src->d / pass->k;
    const int64_t i = (int64_t) piece, c = src->c;
    float *row = pass->scratch + worker * pass->scratch_floats;
    pool_cell(pass, i / (w * d), i / d % w, i % d, row, row + c + (c & 1),
              pass->dst + i * pass->dst_stride);
}

bool medals_average_pool(const MedalsExec *exec, const MedalsTensor *src,
                         int64_t k, float *dst, int64_t dst_stride,
                         GError **error)
{
    g_assert(src->h % k == 0 && src->w % k == 0 && src->d % k == 0);
    Pass pass = {
        .exec = exec, .src = src, .k = k, .dst = dst, .dst_stride = dst_stride};
    pass.scratch_floats = (size_t) (4 * (src->c + 1));
    size_t cells = (size_t) (medals_tensor_voxels(src) / (k * k * k));
    return run_pass(&pass, cells, pool_piece, 0, error);
}

void medals_sigmoid(const MedalsKernels *kernels, float *x, size_t n)
{
    kernels->sigmoid(x, n);
}

void medals_exp(const MedalsKernels *kernels, float *x, size_t n)
{
    kernels->exponential(x, n);
}

/*
 * linear.c - rows times a matrix that was packed once
 */
#include "linear.h"

#include <math.h>
#include <string.h>

#include "memory.h"

/* Rows of one piece: enough to reuse a block of weights, few enough to
 * share a small matrix among threads. */
#define PIECE_ROWS 96

static int64_t linear_blocks(const MedalsLinear *linear)
{
    return (linear->out + MEDALS_BLOCK - 1) / MEDALS_BLOCK;
}

static bool pack_rows(MedalsLinear *linear, const void *weight,
                      MedalsDtype dtype, GError **error)
{
    const size_t in = (size_t) linear->in;
    float *row = medals_alloc(in, sizeof *row, "row of weights", error);
    if (!row)
        return false;
    for (int64_t o = 0; o < linear->out; o++) {
        const uint8_t *from = weight;
        medals_convert_to_f32(
            row, from + (size_t) o * in * medals_dtype_size(dtype), dtype, in);
        float *to = linear->packed +
                    o / MEDALS_BLOCK * linear->in * MEDALS_BLOCK +
                    o % MEDALS_BLOCK;
        for (size_t i = 0; i < in; i++)
            to[i * MEDALS_BLOCK] = row[i];
    }
    medals_free(row);
    return true;
}

bool medals_linear_init(MedalsLinear *linear, int64_t in, int64_t out,
                        const void *weight, const void *bias, MedalsDtype dtype,
                        GError **error)
{
    *linear = (MedalsLinear){.in = in, .out = out};
    size_t count = (size_t) linear_blocks(linear) * MEDALS_BLOCK;
    if (!medals_size_multiply(&count, (size_t) in))
        return medals_fail(error, MEDALS_E_NOMEM,
                           "matrix: %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                           " numbers; too large to address",
                           out, in);
    linear->packed = medals_alloc_zero(count, sizeof(float), "matrix", error);
    if (linear->packed && bias)
        linear->bias = medals_alloc((size_t) out, sizeof(float), "bias", error);
    if (!linear->packed || (bias && !linear->bias) ||
        !pack_rows(linear, weight, dtype, error)) {
        medals_linear_clear(linear);
        return false;
    }
    if (bias)
        medals_convert_to_f32(linear->bias, bias, dtype, (size_t) out);
    return true;
}

void medals_linear_clear(MedalsLinear *linear)
{
    medals_free(linear->packed);
    medals_free(linear->bias);
    memset(linear, 0, sizeof *linear);
}

typedef struct Pass {
    const MedalsExec *exec;
    const MedalsLinear *linear;
    const float *x;
    int64_t x_stride, rows;
    float *y;
    MedalsActivation activation;
    int64_t offset[PIECE_ROWS];
} Pass;

static void activate(float *y, int64_t n, MedalsActivation activation)
{
    if (activation == MEDALS_ACT_RELU) {
        for (int64_t i = 0; i < n; i++)
            y[i] = y[i] > 0 ? y[i] : 0;
    } else if (activation == MEDALS_ACT_GELU) {
        for (int64_t i = 0; i < n; i++)
            y[i] = 0.5f * y[i] * (1 + erff(y[i] * (float) G_SQRT2 * 0.5f));
    }
}

/* Sums [rows][MEDALS_BLOCK] of one block of outputs to y. */
static void store_block(const Pass *pass, int64_t first, int64_t rows,
                        int64_t block, const float *sums)
{
    const MedalsLinear *linear = pass->linear;
    const int64_t o = block * MEDALS_BLOCK;
    const int64_t n = MIN(MEDALS_BLOCK, linear->out - o);
    for (int64_t i = 0; i < rows; i++) {
        float *y = pass->y + (first + i) * linear->out + o;
        memcpy(y, sums + i * MEDALS_BLOCK, (size_t) n * sizeof *y);
        if (linear->bias)
            for (int64_t j = 0; j < n; j++)
                y[j] += linear->bias[o + j];
        activate(y, n, pass->activation);
    }
}

/* Some rows, one block of outputs. */
static void piece_run(void *context, size_t piece, unsigned worker)
{
    const Pass *pass = context;
    const MedalsLinear *linear = pass->linear;
    const int64_t blocks = linear_blocks(linear);
    const int64_t block = (int64_t) piece % blocks;
    const int64_t first = (int64_t) piece / blocks * PIECE_ROWS;
    const int64_t rows = MIN(PIECE_ROWS, pass->rows - first);
    float sums[PIECE_ROWS * MEDALS_BLOCK]
        __attribute__((aligned(MEDALS_ALIGNMENT)));
    MedalsMultiply m = {.a = pass->x + first * pass->x_stride,
                        .offset = pass->offset,
                        .rows = rows,
                        .segments = 1,
                        .segment = medals_one_segment,
                        .k = linear->in,
                        .b = linear->packed + block * linear->in * MEDALS_BLOCK,
                        .c = sums,
                        .c_stride = MEDALS_BLOCK};
    pass->exec->kernels->multiply(&m);
    store_block(pass, first, rows, block, sums);
}

bool medals_linear_forward(const MedalsExec *exec, const MedalsLinear *linear,
                           const float *x, int64_t x_stride, int64_t rows,
                           float *y, MedalsActivation activation,
                           GError **error)
{
    Pass pass = {.exec = exec,
                 .linear = linear,
                 .x = x,
                 .x_stride = x_stride,
                 .rows = rows,
                 .y = y,
                 .activation = activation};
    for (int64_t i = 0; i < PIECE_ROWS; i++)
        pass.offset[i] = i * x_stride;
    int64_t pieces =
        (rows + PIECE_ROWS - 1) / PIECE_ROWS * linear_blocks(linear);
    double work =
        2.0 * (double) rows * (double) linear->in * (double) linear->out;
    return medals_lane_run(exec->lane, (size_t) pieces, piece_run, &pass,
                           exec->task, work) ||
           medals_task_check(exec->task, error);
}

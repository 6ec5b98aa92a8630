/*
 * attention.c - multi-head attention, one head and a few query rows a piece
 *
 * Rows are few (queries, tokens of a sentence, 6x6x6 image tokens), so plain
 * loops do. Partial sums of fixed width let the compiler use vectors and keep
 * the order of additions the same everywhere.
 */
#include "attention.h"

#include <math.h>
#include <string.h>

#include "memory.h"

#define LANES 16          /* partial sums of a dot product */
#define ROWS_PER_PIECE 16 /* query rows of one piece */

typedef struct Attention {
    const float *q, *k, *v, *bias;
    float *dst;
    float *scores; /* [threads,columns] */
    int64_t rows, columns, width, head_width;
    int64_t row_pieces;
} Attention;

static float dot(const float *a, const float *b, int64_t n)
{
    float sums[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            sums[lane] += a[i + lane] * b[i + lane];
    for (int lane = 0; i < n; i++, lane++)
        sums[lane] += a[i] * b[i];
    for (int step = LANES / 2; step > 0; step /= 2)
        for (int lane = 0; lane < step; lane++)
            sums[lane] += sums[lane + step];
    return sums[0];
}

static void softmax(float *scores, int64_t n)
{
    float most = scores[0];
    for (int64_t i = 1; i < n; i++)
        most = scores[i] > most ? scores[i] : most;
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        scores[i] = expf(scores[i] - most);
        sum += scores[i];
    }
    float scale = (float) (1 / sum);
    for (int64_t i = 0; i < n; i++)
        scores[i] *= scale;
}

static void attend_row(const Attention *a, int64_t head, int64_t row,
                       float *scores)
{
    int64_t first = head * a->head_width;
    const float *q = a->q + row * a->width + first;
    float scale = (float) (1 / sqrt((double) a->head_width));
    for (int64_t j = 0; j < a->columns; j++)
        scores[j] = dot(q, a->k + j * a->width + first, a->head_width) * scale;
    if (a->bias) {
        const float *bias = a->bias + (head * a->rows + row) * a->columns;
        for (int64_t j = 0; j < a->columns; j++)
            scores[j] += bias[j];
    }
    softmax(scores, a->columns);
    float *dst = a->dst + row * a->width + first;
    memset(dst, 0, (size_t) a->head_width * sizeof(float));
    for (int64_t j = 0; j < a->columns; j++) {
        const float *v = a->v + j * a->width + first;
        for (int64_t i = 0; i < a->head_width; i++)
            dst[i] += scores[j] * v[i];
    }
}

static void attend_piece(void *context, size_t piece, unsigned worker)
{
    const Attention *a = context;
    int64_t head = (int64_t) piece / a->row_pieces;
    int64_t row = (int64_t) piece % a->row_pieces * ROWS_PER_PIECE;
    int64_t end = MIN(row + ROWS_PER_PIECE, a->rows);
    float *scores = a->scores + worker * a->columns;
    for (; row < end; row++)
        attend_row(a, head, row, scores);
}

bool medals_attention_forward(const MedalsExec *exec, const float *q,
                              const float *k, const float *v, const float *bias,
                              int64_t rows, int64_t columns, int64_t width,
                              int64_t heads, float *dst, GError **error)
{
    if (heads < 1 || width % heads != 0 || columns < 1)
        return medals_fail(error, MEDALS_E_SHAPE,
                           "attention: width %" G_GINT64_FORMAT ", heads "
                           "%" G_GINT64_FORMAT ", columns %" G_GINT64_FORMAT
                           "; expected a multiple of the heads, and columns",
                           width, heads, columns);
    if (rows < 1)
        return true;
    Attention a = {.q = q,
                   .k = k,
                   .v = v,
                   .bias = bias,
                   .dst = dst,
                   .rows = rows,
                   .columns = columns,
                   .width = width,
                   .head_width = width / heads,
                   .row_pieces = (rows + ROWS_PER_PIECE - 1) / ROWS_PER_PIECE};
    size_t count = medals_lane_threads(exec->lane);
    if (!medals_size_multiply(&count, (size_t) columns))
        return medals_fail(error, MEDALS_E_NOMEM, "attention scores: too many");
    a.scores = medals_alloc(count, sizeof(float), "attention scores", error);
    if (!a.scores)
        return false;
    double flops = 4.0 * (double) rows * (double) columns * (double) width;
    bool done = medals_lane_run(exec->lane, (size_t) (heads * a.row_pieces),
                                attend_piece, &a, exec->task, flops);
    medals_free(a.scores);
    return done || medals_task_check(exec->task, error);
}

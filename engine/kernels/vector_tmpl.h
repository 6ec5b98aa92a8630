/*
 * vector_tmpl.h - the table in vectors of LANES floats; included once a level
 *
 * Defined before inclusion:
 *   LANES  floats of one register (8 or 16)
 *   ROWS   rows of `multiply` whose sums stay in registers (6 or 8)
 * Afterwards FILE_TABLE() makes a table of what stands here.
 *
 * GCC's vector extension; a*b+c contracts to one fused multiply-add.
 */
#include <math.h>
#include <string.h>

#include "conv_kernel.h"
#include "kernel_tables.h"

#define VECS (MEDALS_BLOCK / LANES)
#define INLINE static inline __attribute__((always_inline))

typedef float Vec __attribute__((vector_size(LANES * 4)));
typedef int32_t IntVec __attribute__((vector_size(LANES * 4)));
typedef uint32_t Bits __attribute__((vector_size(LANES * 4)));
typedef uint16_t Halves __attribute__((vector_size(LANES * 2)));
/* The same at any address. */
typedef Vec AnyVec __attribute__((aligned(4), may_alias));
typedef Halves AnyHalves __attribute__((aligned(2), may_alias));

INLINE Vec get(const float *at)
{
    return *(const AnyVec *) at;
}

INLINE void put(float *at, Vec value)
{
    *(AnyVec *) at = value;
}

INLINE Vec splat(float x)
{
    return x - (Vec){0};
}

/* where mask (all bits or none per lane): a, else b */
INLINE Vec pick(IntVec mask, Vec a, Vec b)
{
    return (Vec) ((mask & (IntVec) a) | (~mask & (IntVec) b));
}

/* --- multiply ----------------------------------------------------------- */

/* Rows first ... first+rows-1; `rows` is constant wherever this is used, so
 * that the sums are registers. Every sum runs over k in order, whatever the
 * number of rows: bits do not depend on how rows are grouped. */
INLINE void multiply_rows(const MedalsMultiply *m, int64_t first,
                          const int rows)
{
    Vec sum[ROWS][VECS];
    const float *row[ROWS], *a[ROWS];
    const float *b = m->b;
    float *c = m->c + first * m->c_stride;
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        row[i] = m->a + m->offset[first + i];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (int j = 0; j < VECS; j++)
            sum[i][j] =
                m->add ? get(c + i * m->c_stride + j * LANES) : (Vec){0};
    for (int64_t s = 0; s < m->segments; s++) {
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++)
            a[i] = row[i] + m->segment[s];
        for (int64_t k = 0; k < m->k; k++, b += MEDALS_BLOCK) {
            Vec right[VECS];
#pragma GCC unroll 2
            for (int j = 0; j < VECS; j++)
                right[j] = *(const Vec *) (b + j * LANES);
#pragma GCC unroll 16
            for (int i = 0; i < rows; i++) {
                Vec left = splat(a[i][k]);
#pragma GCC unroll 2
                for (int j = 0; j < VECS; j++)
                    sum[i][j] += left * right[j];
            }
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (int j = 0; j < VECS; j++)
            put(c + i * m->c_stride + j * LANES, sum[i][j]);
}

/* Few rows leave the multipliers waiting: share the rest evenly. */
static void multiply(const MedalsMultiply *m)
{
    int64_t i = 0, rest = m->rows;
    for (; rest >= 2 * ROWS || rest == ROWS; i += ROWS, rest -= ROWS)
        multiply_rows(m, i, ROWS);
    while (rest > 0) {
        int64_t rows = rest > ROWS ? (rest + 1) / 2 : rest;
        switch (rows) {
#if ROWS > 6
        case 8:
            multiply_rows(m, i, 8);
            break;
        case 7:
            multiply_rows(m, i, 7);
            break;
#endif
        case 6:
            multiply_rows(m, i, 6);
            break;
        case 5:
            multiply_rows(m, i, 5);
            break;
        case 4:
            multiply_rows(m, i, 4);
            break;
        case 3:
            multiply_rows(m, i, 3);
            break;
        case 2:
            multiply_rows(m, i, 2);
            break;
        default:
            multiply_rows(m, i, 1);
            break;
        }
        i += rows;
        rest -= rows;
    }
}

/* --- load and store ----------------------------------------------------- */

INLINE Vec get_bf16(const uint16_t *at)
{
    Halves halves = *(const AnyHalves *) at;
    return (Vec) (__builtin_convertvector(halves, Bits) << 16);
}

/* Round to nearest even; NaN keeps its sign and becomes quiet. */
INLINE void put_bf16(uint16_t *at, Vec value)
{
    Bits bits = (Bits) value;
    Bits rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    Bits nan = (Bits) (value != value);
    rounded = (nan & (bits >> 16 | 0x40)) | (~nan & rounded);
    *(AnyHalves *) at = __builtin_convertvector(rounded, Halves);
}

INLINE void load_row(float *dst, const void *src, MedalsDtype dtype, int64_t n)
{
    const float *wide = src;
    const uint16_t *half = src;
    int64_t i = 0;
    if (dtype == MEDALS_F32) {
        for (; i + LANES <= n; i += LANES)
            put(dst + i, get(wide + i));
        for (; i < n; i++)
            dst[i] = wide[i];
    } else {
        for (; i + LANES <= n; i += LANES)
            put(dst + i, get_bf16(half + i));
        for (; i < n; i++)
            dst[i] = medals_bf16_to_f32(half[i]);
    }
}

INLINE void store_row(void *dst, const float *src, MedalsDtype dtype, int64_t n)
{
    uint16_t *half = dst;
    int64_t i = 0;
    if (dtype == MEDALS_F32) {
        load_row(dst, src, dtype, n);
        return;
    }
    for (; i + LANES <= n; i += LANES)
        put_bf16(half + i, get(src + i));
    for (; i < n; i++)
        half[i] = medals_bf16_from_f32(src[i]);
}

/* Rows without gaps are one row. */
#define JOIN_ROWS(rows, n, a_stride, b_stride)                                 \
    if ((a_stride) == (n) && (b_stride) == (n)) {                              \
        (n) *= (rows);                                                         \
        (rows) = 1;                                                            \
    }

/* Rows of n floats; the usual widths without a loop within. */
INLINE void move_width(float *dst, int64_t dst_stride, const float *src,
                       int64_t src_stride, int64_t rows, const int n)
{
    for (int64_t i = 0; i < rows; i++, dst += dst_stride, src += src_stride)
#pragma GCC unroll 8
        for (int j = 0; j < n; j += LANES)
            put(dst + j, get(src + j));
}

static void move_rows(float *dst, int64_t dst_stride, const float *src,
                      int64_t src_stride, int64_t rows, int64_t n)
{
    if (n == 16)
        move_width(dst, dst_stride, src, src_stride, rows, 16);
    else if (n == 32)
        move_width(dst, dst_stride, src, src_stride, rows, 32);
    else if (n == 64)
        move_width(dst, dst_stride, src, src_stride, rows, 64);
    else
        for (int64_t i = 0; i < rows; i++)
            load_row(dst + i * dst_stride, src + i * src_stride, MEDALS_F32, n);
}

static void load(float *dst, int64_t dst_stride, const void *src,
                 int64_t src_stride, MedalsDtype dtype, int64_t rows, int64_t n)
{
    JOIN_ROWS(rows, n, dst_stride, src_stride);
    const float *wide = src;
    const uint16_t *half = src;
    if (dtype == MEDALS_F32) {
        move_rows(dst, dst_stride, wide, src_stride, rows, n);
    } else {
        for (int64_t i = 0; i < rows; i++)
            load_row(dst + i * dst_stride, half + i * src_stride, MEDALS_BF16,
                     n);
    }
}

static void store(void *dst, int64_t dst_stride, const float *src,
                  int64_t src_stride, MedalsDtype dtype, int64_t rows,
                  int64_t n)
{
    JOIN_ROWS(rows, n, dst_stride, src_stride);
    float *wide = dst;
    uint16_t *half = dst;
    if (dtype == MEDALS_F32) {
        move_rows(wide, dst_stride, src, src_stride, rows, n);
    } else {
        for (int64_t i = 0; i < rows; i++)
            store_row(half + i * dst_stride, src + i * src_stride, MEDALS_BF16,
                      n);
    }
}

/* --- moments and norm --------------------------------------------------- */

/* Rows that are summed side by side, to hide the latency. */
#define SIDE 4

/* A first mean in float32, then both moments about it: what rounding left of
 * the distance from the true mean is taken out in double. */
static void moments_lanes(const float *x, int64_t rows, int64_t stride,
                          double *mean, double *square)
{
    Vec sum[SIDE] = {{0}}, away[SIDE] = {{0}}, distance[SIDE] = {{0}};
    const int64_t whole = rows / SIDE * SIDE;
    for (int64_t i = 0; i < whole; i += SIDE)
        for (int j = 0; j < SIDE; j++)
            sum[j] += get(x + (i + j) * stride);
    for (int64_t i = whole; i < rows; i++)
        sum[0] += get(x + i * stride);
    Vec middle = (sum[0] + sum[1] + sum[2] + sum[3]) / splat((float) rows);
    for (int64_t i = 0; i < whole; i += SIDE) {
        for (int j = 0; j < SIDE; j++) {
            Vec d = get(x + (i + j) * stride) - middle;
            away[j] += d;
            distance[j] += d * d;
        }
    }
    for (int64_t i = whole; i < rows; i++) {
        Vec d = get(x + i * stride) - middle;
        away[0] += d;
        distance[0] += d * d;
    }
    Vec all_away = away[0] + away[1] + away[2] + away[3];
    Vec all = distance[0] + distance[1] + distance[2] + distance[3];
    for (int j = 0; j < LANES; j++) {
        double shift = (double) all_away[j] / (double) rows;
        double rest = all[j] - (double) all_away[j] * shift;
        mean[j] = middle[j] + shift;
        square[j] = rest > 0 ? rest : 0;
    }
}

static void moments(const float *x, int64_t rows, int64_t columns,
                    int64_t stride, double *mean, double *square)
{
    int64_t j = 0;
    for (; j + LANES <= columns; j += LANES)
        moments_lanes(x + j, rows, stride, mean + j, square + j);
    if (j < columns)
        medals_kernels_ref.moments(x + j, rows, columns - j, stride, mean + j,
                                   square + j);
}

INLINE Vec norm_lanes(Vec x, const float *mean, const float *scale,
                      const float *shift)
{
    Vec y = (x - get(mean)) * get(scale) + get(shift);
    return pick(y > 0, y, y * 0.01f);
}

static void norm_relu(void *x, MedalsDtype dtype, int64_t rows, int64_t c,
                      int64_t stride, const float *mean, const float *scale,
                      const float *shift)
{
    const int64_t whole = c / LANES * LANES;
    const size_t element = medals_dtype_size(dtype);
    for (int64_t i = 0; i < rows; i++) {
        float *wide = (float *) x + i * stride;
        uint16_t *half = (uint16_t *) x + i * stride;
        if (dtype == MEDALS_F32) {
            for (int64_t j = 0; j < whole; j += LANES)
                put(wide + j,
                    norm_lanes(get(wide + j), mean + j, scale + j, shift + j));
        } else {
            for (int64_t j = 0; j < whole; j += LANES)
                put_bf16(half + j, norm_lanes(get_bf16(half + j), mean + j,
                                              scale + j, shift + j));
        }
    }
    if (whole < c)
        medals_kernels_ref.norm_relu(
            (uint8_t *) x + (size_t) whole * element, dtype, rows, c - whole,
            stride, mean + whole, scale + whole, shift + whole);
}

/* --- exp and sigmoid ---------------------------------------------------- */

/* exp(x) = 2^n * exp(r), |r| <= ln(2)/2; the series ends below 1e-8. 2^n in
 * two factors, so that n reaches 128. */
INLINE Vec exp_lanes(Vec x)
{
    const float round = 12582912.0f; /* 1.5*2^23: the ulp is 1 */
    Vec clipped = pick(x > 89.0f, splat(89.0f), x);
    clipped = pick(clipped < -88.0f, splat(-88.0f), clipped);
    Vec shifted = clipped * 1.44269504f + round;
    Vec n = shifted - round;
    Vec r = clipped - n * 0.693359375f + n * 2.12194440e-4f;
    Vec p = r * (1.0f / 5040) + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    IntVec power = (IntVec) shifted - 0x4b400000, half = power >> 1;
    p = p * (Vec) ((half + 127) << 23) * (Vec) ((power - half + 127) << 23);
    return pick(x < -87.33654f, (Vec){0}, p);
}

INLINE Vec sigmoid_lanes(Vec x)
{
    Vec z = exp_lanes(pick(x > 0, -x, x));
    Vec s = 1.0f / (1.0f + z);
    return pick(x > 0, s, z * s);
}

/* Runs fn over n numbers; the last vector is padded. */
#define EACH_VECTOR(fn, x, n)                                                  \
    do {                                                                       \
        size_t i_ = 0;                                                         \
        for (; i_ + LANES <= (n); i_ += LANES)                                 \
            put((x) + i_, fn(get((x) + i_)));                                  \
        if (i_ < (n)) {                                                        \
            float tail_[LANES] = {0};                                          \
            memcpy(tail_, (x) + i_, ((n) -i_) * sizeof *(x));                  \
            put(tail_, fn(get(tail_)));                                        \
            memcpy((x) + i_, tail_, ((n) -i_) * sizeof *(x));                  \
        }                                                                      \
    } while (0)

static void sigmoid(float *x, size_t n)
{
    EACH_VECTOR(sigmoid_lanes, x, n);
}

static void exponential(float *x, size_t n)
{
    EACH_VECTOR(exp_lanes, x, n);
}

/* --- the machine's own limit --------------------------------------------- */

/* The asm statement holds a sum in its register, round by round. */
#define SPIN(i)                                                                \
    sum##i += left * right;                                                    \
    __asm__ volatile("" : "+v"(sum##i))

static double spin(int64_t rounds, float *result)
{
    Vec left = splat(result[0]), right = splat(result[0]);
    Vec sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0}, sum4 = {0};
    Vec sum5 = {0}, sum6 = {0}, sum7 = {0}, sum8 = {0}, sum9 = {0};
    for (int64_t i = 0; i < rounds; i++) {
        SPIN(0);
        SPIN(1);
        SPIN(2);
        SPIN(3);
        SPIN(4);
        SPIN(5);
        SPIN(6);
        SPIN(7);
        SPIN(8);
        SPIN(9);
    }
    sum0 += sum1 + sum2 + sum3 + sum4 + sum5 + sum6 + sum7 + sum8 + sum9;
    *result = sum0[0];
    return 2.0 * 10 * LANES * (double) rounds;
}

/* The table of a level: FILE_TABLE(its word, its MedalsIsa, convolutions). */
#define FILE_TABLE(word, level, ...)                                           \
    {                                                                          \
        .name = word, .isa = level, .multiply = multiply, .load = load,        \
        .store = store, .moments = moments, .norm_relu = norm_relu,            \
        .sigmoid = sigmoid, .exponential = exponential, .spin = spin,          \
        .conv = {                                                              \
            __VA_ARGS__                                                        \
        }                                                                      \
    }

/*
 * vector_tmpl.h - the table in vectors of LANES floats; included once a level
 *
 * Defined before inclusion:
 *   LANES  floats of one register (8 or 16)
 *   ROWS   rows of `multiply` whose sums stay in registers
 *   FILE_TABLE, FILE_NAME, FILE_ISA, FILE_CONV  what the table is called and
 *          which convolutions it tries
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
    const float *a[ROWS];
    const float *b = m->b;
    float *c = m->c + first * m->c_stride;
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        a[i] = m->a + m->offset[first + i];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (int j = 0; j < VECS; j++)
            sum[i][j] =
                m->add ? get(c + i * m->c_stride + j * LANES) : (Vec){0};
    for (int64_t s = 0; s < m->segments; s++) {
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
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++)
            a[i] += m->segment_step;
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
        case 12:
            multiply_rows(m, i, 12);
            break;
        case 11:
            multiply_rows(m, i, 11);
            break;
        case 10:
            multiply_rows(m, i, 10);
            break;
        case 9:
            multiply_rows(m, i, 9);
            break;
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

static void load(float *dst, const void *src, MedalsDtype dtype, int64_t n)
{
    int64_t i = 0;
    if (dtype == MEDALS_F32) {
        const float *from = src;
        for (; i + LANES <= n; i += LANES)
            put(dst + i, get(from + i));
        for (; i < n; i++)
            dst[i] = from[i];
        return;
    }
    const uint16_t *from = src;
    for (; i + LANES <= n; i += LANES)
        put(dst + i, get_bf16(from + i));
    for (; i < n; i++)
        dst[i] = medals_bf16_to_f32(from[i]);
}

static void store(void *dst, const float *src, MedalsDtype dtype, int64_t n)
{
    int64_t i = 0;
    if (dtype == MEDALS_F32) {
        load(dst, src, dtype, n);
        return;
    }
    uint16_t *to = dst;
    for (; i + LANES <= n; i += LANES)
        put_bf16(to + i, get(src + i));
    for (; i < n; i++)
        to[i] = medals_bf16_from_f32(src[i]);
}

/* --- moments and norm --------------------------------------------------- */

/* A first mean in float32, then both moments about it: what rounding left of
 * the distance from the true mean is taken out in double. */
static void moments_lanes(const float *x, int64_t rows, int64_t stride,
                          double *mean, double *square)
{
    Vec sum = {0}, away = {0}, distance = {0};
    for (int64_t i = 0; i < rows; i++)
        sum += get(x + i * stride);
    Vec middle = sum / splat((float) rows);
    for (int64_t i = 0; i < rows; i++) {
        Vec d = get(x + i * stride) - middle;
        away += d;
        distance += d * d;
    }
    for (int j = 0; j < LANES; j++) {
        double shift = (double) away[j] / (double) rows;
        double rest = distance[j] - (double) away[j] * shift;
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

const MedalsKernels FILE_TABLE = {.name = FILE_NAME,
                                  .isa = FILE_ISA,
                                  .multiply = multiply,
                                  .load = load,
                                  .store = store,
                                  .moments = moments,
                                  .norm_relu = norm_relu,
                                  .sigmoid = sigmoid,
                                  .exponential = exponential,
                                  .conv = FILE_CONV};

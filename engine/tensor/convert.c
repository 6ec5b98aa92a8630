/*
 * convert.c - number formats: bfloat16, half, and stored types to float32
 */
#include <string.h>

#include "tensor.h"

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

uint16_t medals_bf16_from_f32(float value)
{
    uint32_t bits = bits_of(value);
    if ((bits & 0x7fffffff) > 0x7f800000) /* NaN: keep it quiet */
        return (uint16_t) (bits >> 16 | 0x40);
    return (uint16_t) ((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

float medals_bf16_to_f32(uint16_t value)
{
    return float_of((uint32_t) value << 16);
}

uint16_t medals_f16_from_f32(float value)
{
    uint32_t bits = bits_of(value);
    uint16_t sign = (uint16_t) (bits >> 16 & 0x8000);
    uint32_t magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000)
        return (uint16_t) (sign | 0x7e00);
    if (magnitude >= 0x477ff000) /* 65520 and above round to infinity */
        return (uint16_t) (sign | 0x7c00);
    if (magnitude < 0x38800000) { /* below 2^-14: subnormal */
        /* Adding 0.5 puts the half's last place at the float's last place;
         * the addition itself rounds to nearest even. */
        float shifted = float_of(magnitude) + 0.5f;
        return (uint16_t) (sign | (bits_of(shifted) - bits_of(0.5f)));
    }
    uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
    return (uint16_t) (sign | ((rounded - 0x38000000) >> 13));
}

float medals_f16_to_f32(uint16_t value)
{
    uint32_t sign = (uint32_t) (value & 0x8000) << 16;
    uint32_t exponent = value >> 10 & 0x1f;
    uint32_t fraction = value & 0x3ff;
    if (exponent == 0x1f)
        return float_of(sign | 0x7f800000 | fraction << 13);
    if (exponent == 0) {
        float small = (float) fraction * 0x1p-24f;
        return sign ? -small : small;
    }
    return float_of(sign | (exponent + 112) << 23 | fraction << 13);
}

#define CONVERT(type)                                                          \
    for (size_t i = 0; i < n; i++) {                                           \
        type value;                                                            \
        memcpy(&value, (const uint8_t *) src + i * sizeof value,               \
               sizeof value);                                                  \
        dst[i] = (float) value;                                                \
    }                                                                          \
    break

static void convert_sixteen(float *dst, const void *src, size_t n,
                            float (*decode)(uint16_t))
{
    for (size_t i = 0; i < n; i++) {
        uint16_t value;
        memcpy(&value, (const uint8_t *) src + i * sizeof value, sizeof value);
        dst[i] = decode(value);
    }
}

void medals_convert_to_f32(float *dst, const void *src, MedalsDtype dtype,
                           size_t n)
{
    switch (dtype) {
    case MEDALS_F32:
        memcpy(dst, src, n * sizeof *dst);
        break;
    case MEDALS_BF16:
        convert_sixteen(dst, src, n, medals_bf16_to_f32);
        break;
    case MEDALS_F16:
        convert_sixteen(dst, src, n, medals_f16_to_f32);
        break;
    case MEDALS_F64:
        CONVERT(double);
    case MEDALS_U8:
        CONVERT(uint8_t);
    case MEDALS_I8:
        CONVERT(int8_t);
    case MEDALS_U16:
        CONVERT(uint16_t);
    case MEDALS_I16:
        CONVERT(int16_t);
    case MEDALS_U32:
        CONVERT(uint32_t);
    case MEDALS_I32:
        CONVERT(int32_t);
    case MEDALS_U64:
        CONVERT(uint64_t);
    case MEDALS_I64:
        CONVERT(int64_t);
    }
}

size_t medals_dtype_size(MedalsDtype dtype)
{
    static const uint8_t sizes[] = {4, 2, 2, 8, 1, 1, 2, 2, 4, 4, 8, 8};
    return (size_t) dtype < sizeof sizes ? sizes[dtype] : 0;
}

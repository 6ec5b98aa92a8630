/*
 * spin.c - bf16 multiply-adds on registers, nothing else
 */
#include "spin.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

/* One dot product of 16 lanes, each two bf16 pairs; the asm statement holds
 * the sum in its register. */
#define DOT(i)                                                                 \
    sum##i = _mm512_dpbf16_ps(sum##i, left, right);                            \
    __asm__ volatile("" : "+v"(sum##i))

__attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"))) static void
spin_dots(int64_t rounds)
{
    __m512 zero = _mm512_setzero_ps();
    __m512bh left = _mm512_cvtne2ps_pbh(zero, zero), right = left;
    __m512 sum0 = zero, sum1 = zero, sum2 = zero, sum3 = zero, sum4 = zero;
    __m512 sum5 = zero, sum6 = zero, sum7 = zero, sum8 = zero, sum9 = zero;
    for (int64_t i = 0; i < rounds; i++) {
        DOT(0);
        DOT(1);
        DOT(2);
        DOT(3);
        DOT(4);
        DOT(5);
        DOT(6);
        DOT(7);
        DOT(8);
        DOT(9);
    }
}

double medals_spin_bf16(MedalsIsa isa, int64_t rounds)
{
    if (isa < MEDALS_ISA_AVX512_BF16)
        return 0;
    spin_dots(rounds);
    return 10.0 * 16 * 2 * 2 * (double) rounds;
}

/* Palette 1: eight tiles of 16 rows by 64 bytes. */
typedef struct TileConfig {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} TileConfig;

__attribute__((target("amx-tile,amx-bf16"))) static void
spin_tiles(int64_t rounds)
{
    TileConfig config = {.palette = 1};
    for (int i = 0; i < 8; i++) {
        config.row_bytes[i] = 64;
        config.rows[i] = 16;
    }
    _tile_loadconfig(&config);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    _tile_zero(4);
    _tile_zero(5);
    _tile_zero(6);
    _tile_zero(7);
    for (int64_t i = 0; i < rounds; i++) {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_release();
}

double medals_spin_amx(MedalsIsa isa, int64_t rounds)
{
    if (isa < MEDALS_ISA_AMX)
        return 0;
    spin_tiles(rounds);
    return 4.0 * 16 * 16 * 32 * 2 * (double) rounds;
}
#else
double medals_spin_bf16(MedalsIsa isa, int64_t rounds)
{
    return 0;
}

double medals_spin_amx(MedalsIsa isa, int64_t rounds)
{
    return 0;
}
#endif

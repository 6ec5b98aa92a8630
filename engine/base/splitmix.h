/*
 * splitmix.h - a small random generator, the same numbers on every platform
 *
 * SplitMix64 (Steele, Lea, Flood 2014): any 64-bit number is a good seed.
 */
#ifndef MEDALS_SPLITMIX_H
#define MEDALS_SPLITMIX_H

#include <stdint.h>

/** 64 random bits; moves the state on. */
static inline uint64_t medals_splitmix_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/** Uniform in 0..n-1 without bias, n >= 1. */
static inline uint64_t medals_splitmix_below(uint64_t *state, uint64_t n)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % n;
    uint64_t bits;
    do
        bits = medals_splitmix_next(state);
    while (bits >= limit);
    return bits % n;
}

#endif

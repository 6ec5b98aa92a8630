/*
 * byte_run.h - how far a row of bytes stays the same
 *
 * Labels come in runs; eight of their voxels are looked at at once.
 */
#ifndef MEDALS_BYTE_RUN_H
#define MEDALS_BYTE_RUN_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** @return bytes at the front of n that equal the first; n at least 1 */
static inline size_t medals_byte_run(const uint8_t *bytes, size_t n)
{
    const uint64_t same = bytes[0] * UINT64_C(0x0101010101010101);
    size_t i = 0;
    if (n > 1 && bytes[1] != bytes[0])
        return 1;
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        word = GUINT64_FROM_LE(word ^ same);
        if (word)
            return i + (size_t) __builtin_ctzll(word) / 8;
    }
    while (i < n && bytes[i] == bytes[0])
        i++;
    return i;
}

#endif

/*
 * little_endian.h - numbers to bytes, and back from hostile ones
 */
#ifndef MEDALS_LITTLE_ENDIAN_H
#define MEDALS_LITTLE_ENDIAN_H

#include "buffer.h"

/** Appends the low `size` bytes of a number, at most 8. */
static inline void medals_le_put(MedalsBuffer *bytes, uint64_t value, int size)
{
    uint8_t low[8];
    for (int i = 0; i < size; i++)
        low[i] = (uint8_t) (value >> (8 * i));
    medals_buffer_put(bytes, low, (size_t) size);
}

/** What is left of some bytes; `bad` once more was asked for than is there. */
typedef struct MedalsLeReader {
    const uint8_t *data;
    size_t left;
    bool bad;
} MedalsLeReader;

/** Where `size` bytes begin, which are then read; NULL, and bad: not there. */
static inline const uint8_t *medals_le_skip(MedalsLeReader *reader, size_t size)
{
    const uint8_t *here = reader->data;
    if (reader->bad || size > reader->left) {
        reader->bad = true;
        return NULL;
    }
    reader->data += size;
    reader->left -= size;
    return here;
}

/** A number of `size` bytes, at most 8; 0 when they are not there. */
static inline uint64_t medals_le_get(MedalsLeReader *reader, int size)
{
    const uint8_t *bytes = medals_le_skip(reader, (size_t) size);
    uint64_t value = 0;
    for (int i = 0; bytes && i < size; i++)
        value |= (uint64_t) bytes[i] << (8 * i);
    return value;
}

#endif

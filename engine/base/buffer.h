/*
 * buffer.h - bytes that grow, tried
 *
 *   put, put, put ... -> once memory is out, the rest is not taken
 *   check             -> and the end says so
 */
#ifndef MEDALS_BUFFER_H
#define MEDALS_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

/** All zero: empty. data is aligned as medals_alloc() does. */
typedef struct MedalsBuffer {
    uint8_t *data;
    size_t size, room; /* bytes */
    bool failed;       /* memory was out */
} MedalsBuffer;

/** Appends bytes, or remembers that it could not. src may be NULL for none. */
void medals_buffer_put(MedalsBuffer *buffer, const void *src, size_t size);
/** @return false: MEDALS_E_NOMEM something was not taken. `what` names it */
bool medals_buffer_check(const MedalsBuffer *buffer, const char *what,
                         GError **error);
/** Hands over the bytes, medals_free, and is empty. NULL: there are none. */
uint8_t *medals_buffer_steal(MedalsBuffer *buffer);
void medals_buffer_clear(MedalsBuffer *buffer);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MedalsBuffer, medals_buffer_clear)

#endif

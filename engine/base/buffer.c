/*
 * buffer.c - doubling
 */
#include "buffer.h"

#include <string.h>

#include "memory.h"

#define FIRST ((size_t) 256)

/* Room for `size` more bytes. */
static bool grow(MedalsBuffer *buffer, size_t size)
{
    size_t wanted;
    if (__builtin_add_overflow(buffer->size, size, &wanted))
        return false;
    if (wanted <= buffer->room)
        return true;
    size_t room = MAX(MAX(wanted, FIRST), MIN(2 * buffer->room, SIZE_MAX / 2));
    uint8_t *data = medals_alloc(room, 1, "buffer", NULL);
    if (!data)
        return false;
    if (buffer->size)
        memcpy(data, buffer->data, buffer->size);
    medals_free(buffer->data);
    buffer->data = data;
    buffer->room = room;
    return true;
}

void medals_buffer_put(MedalsBuffer *buffer, const void *src, size_t size)
{
    if (buffer->failed || size == 0)
        return;
    if (!grow(buffer, size)) {
        buffer->failed = true;
        return;
    }
    memcpy(buffer->data + buffer->size, src, size);
    buffer->size += size;
}

bool medals_buffer_check(const MedalsBuffer *buffer, const char *what,
                         GError **error)
{
    return !buffer->failed ||
           medals_fail(error, MEDALS_E_NOMEM,
                       "%s: no memory for more than %zu bytes", what,
                       buffer->size);
}

uint8_t *medals_buffer_steal(MedalsBuffer *buffer)
{
    uint8_t *data = buffer->data;
    *buffer = (MedalsBuffer){0};
    return data;
}

void medals_buffer_clear(MedalsBuffer *buffer)
{
    medals_free(buffer->data);
    *buffer = (MedalsBuffer){0};
}

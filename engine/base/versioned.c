/*
 * versioned.c - structs that grow at their end
 */
#include "versioned.h"

#include <string.h>

static uint32_t size_of(const void *given)
{
    uint32_t size;
    memcpy(&size, given, sizeof size);
    return size;
}

bool medals_versioned_read(void *full, size_t size, const void *given,
                           const char *what, GError **error)
{
    const size_t head = sizeof(uint32_t);
    if (!given)
        return true;
    size_t has = size_of(given);
    if (has < head)
        return medals_fail(error, MEDALS_E_USAGE,
                           "%s: struct_size %zu; expected %zu, as its INIT "
                           "macro sets it",
                           what, has, size);
    memcpy((char *) full + head, (const char *) given + head,
           MIN(has, size) - head);
    return true;
}

bool medals_versioned_write(void *to, const void *from, size_t size)
{
    const size_t head = sizeof(uint32_t);
    if (!to || size_of(to) < head)
        return false;
    memcpy((char *) to + head, (const char *) from + head,
           MIN(size_of(to), size) - head);
    return true;
}

void medals_versioned_clear(void *to, size_t size)
{
    const size_t head = sizeof(uint32_t);
    if (to && size_of(to) >= head)
        memset((char *) to + head, 0, MIN(size_of(to), size) - head);
}

bool medals_check_given(const void *pointer, const char *what, GError **error)
{
    return pointer ||
           medals_fail(error, MEDALS_E_USAGE, "%s: NULL; expected one", what);
}

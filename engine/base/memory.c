/*
 * memory.c - the aligned try-allocator
 */
#define _GNU_SOURCE
#include "memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Buffers from LARGE bytes on begin at a huge page and ask for more of them:
 * faults of small pages are 3 % of a window's time. */
#define HUGE_PAGE ((size_t) 2 << 20)
#define LARGE (2 * HUGE_PAGE)

static atomic_llong fail_after = -1;

bool medals_size_multiply(size_t *product, size_t factor)
{
    size_t result;
    if (__builtin_mul_overflow(*product, factor, &result) ||
        result > SIZE_MAX / 2)
        return false;
    *product = result;
    return true;
}

void medals_alloc_fail_after(int64_t n)
{
    atomic_store(&fail_after, n);
}

/* Counts down; true once when the count reaches zero. */
static bool told_to_fail(void)
{
    if (atomic_load_explicit(&fail_after, memory_order_relaxed) < 0)
        return false;
    return atomic_fetch_sub(&fail_after, 1) == 0;
}

/* posix_memalign, and huge pages where they pay; false: no memory. */
static bool take(void **buffer, size_t bytes)
{
    if (bytes < LARGE)
        return posix_memalign(buffer, MEDALS_ALIGNMENT, bytes) == 0;
    if (posix_memalign(buffer, HUGE_PAGE, bytes) != 0)
        return false;
#ifdef MADV_HUGEPAGE
    /* A wish: the kernel may say no, and the buffer is good all the same. */
    madvise(*buffer, bytes, MADV_HUGEPAGE);
#endif
    return true;
}

void *medals_alloc(size_t count, size_t size, const char *what, GError **error)
{
    size_t bytes = count;
    if (!medals_size_multiply(&bytes, size)) {
        medals_fail(error, MEDALS_E_NOMEM,
                    "%s: %zu elements of %zu bytes; expected a size that can "
                    "be addressed",
                    what, count, size);
        return NULL;
    }
    void *buffer = NULL;
    size_t rounded = bytes ? bytes : 1;
    if (told_to_fail() || !take(&buffer, rounded)) {
        medals_fail(error, MEDALS_E_NOMEM, "%s: no memory for %zu bytes", what,
                    bytes);
        return NULL;
    }
    return buffer;
}

void *medals_alloc_zero(size_t count, size_t size, const char *what,
                        GError **error)
{
    void *buffer = medals_alloc(count, size, what, error);
    if (buffer)
        memset(buffer, 0, count * size);
    return buffer;
}

void medals_free(void *buffer)
{
    free(buffer);
}

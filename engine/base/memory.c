/*
 * memory.c - the aligned try-allocator
 */
#define _GNU_SOURCE
#include "memory.h"
#include "mutex.h"

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

int64_t medals_alloc_fail_after(int64_t n)
{
    return atomic_exchange(&fail_after, n);
}

/* Counts down; true once when the count reaches zero. */
static bool told_to_fail(void)
{
    if (atomic_load_explicit(&fail_after, memory_order_relaxed) < 0)
        return false;
    return atomic_fetch_sub(&fail_after, 1) == 0;
}

/* --- large buffers ------------------------------------------------------ */

/* One large buffer, used or waiting for its next user. */
typedef struct Large Large;
struct Large {
    Large *next;
    void *data;
    size_t bytes;
    bool waiting;
};

static struct {
    MedalsMutex mutex;
    Large *list; /* newest first */
    unsigned turns;
    size_t used, waiting, most; /* bytes; most: `used` at its highest */
} large = {.mutex = MEDALS_MUTEX_INIT};

#if defined(__SANITIZE_ADDRESS__)
/* A buffer that is used again would hide reads of freed memory. */
#define MAY_WAIT false
#else
#define MAY_WAIT (large.turns > 0)
#endif

/* Where the buffer stands in the list; *place is NULL when it does not. */
static Large **find_large(const void *data)
{
    Large **place = &large.list;
    while (*place && (*place)->data != data)
        place = &(*place)->next;
    return place;
}

static Large **find_waiting(size_t bytes)
{
    Large **place = &large.list;
    while (*place &&
           !((*place)->waiting && (bytes == 0 || (*place)->bytes == bytes)))
        place = &(*place)->next;
    return place;
}

static void drop_waiting(Large **place)
{
    Large *gone = *place;
    *place = gone->next;
    large.waiting -= gone->bytes;
    free(gone->data);
    free(gone);
}

/* Frees waiting buffers until `bytes` more keep within the highest use. */
static void make_room(size_t bytes)
{
    size_t limit = MAX(large.most, large.used + bytes);
    while (large.waiting > 0 && large.used + large.waiting + bytes > limit)
        drop_waiting(find_waiting(0));
}

/* A fresh buffer on huge pages; false: no memory. */
static bool take_fresh(void **buffer, size_t bytes)
{
    Large *entry = malloc(sizeof *entry);
    if (!entry)
        return false;
    make_room(bytes);
    if (posix_memalign(buffer, HUGE_PAGE, bytes) != 0) {
        free(entry);
        return false;
    }
#ifdef MADV_HUGEPAGE
    /* A wish: the kernel may say no, and the buffer is good all the same. */
    madvise(*buffer, bytes, MADV_HUGEPAGE);
#endif
    *entry = (Large){.next = large.list, .data = *buffer, .bytes = bytes};
    large.list = entry;
    return true;
}

static bool take_large(void **buffer, size_t bytes)
{
    medals_mutex_lock(&large.mutex);
    Large *entry = *find_waiting(bytes);
    bool good = true;
    if (entry) {
        entry->waiting = false;
        large.waiting -= bytes;
        *buffer = entry->data;
    } else {
        good = take_fresh(buffer, bytes);
    }
    if (good) {
        large.used += bytes;
        large.most = MAX(large.most, large.used);
    }
    medals_mutex_unlock(&large.mutex);
    return good;
}

/* False: not a large buffer. */
static bool give_large(void *buffer)
{
    if ((uintptr_t) buffer % HUGE_PAGE != 0)
        return false;
    medals_mutex_lock(&large.mutex);
    Large **place = find_large(buffer), *entry = *place;
    if (entry) {
        entry->waiting = true;
        large.used -= entry->bytes;
        large.waiting += entry->bytes;
        if (!MAY_WAIT)
            drop_waiting(place);
    }
    medals_mutex_unlock(&large.mutex);
    return entry != NULL;
}

void medals_memory_turn_begin(void)
{
    medals_mutex_lock(&large.mutex);
    if (large.turns++ == 0)
        large.most = large.used;
    medals_mutex_unlock(&large.mutex);
}

void medals_memory_turn_end(void)
{
    medals_mutex_lock(&large.mutex);
    if (--large.turns == 0)
        while (large.waiting > 0)
            drop_waiting(find_waiting(0));
    medals_mutex_unlock(&large.mutex);
}

/* --- all buffers -------------------------------------------------------- */

static bool take(void **buffer, size_t bytes)
{
    if (bytes >= LARGE)
        return take_large(buffer, bytes);
    return posix_memalign(buffer, MEDALS_ALIGNMENT, bytes) == 0;
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
    if (buffer && !give_large(buffer))
        free(buffer);
}

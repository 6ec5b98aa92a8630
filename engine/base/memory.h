/*
 * memory.h - large buffers: aligned, tried, counted
 *
 * GLib ends the program when memory is out; a volume may be 10 GB. So
 * everything whose size follows from input comes from here.
 */
#ifndef MEDALS_MEMORY_H
#define MEDALS_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

/** Alignment of every buffer, in bytes: one cache line, one AVX-512 vector. */
#define MEDALS_ALIGNMENT 64

/**
 * @return count*size bytes, aligned, not cleared; NULL with MEDALS_E_NOMEM
 *         when the product overflows or memory is out. `what` names the thing
 *         in the message. Zero bytes gives a valid pointer.
 */
void *medals_alloc(size_t count, size_t size, const char *what, GError **error);
/** The same, cleared. */
void *medals_alloc_zero(size_t count, size_t size, const char *what,
                        GError **error);
void medals_free(void *buffer);

/**
 * Between the two calls large buffers that are freed wait for the next one of
 * their size: windows of one request want the same buffers again, and fresh
 * ones cost 2 % of a window in pages to clear. Waiting and used buffers
 * together never exceed what was used at once. Turns may overlap; the end of
 * the last one frees what waits. The lane does this for each request.
 */
void medals_memory_turn_begin(void);
void medals_memory_turn_end(void);

/** a*b*... without overflow; false when the product exceeds SIZE_MAX/2. */
bool medals_size_multiply(size_t *product, size_t factor);

/** For tests: the allocation after `n` more of them fails (n < 0: none).
 * @return what was left of the n of before; negative: one has failed */
int64_t medals_alloc_fail_after(int64_t n);

#endif

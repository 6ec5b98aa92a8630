/*
 * versioned.h - public structs that begin with their own size
 *
 *   the caller's, older or newer --read--> ours, defaults beyond its end
 *   ours --write--> the caller's, as far as it reaches
 *
 * Each begins with `uint32_t struct_size`, which the caller sets.
 */
#ifndef MEDALS_VERSIONED_H
#define MEDALS_VERSIONED_H

#include <stddef.h>

#include "error.h"

/**
 * @param full ours, filled with the defaults; `size` bytes
 * @param given NULL: the defaults hold
 * @param what names it in the message
 * @return false: MEDALS_E_USAGE struct_size does not even hold itself
 */
bool medals_versioned_read(void *full, size_t size, const void *given,
                           const char *what, GError **error);
/** @param to may be NULL @return false: it is, or its struct_size does not
 * even hold itself; nothing is written */
bool medals_versioned_write(void *to, const void *from, size_t size);
/** Zeros behind struct_size, as far as `to` reaches; `to` may be NULL. */
void medals_versioned_clear(void *to, size_t size);

/** @return false: MEDALS_E_USAGE "WHAT: NULL; expected one" */
bool medals_check_given(const void *pointer, const char *what, GError **error);

#endif

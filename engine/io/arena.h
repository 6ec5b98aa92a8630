/*
 * arena.h - many small things of one owner, bounded, freed at once
 */
#ifndef MEDALS_ARENA_H
#define MEDALS_ARENA_H

#include "error.h"

typedef struct MedalsArena {
    const char *name; /* stands in messages; borrowed */
    size_t limit;     /* bytes that may be taken in all */
    size_t taken;
    GPtrArray *chunks;
    uint8_t *free; /* in the last chunk */
    size_t left;
} MedalsArena;

void medals_arena_init(MedalsArena *arena, const char *name, size_t limit);
void medals_arena_clear(MedalsArena *arena);
/** `size` bytes, aligned to 16, not cleared.
 * @return NULL: MEDALS_E_INPUT beyond the limit; MEDALS_E_NOMEM */
void *medals_arena_take(MedalsArena *arena, size_t size, GError **error);

#endif

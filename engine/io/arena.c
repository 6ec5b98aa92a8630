/*
 * arena.c - chunks from the try-allocator, handed out piece by piece
 */
#include "arena.h"

#include "memory.h"

#define CHUNK ((size_t) 256 << 10)
#define ALIGNMENT ((size_t) 16)

void medals_arena_init(MedalsArena *arena, const char *name, size_t limit)
{
    *arena =
        (MedalsArena){.name = name,
                      .limit = limit,
                      .chunks = g_ptr_array_new_with_free_func(medals_free)};
}

void medals_arena_clear(MedalsArena *arena)
{
    g_clear_pointer(&arena->chunks, g_ptr_array_unref);
}

void *medals_arena_take(MedalsArena *arena, size_t size, GError **error)
{
    if (size > arena->limit - arena->taken ||
        arena->limit - arena->taken - size < ALIGNMENT) {
        medals_fail(error, MEDALS_E_INPUT,
                    "%s: needs more memory to read than the %zu bytes expected "
                    "at most",
                    arena->name, arena->limit);
        return NULL;
    }
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size > arena->left) {
        size_t chunk = MAX(size, CHUNK);
        uint8_t *memory = medals_alloc(chunk, 1, arena->name, error);
        if (!memory)
            return NULL;
        g_ptr_array_add(arena->chunks, memory);
        arena->free = memory;
        arena->left = chunk;
    }
    void *taken = arena->free;
    arena->free += size;
    arena->left -= size;
    arena->taken += size;
    return taken;
}

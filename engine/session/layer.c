/*
 * layer.c - blocks of 32^3 bytes, counted by their owners
 */
#include "layer.h"

#include <stdatomic.h>
#include <string.h>

#include "memory.h"

#define EDGE 32
#define BLOCK_BYTES (EDGE * EDGE * EDGE)

typedef struct Block {
    atomic_int owners;
    uint8_t voxel[BLOCK_BYTES]; /* i fastest */
} Block;

struct MedalsLayer {
    int64_t size[3];
    int64_t blocks[3];
    Block **block; /* [blocks], NULL: zeros */
};

static size_t block_count(const MedalsLayer *layer)
{
    return (size_t) layer->blocks[0] * (size_t) layer->blocks[1] *
           (size_t) layer->blocks[2];
}

static void release(Block *block)
{
    if (block && atomic_fetch_sub(&block->owners, 1) == 1)
        medals_free(block);
}

MedalsLayer *medals_layer_new(const int64_t size[3], GError **error)
{
    MedalsLayer *layer = medals_alloc_zero(1, sizeof *layer, "layer", error);
    if (!layer)
        return NULL;
    size_t count = 1;
    bool fits = true;
    for (int x = 0; x < 3; x++) {
        layer->size[x] = size[x];
        layer->blocks[x] = (size[x] + EDGE - 1) / EDGE;
        fits = fits && size[x] >= 1 &&
               medals_size_multiply(&count, (size_t) layer->blocks[x]);
    }
    if (!fits)
        medals_fail(error, MEDALS_E_NOMEM, "layer: too large");
    else
        layer->block =
            medals_alloc_zero(count, sizeof *layer->block, "layer", error);
    if (!layer->block) {
        medals_free(layer);
        return NULL;
    }
    return layer;
}

MedalsLayer *medals_layer_copy(const MedalsLayer *layer, GError **error)
{
    MedalsLayer *copy = medals_layer_new(layer->size, error);
    for (size_t n = 0; copy && n < block_count(layer); n++) {
        copy->block[n] = layer->block[n];
        if (copy->block[n])
            atomic_fetch_add(&copy->block[n]->owners, 1);
    }
    return copy;
}

void medals_layer_free(MedalsLayer *layer)
{
    if (!layer)
        return;
    for (size_t n = 0; n < block_count(layer); n++)
        release(layer->block[n]);
    medals_free(layer->block);
    medals_free(layer);
}

const int64_t *medals_layer_size(const MedalsLayer *layer)
{
    return layer->size;
}

uint8_t medals_layer_at(const MedalsLayer *layer, const int64_t at[3])
{
    int64_t b[3], o[3];
    for (int x = 0; x < 3; x++) {
        b[x] = at[x] / EDGE;
        o[x] = at[x] % EDGE;
    }
    const Block *block =
        layer
            ->block[(b[2] * layer->blocks[1] + b[1]) * layer->blocks[0] + b[0]];
    return block ? block->voxel[(o[2] * EDGE + o[1]) * EDGE + o[0]] : 0;
}

/* ---- boxes, block by block ---------------------------------------------- */

/* The part of a box that lies in one block. */
typedef struct Part {
    size_t number;   /* of the block */
    int64_t box[6];  /* of the volume */
    int64_t from[3]; /* first voxel of the block */
} Part;

typedef struct Walk {
    const MedalsLayer *layer;
    int64_t box[6], low[3], high[3], at[3];
} Walk;

static Walk walk_begin(const MedalsLayer *layer, const int64_t box[6])
{
    Walk walk = {.layer = layer};
    memcpy(walk.box, box, sizeof walk.box);
    for (int x = 0; x < 3; x++) {
        walk.low[x] = walk.at[x] = box[2 * x] / EDGE;
        walk.high[x] = (box[2 * x + 1] - 1) / EDGE;
    }
    return walk;
}

/* The next part; false: there is none. */
static bool walk_next(Walk *walk, Part *part)
{
    const int64_t *blocks = walk->layer->blocks;
    if (walk->at[2] > walk->high[2])
        return false;
    part->number =
        (size_t) ((walk->at[2] * blocks[1] + walk->at[1]) * blocks[0] +
                  walk->at[0]);
    for (int x = 0; x < 3; x++) {
        part->from[x] = walk->at[x] * EDGE;
        part->box[2 * x] = MAX(walk->box[2 * x], part->from[x]);
        part->box[2 * x + 1] = MIN(walk->box[2 * x + 1], part->from[x] + EDGE);
    }
    for (int x = 0; x < 3; x++) {
        if (++walk->at[x] <= walk->high[x] || x == 2)
            break;
        walk->at[x] = walk->low[x];
    }
    return true;
}

/* Row (j,k) of a part in its block. */
static uint8_t *block_row(Block *block, const Part *part, int64_t j, int64_t k)
{
    return block->voxel +
           ((k - part->from[2]) * EDGE + j - part->from[1]) * EDGE +
           part->box[0] - part->from[0];
}

/* The same row in a buffer over `box`. */
static size_t buffer_row(const int64_t box[6], const Part *part, int64_t j,
                         int64_t k)
{
    return (size_t) (((k - box[4]) * (box[3] - box[2]) + j - box[2]) *
                         (box[1] - box[0]) +
                     part->box[0] - box[0]);
}

void medals_layer_read(const MedalsLayer *layer, const int64_t box[6],
                       uint8_t *dst)
{
    Walk walk = walk_begin(layer, box);
    Part part;
    while (walk_next(&walk, &part)) {
        Block *block = layer->block[part.number];
        size_t width = (size_t) (part.box[1] - part.box[0]);
        for (int64_t k = part.box[4]; k < part.box[5]; k++)
            for (int64_t j = part.box[2]; j < part.box[3]; j++) {
                uint8_t *to = dst + buffer_row(box, &part, j, k);
                if (block)
                    memcpy(to, block_row(block, &part, j, k), width);
                else
                    memset(to, 0, width);
            }
    }
}

static bool all_zero(const uint8_t *data, size_t n)
{
    return n == 0 || (data[0] == 0 && memcmp(data, data + 1, n - 1) == 0);
}

/* Would writing the part change anything? */
static bool differs(Block *block, const Part *part, const int64_t box[6],
                    const uint8_t *src)
{
    size_t width = (size_t) (part->box[1] - part->box[0]);
    for (int64_t k = part->box[4]; k < part->box[5]; k++)
        for (int64_t j = part->box[2]; j < part->box[3]; j++) {
            const uint8_t *row = src + buffer_row(box, part, j, k);
            if (block ? memcmp(row, block_row(block, part, j, k), width) != 0
                      : !all_zero(row, width))
                return true;
        }
    return false;
}

/* A block of its own for the layer: cleared, or a clone of a shared one. */
static Block *own_block(MedalsLayer *layer, size_t number, GError **error)
{
    Block *old = layer->block[number];
    if (old && atomic_load(&old->owners) == 1)
        return old;
    Block *block = medals_alloc(1, sizeof *block, "layer", error);
    if (!block)
        return NULL;
    atomic_init(&block->owners, 1);
    if (old)
        memcpy(block->voxel, old->voxel, BLOCK_BYTES);
    else
        memset(block->voxel, 0, BLOCK_BYTES);
    release(old);
    return layer->block[number] = block;
}

static bool write_part(MedalsLayer *layer, const Part *part,
                       const int64_t box[6], const uint8_t *src, GError **error)
{
    if (!differs(layer->block[part->number], part, box, src))
        return true;
    Block *block = own_block(layer, part->number, error);
    if (!block)
        return false;
    size_t width = (size_t) (part->box[1] - part->box[0]);
    for (int64_t k = part->box[4]; k < part->box[5]; k++)
        for (int64_t j = part->box[2]; j < part->box[3]; j++)
            memcpy(block_row(block, part, j, k),
                   src + buffer_row(box, part, j, k), width);
    if (all_zero(block->voxel, BLOCK_BYTES)) {
        release(block);
        layer->block[part->number] = NULL;
    }
    return true;
}

bool medals_layer_write(MedalsLayer *layer, const int64_t box[6],
                        const uint8_t *src, GError **error)
{
    Walk walk = walk_begin(layer, box);
    Part part;
    while (walk_next(&walk, &part))
        if (!write_part(layer, &part, box, src, error))
            return false;
    return true;
}

/* ---- looking at all blocks ---------------------------------------------- */

static void whole(const MedalsLayer *layer, int64_t box[6])
{
    for (int x = 0; x < 3; x++) {
        box[2 * x] = 0;
        box[2 * x + 1] = layer->size[x];
    }
}

static void take_in(int64_t box[6], bool any, int64_t i, int64_t j, int64_t k)
{
    const int64_t at[3] = {i, j, k};
    for (int x = 0; x < 3; x++) {
        box[2 * x] = any ? MIN(box[2 * x], at[x]) : at[x];
        box[2 * x + 1] = any ? MAX(box[2 * x + 1], at[x] + 1) : at[x] + 1;
    }
}

bool medals_layer_bounds(const MedalsLayer *layer, uint8_t value,
                         int64_t box[6])
{
    int64_t all[6];
    whole(layer, all);
    Walk walk = walk_begin(layer, all);
    Part part;
    bool any = false;
    while (walk_next(&walk, &part)) {
        Block *block = layer->block[part.number];
        if (!block)
            continue;
        for (int64_t k = part.box[4]; k < part.box[5]; k++)
            for (int64_t j = part.box[2]; j < part.box[3]; j++) {
                const uint8_t *row = block_row(block, &part, j, k);
                for (int64_t i = part.box[0]; i < part.box[1]; i++) {
                    uint8_t v = row[i - part.box[0]];
                    if (value ? v != value : v == 0)
                        continue;
                    take_in(box, any, i, j, k);
                    any = true;
                }
            }
    }
    return any;
}

void medals_layer_count(const MedalsLayer *layer, uint64_t counts[256])
{
    int64_t all[6];
    whole(layer, all);
    memset(counts, 0, 256 * sizeof *counts);
    Walk walk = walk_begin(layer, all);
    Part part;
    uint64_t seen = 0;
    while (walk_next(&walk, &part)) {
        Block *block = layer->block[part.number];
        if (!block)
            continue;
        for (int64_t k = part.box[4]; k < part.box[5]; k++)
            for (int64_t j = part.box[2]; j < part.box[3]; j++) {
                const uint8_t *row = block_row(block, &part, j, k);
                for (int64_t i = 0; i < part.box[1] - part.box[0]; i++)
                    counts[row[i]]++;
                seen += (uint64_t) (part.box[1] - part.box[0]);
            }
    }
    counts[0] += (uint64_t) layer->size[0] * (uint64_t) layer->size[1] *
                     (uint64_t) layer->size[2] -
                 seen;
}

/* ---- two layers --------------------------------------------------------- */

static const Block *block_of(const MedalsLayer *layer, size_t number)
{
    return layer ? layer->block[number] : NULL;
}

/* The part's voxels in a buffer of the part's own box. */
static void copy_part(const Block *block, const Part *part, uint8_t *dst)
{
    size_t width = (size_t) (part->box[1] - part->box[0]);
    for (int64_t k = part->box[4]; k < part->box[5]; k++)
        for (int64_t j = part->box[2]; j < part->box[3]; j++) {
            if (block)
                memcpy(dst, block_row((Block *) block, part, j, k), width);
            else
                memset(dst, 0, width);
            dst += width;
        }
}

bool medals_layer_compare(const MedalsLayer *a, const MedalsLayer *b,
                          bool (*visit)(void *cookie, const int64_t box[6],
                                        const uint8_t *before,
                                        const uint8_t *after),
                          void *cookie)
{
    const MedalsLayer *shape = a ? a : b;
    if (!shape)
        return true;
    int64_t all[6];
    whole(shape, all);
    Walk walk = walk_begin(shape, all);
    Part part;
    uint8_t before[BLOCK_BYTES], after[BLOCK_BYTES];
    while (walk_next(&walk, &part)) {
        const Block *x = block_of(a, part.number),
                    *y = block_of(b, part.number);
        if (x == y)
            continue;
        copy_part(x, &part, before);
        copy_part(y, &part, after);
        size_t n = (size_t) ((part.box[1] - part.box[0]) *
                             (part.box[3] - part.box[2]) *
                             (part.box[5] - part.box[4]));
        if (memcmp(before, after, n) != 0 &&
            !visit(cookie, part.box, before, after))
            return false;
    }
    return true;
}

typedef struct Bounds {
    int64_t *box;
    bool any;
} Bounds;

static bool widen(void *cookie, const int64_t box[6], const uint8_t *before,
                  const uint8_t *after)
{
    Bounds *bounds = cookie;
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++) {
                if (*before++ == *after++)
                    continue;
                take_in(bounds->box, bounds->any, i, j, k);
                bounds->any = true;
            }
    return true;
}

bool medals_layer_difference(const MedalsLayer *a, const MedalsLayer *b,
                             int64_t box[6])
{
    Bounds bounds = {box, false};
    medals_layer_compare(a, b, widen, &bounds);
    return bounds.any;
}

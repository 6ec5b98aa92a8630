/*
 * layer.c - blocks of 32^3 bytes, counted by their owners
 */
#include "layer.h"

#include <stdatomic.h>
#include <string.h>

#include "block_walk.h"
#include "byte_run.h"
#include "memory.h"

#define EDGE MEDALS_BLOCK_EDGE

typedef struct Block {
    atomic_int owners; /* tables */
    _Alignas(MEDALS_ALIGNMENT) uint8_t voxel[MEDALS_BLOCK_VOXELS];
} Block;

typedef struct Table {
    atomic_int owners; /* layers */
    Block *block[];    /* i fastest; NULL: zeros */
} Table;

struct MedalsLayer {
    int64_t size[3];
    size_t blocks;
    Table *table; /* NULL: all zeros */
};

static const uint8_t zeros[MEDALS_BLOCK_VOXELS];

/* ---- owning ------------------------------------------------------------- */

static void release_block(Block *block)
{
    if (block && atomic_fetch_sub(&block->owners, 1) == 1)
        medals_free(block);
}

static void release_table(Table *table, size_t blocks)
{
    if (!table || atomic_fetch_sub(&table->owners, 1) > 1)
        return;
    for (size_t n = 0; n < blocks; n++)
        release_block(table->block[n]);
    medals_free(table);
}

static Block *block_at(const MedalsLayer *layer, size_t number)
{
    return layer && layer->table ? layer->table->block[number] : NULL;
}

/* A table that only this layer has: the shared one's blocks, or none. */
static Table *own_table(MedalsLayer *layer, GError **error)
{
    Table *old = layer->table;
    if (old && atomic_load(&old->owners) == 1)
        return old;
    Table *table = medals_alloc_zero(
        1, sizeof *table + layer->blocks * sizeof(Block *), "layer", error);
    if (!table)
        return NULL;
    atomic_init(&table->owners, 1);
    for (size_t n = 0; old && n < layer->blocks; n++) {
        table->block[n] = old->block[n];
        if (table->block[n])
            atomic_fetch_add(&table->block[n]->owners, 1);
    }
    release_table(old, layer->blocks);
    return layer->table = table;
}

/* A block that only this layer has: cleared, or a clone of a shared one. */
static Block *own_block(MedalsLayer *layer, size_t number, GError **error)
{
    Table *table = own_table(layer, error);
    if (!table)
        return NULL;
    Block *old = table->block[number];
    if (old && atomic_load(&old->owners) == 1)
        return old;
    Block *block = medals_alloc(1, sizeof *block, "layer", error);
    if (!block)
        return NULL;
    atomic_init(&block->owners, 1);
    memcpy(block->voxel, old ? old->voxel : zeros, sizeof block->voxel);
    release_block(old);
    return table->block[number] = block;
}

/* A block of zeros is none. Only for a block of this layer alone. */
static void drop_if_clear(MedalsLayer *layer, size_t number)
{
    Block *block = layer->table->block[number];
    if (memcmp(block->voxel, zeros, sizeof zeros) != 0)
        return;
    release_block(block);
    layer->table->block[number] = NULL;
}

MedalsLayer *medals_layer_new(const int64_t size[3], GError **error)
{
    int64_t blocks[3];
    size_t count, bytes;
    if (!medals_block_count(size, blocks, &count) ||
        (bytes = count, !medals_size_multiply(&bytes, sizeof(Block)))) {
        medals_fail(error, MEDALS_E_NOMEM, "layer: too large");
        return NULL;
    }
    MedalsLayer *layer = medals_alloc_zero(1, sizeof *layer, "layer", error);
    if (layer) {
        memcpy(layer->size, size, sizeof layer->size);
        layer->blocks = count;
    }
    return layer;
}

MedalsLayer *medals_layer_copy(const MedalsLayer *layer, GError **error)
{
    MedalsLayer *copy = medals_alloc(1, sizeof *copy, "layer", error);
    if (!copy)
        return NULL;
    *copy = *layer;
    if (copy->table)
        atomic_fetch_add(&copy->table->owners, 1);
    return copy;
}

void medals_layer_free(MedalsLayer *layer)
{
    if (!layer)
        return;
    release_table(layer->table, layer->blocks);
    medals_free(layer);
}

const int64_t *medals_layer_size(const MedalsLayer *layer)
{
    return layer->size;
}

/* ---- boxes -------------------------------------------------------------- */

uint8_t medals_layer_at(const MedalsLayer *layer, const int64_t at[3])
{
    const Block *block = block_at(layer, medals_block_of(layer->size, at));
    return block ? block->voxel[((at[2] % EDGE) * EDGE + at[1] % EDGE) * EDGE +
                                at[0] % EDGE]
                 : 0;
}

/* Offset of row (j,k) of a part in its block. */
static size_t block_row(const MedalsBlockPart *part, int64_t j, int64_t k)
{
    return (size_t) (((k - part->from[2]) * EDGE + j - part->from[1]) * EDGE +
                     part->box[0] - part->from[0]);
}

/* The same row in a buffer over `box`. */
static size_t buffer_row(const int64_t box[6], const MedalsBlockPart *part,
                         int64_t j, int64_t k)
{
    return (size_t) (((k - box[4]) * (box[3] - box[2]) + j - box[2]) *
                         (box[1] - box[0]) +
                     part->box[0] - box[0]);
}

static size_t part_width(const MedalsBlockPart *part)
{
    return (size_t) (part->box[1] - part->box[0]);
}

static void read_part(const Block *block, const MedalsBlockPart *part,
                      const int64_t box[6], uint8_t *dst)
{
    const uint8_t *voxel = block ? block->voxel : zeros;
    size_t width = part_width(part);
    for (int64_t k = part->box[4]; k < part->box[5]; k++)
        for (int64_t j = part->box[2]; j < part->box[3]; j++)
            memcpy(dst + buffer_row(box, part, j, k),
                   voxel + block_row(part, j, k), width);
}

void medals_layer_read(const MedalsLayer *layer, const int64_t box[6],
                       uint8_t *dst)
{
    MedalsBlockWalk walk = medals_block_walk(layer->size, box);
    MedalsBlockPart part;
    while (medals_block_next(&walk, &part))
        read_part(block_at(layer, part.block), &part, box, dst);
}

/* Would writing the part change anything? */
static bool differs(const Block *block, const MedalsBlockPart *part,
                    const int64_t box[6], const uint8_t *src)
{
    const uint8_t *voxel = block ? block->voxel : zeros;
    size_t width = part_width(part);
    for (int64_t k = part->box[4]; k < part->box[5]; k++)
        for (int64_t j = part->box[2]; j < part->box[3]; j++)
            if (memcmp(src + buffer_row(box, part, j, k),
                       voxel + block_row(part, j, k), width) != 0)
                return true;
    return false;
}

static bool write_part(MedalsLayer *layer, const MedalsBlockPart *part,
                       const int64_t box[6], const uint8_t *src, GError **error)
{
    if (!differs(block_at(layer, part->block), part, box, src))
        return true;
    Block *block = own_block(layer, part->block, error);
    if (!block)
        return false;
    size_t width = part_width(part);
    for (int64_t k = part->box[4]; k < part->box[5]; k++)
        for (int64_t j = part->box[2]; j < part->box[3]; j++)
            memcpy(block->voxel + block_row(part, j, k),
                   src + buffer_row(box, part, j, k), width);
    drop_if_clear(layer, part->block);
    return true;
}

bool medals_layer_write(MedalsLayer *layer, const int64_t box[6],
                        const uint8_t *src, GError **error)
{
    MedalsBlockWalk walk = medals_block_walk(layer->size, box);
    MedalsBlockPart part;
    while (medals_block_next(&walk, &part))
        if (!write_part(layer, &part, box, src, error))
            return false;
    return true;
}

static void flip_row(uint8_t *dst, const uint8_t *difference, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] ^= difference[i];
}

bool medals_layer_flip(MedalsLayer *layer, const int64_t box[6],
                       const uint8_t *difference, GError **error)
{
    MedalsBlockWalk walk = medals_block_walk(layer->size, box);
    MedalsBlockPart part;
    while (medals_block_next(&walk, &part)) {
        Block *block = own_block(layer, part.block, error);
        if (!block)
            return false;
        for (int64_t k = part.box[4]; k < part.box[5]; k++)
            for (int64_t j = part.box[2]; j < part.box[3]; j++)
                flip_row(block->voxel + block_row(&part, j, k),
                         difference + buffer_row(box, &part, j, k),
                         part_width(&part));
        drop_if_clear(layer, part.block);
    }
    return true;
}

bool medals_layer_is_clear(const MedalsLayer *layer, const int64_t box[6])
{
    MedalsBlockWalk walk = medals_block_walk(layer->size, box);
    MedalsBlockPart part;
    while (layer->table && medals_block_next(&walk, &part))
        if (layer->table->block[part.block])
            return false;
    return true;
}

/* ---- looking at all blocks ---------------------------------------------- */

/* A walk over the whole volume; without a table it ends at once. */
static MedalsBlockWalk walk_all(const MedalsLayer *layer)
{
    int64_t all[6] = {0};
    if (layer->table)
        medals_block_whole(layer->size, all);
    return medals_block_walk(layer->size, all);
}

/* The smallest box of what was found so far. */
typedef struct Bounds {
    int64_t *box;
    bool any;
} Bounds;

/* Nothing in a part can widen the bounds. */
static bool holds(const Bounds *bounds, const int64_t part[6])
{
    bool inside = bounds->any;
    for (int x = 0; inside && x < 6; x += 2)
        inside = bounds->box[x] <= part[x] && bounds->box[x + 1] >= part[x + 1];
    return inside;
}

/* Takes in voxels i0 to i1-1 of a row. */
static void take_in(Bounds *bounds, int64_t i0, int64_t i1, int64_t j,
                    int64_t k)
{
    const int64_t row[6] = {i0, i1, j, j + 1, k, k + 1};
    for (int x = 0; x < 6; x += 2) {
        int64_t *b = bounds->box + x;
        b[0] = bounds->any ? MIN(b[0], row[x]) : row[x];
        b[1] = bounds->any ? MAX(b[1], row[x + 1]) : row[x + 1];
    }
    bounds->any = true;
}

static void look_at_row(Bounds *bounds, const uint8_t *row, int64_t from,
                        size_t width, uint8_t value, int64_t j, int64_t k)
{
    size_t first = 0, last = width;
    while (first < last && (value ? row[first] != value : row[first] == 0))
        first++;
    while (last > first &&
           (value ? row[last - 1] != value : row[last - 1] == 0))
        last--;
    if (first < last)
        take_in(bounds, from + (int64_t) first, from + (int64_t) last, j, k);
}

bool medals_layer_bounds(const MedalsLayer *layer, uint8_t value,
                         int64_t box[6])
{
    MedalsBlockWalk walk = walk_all(layer);
    MedalsBlockPart part;
    Bounds bounds = {box, false};
    while (medals_block_next(&walk, &part)) {
        const Block *block = block_at(layer, part.block);
        if (!block || holds(&bounds, part.box))
            continue;
        for (int64_t k = part.box[4]; k < part.box[5]; k++)
            for (int64_t j = part.box[2]; j < part.box[3]; j++)
                look_at_row(&bounds, block->voxel + block_row(&part, j, k),
                            part.box[0], part_width(&part), value, j, k);
    }
    return bounds.any;
}

static void count_row(const uint8_t *row, size_t width, uint64_t counts[256])
{
    while (width > 0) {
        size_t run = medals_byte_run(row, width);
        counts[row[0]] += run;
        row += run;
        width -= run;
    }
}

void medals_layer_count(const MedalsLayer *layer, uint64_t counts[256])
{
    MedalsBlockWalk walk = walk_all(layer);
    MedalsBlockPart part;
    uint64_t seen = 0;
    int64_t all[6];
    memset(counts, 0, 256 * sizeof *counts);
    while (medals_block_next(&walk, &part)) {
        const Block *block = block_at(layer, part.block);
        if (!block)
            continue;
        for (int64_t k = part.box[4]; k < part.box[5]; k++)
            for (int64_t j = part.box[2]; j < part.box[3]; j++)
                count_row(block->voxel + block_row(&part, j, k),
                          part_width(&part), counts);
        seen += medals_block_voxels(part.box);
    }
    medals_block_whole(layer->size, all);
    counts[0] += medals_block_voxels(all) - seen;
}

size_t medals_layer_bytes(const MedalsLayer *layer)
{
    size_t bytes = sizeof *layer;
    if (layer->table)
        bytes += sizeof(Table) + layer->blocks * sizeof(Block *);
    for (size_t n = 0; n < layer->blocks; n++)
        bytes += block_at(layer, n) ? sizeof(Block) : 0;
    return bytes;
}

/* ---- two layers --------------------------------------------------------- */

/* The part's voxels: those of the block itself where it is whole. */
static const uint8_t *part_voxels(const Block *block,
                                  const MedalsBlockPart *part, uint8_t *buffer)
{
    const uint8_t *voxel = block ? block->voxel : zeros;
    if (!block || medals_block_voxels(part->box) == MEDALS_BLOCK_VOXELS)
        return voxel;
    read_part(block, part, part->box, buffer);
    return buffer;
}

bool medals_layer_compare(const MedalsLayer *a, const MedalsLayer *b,
                          bool (*visit)(void *cookie, const int64_t box[6],
                                        const uint8_t *before,
                                        const uint8_t *after),
                          void *cookie)
{
    const Table *x = a ? a->table : NULL, *y = b ? b->table : NULL;
    if (x == y)
        return true;
    MedalsBlockWalk walk = walk_all(x ? a : b);
    MedalsBlockPart part;
    uint8_t clipped[2][MEDALS_BLOCK_VOXELS];
    while (medals_block_next(&walk, &part)) {
        const Block *p = block_at(a, part.block), *q = block_at(b, part.block);
        if (p == q)
            continue;
        const uint8_t *before = part_voxels(p, &part, clipped[0]);
        const uint8_t *after = part_voxels(q, &part, clipped[1]);
        if (memcmp(before, after, medals_block_voxels(part.box)) != 0 &&
            !visit(cookie, part.box, before, after))
            return false;
    }
    return true;
}

static bool widen(void *cookie, const int64_t box[6], const uint8_t *before,
                  const uint8_t *after)
{
    Bounds *bounds = cookie;
    size_t width = (size_t) (box[1] - box[0]);
    if (holds(bounds, box))
        return true;
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++) {
            size_t first = 0, last = width;
            while (first < last && before[first] == after[first])
                first++;
            while (last > first && before[last - 1] == after[last - 1])
                last--;
            if (first < last)
                take_in(bounds, box[0] + (int64_t) first,
                        box[0] + (int64_t) last, j, k);
            before += width;
            after += width;
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

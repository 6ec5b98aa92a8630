/*
 * block_walk.c - the arithmetic of blocks
 */
#include "block_walk.h"

#include <glib.h>
#include <string.h>

#include "box.h"
#include "memory.h"

#define EDGE MEDALS_BLOCK_EDGE

bool medals_block_count(const int64_t size[3], int64_t blocks[3], size_t *count)
{
    size_t product = 1;
    for (int x = 0; x < 3; x++) {
        blocks[x] = size[x] / EDGE + (size[x] % EDGE > 0);
        if (size[x] < 1 || !medals_size_multiply(&product, (size_t) blocks[x]))
            return false;
    }
    if (count)
        *count = product;
    return true;
}

void medals_block_box(const int64_t size[3], size_t block, int64_t box[6])
{
    int64_t blocks[3];
    medals_block_count(size, blocks, NULL);
    for (int x = 0; x < 3; x++) {
        int64_t at = (int64_t) (block % (size_t) blocks[x]);
        block /= (size_t) blocks[x];
        box[2 * x] = at * EDGE;
        box[2 * x + 1] = MIN(box[2 * x] + EDGE, size[x]);
    }
}

size_t medals_block_of(const int64_t size[3], const int64_t at[3])
{
    int64_t blocks[3];
    medals_block_count(size, blocks, NULL);
    return (size_t) ((at[2] / EDGE * blocks[1] + at[1] / EDGE) * blocks[0] +
                     at[0] / EDGE);
}

MedalsBlockWalk medals_block_walk(const int64_t size[3], const int64_t box[6])
{
    MedalsBlockWalk walk = {0};
    bool empty = false;
    medals_block_count(size, walk.blocks, NULL);
    memcpy(walk.box, box, sizeof walk.box);
    for (int x = 0; x < 3; x++) {
        walk.low[x] = walk.at[x] = box[2 * x] / EDGE;
        walk.high[x] = (box[2 * x + 1] - 1) / EDGE;
        empty = empty || box[2 * x] >= box[2 * x + 1];
    }
    if (empty)
        walk.at[2] = walk.high[2] + 1;
    return walk;
}

bool medals_block_next(MedalsBlockWalk *walk, MedalsBlockPart *part)
{
    const int64_t *blocks = walk->blocks;
    if (walk->at[2] > walk->high[2])
        return false;
    part->block =
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

void medals_block_whole(const int64_t size[3], int64_t box[6])
{
    medals_box_whole(size, box);
}

size_t medals_block_voxels(const int64_t box[6])
{
    return medals_box_voxels(box);
}

void medals_block_gather(const uint8_t *src, const int64_t box[6],
                         const int64_t part[6], uint8_t *dst)
{
    size_t width = (size_t) (part[1] - part[0]);
    int64_t ni = box[1] - box[0], nj = box[3] - box[2];
    for (int64_t k = part[4]; k < part[5]; k++)
        for (int64_t j = part[2]; j < part[3]; j++) {
            memcpy(dst,
                   src + ((k - box[4]) * nj + j - box[2]) * ni + part[0] -
                       box[0],
                   width);
            dst += width;
        }
}

/*
 * block_mask.c - half of the blocks, by chance (spec 8.1)
 */
#include "block_mask.h"

#include "splitmix.h"

static int64_t blocks_along(int64_t voxels, int64_t edge)
{
    return (voxels + edge - 1) / edge;
}

size_t medals_block_mask_count(int64_t h, int64_t w, int64_t d, int64_t edge)
{
    return (size_t) (blocks_along(h, edge) * blocks_along(w, edge) *
                     blocks_along(d, edge));
}

/* Selection sampling (Knuth, TAOCP 2, 3.4.2 S): walks the blocks once and
 * takes each with probability wanted/left. Every set of that size is equally
 * likely, as after a Fisher-Yates shuffle, without an index array. */
void medals_block_mask_draw(uint64_t *state, size_t count, uint8_t *blocks)
{
    uint64_t wanted = count / 2 > 1 ? count / 2 : 1;
    for (size_t i = 0; i < count; i++) {
        bool take = medals_splitmix_below(state, count - i) < wanted;
        blocks[i] = take;
        wanted -= take;
    }
}

void medals_block_mask_expand(const uint8_t *blocks, int64_t h, int64_t w,
                              int64_t d, int64_t edge, uint8_t *voxels)
{
    int64_t across = blocks_along(w, edge), deep = blocks_along(d, edge);
    for (int64_t i = 0; i < h; i++)
        for (int64_t j = 0; j < w; j++) {
            const uint8_t *row = blocks + (i / edge * across + j / edge) * deep;
            for (int64_t k = 0; k < d; k++)
                *voxels++ = row[k / edge] != 0;
        }
}

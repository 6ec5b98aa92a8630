#include <glib.h>
#include <string.h>

#include "block_mask.h"
#include "splitmix.h"

static unsigned count_ones(const uint8_t *blocks, size_t count)
{
    unsigned ones = 0;
    for (size_t i = 0; i < count; i++) {
        g_assert_cmpuint(blocks[i], <=, 1);
        ones += blocks[i];
    }
    return ones;
}

static void test_count(void)
{
    g_assert_cmpuint(medals_block_mask_count(64, 64, 32, 8), ==, 8 * 8 * 4);
    g_assert_cmpuint(medals_block_mask_count(65, 63, 1, 8), ==, 9 * 8 * 1);
}

static void test_half(void)
{
    uint8_t blocks[343];
    const size_t counts[] = {1, 2, 3, 8, 27, 343};
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        uint64_t state = 5;
        size_t expected = MAX(1, counts[i] / 2);
        medals_block_mask_draw(&state, counts[i], blocks);
        g_assert_cmpuint(count_ones(blocks, counts[i]), ==, expected);
    }
}

static void test_repeatable(void)
{
    uint8_t first[216], second[216], third[216];
    uint64_t one = 42, other = 42;
    medals_block_mask_draw(&one, 216, first);
    medals_block_mask_draw(&other, 216, second);
    medals_block_mask_draw(&other, 216, third);
    g_assert_cmpmem(first, 216, second, 216);
    g_assert_true(memcmp(second, third, 216) != 0);
}

/* The same bits everywhere; computed by a second implementation. */
static void test_platforms(void)
{
    uint64_t state = 0;
    g_assert_cmphex(medals_splitmix_next(&state), ==, 0xe220a8397b1dcdaf);
    uint8_t blocks[12];
    state = 2026;
    medals_block_mask_draw(&state, 12, blocks);
    static const uint8_t expected[12] = {0, 0, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0};
    g_assert_cmpmem(blocks, 12, expected, 12);
}

/* Each of 20 blocks is taken about 2000 of 4000 times (sd 32). */
static void test_uniform(void)
{
    unsigned taken[20] = {0};
    uint8_t blocks[20];
    uint64_t state = 99;
    for (int i = 0; i < 4000; i++) {
        medals_block_mask_draw(&state, 20, blocks);
        for (int b = 0; b < 20; b++)
            taken[b] += blocks[b];
    }
    for (int b = 0; b < 20; b++) {
        g_assert_cmpuint(taken[b], >, 1850);
        g_assert_cmpuint(taken[b], <, 2150);
    }
}

/* [3,2,1] blocks of edge 4 over 9 x 8 x 3 voxels: cropped at the ends. */
static void test_expand(void)
{
    const uint8_t blocks[6] = {1, 0, 0, 1, 1, 0};
    uint8_t voxels[9 * 8 * 3];
    medals_block_mask_expand(blocks, 9, 8, 3, 4, voxels);
    for (int h = 0; h < 9; h++)
        for (int w = 0; w < 8; w++)
            for (int d = 0; d < 3; d++)
                g_assert_cmpuint(voxels[(h * 8 + w) * 3 + d], ==,
                                 blocks[h / 4 * 2 + w / 4]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/block_mask/count", test_count);
    g_test_add_func("/net/block_mask/half", test_half);
    g_test_add_func("/net/block_mask/repeatable", test_repeatable);
    g_test_add_func("/net/block_mask/platforms", test_platforms);
    g_test_add_func("/net/block_mask/uniform", test_uniform);
    g_test_add_func("/net/block_mask/expand", test_expand);
    return g_test_run();
}

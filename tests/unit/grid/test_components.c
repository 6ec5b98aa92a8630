/*
 * test_components.c - labelling against a flood fill, and the two rules
 */
#include "components.h"

#include <string.h>

#include "grid_fixture.h"
#include "memory.h"

enum { H = 13, W = 11, D = 17, VOXELS = H * W * D };
static const int64_t shape[3] = {H, W, D};

/* Flood fill with a stack, in raster order of first voxels. */
static size_t flood(const uint8_t *mask, uint32_t *ids)
{
    static int stack[VOXELS];
    size_t count = 0;
    memset(ids, 0, VOXELS * sizeof *ids);
    for (int seed = 0; seed < VOXELS; seed++) {
        if (!mask[seed] || ids[seed])
            continue;
        int top = 0;
        ids[seed] = (uint32_t) ++count;
        stack[top++] = seed;
        while (top > 0) {
            int at = stack[--top];
            int h = at / (W * D), w = at / D % W, d = at % D;
            const int next[6] = {
                h > 0 ? at - W * D : -1, h < H - 1 ? at + W * D : -1,
                w > 0 ? at - D : -1,     w < W - 1 ? at + D : -1,
                d > 0 ? at - 1 : -1,     d < D - 1 ? at + 1 : -1};
            for (int i = 0; i < 6; i++)
                if (next[i] >= 0 && mask[next[i]] && !ids[next[i]]) {
                    ids[next[i]] = (uint32_t) count;
                    stack[top++] = next[i];
                }
        }
    }
    return count;
}

static void test_same_as_flood_fill(void)
{
    static uint8_t mask[VOXELS];
    static uint32_t ids[VOXELS], expected[VOXELS];
    for (unsigned percent = 5; percent < 100; percent += 6) {
        uint64_t state = percent, *sizes, sum = 0;
        size_t count;
        for (int i = 0; i < VOXELS; i++)
            mask[i] = fixture_random(&state) % 100 < percent;
        size_t wanted = flood(mask, expected);
        g_assert_true(
            medals_components_label(mask, shape, ids, &count, &sizes, NULL));
        g_assert_cmpuint(count, ==, wanted);
        g_assert_cmpmem(ids, sizeof ids, expected, sizeof expected);
        for (size_t i = 0; i <= count; i++)
            sum += sizes[i];
        g_assert_cmpuint(sum, ==, VOXELS);
        g_free(sizes);
    }
}

static void test_diagonals_do_not_touch(void)
{
    const uint8_t mask[8] = {1, 0, 0, 1, 0, 1, 1, 0};
    const int64_t cube[3] = {2, 2, 2};
    uint32_t ids[8];
    size_t count;
    g_assert_true(medals_components_label(mask, cube, ids, &count, NULL, NULL));
    g_assert_cmpuint(count, ==, 4);
}

/* A volume of bars along d: bar b fills row (b,0) from 0 to its length. */
static uint16_t bars[9 * 1 * 40];
static float prob[9 * 1 * 40];
static const int64_t bar_shape[3] = {9, 1, 40};

static void bar(int b, int length, uint16_t label, float mean)
{
    for (int d = 0; d < length; d++) {
        bars[2 * b * 40 + d] = label;
        prob[2 * b * 40 + d] = mean;
    }
}

static void clear_bars(void)
{
    memset(bars, 0, sizeof bars);
    memset(prob, 0, sizeof prob);
}

static bool bar_is(int b, uint16_t label)
{
    return bars[2 * b * 40] == label;
}

static void test_remove_small(void)
{
    uint64_t removed;
    clear_bars();
    bar(0, 9, 1, 0);
    bar(1, 10, 2, 0);
    bar(2, 3, 3, 0);
    for (int d = 3; d < 10; d++)
        bars[2 * 2 * 40 + d] = 4; /* touches label 3: one component */
    g_assert_true(
        medals_components_remove_small(bars, bar_shape, 10, &removed, NULL));
    g_assert_cmpuint(removed, ==, 9);
    g_assert_true(bar_is(0, 0) && bar_is(1, 2) && bar_is(2, 3));
}

static void keep(uint16_t label)
{
    g_assert_true(
        medals_components_keep_largest(bars, prob, bar_shape, label, NULL));
}

static void test_keep_largest(void)
{
    clear_bars(); /* unsure ones: the better of the two largest */
    bar(0, 30, 5, 0.6f);
    bar(1, 20, 5, 0.8f);
    bar(2, 10, 5, 0.7f);
    bar(3, 5, 6, 0.1f);
    keep(5);
    g_assert_true(bar_is(0, 0) && bar_is(1, 5) && bar_is(2, 0));
    g_assert_true(bar_is(3, 6));

    clear_bars(); /* the best is only third in size: the largest stays */
    bar(0, 10, 5, 0.95f);
    bar(1, 20, 5, 0.7f);
    bar(2, 30, 5, 0.6f);
    keep(5);
    g_assert_true(bar_is(0, 0) && bar_is(1, 0) && bar_is(2, 5));
}

static void test_keep_several(void)
{
    clear_bars(); /* sure and close ones stay together, a fourth never */
    bar(0, 30, 5, 0.9f);
    bar(1, 20, 5, 0.95f);
    bar(2, 10, 5, 0.87f);
    bar(3, 9, 5, 0.99f);
    keep(5);
    g_assert_true(bar_is(0, 5) && bar_is(1, 5) && bar_is(2, 5));
    g_assert_true(bar_is(3, 0));

    clear_bars(); /* close, but not sure */
    bar(0, 30, 5, 0.85f);
    bar(1, 20, 5, 0.84f);
    keep(5);
    g_assert_true(bar_is(0, 5) && bar_is(1, 0));
}

static void test_equal_sizes_and_nothing(void)
{
    clear_bars();
    for (int b = 0; b < 4; b++)
        bar(b, 10, 5, b == 3 ? 0.99f : 0.5f);
    keep(5); /* the fourth of equal size is no candidate */
    g_assert_true(bar_is(0, 5) && bar_is(1, 0) && bar_is(3, 0));
    keep(77);
    keep(0);
    g_assert_true(bar_is(0, 5));
    clear_bars();
    g_assert_true(
        medals_components_remove_small(bars, bar_shape, 10, NULL, NULL));
}

static void test_no_memory(void)
{
    GError *error = NULL;
    for (int n = 0; n < 4; n++) {
        clear_bars();
        bar(0, 10, 5, 0.5f);
        bar(1, 5, 5, 0.5f);
        medals_alloc_fail_after(n);
        bool ok =
            medals_components_keep_largest(bars, prob, bar_shape, 5, &error);
        fixture_assert_failed(ok, &error, MEDALS_E_NOMEM);
        medals_alloc_fail_after(n);
        ok = medals_components_remove_small(bars, bar_shape, 10, NULL, &error);
        fixture_assert_failed(ok, &error, MEDALS_E_NOMEM);
        g_assert_true(bar_is(0, 5) && bar_is(1, 5));
    }
    medals_alloc_fail_after(-1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/grid/components/flood-fill", test_same_as_flood_fill);
    g_test_add_func("/grid/components/diagonals", test_diagonals_do_not_touch);
    g_test_add_func("/grid/components/remove-small", test_remove_small);
    g_test_add_func("/grid/components/keep-largest", test_keep_largest);
    g_test_add_func("/grid/components/keep-several", test_keep_several);
    g_test_add_func("/grid/components/equal-sizes",
                    test_equal_sizes_and_nothing);
    g_test_add_func("/grid/components/no-memory", test_no_memory);
    return g_test_run();
}

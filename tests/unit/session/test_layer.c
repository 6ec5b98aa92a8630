/*
 * test_layer.c - against a plain array, with random boxes
 */
#include "layer.h"

#include <string.h>

static const int64_t size[3] = {67, 33, 40};
#define VOXELS (67 * 33 * 40)

static void random_box(GRand *rand, int64_t box[6])
{
    for (int x = 0; x < 3; x++) {
        int a = g_rand_int_range(rand, 0, (int) size[x]);
        int b = g_rand_int_range(rand, 0, (int) size[x]);
        box[2 * x] = MIN(a, b);
        box[2 * x + 1] = MAX(a, b) + 1;
    }
}

static void test_as_an_array(void)
{
    GRand *rand = g_rand_new_with_seed(1);
    g_autofree uint8_t *plain = g_malloc0(VOXELS);
    g_autofree uint8_t *buffer = g_malloc(VOXELS);
    MedalsLayer *layer = medals_layer_new(size, NULL);
    MedalsLayer *first = medals_layer_copy(layer, NULL);
    for (int n = 0; n < 60; n++) {
        int64_t box[6];
        random_box(rand, box);
        int fill = g_rand_int_range(rand, 0, 3);
        size_t m = 0;
        for (int64_t k = box[4]; k < box[5]; k++)
            for (int64_t j = box[2]; j < box[3]; j++)
                for (int64_t i = box[0]; i < box[1]; i++, m++)
                    plain[(k * size[1] + j) * size[0] + i] = buffer[m] =
                        (uint8_t) (fill ? g_rand_int_range(rand, 0, 2) * fill
                                        : 0);
        g_assert_true(medals_layer_write(layer, box, buffer, NULL));
        const int64_t all[6] = {0, size[0], 0, size[1], 0, size[2]};
        medals_layer_read(layer, all, buffer);
        g_assert_cmpmem(buffer, VOXELS, plain, VOXELS);
        uint64_t counts[256], ones = 0;
        medals_layer_count(layer, counts);
        for (int v = 0; v < VOXELS; v++)
            ones += plain[v] == 1;
        g_assert_cmpuint(counts[1], ==, ones);
    }
    int64_t box[6];
    g_assert_false(medals_layer_bounds(first, 0, box));
    g_assert_true(medals_layer_difference(first, layer, box));
    int64_t bounds[6];
    g_assert_true(medals_layer_bounds(layer, 0, bounds));
    g_assert_cmpmem(box, sizeof box, bounds, sizeof bounds);
    medals_layer_free(first);
    medals_layer_free(layer);
    g_rand_free(rand);
}

static void test_difference_is_tight(void)
{
    MedalsLayer *a = medals_layer_new(size, NULL);
    MedalsLayer *b = medals_layer_copy(a, NULL);
    const int64_t one[6] = {66, 67, 0, 1, 39, 40};
    const uint8_t value = 9;
    g_assert_true(medals_layer_write(b, one, &value, NULL));
    int64_t box[6];
    g_assert_true(medals_layer_difference(a, b, box));
    g_assert_cmpmem(box, sizeof box, one, sizeof one);
    g_assert_true(medals_layer_difference(NULL, b, box));
    const uint8_t zero = 0;
    g_assert_true(medals_layer_write(b, one, &zero, NULL));
    g_assert_false(medals_layer_difference(a, b, box));
    medals_layer_free(a);
    medals_layer_free(b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/layer/array", test_as_an_array);
    g_test_add_func("/layer/difference", test_difference_is_tight);
    return g_test_run();
}

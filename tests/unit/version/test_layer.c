/*
 * test_layer.c - versions of a volume against plain arrays
 */
#include "layer.h"

#include <string.h>

#include "block_walk.h"
#include "memory.h"
#include "splitmix.h"
#include "state_fixture.h"

static const int64_t size[3] = {70, 33, 41};
#define VOXELS (70 * 33 * 41)

/* Writes a box of a plain array. */
static void write_plain(uint8_t *plain, const int64_t box[6],
                        const uint8_t *src)
{
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++)
                plain[(k * size[1] + j) * size[0] + i] = *src++;
}

static void assert_layer_is(const MedalsLayer *layer, const uint8_t *plain)
{
    g_autofree uint8_t *voxels = fixture_voxels(layer);
    g_assert_cmpmem(voxels, VOXELS, plain, VOXELS);
}

/* Random writes to a layer and its copies, each beside a plain array. */
static void test_versions(void)
{
    enum { VERSIONS = 4, ROUNDS = 300 };
    MedalsLayer *layer[VERSIONS];
    uint8_t *plain[VERSIONS];
    uint64_t seed = 1;
    for (int v = 0; v < VERSIONS; v++) {
        layer[v] = medals_layer_new(size, NULL);
        plain[v] = g_malloc0(VOXELS);
    }
    for (int round = 0; round < ROUNDS; round++) {
        size_t v = medals_splitmix_below(&seed, VERSIONS);
        if (medals_splitmix_below(&seed, 4) == 0) {
            size_t from = medals_splitmix_below(&seed, VERSIONS);
            MedalsLayer *copy = medals_layer_copy(layer[from], NULL);
            medals_layer_free(layer[v]);
            layer[v] = copy;
            memmove(plain[v], plain[from], VOXELS);
        }
        int64_t box[6];
        fixture_box(&seed, size, 50, box);
        size_t n = medals_block_voxels(box);
        g_autofree uint8_t *src = g_malloc0(n);
        for (size_t i = 0; round % 3 && i < n; i++)
            src[i] = (uint8_t) medals_splitmix_below(&seed, 3);
        g_assert_true(medals_layer_write(layer[v], box, src, NULL));
        write_plain(plain[v], box, src);
        for (int w = 0; w < VERSIONS; w++)
            assert_layer_is(layer[w], plain[w]);
    }
    for (int v = 0; v < VERSIONS; v++) {
        medals_layer_free(layer[v]);
        g_free(plain[v]);
    }
}

static void test_at_and_read(void)
{
    uint64_t seed = 2;
    MedalsLayer *layer = medals_layer_new(size, NULL);
    fixture_paint(&seed, layer, 12, 255);
    g_autofree uint8_t *plain = fixture_voxels(layer);
    for (int n = 0; n < 200; n++) {
        int64_t box[6];
        fixture_box(&seed, size, 40, box);
        g_autofree uint8_t *part = g_malloc(medals_block_voxels(box));
        medals_layer_read(layer, box, part);
        const int64_t at[3] = {box[0], box[2], box[5] - 1};
        uint8_t one = plain[(at[2] * size[1] + at[1]) * size[0] + at[0]];
        g_assert_cmpuint(medals_layer_at(layer, at), ==, one);
        g_assert_cmpuint(
            part[(box[5] - 1 - box[4]) * (box[3] - box[2]) * (box[1] - box[0])],
            ==, one);
    }
    medals_layer_free(layer);
}

/* Memory: nothing for zeros, one block for one voxel, shared by copies. */
static void test_blocks(void)
{
    const int64_t box[6] = {31, 32, 0, 1, 32, 33};
    const uint8_t one = 7, none = 0;
    MedalsLayer *layer = medals_layer_new(size, NULL);
    size_t empty = medals_layer_bytes(layer);
    g_assert_cmpuint(empty, <, 256);
    g_assert_true(medals_layer_write(layer, box, &none, NULL));
    g_assert_cmpuint(medals_layer_bytes(layer), ==, empty);
    g_assert_true(medals_layer_is_clear(layer, box));
    g_assert_true(medals_layer_write(layer, box, &one, NULL));
    g_assert_cmpuint(medals_layer_bytes(layer), >, MEDALS_BLOCK_VOXELS);
    g_assert_cmpuint(medals_layer_bytes(layer), <, 2 * MEDALS_BLOCK_VOXELS);
    g_assert_false(medals_layer_is_clear(layer, box));
    g_assert_true(medals_layer_write(layer, box, &none, NULL));
    g_assert_true(medals_layer_is_clear(layer, box));
    medals_layer_free(layer);
}

/* A write that changes nothing, a copy and a read take no block: there is no
 * memory for one. */
static void test_writes_that_change_nothing(void)
{
    uint64_t seed = 3;
    int64_t whole[6];
    MedalsLayer *layer = medals_layer_new(size, NULL);
    fixture_paint(&seed, layer, 6, 9);
    MedalsLayer *copy = medals_layer_copy(layer, NULL);
    g_autofree uint8_t *same = fixture_voxels(layer);
    medals_block_whole(size, whole);
    medals_alloc_fail_after(0);
    bool written = medals_layer_write(copy, whole, same, NULL);
    medals_alloc_fail_after(-1);
    g_assert_true(written);
    medals_layer_free(copy);
    medals_layer_free(layer);
}

/* Out of memory at each place in turn: an error, no leak, the other version
 * as it was. */
static void test_no_memory(void)
{
    uint64_t seed = 4;
    MedalsLayer *layer = medals_layer_new(size, NULL);
    fixture_paint(&seed, layer, 6, 9);
    g_autofree uint8_t *before = fixture_voxels(layer);
    g_autofree uint8_t *noise = g_malloc(VOXELS);
    int64_t whole[6];
    medals_block_whole(size, whole);
    for (size_t v = 0; v < VOXELS; v++)
        noise[v] = (uint8_t) (v % 251);
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        MedalsLayer *copy = medals_layer_copy(layer, NULL);
        g_autoptr(GError) error = NULL;
        medals_alloc_fail_after(n);
        done = medals_layer_write(copy, whole, noise, &error);
        medals_alloc_fail_after(-1);
        g_assert_true(done ||
                      g_error_matches(error, MEDALS_ERROR, MEDALS_E_NOMEM));
        assert_layer_is(layer, before);
        medals_layer_free(copy);
    }
    medals_layer_free(layer);
}

/* The smallest box by a look at every voxel. */
static bool plain_bounds(const uint8_t *plain, uint8_t value, int64_t box[6])
{
    bool any = false;
    for (int64_t v = 0; v < VOXELS; v++) {
        if (value ? plain[v] != value : plain[v] == 0)
            continue;
        const int64_t at[3] = {v % size[0], v / size[0] % size[1],
                               v / size[0] / size[1]};
        for (int x = 0; x < 3; x++) {
            box[2 * x] = any ? MIN(box[2 * x], at[x]) : at[x];
            box[2 * x + 1] = any ? MAX(box[2 * x + 1], at[x] + 1) : at[x] + 1;
        }
        any = true;
    }
    return any;
}

static void assert_bounds(const MedalsLayer *layer, const uint8_t *plain,
                          uint8_t value)
{
    int64_t wanted[6], found[6];
    bool any = plain_bounds(plain, value, wanted);
    g_assert_true(medals_layer_bounds(layer, value, found) == any);
    if (any)
        g_assert_cmpmem(found, sizeof found, wanted, sizeof wanted);
}

static void test_bounds_and_count(void)
{
    uint64_t seed = 5;
    for (uint64_t round = 0; round < 40; round++) {
        MedalsLayer *layer = medals_layer_new(size, NULL);
        fixture_paint(&seed, layer, round % 5, 4);
        g_autofree uint8_t *plain = fixture_voxels(layer);
        uint64_t counts[256], wanted[256] = {0};
        for (uint8_t value = 0; value < 5; value++)
            assert_bounds(layer, plain, value);
        for (size_t v = 0; v < VOXELS; v++)
            wanted[plain[v]]++;
        medals_layer_count(layer, counts);
        g_assert_cmpmem(counts, sizeof counts, wanted, sizeof wanted);
        medals_layer_free(layer);
    }
}

static bool count_different(void *cookie, const int64_t box[6],
                            const uint8_t *before, const uint8_t *after)
{
    uint64_t *count = cookie;
    for (size_t v = 0; v < medals_block_voxels(box); v++)
        *count += before[v] != after[v];
    return true;
}

static void test_difference(void)
{
    uint64_t seed = 6;
    for (uint64_t round = 0; round < 40; round++) {
        MedalsLayer *a = medals_layer_new(size, NULL);
        fixture_paint(&seed, a, 5, 9);
        MedalsLayer *b = medals_layer_copy(a, NULL);
        fixture_paint(&seed, b, round % 3, 9);
        g_autofree uint8_t *x = fixture_voxels(a), *y = fixture_voxels(b);
        uint64_t counted = 0, wanted = 0;
        for (size_t v = 0; v < VOXELS; v++) {
            x[v] ^= y[v];
            wanted += x[v] != 0;
        }
        int64_t found[6], box[6];
        bool any = plain_bounds(x, 0, box);
        g_assert_true(medals_layer_difference(a, b, found) == any);
        if (any)
            g_assert_cmpmem(found, sizeof found, box, sizeof box);
        medals_layer_compare(a, b, count_different, &counted);
        g_assert_cmpuint(counted, ==, wanted);
        medals_layer_free(a);
        medals_layer_free(b);
    }
}

/* Nothing stands for zeros, on either side. */
static void test_difference_to_nothing(void)
{
    uint64_t seed = 7;
    int64_t found[6], wanted[6];
    MedalsLayer *layer = medals_layer_new(size, NULL);
    g_assert_false(medals_layer_difference(NULL, layer, found));
    g_assert_false(medals_layer_difference(NULL, NULL, found));
    fixture_paint(&seed, layer, 3, 9);
    g_assert_true(medals_layer_bounds(layer, 0, wanted));
    g_assert_true(medals_layer_difference(NULL, layer, found));
    g_assert_cmpmem(found, sizeof found, wanted, sizeof wanted);
    g_assert_true(medals_layer_difference(layer, NULL, found));
    g_assert_cmpmem(found, sizeof found, wanted, sizeof wanted);
    medals_layer_free(layer);
}

static void test_flip(void)
{
    uint64_t seed = 8;
    MedalsLayer *layer = medals_layer_new(size, NULL);
    fixture_paint(&seed, layer, 5, 9);
    g_autofree uint8_t *before = fixture_voxels(layer);
    int64_t whole[6], box[6];
    fixture_box(&seed, size, 60, box);
    size_t n = medals_block_voxels(box);
    g_autofree uint8_t *difference = g_malloc(n), *part = g_malloc(n);
    for (size_t v = 0; v < n; v++)
        difference[v] = (uint8_t) medals_splitmix_below(&seed, 256);
    medals_block_whole(size, whole);
    medals_block_gather(before, whole, box, part);
    g_assert_true(medals_layer_flip(layer, box, difference, NULL));
    for (size_t v = 0; v < n; v++)
        part[v] ^= difference[v];
    g_autofree uint8_t *flipped = g_malloc(n);
    medals_layer_read(layer, box, flipped);
    g_assert_cmpmem(flipped, n, part, n);
    g_assert_true(medals_layer_flip(layer, box, difference, NULL));
    assert_layer_is(layer, before);
    g_assert_true(medals_layer_flip(layer, whole, before, NULL));
    g_assert_true(medals_layer_is_clear(layer, whole));
    medals_layer_free(layer);
}

/* A reader on another thread keeps the version that it holds while the next
 * ones are made. */
typedef struct Reading {
    MedalsLayer *layer;
    uint64_t sum;
} Reading;

static gpointer read_again(gpointer data)
{
    Reading *reading = data;
    for (int round = 0; round < 20; round++) {
        g_autofree uint8_t *voxels = fixture_voxels(reading->layer);
        uint64_t sum = 0;
        for (size_t v = 0; v < VOXELS; v++)
            sum += voxels[v];
        if (sum != reading->sum)
            return GINT_TO_POINTER(1);
    }
    medals_layer_free(reading->layer);
    return NULL;
}

static void test_readers(void)
{
    enum { READERS = 4 };
    uint64_t seed = 9, counts[256];
    Reading reading[READERS];
    GThread *thread[READERS];
    MedalsLayer *layer = medals_layer_new(size, NULL);
    for (int n = 0; n < READERS; n++) {
        fixture_paint(&seed, layer, 3, 9);
        reading[n] = (Reading){medals_layer_copy(layer, NULL), 0};
        medals_layer_count(layer, counts);
        for (uint64_t value = 0; value < 256; value++)
            reading[n].sum += value * counts[value];
        thread[n] = g_thread_new("reader", read_again, &reading[n]);
    }
    fixture_paint(&seed, layer, 100, 9);
    for (int n = 0; n < READERS; n++)
        g_assert_null(g_thread_join(thread[n]));
    medals_layer_free(layer);
}

static void test_too_large(void)
{
    const int64_t huge[3] = {INT64_MAX, INT64_MAX, 2}, none[3] = {4, 0, 4};
    g_autoptr(GError) error = NULL;
    g_assert_null(medals_layer_new(huge, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
    g_assert_null(medals_layer_new(none, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/layer/versions", test_versions);
    g_test_add_func("/layer/read", test_at_and_read);
    g_test_add_func("/layer/blocks", test_blocks);
    g_test_add_func("/layer/unchanged", test_writes_that_change_nothing);
    g_test_add_func("/layer/no_memory", test_no_memory);
    g_test_add_func("/layer/bounds", test_bounds_and_count);
    g_test_add_func("/layer/difference", test_difference);
    g_test_add_func("/layer/nothing", test_difference_to_nothing);
    g_test_add_func("/layer/flip", test_flip);
    g_test_add_func("/layer/readers", test_readers);
    g_test_add_func("/layer/too_large", test_too_large);
    return g_test_run();
}

/*
 * test_delta.c - differences of layers, both ways, and bytes that lie
 */
#include "delta.h"

#include <string.h>

#include "block_walk.h"
#include "splitmix.h"
#include "state_fixture.h"

static const int64_t size[3] = {70, 33, 41};
#define VOXELS (70 * 33 * 41)

static MedalsDelta *delta_of(const MedalsLayer *before,
                             const MedalsLayer *after)
{
    g_autoptr(GError) error = NULL;
    MedalsDelta *delta = medals_delta_new(size, before, after, &error);
    g_assert_no_error(error);
    return delta;
}

static GByteArray *bytes_of(const MedalsDelta *delta)
{
    g_auto(MedalsBuffer) bytes = {0};
    medals_delta_encode(delta, &bytes);
    g_assert_true(medals_buffer_check(&bytes, "delta", NULL));
    return g_byte_array_append(g_byte_array_new(), bytes.data,
                               (guint) bytes.size);
}

static MedalsLayer *zeros(void)
{
    return medals_layer_new(size, NULL);
}

static MedalsLayer *noise(uint64_t seed, uint64_t values)
{
    g_autofree uint8_t *voxels = g_malloc(VOXELS);
    for (size_t v = 0; v < VOXELS; v++)
        voxels[v] = (uint8_t) medals_splitmix_below(&seed, values);
    return fixture_layer(size, voxels);
}

static MedalsLayer *painted(uint64_t seed, const MedalsLayer *from)
{
    MedalsLayer *layer = from ? medals_layer_copy(from, NULL) : zeros();
    fixture_paint(&seed, layer, 4, 9);
    return layer;
}

static void assert_leads(const MedalsDelta *delta, const MedalsLayer *from,
                         const MedalsLayer *to)
{
    int64_t box[6];
    g_autoptr(GError) error = NULL;
    MedalsLayer *walker = from ? medals_layer_copy(from, NULL) : zeros();
    g_assert_true(medals_delta_apply(delta, walker, &error));
    g_assert_no_error(error);
    g_assert_false(medals_layer_difference(walker, to, box));
    medals_layer_free(walker);
}

/* Both ways, from memory and from bytes. Takes the layers. */
static void check_pair(MedalsLayer *a, MedalsLayer *b)
{
    size_t used = 0;
    MedalsDelta *delta = delta_of(a, b);
    g_autoptr(GByteArray) bytes = bytes_of(delta);
    g_byte_array_append(bytes, (const guint8 *) "next", 4);
    MedalsDelta *read =
        medals_delta_decode(bytes->data, bytes->len, size, &used, NULL);
    g_assert_cmpuint(used, ==, bytes->len - 4);
    g_assert_cmpuint(medals_delta_bytes(read), ==, medals_delta_bytes(delta));
    assert_leads(delta, a, b);
    assert_leads(delta, b, a);
    assert_leads(read, a, b);
    assert_leads(read, b, a);
    medals_delta_free(read);
    medals_delta_free(delta);
    medals_layer_free(a);
    medals_layer_free(b);
}

static void test_pairs(void)
{
    for (uint64_t n = 0; n < 20; n++) {
        MedalsLayer *from = painted(100 + n, NULL);
        check_pair(from, painted(200 + n, from));
    }
    check_pair(zeros(), noise(1, 256));
    check_pair(noise(2, 2), noise(3, 3));
    check_pair(noise(4, 256), zeros());
    check_pair(NULL, painted(5, NULL));
    check_pair(painted(6, NULL), NULL);
}

static void test_empty(void)
{
    MedalsLayer *layer = painted(7, NULL);
    MedalsLayer *copy = medals_layer_copy(layer, NULL), *none = zeros();
    MedalsDelta *deltas[3] = {delta_of(layer, copy), delta_of(NULL, NULL),
                              delta_of(none, NULL)};
    for (int n = 0; n < 3; n++) {
        g_assert_true(medals_delta_is_empty(deltas[n]));
        g_autoptr(GByteArray) bytes = bytes_of(deltas[n]);
        g_assert_cmpuint(bytes->len, ==, 12);
        assert_leads(deltas[n], layer, copy);
        medals_delta_free(deltas[n]);
    }
    medals_layer_free(none);
    medals_layer_free(layer);
    medals_layer_free(copy);
}

/* A voxel costs bytes, not a block; runs cost three before compression. */
static void test_small(void)
{
    const int64_t one[6] = {33, 34, 1, 2, 3, 4};
    const uint8_t value = 3;
    MedalsLayer *layer = zeros();
    g_assert_true(medals_layer_write(layer, one, &value, NULL));
    MedalsDelta *delta = delta_of(NULL, layer);
    g_autoptr(GByteArray) bytes = bytes_of(delta);
    g_assert_false(medals_delta_is_empty(delta));
    g_assert_cmpuint(bytes->len, <, 40);
    medals_delta_free(delta);
    medals_layer_free(layer);
}

static void test_other_size(void)
{
    const int64_t other[3] = {70, 33, 42};
    g_autoptr(GError) error = NULL;
    MedalsLayer *layer = medals_layer_new(other, NULL);
    MedalsLayer *mine = painted(8, NULL);
    MedalsDelta *delta = delta_of(NULL, mine);
    g_assert_false(medals_delta_apply(delta, layer, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
    medals_delta_free(delta);
    medals_layer_free(mine);
    medals_layer_free(layer);
}

/* ---- bytes that lie ----------------------------------------------------- */

/* Whether the bytes decode, and then apply. */
typedef enum Fate { REFUSED, MISAPPLIED, APPLIED } Fate;

/* @param wanted what an applied one leads to from zeros; NULL: anything */
static Fate fate_of(const GByteArray *bytes, const MedalsLayer *wanted)
{
    size_t used;
    int64_t box[6];
    g_autoptr(GError) error = NULL;
    MedalsDelta *delta =
        medals_delta_decode(bytes->data, bytes->len, size, &used, &error);
    if (!delta) {
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
        return REFUSED;
    }
    MedalsLayer *layer = zeros();
    bool done = medals_delta_apply(delta, layer, &error);
    if (!done)
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
    else if (wanted)
        g_assert_false(medals_layer_difference(layer, wanted, box));
    medals_layer_free(layer);
    medals_delta_free(delta);
    return done ? APPLIED : MISAPPLIED;
}

/* Two blocks: one a box of 2 x 3 x 4 in a run, one a single voxel. */
static MedalsLayer *two_blocks(void)
{
    const int64_t run[6] = {4, 6, 4, 7, 4, 8}, one[6] = {69, 70, 32, 33, 0, 1};
    uint8_t ones[24];
    memset(ones, 1, sizeof ones);
    MedalsLayer *layer = zeros();
    g_assert_true(medals_layer_write(layer, run, ones, NULL));
    g_assert_true(medals_layer_write(layer, one, ones, NULL));
    return layer;
}

static GByteArray *layer_bytes(const MedalsLayer *layer)
{
    MedalsDelta *delta = delta_of(NULL, layer);
    GByteArray *bytes = bytes_of(delta);
    medals_delta_free(delta);
    return bytes;
}

/* A byte of two_blocks() that is changed, and what comes of it. */
static const struct {
    guint at;
    uint8_t value;
    Fate fate;
} lies[] = {
    {0, 3, REFUSED},     /* more blocks than there are bytes of */
    {3, 255, REFUSED},   /* 4 billion of them */
    {4, 5, REFUSED},     /* the next block is 5 as well */
    {16, 12, REFUSED},   /* there are 3 x 2 x 2 */
    {16, 200, REFUSED},  /* far outside */
    {8, 6, REFUSED},     /* i0 = i1 */
    {9, 33, REFUSED},    /* over the block's edge */
    {21, 7, REFUSED},    /* over the volume's edge: 6 voxels of 70 are left */
    {14, 8, REFUSED},    /* 8 runs are not shorter than 24 voxels */
    {14, 0, MISAPPLIED}, /* no runs: too few bytes */
    {14, 2, MISAPPLIED}, /* a run more than there are */
    {9, 7, MISAPPLIED},  /* the run is not as long as the box */
    {28, 255, REFUSED},  /* more packed bytes than there are */
    {35, 255, REFUSED},
};

static void test_lies(void)
{
    MedalsLayer *layer = two_blocks();
    g_autoptr(GByteArray) bytes = layer_bytes(layer);
    g_assert_cmpuint(bytes->data[0], ==, 2);
    g_assert_cmpuint(bytes->data[14], ==, 1);
    g_assert_cmpuint(bytes->data[16], ==, 5);
    g_assert_cmpint(fate_of(bytes, layer), ==, APPLIED);
    for (size_t n = 0; n < G_N_ELEMENTS(lies); n++) {
        uint8_t *byte = bytes->data + lies[n].at, good = *byte;
        *byte = lies[n].value;
        g_test_message("byte %u = %u", lies[n].at, lies[n].value);
        g_assert_cmpint(fate_of(bytes, NULL), ==, lies[n].fate);
        *byte = good;
    }
    medals_layer_free(layer);
}

/* Damage to the packed bytes alone is found by their checksum (but for bits
 * that mean nothing), and so are bytes after the end of the stream. */
static void test_damaged_stream(void)
{
    MedalsLayer *layer = two_blocks();
    g_autoptr(GByteArray) bytes = layer_bytes(layer);
    size_t found = 0, bits = (bytes->len - 36) * 8;
    for (size_t bit = 0; bit < bits; bit++) {
        uint8_t *byte = bytes->data + 36 + bit / 8;
        *byte ^= (uint8_t) (1u << bit % 8);
        found += fate_of(bytes, layer) != APPLIED;
        *byte ^= (uint8_t) (1u << bit % 8);
    }
    g_assert_cmpuint(found, >, bits - 8);
    g_byte_array_append(bytes, (const guint8 *) "x", 1);
    bytes->data[28]++;
    g_assert_cmpint(fate_of(bytes, NULL), ==, MISAPPLIED);
    medals_layer_free(layer);
}

static void test_cut_short(void)
{
    MedalsLayer *layer = two_blocks();
    g_autoptr(GByteArray) bytes = layer_bytes(layer);
    while (bytes->len > 0) {
        g_byte_array_set_size(bytes, bytes->len - 1);
        g_assert_cmpint(fate_of(bytes, NULL), ==, REFUSED);
    }
    medals_layer_free(layer);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/delta/pairs", test_pairs);
    g_test_add_func("/delta/empty", test_empty);
    g_test_add_func("/delta/small", test_small);
    g_test_add_func("/delta/other_size", test_other_size);
    g_test_add_func("/delta/lies", test_lies);
    g_test_add_func("/delta/damaged", test_damaged_stream);
    g_test_add_func("/delta/cut_short", test_cut_short);
    return g_test_run();
}

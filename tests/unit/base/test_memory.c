/*
 * test_memory.c - allocation that reports instead of ending the program
 */
#include <glib.h>

#include "memory.h"
#include "tensor.h"

static void test_aligned(void)
{
    for (size_t n = 0; n < 200; n += 7) {
        void *buffer = medals_alloc_zero(n, 3, "buffer", NULL);
        g_assert_nonnull(buffer);
        g_assert_cmpuint((uintptr_t) buffer % MEDALS_ALIGNMENT, ==, 0);
        medals_free(buffer);
    }
}

static void test_overflow(void)
{
    GError *error = NULL;
    g_assert_null(medals_alloc(SIZE_MAX / 2, 4, "huge thing", &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
    g_clear_error(&error);
    MedalsTensor tensor;
    g_assert_false(medals_tensor_init(&tensor, MEDALS_F32, 1 << 30, 1 << 30,
                                      1 << 30, 64, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
    g_clear_error(&error);
}

static void test_fail_after(void)
{
    medals_alloc_fail_after(1);
    void *first = medals_alloc(1, 1, "first", NULL);
    GError *error = NULL;
    void *second = medals_alloc(1, 1, "second", &error);
    medals_alloc_fail_after(-1);
    g_assert_nonnull(first);
    g_assert_null(second);
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
    g_clear_error(&error);
    medals_free(first);
}

static void test_number_formats(void)
{
    for (uint32_t half = 0; half < 0x10000; half++) {
        float value = medals_f16_to_f32((uint16_t) half);
        if (value != value)
            continue;
        g_assert_cmpuint(medals_f16_from_f32(value), ==, half);
    }
    g_assert_cmpuint(medals_f16_from_f32(65519.0f), ==, 0x7bff);
    g_assert_cmpuint(medals_f16_from_f32(65520.0f), ==, 0x7c00);
    g_assert_cmpuint(medals_f16_from_f32(0x1p-25f), ==, 0); /* tie: even */
    g_assert_cmpuint(medals_f16_from_f32(0x1.8p-25f), ==, 1);
    g_assert_cmpuint(medals_bf16_from_f32(1.00390625f), ==, 0x3f80);
    g_assert_cmpuint(medals_bf16_from_f32(1.01171875f), ==, 0x3f82);
}

#define MB ((size_t) 1 << 20)

/* Within a turn a large buffer is used again as it was left. */
static void test_turn(void)
{
#if defined(__SANITIZE_ADDRESS__)
    g_test_skip("large buffers are never used again under AddressSanitizer");
    return;
#endif
    medals_memory_turn_begin();
    uint8_t *a = medals_alloc(1, 16 * MB, "test", NULL);
    uint8_t *b = medals_alloc(1, 32 * MB, "test", NULL);
    a[16 * MB - 1] = 1;
    medals_free(a);
    uint8_t *again = medals_alloc(1, 16 * MB, "test", NULL);
    g_assert_cmpint(again[16 * MB - 1], ==, 1);
    medals_free(again);
    uint8_t *cleared = medals_alloc_zero(1, 16 * MB, "test", NULL);
    g_assert_cmpint(cleared[16 * MB - 1], ==, 0);
    cleared[16 * MB - 1] = 1;
    medals_free(cleared);
    /* 32 + 64 + 16 are more than the 48 of before: the 16 go */
    uint8_t *all = medals_alloc(1, 64 * MB, "test", NULL);
    all[64 * MB - 1] = 4;
    medals_free(b);
    medals_free(all);
    medals_memory_turn_end();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/memory/aligned", test_aligned);
    g_test_add_func("/base/memory/overflow", test_overflow);
    g_test_add_func("/base/memory/fail-after", test_fail_after);
    g_test_add_func("/base/memory/turn", test_turn);
    g_test_add_func("/tensor/convert/formats", test_number_formats);
    return g_test_run();
}

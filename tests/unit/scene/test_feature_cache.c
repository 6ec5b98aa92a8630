/*
 * test_feature_cache.c - the least recently used window goes first
 */
#include "feature_cache.h"
#include "window_features_data.h"

#define WINDOW_BYTES (4 * 4 * 4 * 2 * 4)

static void put(MedalsFeatureCache *cache, size_t window)
{
    MedalsFeatures *features = medals_features_new();
    g_assert_true(
        medals_tensor_init(&features->x, MEDALS_F32, 4, 4, 4, 2, NULL));
    g_assert_true(medals_feature_cache_put(cache, window, features) ==
                  features);
    g_assert_true(medals_feature_cache_get(cache, window) == features);
}

static void test_order(void)
{
    MedalsFeatureCache *cache = medals_feature_cache_new(2 * WINDOW_BYTES);
    put(cache, 0);
    put(cache, 1);
    g_assert_nonnull(medals_feature_cache_get(cache, 0));
    put(cache, 2);
    g_assert_null(medals_feature_cache_get(cache, 1));
    g_assert_nonnull(medals_feature_cache_get(cache, 0));
    g_assert_cmpuint(medals_feature_cache_bytes(cache), ==, 2 * WINDOW_BYTES);
    medals_feature_cache_free(cache);
}

static void test_one_is_always_kept(void)
{
    MedalsFeatureCache *cache = medals_feature_cache_new(1);
    put(cache, 7);
    g_assert_nonnull(medals_feature_cache_get(cache, 7));
    put(cache, 8);
    g_assert_cmpuint(medals_feature_cache_count(cache), ==, 1);
    g_assert_cmpuint(medals_feature_cache_take_dropped(cache), ==, 1);
    g_assert_cmpuint(medals_feature_cache_take_dropped(cache), ==, 0);
    put(cache, 8); /* again: the first one is replaced */
    g_assert_cmpuint(medals_feature_cache_bytes(cache), ==, WINDOW_BYTES);
    medals_feature_cache_free(cache);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/feature_cache/order", test_order);
    g_test_add_func("/feature_cache/one", test_one_is_always_kept);
    return g_test_run();
}

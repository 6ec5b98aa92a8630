/*
 * feature_cache.c - a hash table over a list in order of use
 */
#include "feature_cache.h"

typedef struct Kept {
    size_t window;
    uint64_t bytes;
    MedalsFeatures *features;
} Kept;

struct MedalsFeatureCache {
    uint64_t limit, bytes;
    GQueue order;      /* Kept *, most recently used first */
    GHashTable *links; /* window -> GList * of order */
    size_t dropped;    /* for room, not told yet */
};

MedalsFeatureCache *medals_feature_cache_new(uint64_t limit)
{
    MedalsFeatureCache *cache = g_new0(MedalsFeatureCache, 1);
    cache->limit = limit;
    g_queue_init(&cache->order);
    cache->links = g_hash_table_new(NULL, NULL);
    return cache;
}

static void drop_window(MedalsFeatureCache *cache, GList *link)
{
    Kept *kept = link->data;
    g_hash_table_remove(cache->links, GSIZE_TO_POINTER(kept->window));
    g_queue_delete_link(&cache->order, link);
    cache->bytes -= kept->bytes;
    medals_features_free(kept->features);
    g_free(kept);
}

void medals_feature_cache_free(MedalsFeatureCache *cache)
{
    if (!cache)
        return;
    while (cache->order.head)
        drop_window(cache, cache->order.head);
    g_hash_table_destroy(cache->links);
    g_free(cache);
}

const MedalsFeatures *medals_feature_cache_get(MedalsFeatureCache *cache,
                                               size_t window)
{
    GList *link = g_hash_table_lookup(cache->links, GSIZE_TO_POINTER(window));
    if (!link)
        return NULL;
    g_queue_unlink(&cache->order, link);
    g_queue_push_head_link(&cache->order, link);
    return ((Kept *) link->data)->features;
}

const MedalsFeatures *medals_feature_cache_put(MedalsFeatureCache *cache,
                                               size_t window,
                                               MedalsFeatures *features)
{
    GList *old = g_hash_table_lookup(cache->links, GSIZE_TO_POINTER(window));
    if (old)
        drop_window(cache, old);
    uint64_t bytes = medals_features_bytes(features);
    while (cache->order.tail && cache->bytes + bytes > cache->limit) {
        drop_window(cache, cache->order.tail);
        cache->dropped++;
    }
    Kept *kept = g_new(Kept, 1);
    *kept = (Kept){window, bytes, features};
    g_queue_push_head(&cache->order, kept);
    g_hash_table_insert(cache->links, GSIZE_TO_POINTER(window),
                        cache->order.head);
    cache->bytes += bytes;
    return features;
}

size_t medals_feature_cache_take_dropped(MedalsFeatureCache *cache)
{
    size_t dropped = cache->dropped;
    cache->dropped = 0;
    return dropped;
}

uint64_t medals_feature_cache_bytes(const MedalsFeatureCache *cache)
{
    return cache->bytes;
}

size_t medals_feature_cache_count(const MedalsFeatureCache *cache)
{
    return cache->order.length;
}

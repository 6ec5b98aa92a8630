#include "label_segments.h"

#include <string.h>

#include "failure.h"
#include "voxel.h"

/* What a value becomes; 0: it is left out. */
static uint32_t mapped(GHashTable *map, uint32_t value)
{
    return map ? GPOINTER_TO_UINT(
                     g_hash_table_lookup(map, GUINT_TO_POINTER(value)))
               : value;
}

static const MedalsVolume *layer_of(const LabelSource *source, size_t layer)
{
    return label_source_layers(source) == 1
               ? source->volume
               : medals_labelmap_peek_layer(source->labelmap, layer);
}

/* label -> value of one layer, each possibly mapped; NULL: one layer, whose
 * labels are the values. */
static GHashTable *values_of_layer(const LabelSource *source, size_t layer)
{
    if (label_source_layers(source) == 1)
        return NULL;
    GHashTable *values = g_hash_table_new(NULL, NULL);
    size_t count = medals_labelmap_segment_count(source->labelmap);
    for (size_t s = 0; s < count; s++) {
        MedalsSegment segment;
        if (medals_labelmap_segment(source->labelmap, s, &segment) &&
            segment.layer == layer)
            g_hash_table_insert(values, GUINT_TO_POINTER(segment.label),
                                GUINT_TO_POINTER(segment.value));
    }
    return values;
}

/* The value of a voxel that holds this label. */
static uint32_t value_of(GHashTable *values, GHashTable *map, double label)
{
    if (!(label > 0 && label <= UINT32_MAX))
        return 0;
    uint32_t value = (uint32_t) label;
    if (values)
        value = GPOINTER_TO_UINT(
            g_hash_table_lookup(values, GUINT_TO_POINTER(value)));
    return mapped(map, value);
}

static void collect(const LabelSource *source, GHashTable *map, size_t layer,
                    GHashTable *found)
{
    const MedalsVolume *volume = layer_of(source, layer);
    const void *data = medals_volume_peek_data(volume);
    MedalsDtype dtype = medals_volume_dtype(volume);
    size_t count = voxel_count(volume);
    GHashTable *values = values_of_layer(source, layer);
    double last = 0;
    for (size_t i = 0; i < count; i++) {
        double label = voxel_value(dtype, data, i);
        if (label == last)
            continue;
        last = label;
        uint32_t value = value_of(values, map, label);
        if (value)
            g_hash_table_add(found, GUINT_TO_POINTER(value));
    }
    g_clear_pointer(&values, g_hash_table_unref);
}

static gint by_value(gconstpointer a, gconstpointer b)
{
    uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
    return (x > y) - (x < y);
}

GArray *label_segments_values(const LabelSource *source, GHashTable *map)
{
    g_autoptr(GHashTable) found = g_hash_table_new(NULL, NULL);
    for (size_t l = 0; l < label_source_layers(source); l++)
        collect(source, map, l, found);
    GArray *values = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, found);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        uint32_t value = GPOINTER_TO_UINT(key);
        g_array_append_val(values, value);
    }
    g_array_sort(values, by_value);
    return values;
}

static void add_layer(const LabelSource *source, GHashTable *map, size_t layer,
                      uint32_t value, uint8_t *mask)
{
    const MedalsVolume *volume = layer_of(source, layer);
    const void *data = medals_volume_peek_data(volume);
    MedalsDtype dtype = medals_volume_dtype(volume);
    size_t count = voxel_count(volume);
    GHashTable *values = values_of_layer(source, layer);
    double last = 0;
    bool in = false;
    for (size_t i = 0; i < count; i++) {
        double label = voxel_value(dtype, data, i);
        if (label != last)
            in = value_of(values, map, label) == value;
        last = label;
        mask[i] |= in;
    }
    g_clear_pointer(&values, g_hash_table_unref);
}

MedalsVolume *label_segments_mask(const LabelSource *source, GHashTable *map,
                                  uint32_t value, uint64_t *voxels,
                                  GError **error)
{
    MedalsError *cause = NULL;
    MedalsVolume *mask = NULL;
    const MedalsGeometry *grid = medals_volume_peek_geometry(source->volume);
    if (medals_volume_new(&mask, grid, MEDALS_U8, &cause) != MEDALS_OK) {
        failure_take(error, cause);
        return NULL;
    }
    uint8_t *data = medals_volume_peek_data(mask);
    size_t count = voxel_count(mask);
    memset(data, 0, count);
    for (size_t l = 0; l < label_source_layers(source); l++)
        add_layer(source, map, l, value, data);
    if (voxels)
        for (size_t i = *voxels = 0; i < count; i++)
            *voxels += data[i];
    return mask;
}

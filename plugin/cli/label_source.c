#include "label_source.h"

#include <math.h>
#include <string.h>

#include "failure.h"
#include "image.h"
#include "label_names.h"
#include "voxel.h"

static bool open_challenge(LabelSource *source, const char *path,
                           GError **error)
{
    MedalsError *cause = NULL;
    if (medals_challenge_open(&source->challenge, path, &cause) != MEDALS_OK)
        return failure_take(error, cause);
    source->volume = medals_challenge_peek_truth(source->challenge);
    return source->volume || failure_set(error, EXIT_INPUT,
                                         "%s: no label map in it; expected "
                                         "segs or gts",
                                         path);
}

static bool open_labelmap(LabelSource *source, const char *path, GError **error)
{
    char *message = NULL;
    MedalsStatus status =
        medals_labelmap_read(&source->labelmap, path, &message);
    if (status != MEDALS_OK)
        return failure_take_bridge(error, status, message);
    source->volume = medals_labelmap_peek_layer(source->labelmap, 0);
    return true;
}

bool label_source_open(LabelSource *source, const char *path, GError **error)
{
    memset(source, 0, sizeof *source);
    bool done = medals_image_is_npz(path) ? open_challenge(source, path, error)
                                          : open_labelmap(source, path, error);
    source->names = label_names_find(path, source->labelmap);
    return done;
}

void label_source_clear(LabelSource *source)
{
    if (source->owns_volume)
        medals_volume_free(&source->volume);
    medals_labelmap_free(&source->labelmap);
    medals_challenge_free(&source->challenge);
    g_clear_pointer(&source->names, g_hash_table_unref);
}

size_t label_source_layers(const LabelSource *source)
{
    return source->labelmap ? medals_labelmap_layer_count(source->labelmap) : 1;
}

bool label_source_place(LabelSource *source, const MedalsGeometry *grid,
                        GError **error)
{
    bool moves =
        source->labelmap && medals_labelmap_is_segmentation(source->labelmap);
    return !moves || label_source_extend(source, grid, error);
}

bool label_source_extend(LabelSource *source, const MedalsGeometry *grid,
                         GError **error)
{
    char *message = NULL;
    MedalsStatus status =
        medals_labelmap_place(source->labelmap, grid, &message);
    source->volume = medals_labelmap_peek_layer(source->labelmap, 0);
    return status == MEDALS_OK || failure_take_bridge(error, status, message);
}

bool label_source_join(LabelSource *source, uint64_t *overlap, GError **error)
{
    *overlap = 0;
    if (label_source_layers(source) == 1)
        return true;
    char *message = NULL;
    MedalsVolume *joined = NULL;
    MedalsStatus status =
        medals_labelmap_join(source->labelmap, &joined, overlap, &message);
    if (status != MEDALS_OK)
        return failure_take_bridge(error, status, message);
    source->volume = joined;
    source->owns_volume = true;
    return true;
}

bool label_source_map(LabelSource *source, GHashTable *table, GError **error)
{
    MedalsError *cause = NULL;
    MedalsVolume *mapped = NULL;
    if (medals_volume_new(&mapped, medals_volume_peek_geometry(source->volume),
                          MEDALS_U32, &cause) != MEDALS_OK)
        return failure_take(error, cause);
    uint32_t *to = medals_volume_peek_data(mapped);
    const void *from = medals_volume_peek_data(source->volume);
    MedalsDtype dtype = medals_volume_dtype(source->volume);
    size_t count = voxel_count(source->volume);
    for (size_t i = 0; i < count; i++) {
        double value = voxel_value(dtype, from, i);
        if (value > 0 && value <= UINT32_MAX)
            to[i] = GPOINTER_TO_UINT(
                g_hash_table_lookup(table, GUINT_TO_POINTER((guint) value)));
    }
    if (source->owns_volume)
        medals_volume_free(&source->volume);
    source->volume = mapped;
    source->owns_volume = true;
    return true;
}

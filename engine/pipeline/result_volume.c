/*
 * result_volume.c - result volumes
 */
#include "result_volume.h"

#include <string.h>

#include "components.h"
#include "memory.h"
#include "region.h"

static MedalsDtype smallest_type(uint32_t largest)
{
    if (largest <= UINT8_MAX)
        return MEDALS_U8;
    return largest <= UINT16_MAX ? MEDALS_U16 : MEDALS_U32;
}

static void put(MedalsVolume *volume, int64_t at, uint32_t value)
{
    if (volume->dtype == MEDALS_U8)
        ((uint8_t *) volume->data)[at] = (uint8_t) value;
    else if (volume->dtype == MEDALS_U16)
        ((uint16_t *) volume->data)[at] = (uint16_t) value;
    else
        ((uint32_t *) volume->data)[at] = value;
}

static uint32_t get(const MedalsVolume *volume, int64_t at)
{
    if (volume->dtype == MEDALS_U8)
        return ((const uint8_t *) volume->data)[at];
    if (volume->dtype == MEDALS_U16)
        return ((const uint16_t *) volume->data)[at];
    return ((const uint32_t *) volume->data)[at];
}

uint64_t medals_result_count(const MedalsVolume *labelmap, uint32_t value,
                             bool any)
{
    int64_t voxels = (int64_t) medals_geometry_voxels(&labelmap->geometry);
    uint64_t count = 0;
    for (int64_t i = 0; i < voxels; i++) {
        uint32_t found = get(labelmap, i);
        count += any ? found != 0 : found == value;
    }
    return count;
}

MedalsVolume *medals_result_of_classes(const MedalsGeometry *geometry,
                                       const int64_t *box, const uint16_t *src,
                                       const uint16_t *values,
                                       const uint32_t *labels, size_t count,
                                       GError **error)
{
    uint32_t largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = MAX(largest, labels[i]);
    uint32_t *label_of = medals_alloc_zero((size_t) UINT16_MAX + 1,
                                           sizeof *label_of, "labels", error);
    MedalsVolume *volume =
        label_of ? medals_volume_create(geometry, smallest_type(largest), error)
                 : NULL;
    for (size_t i = 0; volume && i < count; i++)
        label_of[values[i]] = labels[i];
    int64_t voxels = (int64_t) medals_region_voxels(geometry, box);
    for (int64_t n = 0; volume && src && n < voxels; n++)
        if (src[n])
            put(volume, medals_region_at(geometry, box, n), label_of[src[n]]);
    medals_free(label_of);
    return volume;
}

/* Components of src > 0: ids [box], or NULL. */
static uint32_t *number_instances(const MedalsGeometry *geometry,
                                  const int64_t *box, const uint16_t *src,
                                  size_t *count, GError **error)
{
    int64_t shape[3] = {geometry->size[2], geometry->size[1],
                        geometry->size[0]};
    for (int a = 0; box && a < 3; a++)
        shape[2 - a] = box[2 * a + 1] - box[2 * a];
    size_t voxels = medals_region_voxels(geometry, box);
    uint8_t *mask = medals_alloc(voxels, 1, "instances", error);
    uint32_t *ids =
        mask ? medals_alloc(voxels, sizeof *ids, "instances", error) : NULL;
    for (size_t i = 0; ids && i < voxels; i++)
        mask[i] = src[i] > 0;
    if (ids && !medals_components_label(mask, shape, ids, count, NULL, error)) {
        medals_free(ids);
        ids = NULL;
    }
    medals_free(mask);
    return ids;
}

MedalsVolume *medals_result_of_instances(const MedalsGeometry *geometry,
                                         const int64_t *box,
                                         const uint16_t *src, bool binary,
                                         uint64_t *instances, GError **error)
{
    size_t count = 0;
    uint32_t *ids = NULL;
    *instances = 0;
    if (src && !(ids = number_instances(geometry, box, src, &count, error)))
        return NULL;
    uint32_t largest = binary ? 1 : (uint32_t) count;
    MedalsVolume *volume =
        medals_volume_create(geometry, smallest_type(largest), error);
    int64_t voxels = (int64_t) medals_region_voxels(geometry, box);
    for (int64_t n = 0; volume && ids && n < voxels; n++)
        if (ids[n])
            put(volume, medals_region_at(geometry, box, n),
                binary ? 1 : ids[n]);
    medals_free(ids);
    *instances = count;
    return volume;
}

MedalsVolume *medals_result_layer(const MedalsGeometry *geometry,
                                  const int64_t *box, const float *p,
                                  GError **error)
{
    MedalsVolume *volume = medals_volume_create(geometry, MEDALS_U8, error);
    int64_t voxels = (int64_t) medals_region_voxels(geometry, box);
    for (int64_t n = 0; volume && p && n < voxels; n++)
        if (p[n] >= 0.5f)
            put(volume, medals_region_at(geometry, box, n), 1);
    return volume;
}

MedalsVolume *medals_result_probability(const MedalsGeometry *geometry,
                                        const int64_t *box, const float *p,
                                        GError **error)
{
    MedalsVolume *volume = medals_volume_create(geometry, MEDALS_F32, error);
    int64_t voxels = (int64_t) medals_region_voxels(geometry, box);
    for (int64_t n = 0; volume && p && n < voxels; n++)
        ((float *) volume->data)[medals_region_at(geometry, box, n)] = p[n];
    return volume;
}

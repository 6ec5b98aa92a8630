/*
 * region.c - boxes of a volume
 */
#include "region.h"

#include <string.h>

#include "box.h"
#include "memory.h"

bool medals_region_check(const MedalsGeometry *geometry, const int64_t box[6],
                         GError **error)
{
    for (int a = 0; a < 3; a++) {
        int64_t begin = box[2 * a], end = box[2 * a + 1];
        if (begin < 0 || end <= begin || end > geometry->size[a])
            return medals_fail(
                error, MEDALS_E_INPUT,
                "region: %" G_GINT64_FORMAT "..%" G_GINT64_FORMAT
                " along axis %d; expected a part of 0..%" G_GINT64_FORMAT,
                begin, end, a, geometry->size[a]);
    }
    return true;
}

size_t medals_region_voxels(const MedalsGeometry *geometry, const int64_t *box)
{
    if (!box)
        return medals_geometry_voxels(geometry);
    return medals_box_voxels(box);
}

int64_t medals_region_at(const MedalsGeometry *geometry, const int64_t *box,
                         int64_t n)
{
    if (!box)
        return n;
    int64_t ni = box[1] - box[0], nj = box[3] - box[2];
    int64_t i = box[0] + n % ni, j = box[2] + n / ni % nj,
            k = box[4] + n / ni / nj;
    return i + geometry->size[0] * (j + geometry->size[1] * k);
}

uint8_t *medals_region_cut(const MedalsGeometry *geometry, const int64_t box[6],
                           const uint8_t *src, GError **error)
{
    size_t voxels = medals_region_voxels(geometry, box);
    int64_t line = box[1] - box[0];
    uint8_t *part = medals_alloc(voxels, 1, "region", error);
    for (int64_t n = 0; part && n < (int64_t) voxels; n += line)
        memcpy(part + n, src + medals_region_at(geometry, box, n),
               (size_t) line);
    return part;
}

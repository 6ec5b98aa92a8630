/*
 * volume_data.c - making and sharing volumes
 */
#include "volume_data.h"

#include <math.h>

#include "box.h"
#include "memory.h"

/* Columns of a direction are unit vectors; what is far from that is noise, or
 * a matrix with the spacing in it. */
#define MOST_DIRECTION 1e3

static bool check_direction(const double *m, GError **error)
{
    for (int i = 0; i < 9; i++)
        if (!(fabs(m[i]) <= MOST_DIRECTION))
            return medals_fail(error, MEDALS_E_INPUT,
                               "volume: direction holds %g; expected finite "
                               "numbers, of unit vectors",
                               m[i]);
    double determinant = m[0] * (m[4] * m[8] - m[5] * m[7]) -
                         m[1] * (m[3] * m[8] - m[5] * m[6]) +
                         m[2] * (m[3] * m[7] - m[4] * m[6]);
    if (!(fabs(determinant) >= 1e-6))
        return medals_fail(error, MEDALS_E_INPUT,
                           "volume: direction has determinant %g; expected "
                           "an invertible matrix",
                           determinant);
    return true;
}

bool medals_geometry_check(const MedalsGeometry *geometry, GError **error)
{
    size_t voxels = 8; /* so that voxels of 8 bytes are addressable too */
    for (int i = 0; i < 3; i++) {
        if (geometry->size[i] < 1 || geometry->size[i] > MEDALS_MOST_EDGE)
            return medals_fail(error, MEDALS_E_INPUT,
                               "volume: %" G_GINT64_FORMAT
                               " voxels along axis %d; expected at least 1, "
                               "at most %d",
                               geometry->size[i], i, MEDALS_MOST_EDGE);
        if (!medals_size_multiply(&voxels, (size_t) geometry->size[i]))
            return medals_fail(
                error, MEDALS_E_INPUT,
                "volume: size %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
                "x%" G_GINT64_FORMAT "; expected one that can be addressed",
                geometry->size[0], geometry->size[1], geometry->size[2]);
        if (!(geometry->spacing[i] >= MEDALS_LEAST_SPACING &&
              geometry->spacing[i] <= MEDALS_MOST_SPACING))
            return medals_fail(error, MEDALS_E_INPUT,
                               "volume: spacing %g along axis %d; expected a "
                               "positive number of mm, %g to %g",
                               geometry->spacing[i], i, MEDALS_LEAST_SPACING,
                               MEDALS_MOST_SPACING);
        if (!(fabs(geometry->origin[i]) <= MEDALS_MOST_ORIGIN))
            return medals_fail(error, MEDALS_E_INPUT,
                               "volume: origin holds %g; expected finite "
                               "numbers of mm, %g at most",
                               geometry->origin[i], MEDALS_MOST_ORIGIN);
    }
    return check_direction(geometry->direction, error);
}

size_t medals_geometry_voxels(const MedalsGeometry *geometry)
{
    return medals_box_product(geometry->size);
}

static bool check(const MedalsGeometry *geometry, MedalsDtype dtype,
                  GError **error)
{
    if (medals_dtype_size(dtype) == 0)
        return medals_fail(error, MEDALS_E_USAGE,
                           "volume: element type %d is unknown", (int) dtype);
    return medals_geometry_check(geometry, error);
}

MedalsVolume *medals_volume_take(const MedalsGeometry *geometry,
                                 MedalsDtype dtype, void *data,
                                 void (*release)(void *cookie), void *cookie,
                                 GError **error)
{
    MedalsVolume *volume = NULL;
    if (check(geometry, dtype, error))
        volume = medals_alloc(1, sizeof *volume, "volume", error);
    if (!volume) {
        if (release)
            release(cookie);
        return NULL;
    }
    volume->geometry = *geometry;
    volume->dtype = dtype;
    volume->data = data;
    volume->release = release;
    volume->cookie = cookie;
    atomic_init(&volume->references, 1);
    return volume;
}

MedalsVolume *medals_volume_create(const MedalsGeometry *geometry,
                                   MedalsDtype dtype, GError **error)
{
    if (!check(geometry, dtype, error))
        return NULL;
    void *data = medals_alloc_zero(medals_geometry_voxels(geometry),
                                   medals_dtype_size(dtype), "volume", error);
    if (!data)
        return NULL;
    return medals_volume_take(geometry, dtype, data, medals_free, data, error);
}

MedalsVolume *medals_volume_ref(MedalsVolume *volume)
{
    if (volume)
        atomic_fetch_add(&volume->references, 1);
    return volume;
}

void medals_volume_free(MedalsVolume **volume)
{
    if (!volume || !*volume)
        return;
    MedalsVolume *gone = *volume;
    *volume = NULL;
    if (atomic_fetch_sub(&gone->references, 1) != 1)
        return;
    if (gone->release)
        gone->release(gone->cookie);
    medals_free(gone);
}

const MedalsGeometry *medals_volume_peek_geometry(const MedalsVolume *volume)
{
    return volume ? &volume->geometry : NULL;
}

MedalsDtype medals_volume_dtype(const MedalsVolume *volume)
{
    return volume ? volume->dtype : MEDALS_F32;
}

void *medals_volume_peek_data(const MedalsVolume *volume)
{
    return volume ? volume->data : NULL;
}

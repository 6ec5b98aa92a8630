/*
 * volume_api.c - volumes for callers
 */
#include "error_api.h"
#include "volume_data.h"

MedalsStatus medals_volume_new(MedalsVolume **out,
                               const MedalsGeometry *geometry,
                               MedalsDtype dtype, MedalsError **error)
{
    GError *inner = NULL;
    *out = medals_volume_create(geometry, dtype, &inner);
    return *out ? MEDALS_OK : medals_error_take(inner, error);
}

MedalsStatus medals_volume_wrap(MedalsVolume **out,
                                const MedalsGeometry *geometry,
                                MedalsDtype dtype, void *data,
                                void (*release)(void *cookie), void *cookie,
                                MedalsError **error)
{
    GError *inner = NULL;
    *out = medals_volume_take(geometry, dtype, data, release, cookie, &inner);
    return *out ? MEDALS_OK : medals_error_take(inner, error);
}

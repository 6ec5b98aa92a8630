/*
 * volume_api.c - volumes for callers
 */
#include "error_api.h"
#include "versioned.h"
#include "volume_data.h"

MedalsStatus medals_volume_new(MedalsVolume **out,
                               const MedalsGeometry *geometry,
                               MedalsDtype dtype, MedalsError **error)
{
    GError *inner = NULL;
    if (medals_check_given(out, "out", &inner)) {
        *out = NULL;
        if (medals_check_given(geometry, "geometry", &inner))
            *out = medals_volume_create(geometry, dtype, &inner);
    }
    return inner ? medals_error_take(inner, error) : MEDALS_OK;
}

MedalsStatus medals_volume_wrap(MedalsVolume **out,
                                const MedalsGeometry *geometry,
                                MedalsDtype dtype, void *data,
                                void (*release)(void *cookie), void *cookie,
                                MedalsError **error)
{
    GError *inner = NULL;
    if (out)
        *out = NULL;
    if (medals_check_given(out, "out", &inner) &&
        medals_check_given(geometry, "geometry", &inner) &&
        medals_check_given(data, "data", &inner))
        *out =
            medals_volume_take(geometry, dtype, data, release, cookie, &inner);
    else if (release)
        release(cookie);
    return inner ? medals_error_take(inner, error) : MEDALS_OK;
}

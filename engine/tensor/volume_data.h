/*
 * volume_data.h - what a MedalsVolume holds
 *
 * The public words, the orientation and the worked example stand in
 * medals/volume.h; this header opens the struct for the engine.
 */
#ifndef MEDALS_VOLUME_DATA_H
#define MEDALS_VOLUME_DATA_H

#include <stdatomic.h>

#include "error.h"
#include "medals/volume.h"

struct MedalsVolume {
    MedalsGeometry geometry;
    MedalsDtype dtype;
    void *data;
    void (*release)(void *cookie); /* NULL: data is not ours */
    void *cookie;
    atomic_int references;
};

/* What a geometry may be: beyond this no scanner is, and sums and products of
 * the numbers keep within doubles, floats and 64 bits. */
#define MEDALS_MOST_EDGE 1000000
#define MEDALS_LEAST_SPACING 1e-6 /* mm: a nanometre */
#define MEDALS_MOST_SPACING 1e5   /* mm: 100 m */
#define MEDALS_MOST_ORIGIN 1e12   /* mm */

/** Every geometry passes here before anything else looks at it.
 *  @return false: MEDALS_E_INPUT, as medals_volume_new() says */
bool medals_geometry_check(const MedalsGeometry *geometry, GError **error);
MedalsVolume *medals_volume_create(const MedalsGeometry *geometry,
                                   MedalsDtype dtype, GError **error);
/** Takes data, also on failure (then released at once). */
MedalsVolume *medals_volume_take(const MedalsGeometry *geometry,
                                 MedalsDtype dtype, void *data,
                                 void (*release)(void *cookie), void *cookie,
                                 GError **error);
size_t medals_geometry_voxels(const MedalsGeometry *geometry);

#endif

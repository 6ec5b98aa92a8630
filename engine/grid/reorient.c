/*
 * reorient.c - flips and permutations through a common order of axes
 */
#include "reorient.h"

#include "canonical.h"
#include "memory.h"

/* The order in between; any would do. */
#define COMMON_AXES "RAS"

/* Index axis c of the result is axis `from` of the volume, reversed or not. */
static void copy_axis(MedalsGeometry *to, int c, const MedalsGeometry *volume,
                      int from, bool reversed)
{
    to->size[c] = volume->size[from];
    to->spacing[c] = volume->spacing[from];
    double length = volume->spacing[from] * (double) (volume->size[from] - 1);
    for (int r = 0; r < 3; r++) {
        double component = volume->direction[3 * r + from];
        to->direction[3 * r + c] = reversed ? -component : component;
        if (reversed)
            to->origin[r] += component * length;
    }
}

static MedalsGeometry reoriented(const MedalsGeometry *volume,
                                 const MedalsCanonical *own,
                                 const MedalsCanonical *like)
{
    MedalsGeometry to = *volume;
    for (int a = 0; a < 3; a++)
        copy_axis(&to, like->axis[a], volume, own->axis[a],
                  own->flip[a] != like->flip[a]);
    return to;
}

static bool move_voxels(const MedalsVolume *volume, const MedalsCanonical *own,
                        MedalsVolume *to, GError **error)
{
    MedalsCanonical back;
    size_t size = medals_dtype_size(volume->dtype);
    size_t voxels = medals_geometry_voxels(&volume->geometry);
    MedalsExec exec = {.lane = medals_lane_new(1, error)};
    void *common =
        exec.lane ? medals_alloc(voxels, size, "volume", error) : NULL;
    bool ok =
        common &&
        medals_canonical_init(&back, &to->geometry, COMMON_AXES, error) &&
        medals_canonical_forward(&exec, own, volume->data, common, size,
                                 error) &&
        medals_canonical_backward(&exec, &back, common, to->data, size, error);
    medals_free(common);
    medals_lane_free(exec.lane);
    return ok;
}

MedalsVolume *medals_volume_reorient(const MedalsVolume *volume,
                                     const MedalsGeometry *like, GError **error)
{
    MedalsCanonical own, wanted;
    if (medals_dtype_size(volume->dtype) > 4) {
        medals_fail(error, MEDALS_E_INPUT,
                    "volume: voxels of 8 bytes; expected at most 4");
        return NULL;
    }
    if (!medals_canonical_init(&own, &volume->geometry, COMMON_AXES, error) ||
        !medals_canonical_init(&wanted, like, COMMON_AXES, error))
        return NULL;
    MedalsGeometry geometry = reoriented(&volume->geometry, &own, &wanted);
    MedalsVolume *to = medals_volume_create(&geometry, volume->dtype, error);
    if (to && !move_voxels(volume, &own, to, error))
        medals_volume_free(&to);
    return to;
}

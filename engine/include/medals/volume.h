/*
 * volume.h - a 3-D image with its place in the patient
 *
 * Voxels. Index (i,j,k), i fastest: voxel (i,j,k) is element
 * i + size[0]*(j + size[1]*k). A NumPy array of the same memory has the shape
 * [size[2], size[1], size[0]], which the papers write [D,H,W].
 *
 * World. Points are LPS millimetres: +x runs to the patient's Left, +y to
 * Posterior, +z to Superior (DICOM, ITK; NIfTI and 3D Slicer use RAS, x and y
 * negated). The centre of voxel (i,j,k) lies at
 *     world = origin + direction * diag(spacing) * (i,j,k)
 * direction is row-major: direction[3*r+c] is component r of the unit vector
 * along index axis c. Example: a file stored with i running to the patient's
 * right, j to anterior, k to superior (RAS order) has
 *     direction = {-1,0,0, 0,-1,0, 0,0,1}.
 * Spacing is in millimetres and positive. These 15 doubles are carried from
 * the input to the labelmap bit for bit.
 */
#ifndef MEDALS_VOLUME_H
#define MEDALS_VOLUME_H

#include "medals/types.h"

MEDALS_BEGIN_DECLS

typedef struct MedalsVolume MedalsVolume;

typedef struct MedalsGeometry {
    int64_t size[3];     /**< voxels along i, j, k; each at least 1 */
    double spacing[3];   /**< mm along i, j, k */
    double origin[3];    /**< LPS mm of the centre of voxel (0,0,0) */
    double direction[9]; /**< row-major, see above */
} MedalsGeometry;

/**
 * Makes a volume of zeros.
 * @return MEDALS_E_INPUT a size below 1, over 1000000 along an axis or too
 *         large to address, spacing not within 1e-6 to 1e5 mm, origin beyond
 *         1e12 mm, direction singular or not finite; MEDALS_E_NOMEM
 */
MEDALS_API MedalsStatus medals_volume_new(MedalsVolume **out,
                                          const MedalsGeometry *geometry,
                                          MedalsDtype dtype,
                                          MedalsError **error);

/**
 * Wraps the caller's voxels without a copy.
 * @param data    C-contiguous, i fastest, product(size) elements
 * @param release called once with cookie when the last reference goes, also
 *                when this call fails; may be NULL (the caller keeps data
 *                alive as long as the volume).
 *                @thread the one that drops that reference: any of the
 *                caller's that frees the volume, or closes what kept it
 * @return as medals_volume_new
 */
MEDALS_API MedalsStatus medals_volume_wrap(MedalsVolume **out,
                                           const MedalsGeometry *geometry,
                                           MedalsDtype dtype, void *data,
                                           void (*release)(void *cookie),
                                           void *cookie, MedalsError **error);

/** Another owner of the same volume. */
MEDALS_API MedalsVolume *medals_volume_ref(MedalsVolume *volume);
/** Drops one reference, sets *volume to NULL. */
MEDALS_API void medals_volume_free(MedalsVolume **volume);

/** @return borrowed, valid while the volume lives. */
MEDALS_API const MedalsGeometry *
medals_volume_peek_geometry(const MedalsVolume *volume);
MEDALS_API MedalsDtype medals_volume_dtype(const MedalsVolume *volume);
/** @return the voxels, borrowed, valid while the volume lives. */
MEDALS_API void *medals_volume_peek_data(const MedalsVolume *volume);

MEDALS_END_DECLS
#endif

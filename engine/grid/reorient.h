/*
 * reorient.h - one volume stored along the axes of another, exactly
 */
#ifndef MEDALS_REORIENT_H
#define MEDALS_REORIENT_H

#include "volume_data.h"

/**
 * Permutes and flips the axes of a volume so that its index axes point as
 * those of `like`; every voxel stays where it is in space.
 * @return a new volume; NULL: MEDALS_E_INPUT voxels of over 4 bytes or odd
 *         axes; MEDALS_E_NOMEM
 */
MedalsVolume *medals_volume_reorient(const MedalsVolume *volume,
                                     const MedalsGeometry *like,
                                     GError **error);

#endif

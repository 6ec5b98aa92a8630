/*
 * voxel.h - single values of a volume, whatever its type
 */
#ifndef CLI_VOXEL_H
#define CLI_VOXEL_H

#include "medals/volume.h"

/** @return the element as double; 0 for types that images do not have. */
double voxel_value(MedalsDtype dtype, const void *data, size_t index);
/** @return "uint8", "float32", ...; "?" if unknown. */
const char *voxel_type_name(MedalsDtype dtype);
/** @return the number of voxels. */
size_t voxel_count(const MedalsVolume *volume);

/** For every world axis (LPS) the index axis that runs closest to it, each
 * used once, and whether it runs with (+1) or against (-1) it. */
void voxel_closest_axes(const MedalsGeometry *geometry, int axis[3],
                        int sign[3]);

#endif

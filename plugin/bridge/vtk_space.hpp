/*
 * vtk_space.hpp - where the voxels of a vtkImageData lie in the patient
 *
 *   vtkImageData: origin + direction * spacing * index, index from its extent
 *   MedalsGeometry: the same of the first voxel, in LPS millimetres
 *
 * VTK does not say which world its numbers mean. 3D Slicer fills it with RAS
 * millimetres, ITK's own glue with LPS; every function of this layer is told.
 * The two differ by the signs of x and y, and flip_world() is the one place
 * where they are changed.
 *
 * An extent that starts elsewhere than at 0 (vtkOrientedImageData keeps cut
 * pieces so) moves the first voxel, not the origin.
 */
#ifndef MEDALS_BRIDGE_VTK_SPACE_HPP
#define MEDALS_BRIDGE_VTK_SPACE_HPP

#include <string>

#include "medals/volume.h"

class vtkImageData;

namespace medals::bridge
{

/** What the world coordinates of a VTK object mean, millimetres both. */
enum class World { lps, ras };

/**
 * Turns LPS into the given world, or back: the same signs. Exact.
 * @shape values[3 * stride]: component r of the vectors at values[r * stride],
 *        `columns` of them beside one another
 */
void flip_world(World world, double *values, int columns = 1);

/** @return size of the extent, spacing, origin of the first voxel, direction;
 * bit for bit where the extent starts at 0. Nothing is checked. */
MedalsGeometry geometry_of_vtk(vtkImageData *image, World world);

/** Gives the image extent (from 0), spacing, origin and direction. */
void set_vtk_geometry(vtkImageData *image, const MedalsGeometry &geometry,
                      World world);

/** @return false, with *message set (may be NULL): an axis longer than a VTK
 * extent can say. */
bool fits_vtk(const MedalsGeometry &geometry, std::string *message);

/** World point of a voxel index, which may lie between voxels.
 * @shape matrix [4,4] row-major, index -> world */
void index_to_world(const MedalsGeometry &geometry, World world,
                    double matrix[16]);

/** The opposite: continuous voxel index of a world point. */
void world_to_index(const MedalsGeometry &geometry, World world,
                    const double point[3], double index[3]);

/** Sets *message, where there is one, and returns the status. */
MedalsStatus refuse(std::string *message, MedalsStatus status,
                    const std::string &text);
/** The same for a failed call into libmedals; takes the error. */
MedalsStatus refuse(std::string *message, MedalsStatus status,
                    MedalsError *error);

} // namespace medals::bridge
#endif

/*
 * vtk_volume.hpp - vtkImageData <-> MedalsVolume without a copy
 *
 *   vtkImageData --volume_from_vtk()--> MedalsVolume
 *   vtkImageData <--vtk_from_volume()-- MedalsVolume
 *
 * For viewers that hold their images in VTK. Both ends share the voxels and
 * keep each other alive; i is fastest in both.
 */
#ifndef MEDALS_BRIDGE_VTK_VOLUME_HPP
#define MEDALS_BRIDGE_VTK_VOLUME_HPP

#include "vtk_space.hpp"

namespace medals::bridge
{

/** The element type of a VTK type (VTK_SHORT, ...).
 * @return false: bits, strings and other types that no volume has */
bool dtype_of_vtk(int vtk_type, MedalsDtype *dtype);
/** @return VTK_UNSIGNED_CHAR, ...; VTK_VOID for bf16 and f16, which VTK does
 * not know */
int vtk_type_of(MedalsDtype dtype);

/**
 * A volume of the image's own scalars, of its whole extent.
 * @owner the volume holds a reference to the scalar array, not to the image;
 *        *out: medals_volume_free()
 * @param message may be NULL; one line on failure
 * @return MEDALS_E_INPUT no scalars, several components, scalars that are not
 *         one run of memory or not one a voxel, a type that no volume has, bad
 *         spacing or direction; MEDALS_E_NOMEM
 */
MedalsStatus volume_from_vtk(MedalsVolume **out, vtkImageData *image,
                             World world, std::string *message);

/**
 * Makes the image show the volume's own voxels; what it held goes.
 * @owner the image's scalars hold a reference to the volume, also in shallow
 *        copies of them
 * @return MEDALS_E_INPUT bf16, f16, or an axis too long (image untouched)
 */
MedalsStatus vtk_from_volume(vtkImageData *image, MedalsVolume *volume,
                             World world, std::string *message);

} // namespace medals::bridge
#endif

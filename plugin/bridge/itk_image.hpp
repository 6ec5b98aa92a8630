/*
 * itk_image.hpp - reads through ITK's ImageIO layer
 */
#ifndef MEDALS_BRIDGE_ITK_IMAGE_HPP
#define MEDALS_BRIDGE_ITK_IMAGE_HPP

#include <functional>

#include "image_data.hpp"

namespace itk
{
class ImageIOBase;
}

namespace medals::bridge
{

/** Size, spacing, origin and direction of what an ImageIO has looked at; the
 * third axis of a 2-D image is one slice of 1 mm, further axes are left out. */
MedalsGeometry geometry_of(const itk::ImageIOBase &io);

/** Fills bytes bytes of voxels, in the machine's byte order; width: bytes of
 * one. */
using VoxelReader = std::function<void(void *data, size_t bytes, size_t width)>;

/**
 * Reads a file whose ReadImageInformation() was called: one scalar a voxel
 * and three axes, or throws.
 * @param layers not NULL: a voxel may hold several numbers; each becomes a
 *        volume appended there, and the image gets the first
 * @param read fills the voxels of a scalar image instead of ITK
 */
ImagePointer read_with_itk(const std::string &path, itk::ImageIOBase &io,
                           std::vector<MedalsVolume *> *layers,
                           const VoxelReader &read = nullptr);

} // namespace medals::bridge
#endif

/*
 * itk_image.hpp - reads through ITK's ImageIO layer
 */
#ifndef MEDALS_BRIDGE_ITK_IMAGE_HPP
#define MEDALS_BRIDGE_ITK_IMAGE_HPP

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

/**
 * Reads a file whose ReadImageInformation() was called: one scalar a voxel
 * and three axes, or throws.
 * @param layers not NULL: a voxel may hold several numbers; each becomes a
 *        volume appended there, and the image gets the first
 */
ImagePointer read_with_itk(const std::string &path, itk::ImageIOBase &io,
                           std::vector<MedalsVolume *> *layers);

} // namespace medals::bridge
#endif

/*
 * dicom_image.hpp - a DICOM series, slice after slice
 *
 * Decoders are other people's code and may crash on a damaged file. So this
 * runs in a program of its own, medals-dicom; dicom_apart.hpp is for the rest.
 */
#ifndef MEDALS_BRIDGE_DICOM_IMAGE_HPP
#define MEDALS_BRIDGE_DICOM_IMAGE_HPP

#include <functional>

#include "image_data.hpp"

namespace medals::bridge
{

/** Receives an image while it is read. */
struct DicomSink {
    /** What it is; its volume is not there. Once, before the slices. */
    std::function<void(const MedalsImage &, const MedalsGeometry &,
                       MedalsDtype)>
        begin;
    /** The next slice, in the order of the volume. */
    std::function<void(const char *voxels, size_t bytes)> slice;
    /** A warning that the slices gave rise to. */
    std::function<void(const std::string &)> note;
    /** Called often: the reader is alive. */
    std::function<void()> beat;
};

/** Reads a DICOM file or folder. series: see MedalsImageReadOptions, may be
 * NULL. Throws as medals_image_read() says. */
void read_dicom(const std::string &path, const char *series,
                const DicomSink &sink);

} // namespace medals::bridge
#endif

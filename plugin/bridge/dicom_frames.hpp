/*
 * dicom_frames.hpp - from single pictures to a stack
 */
#ifndef MEDALS_BRIDGE_DICOM_FRAMES_HPP
#define MEDALS_BRIDGE_DICOM_FRAMES_HPP

#include "dicom_series.hpp"
#include "image_data.hpp"

namespace medals::bridge
{

/**
 * Sorts series.frames along their common normal and returns the geometry of
 * the stack. Throws MEDALS_E_INPUT for mixed sizes or orientations, double
 * positions, missing or uneven slices, gantry tilt, frames without position.
 */
MedalsGeometry stack_frames(const std::string &path, DicomSeries &series,
                            MedalsImage &image);

} // namespace medals::bridge
#endif

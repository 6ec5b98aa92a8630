/*
 * dicom_apart.hpp - DICOM, read by a program of its own that may die
 *
 *   this process                       medals-dicom (dicom_child.hpp)
 *     path ------- arguments ------->    headers, decoders (GDCM)
 *     volume <---- records, pipe ----    description, slices
 *
 * Whatever a file does to a decoder (a crash, an abort, a hang, lines on
 * stderr, memory without end), here it is one line of an error.
 */
#ifndef MEDALS_BRIDGE_DICOM_APART_HPP
#define MEDALS_BRIDGE_DICOM_APART_HPP

#include "image_data.hpp"

namespace medals::bridge
{

/** Reads a DICOM file or folder. options: may be NULL. Throws as
 * medals_image_read() says; MEDALS_E_INPUT when the program ends before it has
 * sent everything or sends nothing for a minute. */
ImagePointer read_dicom_apart(const std::string &path,
                              const MedalsImageReadOptions *options);

} // namespace medals::bridge
#endif

/*
 * dicom_check.hpp - is a DICOM file whole?
 *
 * GDCM is built with assertions in several distributions and then ends the
 * process on a damaged file. So every element is followed here first.
 */
#ifndef MEDALS_BRIDGE_DICOM_CHECK_HPP
#define MEDALS_BRIDGE_DICOM_CHECK_HPP

#include <cstdint>
#include <string>

#include "dicom_syntax.hpp"

namespace medals::bridge
{

/** Where the pixels of a file lie, and how a pixel is stored. */
struct DicomPixels {
    DicomCodec codec = DicomCodec::none;
    bool big_endian = false;
    uint64_t position = 0, length = 0; /* of uncompressed pixels */
    uint32_t bits_allocated = 16, bits_stored = 16, high_bit = 15;
};

/**
 * Walks the elements of a file: every length has to lie within the file, every
 * sequence has to end, the numbers that describe pixels have to make sense and
 * have the type that the standard gives them, and a compressed frame has to be
 * of the size that the file states.
 * @param pixels may be NULL
 * @return false if it is not a DICOM file
 * Throws MEDALS_E_IO; MEDALS_E_INPUT if it is one and damaged or cut off.
 */
bool check_dicom(const std::string &path, DicomPixels *pixels);

} // namespace medals::bridge
#endif

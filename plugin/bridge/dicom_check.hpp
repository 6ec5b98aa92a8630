/*
 * dicom_check.hpp - is a DICOM file whole?
 *
 * GDCM is built with assertions in several distributions and then ends the
 * process on a damaged file. So every element is followed here first.
 */
#ifndef MEDALS_BRIDGE_DICOM_CHECK_HPP
#define MEDALS_BRIDGE_DICOM_CHECK_HPP

#include <string>

namespace medals::bridge
{

/**
 * Walks the elements of a file: every length has to lie within the file, every
 * sequence has to end, and the numbers that describe pixels have to make sense.
 * @return false if it is not a DICOM file
 * Throws MEDALS_E_IO; MEDALS_E_INPUT if it is one and damaged or cut off.
 */
bool check_dicom(const std::string &path);

} // namespace medals::bridge
#endif

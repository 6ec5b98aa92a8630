/*
 * dicom_seeds.hpp - small DICOM files and answers of medals-dicom
 */
#ifndef FUZZ_DICOM_SEEDS_HPP
#define FUZZ_DICOM_SEEDS_HPP

#include <string>
#include <vector>

/** Valid files, one or more of each transfer syntax that is read, and answers
 * with an image, a list, a failure. */
std::vector<std::string> dicom_seeds();

#endif

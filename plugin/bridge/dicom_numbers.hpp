/*
 * dicom_numbers.hpp - numbers that stand in a DICOM file as text (DS, IS)
 */
#ifndef MEDALS_BRIDGE_DICOM_NUMBERS_HPP
#define MEDALS_BRIDGE_DICOM_NUMBERS_HPP

#include <string>
#include <vector>

namespace medals::bridge
{

/** Adds a remark that is not there yet: many slices say the same. */
void dicom_note(std::vector<std::string> &notes, const std::string &line);

/**
 * The numbers of a value, divided by backslashes; blanks and NULs around them
 * do not count, an empty value has none. A decimal comma, as some programs
 * write, is read as a point and noted.
 * @param name of the attribute: "Rescale Slope"
 * @param notes receives a line for each thing read otherwise than it stands
 * Throws MEDALS_E_INPUT for a part that is no finite number.
 */
std::vector<double> dicom_numbers(const std::string &file, const char *name,
                                  const std::string &text,
                                  std::vector<std::string> &notes);

} // namespace medals::bridge
#endif

/*
 * length_unit.hpp - units of length as headers spell them
 */
#ifndef MEDALS_BRIDGE_LENGTH_UNIT_HPP
#define MEDALS_BRIDGE_LENGTH_UNIT_HPP

#include <string>

namespace medals::bridge
{

/**
 * How many millimetres a unit is: mm, cm, m, um, nm, their names, in any case
 * and number ("Microns", "µm").
 * @param header names the file in messages
 * @return 0 if the text is empty or says that there is no unit ("?", "pixel")
 * Throws MEDALS_E_INPUT for any other unit.
 */
double millimetres_of_unit(const std::string &header, const std::string &unit);

} // namespace medals::bridge
#endif

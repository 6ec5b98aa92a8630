/*
 * length_unit.cpp - units of length as headers spell them
 */
#include "length_unit.hpp"

#include <algorithm>

#include "failure.hpp"
#include "numbers.hpp"
#include "voxel_files.hpp"

namespace medals::bridge
{

/* The letter of micro, in UTF-8 (micro sign, Greek mu) and in Latin-1, as u. */
static std::string plain_micro(std::string text)
{
    for (const char *micro : {"\xc2\xb5", "\xce\xbc", "\xb5"}) {
        size_t at = text.find(micro);
        if (at != std::string::npos)
            text.replace(at, std::string(micro).size(), "u");
    }
    return text;
}

double millimetres_of_unit(const std::string &header, const std::string &unit)
{
    static const struct {
        const char *name;
        double millimetres;
    } units[] = {{"mm", 1},
                 {"millimeter", 1},
                 {"millimetre", 1},
                 {"cm", 10},
                 {"centimeter", 10},
                 {"centimetre", 10},
                 {"m", 1000},
                 {"meter", 1000},
                 {"metre", 1000},
                 {"um", 1e-3},
                 {"micron", 1e-3},
                 {"micrometer", 1e-3},
                 {"micrometre", 1e-3},
                 {"umeter", 1e-3},
                 {"nm", 1e-6},
                 {"nanometer", 1e-6},
                 {"nanometre", 1e-6},
                 {"dm", 100},
                 {"inch", 25.4},
                 {"inche", 25.4},
                 {"in", 25.4}};
    static const char *const none[] = {
        "", "?", "???", "none", "nan", "pixel", "voxel", "unknown", "px"};
    std::string text = plain_micro(small_letters(trimmed(unit)));
    std::string single = text;
    if (text.size() > 3 && text.back() == 's')
        single.pop_back();
    for (const char *word : none)
        if (text == word || single == word)
            return 0;
    for (const auto &known : units)
        if (text == known.name || single == known.name)
            return known.millimetres;
    fail(MEDALS_E_INPUT,
         "%s: lengths in the unit \"%s\"; mm, cm, m, um or nm expected",
         header.c_str(), shortened(one_line(unit)).c_str());
}

} // namespace medals::bridge

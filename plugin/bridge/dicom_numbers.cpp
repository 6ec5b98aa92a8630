/*
 * dicom_numbers.cpp - DS and IS, strictly (DICOM PS3.5, 6.2)
 */
#include "dicom_numbers.hpp"

#include <algorithm>
#include <cmath>

#include "failure.hpp"
#include "numbers.hpp"

namespace medals::bridge
{

static std::string without_ends(const std::string &text)
{
    const std::string blanks(" \t\r\n\0", 5);
    size_t first = text.find_first_not_of(blanks);
    if (first == std::string::npos)
        return "";
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

static bool is_number(const std::string &part, double *value)
{
    return parse_number(part, value) && std::isfinite(*value);
}

/* One comma where a point belongs: "0,25", not "1,234.5". */
static bool with_comma(std::string part, double *value)
{
    if (std::count(part.begin(), part.end(), ',') != 1 ||
        part.find('.') != std::string::npos)
        return false;
    part[part.find(',')] = '.';
    return is_number(part, value);
}

void dicom_note(std::vector<std::string> &notes, const std::string &line)
{
    if (std::find(notes.begin(), notes.end(), line) == notes.end())
        notes.push_back(line);
}

std::vector<double> dicom_numbers(const std::string &file, const char *name,
                                  const std::string &text,
                                  std::vector<std::string> &notes)
{
    std::vector<double> numbers;
    if (without_ends(text).empty())
        return numbers;
    for (size_t at = 0; at <= text.size();) {
        size_t end = std::min(text.find('\\', at), text.size());
        std::string part = without_ends(text.substr(at, end - at));
        double value;
        if (with_comma(part, &value))
            dicom_note(notes,
                       text_of("%s \"%s\" is written with a decimal comma: "
                               "read as %g",
                               name, one_line(part).c_str(), value));
        else if (!is_number(part, &value))
            fail(MEDALS_E_INPUT, "%s: %s is \"%s\"; a finite number expected",
                 file.c_str(), name, one_line(part).substr(0, 64).c_str());
        numbers.push_back(value);
        at = end + 1;
    }
    return numbers;
}

} // namespace medals::bridge

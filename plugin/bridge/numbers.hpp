/*
 * numbers.hpp - numbers as text, whatever the locale
 */
#ifndef MEDALS_BRIDGE_NUMBERS_HPP
#define MEDALS_BRIDGE_NUMBERS_HPP

#include <charconv>
#include <string>
#include <vector>

namespace medals::bridge
{

/** The shortest text that reads back to the same double, bit for bit (at most
 * 17 digits). */
inline std::string number_text(double value)
{
    char text[40];
    auto end = std::to_chars(text, text + sizeof text, value);
    return std::string(text, end.ptr);
}

/** All numbers of a text, whatever stands between them; "nan" and "inf" are
 * numbers. */
inline std::vector<double> numbers_in(const std::string &text)
{
    std::vector<double> numbers;
    const char *at = text.data(), *end = at + text.size();
    while (at < end) {
        double value;
        if (*at == '+')
            at++;
        auto result = std::from_chars(at, end, value);
        if (result.ec == std::errc()) {
            numbers.push_back(value);
            at = result.ptr;
        } else {
            at++;
        }
    }
    return numbers;
}

} // namespace medals::bridge
#endif

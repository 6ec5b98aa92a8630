/*
 * numbers.hpp - numbers as text, whatever the locale
 */
#ifndef MEDALS_BRIDGE_NUMBERS_HPP
#define MEDALS_BRIDGE_NUMBERS_HPP

#include <charconv>
#include <cstdint>
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

/** The words of a text, divided by blanks; "" has none. */
inline std::vector<std::string> words_in(const std::string &text)
{
    std::vector<std::string> words;
    size_t at = 0;
    while ((at = text.find_first_not_of(" \t\r", at)) != std::string::npos) {
        size_t end = text.find_first_of(" \t\r", at);
        words.push_back(text.substr(at, end - at));
        if (end == std::string::npos)
            break;
        at = end;
    }
    return words;
}

/** The number that a whole text is; false if it is none. */
template <typename T> bool parse_number(const std::string &text, T *value)
{
    size_t plus = text.size() > 1 && text[0] == '+';
    const char *begin = text.data() + plus, *end = text.data() + text.size();
    auto found = std::from_chars(begin, end, *value);
    return begin < end && found.ec == std::errc() && found.ptr == end;
}

/** The text in small ASCII letters. */
inline std::string small_letters(std::string text)
{
    for (char &c : text)
        if (c >= 'A' && c <= 'Z')
            c = char(c - 'A' + 'a');
    return text;
}

/** The text without blanks at both ends. */
inline std::string trimmed(const std::string &text)
{
    size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string::npos)
        return "";
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

} // namespace medals::bridge
#endif

/*
 * numbered_files.cpp - "slice%03d.raw": the names of numbered files
 */
#include "numbered_files.hpp"

#include "failure.hpp"
#include "voxel_files.hpp"

namespace medals::bridge
{

namespace
{

struct Pattern {
    std::string before, after;
    size_t width = 0;  /* at least so many characters */
    size_t digits = 0; /* at least so many digits */
};

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* at: behind the '%'; moves behind the conversion. */
bool parse_conversion(const std::string &text, size_t *at, Pattern *pattern)
{
    auto here = [&] { return *at < text.size() ? text[*at] : '\0'; };
    bool zeros = here() == '0';
    bool precise = here() == '.';
    *at += zeros || precise;
    size_t number = 0;
    if (is_digit(here()))
        number = size_t(text[(*at)++] - '0');
    (zeros || precise ? pattern->digits : pattern->width) = number;
    char letter = here();
    ++*at;
    return letter == 'd' || letter == 'i' || letter == 'u';
}

Pattern parse(const std::string &header, const std::string &text)
{
    Pattern pattern;
    size_t percent = text.find('%');
    size_t at = percent + 1;
    bool good = percent != std::string::npos &&
                parse_conversion(text, &at, &pattern) &&
                text.find('%', at) == std::string::npos;
    if (!good)
        fail(MEDALS_E_INPUT,
             "%s: its files are named \"%s\"; a name with one %%d, with a "
             "width of at most 9, expected",
             header.c_str(), shortened(one_line(text)).c_str());
    pattern.before = text.substr(0, percent);
    pattern.after = text.substr(at);
    return pattern;
}

std::string name_of(const Pattern &pattern, int64_t number)
{
    std::string digits = std::to_string(number);
    if (digits.size() < pattern.digits)
        digits.insert(0, pattern.digits - digits.size(), '0');
    if (digits.size() < pattern.width)
        digits.insert(0, pattern.width - digits.size(), ' ');
    return pattern.before + digits + pattern.after;
}

} // namespace

std::vector<std::string> numbered_names(const std::string &header,
                                        const std::string &pattern,
                                        int64_t first, int64_t step,
                                        uint64_t count)
{
    Pattern parsed = parse(header, pattern);
    if (count < 1 || count > voxel_files_most)
        fail(MEDALS_E_INPUT, "%s: %llu files; 1 to %llu expected",
             header.c_str(), (unsigned long long) count,
             (unsigned long long) voxel_files_most);
    std::vector<std::string> names;
    int64_t last = first + step * int64_t(count - 1);
    if (first < 0 || last < 0)
        fail(MEDALS_E_INPUT,
             "%s: its files are numbered %lld to %lld; numbers from 0 expected",
             header.c_str(), (long long) first, (long long) last);
    for (uint64_t i = 0; i < count; i++)
        names.push_back(name_of(parsed, first + step * int64_t(i)));
    return names;
}

} // namespace medals::bridge

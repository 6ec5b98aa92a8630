/*
 * numbered_files.hpp - "slice%03d.raw": the names of numbered files
 */
#ifndef MEDALS_BRIDGE_NUMBERED_FILES_HPP
#define MEDALS_BRIDGE_NUMBERED_FILES_HPP

#include <cstdint>
#include <string>
#include <vector>

namespace medals::bridge
{

/**
 * The names first, first + step, ... of a header's pattern. One conversion is
 * known: %d, also %i and %u, with a width or a precision of one digit and
 * with 0 before the width. The C library's printf never sees the pattern.
 * @param header names the file in messages
 * Throws MEDALS_E_INPUT for any other pattern.
 */
std::vector<std::string> numbered_names(const std::string &header,
                                        const std::string &pattern,
                                        int64_t first, int64_t step,
                                        uint64_t count);

/** Numbers in a header that count files are at most this far from 0. */
constexpr int64_t file_number_most = 1000000000;

} // namespace medals::bridge
#endif

/*
 * inflate_file.hpp - a zlib stream inside a file
 */
#ifndef MEDALS_BRIDGE_INFLATE_FILE_HPP
#define MEDALS_BRIDGE_INFLATE_FILE_HPP

#include <cstddef>
#include <cstdint>
#include <string>

namespace medals::bridge
{

/**
 * Inflates a zlib or gzip stream that starts at offset into exactly bytes
 * bytes, checksum included. Throws MEDALS_E_IO; MEDALS_E_INPUT if the stream
 * is damaged, too short or too long.
 */
void inflate_file(const std::string &path, uint64_t offset, void *dst,
                  size_t bytes);

} // namespace medals::bridge
#endif

/*
 * png_file.cpp - writes PNG
 *
 *   signature, IHDR, IDAT: zlib of (0, row) per row, IEND
 *
 * Format: W3C PNG specification. By hand: ITK's PNG writer ends the process
 * when the disk is full.
 */
#include "png_file.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

#include <zlib.h>

#include "failure.hpp"
#include "output_file.hpp"

namespace medals::bridge
{

namespace
{

void put_u32(uint8_t *dst, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        dst[i] = uint8_t(value >> (24 - 8 * i));
}

/* length, type, data, checksum of type and data */
void write_chunk(OutputFile &file, const char *type, const uint8_t *data,
                 uint32_t bytes)
{
    uint8_t head[8], tail[4];
    put_u32(head, bytes);
    memcpy(head + 4, type, 4);
    uLong sum = crc32(0, head + 4, 4);
    if (bytes > 0)
        sum = crc32(sum, data, bytes);
    put_u32(tail, uint32_t(sum));
    file.write(head, sizeof head);
    file.write(data, bytes);
    file.write(tail, sizeof tail);
}

/* Each row is preceded by the number of its filter: none. */
std::vector<uint8_t> pack_rows(const uint8_t *rgb, size_t row_bytes,
                               size_t height)
{
    std::vector<uint8_t> rows((row_bytes + 1) * height);
    for (size_t y = 0; y < height; y++)
        memcpy(&rows[y * (row_bytes + 1) + 1], rgb + y * row_bytes, row_bytes);
    uLongf bytes = compressBound(uLong(rows.size()));
    std::vector<uint8_t> packed(bytes);
    if (compress2(packed.data(), &bytes, rows.data(), uLong(rows.size()), 6) !=
        Z_OK)
        throw std::bad_alloc();
    packed.resize(bytes);
    return packed;
}

void write_png(const std::string &path, const uint8_t *rgb, uint32_t width,
               uint32_t height)
{
    if (width == 0 || height == 0 || width > 65535 || height > 65535)
        fail(MEDALS_E_USAGE,
             "%s: a picture of %u x %u; sides from 1 to 65535 expected",
             path.c_str(), width, height);
    std::vector<uint8_t> packed = pack_rows(rgb, size_t(width) * 3, height);
    OutputFile file(path);
    file.write("\x89PNG\r\n\x1a\n", 8);
    uint8_t header[13] = {0, 0, 0, 0, 0, 0, 0, 0, 8 /* bits */, 2 /* RGB */};
    put_u32(header, width);
    put_u32(header + 4, height);
    write_chunk(file, "IHDR", header, sizeof header);
    const size_t most = 1 << 20;
    for (size_t at = 0; at < packed.size(); at += most)
        write_chunk(file, "IDAT", packed.data() + at,
                    uint32_t(std::min(most, packed.size() - at)));
    write_chunk(file, "IEND", nullptr, 0);
    file.finish();
}

} // namespace
} // namespace medals::bridge

MedalsStatus medals_png_write(const char *path, const uint8_t *rgb,
                              uint32_t width, uint32_t height, char **message)
{
    using namespace medals::bridge;
    return guard(path, message, [&] { write_png(path, rgb, width, height); });
}

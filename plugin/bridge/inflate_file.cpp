/*
 * inflate_file.cpp - a zlib stream inside a file
 */
#include "inflate_file.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <new>
#include <vector>

#include <zlib.h>

#include "failure.hpp"

namespace medals::bridge
{

namespace
{

class Inflater
{
  public:
    Inflater()
    {
        memset(&stream, 0, sizeof stream);
        /* 32: zlib or gzip, by the stream's first bytes */
        if (inflateInit2(&stream, 15 + 32) != Z_OK)
            throw std::bad_alloc();
    }
    ~Inflater()
    {
        inflateEnd(&stream);
    }
    z_stream stream;
};

/* One byte more than expected has room, so that a longer stream is noticed. */
size_t inflate_all(std::ifstream &file, uint8_t *dst, size_t bytes, int *end)
{
    Inflater inflater;
    z_stream &z = inflater.stream;
    std::vector<uint8_t> packed(1 << 18);
    size_t done = 0;
    uint8_t spare;
    int result = Z_OK;
    while (result == Z_OK) {
        if (z.avail_in == 0) {
            file.read(reinterpret_cast<char *>(packed.data()),
                      std::streamsize(packed.size()));
            z.next_in = packed.data();
            z.avail_in = unsigned(file.gcount());
        }
        size_t room = bytes - done;
        z.next_out = room ? dst + done : &spare;
        z.avail_out = unsigned(room ? std::min<size_t>(room, 1 << 30) : 1);
        unsigned before = z.avail_out;
        result = inflate(&z, Z_NO_FLUSH);
        done += before - z.avail_out;
        if (done > bytes)
            break;
    }
    *end = result;
    return done;
}

} // namespace

void inflate_file(const std::string &path, uint64_t offset, void *dst,
                  size_t bytes)
{
    std::ifstream file(path, std::ios::binary);
    file.seekg(std::streamoff(offset));
    if (!file)
        fail(MEDALS_E_IO, "%s: cannot be read; a readable file expected",
             path.c_str());
    int end;
    size_t done = inflate_all(file, static_cast<uint8_t *>(dst), bytes, &end);
    if (done != bytes || end != Z_STREAM_END)
        fail(MEDALS_E_INPUT,
             "%s: the compressed data %s, %zu bytes of voxels found; %zu "
             "expected by the header",
             path.c_str(),
             end == Z_STREAM_END || done > bytes ? "have another length"
                                                 : "are cut off or damaged",
             done, bytes);
}

} // namespace medals::bridge

/*
 * voxel_files.cpp - the voxels that a text header describes
 */
#include "voxel_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <new>
#include <type_traits>

#include <sys/stat.h>
#include <zlib.h>

#include "failure.hpp"
#include "image_data.hpp"
#include "numbers.hpp"
#include "voxel_stream.hpp"

namespace medals::bridge
{

namespace
{

/* deflate makes at most 1032 bytes of one */
const double deflate_most = 1032;

uint64_t size_of_piece(const VoxelFiles &files, const std::string &path)
{
    struct stat info;
    const char *name = path.c_str();
    if (stat(name, &info) != 0)
        fail(MEDALS_E_IO, "%s: %s; the voxels of %s expected",
             shortened(path).c_str(), strerror(errno), files.header.c_str());
    if (!S_ISREG(info.st_mode))
        fail(MEDALS_E_INPUT, "%s: %s; a file with the voxels of %s expected",
             name, S_ISDIR(info.st_mode) ? "a folder" : "no file",
             files.header.c_str());
    return uint64_t(info.st_size);
}

void open_piece(const VoxelFiles &files, const std::string &path,
                std::ifstream &file)
{
    file.open(path, std::ios::binary);
    if (!file)
        fail(MEDALS_E_IO, "%s: cannot be read; the voxels of %s expected",
             path.c_str(), files.header.c_str());
}

/* Where the data of a piece begin: behind the header and the skipped lines. */
uint64_t begin_of(const VoxelFiles &files, const std::string &path)
{
    if (files.lines == 0)
        return files.offset;
    std::ifstream file;
    open_piece(files, path, file);
    file.seekg(std::streamoff(files.offset));
    uint64_t begin = files.offset;
    for (uint64_t line = 0; line < files.lines; begin++) {
        int c = file.get();
        if (c == EOF)
            fail(MEDALS_E_INPUT,
                 "%s: the file is too short, it has %llu lines; more than "
                 "%llu expected by the header %s",
                 path.c_str(), (unsigned long long) line,
                 (unsigned long long) files.lines, files.header.c_str());
        line += c == '\n';
    }
    return begin;
}

[[noreturn]] void fail_short(const VoxelFiles &files, const std::string &path,
                             double have, double need)
{
    fail(MEDALS_E_INPUT,
         "%s: the file is too short, it can hold %.0f bytes of voxels; %.0f "
         "expected by %s",
         path.c_str(), std::max(have, 0.0), need,
         path == files.header ? "its header" : files.header.c_str());
}

/* Bytes that the piece holds beyond its share; items: voxels of the share. */
uint64_t check_piece(const VoxelFiles &files, const std::string &path,
                     size_t items)
{
    size_t width = medals_dtype_size(files.dtype);
    double need = double(items) * double(width);
    uint64_t size = size_of_piece(files, path);
    uint64_t begin = files.at_end ? 0 : begin_of(files, path);
    double have = double(size) - double(begin);
    switch (files.packing) {
    case Packing::raw:
        have -= double(files.bytes);
        break;
    case Packing::deflate:
        if (files.packed != UINT64_MAX && double(files.packed) > have)
            fail_short(files, path, have, double(files.packed));
        have = have * deflate_most - double(files.bytes);
        break;
    case Packing::text: /* a digit and a blank */
        have = (have - double(files.bytes) + 1) / 2 * double(width);
        break;
    case Packing::hex:
        have = (have - double(files.bytes)) / 2;
        break;
    }
    if (have < need)
        fail_short(files, path, have, need);
    bool more = files.packing == Packing::raw && !files.at_end;
    return more ? uint64_t(have - need) : 0;
}

/** The bytes of a piece, one after the other. */
class Bytes
{
  public:
    Bytes(const VoxelFiles &files, const std::string &path, uint64_t begin)
        : buffer(1 << 16)
    {
        open_piece(files, path, file);
        file.seekg(std::streamoff(begin));
    }
    /* EOF at the end */
    int next()
    {
        if (at == end) {
            file.read(buffer.data(), std::streamsize(buffer.size()));
            at = 0;
            end = size_t(file.gcount());
            if (end == 0)
                return EOF;
        }
        return (unsigned char) buffer[at++];
    }

  private:
    std::ifstream file;
    std::vector<char> buffer;
    size_t at = 0, end = 0;
};

void read_raw(const VoxelFiles &files, const std::string &path, uint64_t begin,
              uint8_t *dst, size_t bytes)
{
    std::ifstream file;
    open_piece(files, path, file);
    if (files.at_end)
        file.seekg(-std::streamoff(bytes), std::ios::end);
    else
        file.seekg(std::streamoff(begin + files.bytes));
    file.read(reinterpret_cast<char *>(dst), std::streamsize(bytes));
    if (size_t(file.gcount()) != bytes)
        fail_short(files, path, double(file.gcount()), double(bytes));
}

/** Unpacks zlib or gzip, also several gzip members in a row. */
class Inflater
{
  public:
    Inflater(const VoxelFiles &files, const std::string &path, uint64_t begin)
        : left(files.packed), packed(1 << 18)
    {
        open_piece(files, path, file);
        file.seekg(std::streamoff(begin));
        memset(&stream, 0, sizeof stream);
        /* 32: zlib or gzip, by the stream's first bytes */
        if (inflateInit2(&stream, 15 + 32) != Z_OK)
            throw std::bad_alloc();
    }
    ~Inflater()
    {
        inflateEnd(&stream);
    }
    Inflater(const Inflater &) = delete;
    Inflater &operator=(const Inflater &) = delete;

    /* How many bytes came; fewer than asked for at the end or at damage. */
    size_t read(uint8_t *dst, size_t bytes)
    {
        size_t done = 0;
        while (done < bytes && step(dst + done, bytes - done))
            done += given;
        return done;
    }
    /* The stream has its end, with a good checksum, and no byte more. */
    bool at_end()
    {
        uint8_t spare;
        return read(&spare, 1) == 0 && result == Z_STREAM_END;
    }

  private:
    void refill()
    {
        size_t most = size_t(std::min<uint64_t>(packed.size(), left));
        file.read(reinterpret_cast<char *>(packed.data()),
                  std::streamsize(most));
        stream.next_in = packed.data();
        stream.avail_in = unsigned(file.gcount());
        left -= stream.avail_in;
    }
    bool next_member()
    {
        if (stream.avail_in == 0)
            refill();
        bool gzip = stream.avail_in > 0 && stream.next_in[0] == 0x1f;
        if (gzip)
            result = inflateReset(&stream);
        return gzip;
    }
    bool step(uint8_t *dst, size_t room)
    {
        given = 0;
        if (result == Z_STREAM_END && !next_member())
            return false;
        if (stream.avail_in == 0)
            refill();
        stream.next_out = dst;
        stream.avail_out = unsigned(std::min<size_t>(room, 1 << 30));
        unsigned before = stream.avail_out;
        result = inflate(&stream, Z_NO_FLUSH);
        given = before - stream.avail_out;
        return result == Z_OK || (result == Z_STREAM_END);
    }

    std::ifstream file;
    uint64_t left;
    std::vector<uint8_t> packed;
    z_stream stream;
    size_t given = 0;
    int result = Z_OK;
};

void inflate_piece(const VoxelFiles &files, const std::string &path,
                   uint64_t begin, uint8_t *dst, size_t bytes)
{
    Inflater inflater(files, path, begin);
    std::vector<uint8_t> waste(1 << 16);
    uint64_t skip = files.bytes;
    while (skip > 0) {
        size_t n = size_t(std::min<uint64_t>(skip, waste.size()));
        if (inflater.read(waste.data(), n) != n)
            break;
        skip -= n;
    }
    size_t done = skip ? 0 : inflater.read(dst, bytes);
    bool more = done == bytes && !inflater.at_end();
    if (done != bytes || more)
        fail(MEDALS_E_INPUT,
             "%s: the compressed data are cut off, damaged or of another "
             "length, %s%zu bytes of voxels found; %zu expected by the header",
             path.c_str(), more ? "more than " : "", done, bytes);
}

[[noreturn]] void fail_token(const std::string &path, const std::string &token,
                             MedalsDtype dtype)
{
    fail(MEDALS_E_INPUT,
         "%s: \"%s\" among the voxels; numbers of type %s "
         "expected",
         path.c_str(), shortened(one_line(token)).c_str(), dtype_name(dtype));
}

template <typename T> bool store_whole(const std::string &token, uint8_t *dst)
{
    const char *begin = token.data(), *end = begin + token.size();
    T value;
    auto exact = std::from_chars(begin, end, value);
    if (exact.ec != std::errc() || exact.ptr != end) {
        double real; /* "12.0" */
        auto found = std::from_chars(begin, end, real);
        double limit =
            std::ldexp(1.0, 8 * int(sizeof(T)) - std::is_signed_v<T>);
        double lowest = std::is_signed_v<T> ? -limit : 0;
        if (found.ec != std::errc() || found.ptr != end ||
            !(real >= lowest && real < limit) || real != std::floor(real))
            return false;
        value = T(real);
    }
    memcpy(dst, &value, sizeof value);
    return true;
}

template <typename T> bool store_real(const std::string &token, uint8_t *dst)
{
    double value;
    const char *begin = token.data(), *end = begin + token.size();
    auto found = std::from_chars(begin, end, value);
    if (found.ec != std::errc() || found.ptr != end)
        return false;
    T narrow = T(value);
    memcpy(dst, &narrow, sizeof narrow);
    return true;
}

bool store_token(const std::string &token, MedalsDtype dtype, uint8_t *dst)
{
    switch (dtype) {
    case MEDALS_U8:
        return store_whole<uint8_t>(token, dst);
    case MEDALS_I8:
        return store_whole<int8_t>(token, dst);
    case MEDALS_U16:
        return store_whole<uint16_t>(token, dst);
    case MEDALS_I16:
        return store_whole<int16_t>(token, dst);
    case MEDALS_U32:
        return store_whole<uint32_t>(token, dst);
    case MEDALS_I32:
        return store_whole<int32_t>(token, dst);
    case MEDALS_U64:
        return store_whole<uint64_t>(token, dst);
    case MEDALS_I64:
        return store_whole<int64_t>(token, dst);
    case MEDALS_F32:
        return store_real<float>(token, dst);
    default:
        return store_real<double>(token, dst);
    }
}

bool is_blank(int c)
{
    return c == ' ' || c == ',' || (c >= '\t' && c <= '\r');
}

/* The next word; "" at the end. */
std::string next_token(Bytes &bytes)
{
    static const size_t longest = 400; /* a double with all its digits */
    std::string token;
    int c = bytes.next();
    while (c != EOF && is_blank(c))
        c = bytes.next();
    for (; c != EOF && !is_blank(c) && token.size() <= longest;
         c = bytes.next())
        if (c != '+' || !token.empty())
            token += char(c);
    return token;
}

void read_text(const VoxelFiles &files, const std::string &path, uint64_t begin,
               uint8_t *dst, size_t items)
{
    size_t width = medals_dtype_size(files.dtype);
    Bytes bytes(files, path, begin + files.bytes);
    for (size_t i = 0; i < items; i++) {
        std::string token = next_token(bytes);
        if (token.empty())
            fail_short(files, path, double(i * width), double(items * width));
        if (!store_token(token, files.dtype, dst + i * width))
            fail_token(path, token, files.dtype);
    }
}

int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void read_hex(const VoxelFiles &files, const std::string &path, uint64_t begin,
              uint8_t *dst, size_t count)
{
    Bytes bytes(files, path, begin + files.bytes);
    for (size_t i = 0; i < 2 * count; i++) {
        int c = bytes.next();
        while (c != EOF && is_blank(c))
            c = bytes.next();
        if (c == EOF)
            fail_short(files, path, double(i / 2), double(count));
        int digit = hex_digit(c);
        if (digit < 0)
            fail_token(path, std::string(1, char(c)), files.dtype);
        dst[i / 2] = uint8_t(i % 2 ? dst[i / 2] << 4 | digit : digit);
    }
}

} // namespace

std::string shortened(const std::string &text)
{
    return text.size() > 100 ? text.substr(0, 100) + "..." : text;
}

std::string beside(const std::string &header, const std::string &name)
{
    size_t slash = header.rfind('/');
    if (slash == std::string::npos || name[0] == '/')
        return name;
    return header.substr(0, slash + 1) + name;
}

void check_voxel_files(const VoxelFiles &files, size_t count,
                       std::vector<std::string> &warnings)
{
    size_t items = count / files.paths.size();
    uint64_t most = 0;
    const std::string *where = nullptr;
    for (const std::string &path : files.paths) {
        uint64_t more = check_piece(files, path, items);
        if (more > most)
            where = &path;
        most = std::max(more, most);
    }
    if (where)
        warnings.push_back(text_of(
            "%s holds %llu bytes more than the header states: the first are "
            "used",
            shortened(*where).c_str(), (unsigned long long) most));
}

void read_voxel_files(const VoxelFiles &files, void *dst, size_t count)
{
    size_t items = count / files.paths.size();
    size_t width = medals_dtype_size(files.dtype);
    uint8_t *at = static_cast<uint8_t *>(dst);
    for (const std::string &path : files.paths) {
        uint64_t begin = begin_of(files, path);
        if (files.packing == Packing::raw)
            read_raw(files, path, begin, at, items * width);
        else if (files.packing == Packing::deflate)
            inflate_piece(files, path, begin, at, items * width);
        else if (files.packing == Packing::text)
            read_text(files, path, begin, at, items);
        else
            read_hex(files, path, begin, at, items * width);
        at += items * width;
    }
    bool turned = files.packing != Packing::text &&
                  files.big_endian != machine_is_big_endian();
    if (turned)
        swap_items(dst, count, width);
}

} // namespace medals::bridge

/*
 * output_file.cpp - a file that appears under its name when it is complete
 */
#include "output_file.hpp"

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "failure.hpp"

namespace medals::bridge
{

static const size_t buffer_bytes = 1 << 18;

static std::string folder_of(const std::string &path)
{
    size_t slash = path.rfind('/');
    if (slash == std::string::npos)
        return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

static std::string name_of(const std::string &path)
{
    return path.substr(path.rfind('/') + 1);
}

/* ".nii.gz" of "a.nii.gz": a foreign writer picks its format by the name. */
static std::string extension_of(const std::string &name)
{
    size_t dot = name.rfind('.');
    if (dot == std::string::npos || dot == 0)
        return "";
    size_t before = name.rfind('.', dot - 1);
    bool two = before != std::string::npos && before > 0 &&
               (name.substr(dot) == ".gz" || name.substr(dot) == ".nrrd") &&
               dot - before <= 5;
    return name.substr(two ? before : dot);
}

/* The part of a temporary name that goes by the target. */
static std::string temporary_prefix(const std::string &path)
{
    return "." + name_of(path) + ".medals-";
}

static bool is_leftover(const std::string &name, const std::string &prefix)
{
    if (name.compare(0, prefix.size(), prefix) != 0)
        return false;
    size_t at = prefix.size();
    while (at < name.size() && isdigit((unsigned char) name[at]))
        at++;
    return at > prefix.size() && name.compare(at, 4, ".tmp") == 0;
}

/* A file of this user that nobody writes any more. A link, a file of somebody
 * else and what is no file were planted, or are no business of ours. */
static bool is_ours_and_dead(int file)
{
    struct stat info;
    return fstat(file, &info) == 0 && S_ISREG(info.st_mode) &&
           info.st_uid == geteuid() && flock(file, LOCK_EX | LOCK_NB) == 0;
}

static void remove_if_dead(int folder, const char *name)
{
    int file =
        openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0)
        return;
    if (is_ours_and_dead(file))
        unlinkat(folder, name, 0);
    close(file);
}

static void remove_leftovers(const std::string &path)
{
    std::string prefix = temporary_prefix(path);
    DIR *dir = opendir(folder_of(path).c_str());
    if (!dir)
        return;
    while (struct dirent *entry = readdir(dir)) {
        if (is_leftover(entry->d_name, prefix))
            remove_if_dead(dirfd(dir), entry->d_name);
    }
    closedir(dir);
}

void OutputFile::fail_errno(int code)
{
    /* EFBIG: the limit of this process or file system */
    bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    fail(full ? MEDALS_E_NOSPACE : MEDALS_E_IO, "%s: %s; %s expected",
         path.c_str(), strerror(code),
         full ? "free disk space" : "a file name that can be written");
}

OutputFile::OutputFile(const std::string &path) : path(path)
{
    buffer.reserve(buffer_bytes);
    struct stat info;
    bool folder = stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
    if (folder || name_of(path).empty())
        fail_errno(EISDIR);
    remove_leftovers(path);
    open();
}

void OutputFile::open()
{
    std::string extension = extension_of(name_of(path));
    std::string start = folder_of(path) + "/" + temporary_prefix(path);
    for (int attempt = 0; attempt < 100; attempt++) {
        temporary_path = start +
                         text_of("%ld%03d.tmp", (long) getpid(), attempt) +
                         extension;
        descriptor =
            ::open(temporary_path.c_str(),
                   O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (descriptor >= 0)
            break;
        if (errno != EEXIST)
            fail_errno(errno);
    }
    if (descriptor < 0)
        fail_errno(EEXIST);
    flock(descriptor, LOCK_EX | LOCK_NB);
}

OutputFile::~OutputFile()
{
    if (zlib)
        deflateEnd(zlib.get());
    if (descriptor >= 0)
        close(descriptor);
    if (!finished && !temporary_path.empty())
        unlink(temporary_path.c_str());
}

void OutputFile::flush()
{
    size_t done = 0;
    while (done < buffer.size()) {
        ssize_t n =
            ::write(descriptor, buffer.data() + done, buffer.size() - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            fail_errno(n < 0 ? errno : ENOSPC);
        done += size_t(n);
    }
    buffer.clear();
}

void OutputFile::put(const void *data, size_t bytes)
{
    const uint8_t *at = static_cast<const uint8_t *>(data);
    while (bytes > 0) {
        size_t room = buffer_bytes - buffer.size();
        size_t n = bytes < room ? bytes : room;
        buffer.insert(buffer.end(), at, at + n);
        at += n;
        bytes -= n;
        if (buffer.size() == buffer_bytes)
            flush();
    }
}

void OutputFile::begin_zlib(bool gzip)
{
    zlib = std::make_unique<z_stream>();
    memset(zlib.get(), 0, sizeof *zlib);
    packed.resize(1 << 16);
    packed_bytes = 0;
    if (deflateInit2(zlib.get(), 6, Z_DEFLATED, gzip ? 15 + 16 : 15, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        zlib.reset();
        throw std::bad_alloc();
    }
}

void OutputFile::deflate_some(int flush)
{
    int result;
    do {
        zlib->next_out = packed.data();
        zlib->avail_out = unsigned(packed.size());
        result = deflate(zlib.get(), flush);
        size_t made = packed.size() - zlib->avail_out;
        put(packed.data(), made);
        packed_bytes += made;
    } while (flush == Z_FINISH ? result != Z_STREAM_END : zlib->avail_out == 0);
}

void OutputFile::write(const void *data, size_t bytes)
{
    if (!zlib) {
        put(data, bytes);
        return;
    }
    const uint8_t *at = static_cast<const uint8_t *>(data);
    while (bytes > 0) {
        unsigned n = unsigned(bytes < (1 << 30) ? bytes : 1 << 30);
        zlib->next_in = const_cast<uint8_t *>(at);
        zlib->avail_in = n;
        deflate_some(Z_NO_FLUSH);
        at += n;
        bytes -= n;
    }
}

uint64_t OutputFile::end_zlib()
{
    zlib->next_in = nullptr;
    zlib->avail_in = 0;
    deflate_some(Z_FINISH);
    deflateEnd(zlib.get());
    zlib.reset();
    return packed_bytes;
}

void OutputFile::patch(uint64_t offset, const void *data, size_t bytes)
{
    flush();
    if (pwrite(descriptor, data, bytes, off_t(offset)) != ssize_t(bytes))
        fail_errno(errno);
}

void OutputFile::sync()
{
    flush();
    if (fsync(descriptor) != 0)
        fail_errno(errno);
}

void OutputFile::finish()
{
    sync();
    if (rename(temporary_path.c_str(), path.c_str()) != 0)
        fail_errno(errno);
    finished = true;
    int folder =
        ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        fsync(folder);
        close(folder);
    }
}

} // namespace medals::bridge

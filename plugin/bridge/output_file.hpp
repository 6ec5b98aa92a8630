/*
 * output_file.hpp - a file that appears under its name when it is complete
 */
#ifndef MEDALS_BRIDGE_OUTPUT_FILE_HPP
#define MEDALS_BRIDGE_OUTPUT_FILE_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct z_stream_s;

namespace medals::bridge
{

/**
 * Writes ".NAME.medals-PID.tmp.EXT" beside the target; finish() syncs and
 * renames it, the destructor removes it otherwise. While it lives the
 * temporary file is locked (flock); one that nobody locks was left by a
 * killed process, and the next OutputFile for the same target removes it.
 *
 * All functions throw MEDALS_E_NOSPACE if the disk is full, else MEDALS_E_IO.
 */
class OutputFile
{
  public:
    explicit OutputFile(const std::string &path);
    ~OutputFile();
    OutputFile(const OutputFile &) = delete;
    OutputFile &operator=(const OutputFile &) = delete;

    void write(const void *data, size_t bytes);
    /** What is written from here on is compressed. */
    void begin_zlib(bool gzip);
    /** Ends the compression. @return compressed bytes */
    uint64_t end_zlib();
    /** Replaces bytes that were written before. */
    void patch(uint64_t offset, const void *data, size_t bytes);
    /** Where a foreign writer may put the content instead of write(). */
    const std::string &temporary() const
    {
        return temporary_path;
    }
    /** Brings all bytes to the disk; only the name is missing then. */
    void sync();
    void finish();

  private:
    void open();
    void flush();
    void put(const void *data, size_t bytes);
    void deflate_some(int flush);
    [[noreturn]] void fail_errno(int code);

    std::string path, temporary_path;
    int descriptor = -1;
    bool finished = false;
    std::vector<uint8_t> buffer;
    std::unique_ptr<z_stream_s> zlib;
    std::vector<uint8_t> packed;
    uint64_t packed_bytes = 0;
};

} // namespace medals::bridge
#endif

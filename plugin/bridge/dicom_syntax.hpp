/*
 * dicom_syntax.hpp - transfer syntaxes, and what a compressed stream says
 */
#ifndef MEDALS_BRIDGE_DICOM_SYNTAX_HPP
#define MEDALS_BRIDGE_DICOM_SYNTAX_HPP

#include <cstddef>
#include <cstdint>
#include <string>

namespace medals::bridge
{

enum class DicomCodec { none, rle, jpeg, jpeg_ls, jpeg_2000 };

/** The codec of a transfer syntax; "" is taken as uncompressed. Throws
 * MEDALS_E_INPUT, with its name, for one that is not supported. */
DicomCodec dicom_codec(const std::string &file, const std::string &transfer);

/** What the header of a compressed frame states. */
struct DicomStream {
    uint32_t columns = 0, rows = 0, samples = 0, bits = 0;
};

/**
 * Reads the frame header of a JPEG, JPEG-LS or JPEG 2000 stream.
 * @param bytes the beginning of the stream
 * @return false if there is none within them
 */
bool dicom_stream_header(const uint8_t *bytes, size_t count,
                         DicomStream *stream);

} // namespace medals::bridge
#endif

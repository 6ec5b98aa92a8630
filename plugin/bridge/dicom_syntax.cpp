/*
 * dicom_syntax.cpp - UIDs of DICOM PS3.6, annex A; frame headers of JPEG
 * (ITU-T T.81, B.2.2), JPEG-LS (T.87, C.2.2) and JPEG 2000 (T.800, A.5.1)
 */
#include "dicom_syntax.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "failure.hpp"

namespace medals::bridge
{

namespace
{

#define DICOM_UID "1.2.840.10008.1.2"

const struct {
    const char *uid;
    DicomCodec codec;
} supported[] = {{"", DicomCodec::none},
                 {DICOM_UID, DicomCodec::none},
                 {DICOM_UID ".1", DicomCodec::none},
                 {DICOM_UID ".2", DicomCodec::none},
                 {DICOM_UID ".5", DicomCodec::rle},
                 {DICOM_UID ".4.50", DicomCodec::jpeg},
                 {DICOM_UID ".4.51", DicomCodec::jpeg},
                 {DICOM_UID ".4.57", DicomCodec::jpeg},
                 {DICOM_UID ".4.70", DicomCodec::jpeg},
                 {DICOM_UID ".4.80", DicomCodec::jpeg_ls},
                 {DICOM_UID ".4.81", DicomCodec::jpeg_ls},
                 {DICOM_UID ".4.90", DicomCodec::jpeg_2000},
                 {DICOM_UID ".4.91", DicomCodec::jpeg_2000}};

const struct {
    const char *uid, *name;
} named[] = {{DICOM_UID ".1.98", "encapsulated uncompressed"},
             {DICOM_UID ".1.99", "a deflated data set"},
             {DICOM_UID ".4.92", "JPEG 2000 part 2"},
             {DICOM_UID ".4.93", "JPEG 2000 part 2"},
             {DICOM_UID ".4.94", "JPIP"},
             {DICOM_UID ".4.95", "JPIP"},
             {DICOM_UID ".4.100", "MPEG-2 video"},
             {DICOM_UID ".4.101", "MPEG-2 video"},
             {DICOM_UID ".4.102", "H.264 video"},
             {DICOM_UID ".4.103", "H.264 video"},
             {DICOM_UID ".4.104", "H.264 video"},
             {DICOM_UID ".4.105", "H.264 video"},
             {DICOM_UID ".4.106", "H.264 video"},
             {DICOM_UID ".4.107", "HEVC video"},
             {DICOM_UID ".4.108", "HEVC video"},
             {DICOM_UID ".4.110", "JPEG XL"},
             {DICOM_UID ".4.111", "JPEG XL"},
             {DICOM_UID ".4.112", "JPEG XL"},
             {DICOM_UID ".4.201", "High-Throughput JPEG 2000"},
             {DICOM_UID ".4.202", "High-Throughput JPEG 2000"},
             {DICOM_UID ".4.203", "High-Throughput JPEG 2000"},
             {DICOM_UID ".8.1", "deflated frames"}};

uint32_t big(const uint8_t *bytes, int width)
{
    uint32_t value = 0;
    for (int i = 0; i < width; i++)
        value = value << 8 | bytes[i];
    return value;
}

bool is_frame_marker(uint8_t marker)
{
    bool jpeg = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
                marker != 0xc8 && marker != 0xcc;
    return jpeg || marker == 0xf7;
}

/* Segments up to the first frame header. */
bool jpeg_header(const uint8_t *bytes, size_t count, DicomStream *stream)
{
    size_t at = 2;
    while (at + 4 <= count) {
        if (bytes[at] != 0xff)
            return false;
        uint8_t marker = bytes[at + 1];
        if (marker == 0xff) { /* fill */
            at++;
            continue;
        }
        size_t length = big(bytes + at + 2, 2);
        if (length < 2 || marker == 0xda)
            return false;
        if (is_frame_marker(marker)) {
            if (length < 8 || at + 10 > count)
                return false;
            *stream = {big(bytes + at + 7, 2), big(bytes + at + 5, 2),
                       bytes[at + 9], bytes[at + 4]};
            return true;
        }
        at += 2 + length;
    }
    return false;
}

/* SIZ follows the start at once; subsampled components are not for us. */
bool jpeg_2000_header(const uint8_t *bytes, size_t count, DicomStream *stream)
{
    static const uint8_t start[] = {0xff, 0x4f, 0xff, 0x51};
    const uint8_t *end = bytes + count;
    const uint8_t *siz = std::search(bytes, end, start, start + 4);
    if (end - siz < 4 + 41)
        return false;
    siz += 4; /* at Lsiz */
    uint32_t x = big(siz + 4, 4), y = big(siz + 8, 4);
    uint32_t x0 = big(siz + 12, 4), y0 = big(siz + 16, 4);
    if (x <= x0 || y <= y0 || siz[39] != 1 || siz[40] != 1)
        return false;
    *stream = {x - x0, y - y0, big(siz + 36, 2), (siz[38] & 0x7fu) + 1};
    return true;
}

} // namespace

DicomCodec dicom_codec(const std::string &file, const std::string &transfer)
{
    for (const auto &known : supported)
        if (transfer == known.uid)
            return known.codec;
    const char *name = "unknown";
    for (const auto &known : named)
        if (transfer == known.uid)
            name = known.name;
    fail(MEDALS_E_INPUT,
         "%s: transfer syntax %s (%s); uncompressed, RLE, JPEG, JPEG-LS or "
         "JPEG 2000 expected",
         file.c_str(), one_line(transfer).c_str(), name);
}

bool dicom_stream_header(const uint8_t *bytes, size_t count,
                         DicomStream *stream)
{
    if (count >= 4 && bytes[0] == 0xff && bytes[1] == 0xd8)
        return jpeg_header(bytes, count, stream);
    return jpeg_2000_header(bytes, count, stream);
}

} // namespace medals::bridge

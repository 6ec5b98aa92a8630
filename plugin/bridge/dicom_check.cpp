/*
 * dicom_check.cpp - is a DICOM file whole?
 *
 *   [128 bytes, "DICM", group 2: explicit little-endian]
 *   data set: tag, (VR), length, value | sequence of items | fragments
 *
 * DICOM PS3.5, chapter 7, and PS3.10, chapter 7.
 */
#include "dicom_check.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <vector>

#include "failure.hpp"
#include "image_data.hpp"

namespace medals::bridge
{

namespace
{

const uint32_t undefined = 0xffffffff;
const uint32_t item_start = 0xfffee000, item_end = 0xfffee00d,
               sequence_end = 0xfffee0dd, pixel_data = 0x7fe00010,
               tag_frames = 0x00280008, tag_bits_allocated = 0x00280100;

/** Bytes of a file by position, through a window that moves along. */
class Bytes
{
  public:
    explicit Bytes(const std::string &path)
        : path(path), size(file_size(path)), file(path, std::ios::binary)
    {
        if (!file)
            fail(MEDALS_E_IO, "%s: cannot be opened; a readable file expected",
                 path.c_str());
    }
    const uint8_t *at(uint64_t position, size_t count)
    {
        if (position > size || count > size - position)
            damaged("ends inside an element");
        if (position < start || position + count > start + window.size()) {
            window.resize(size_t(std::min<uint64_t>(4096, size - position)));
            start = position;
            file.clear();
            file.seekg(std::streamoff(position));
            file.read(reinterpret_cast<char *>(window.data()),
                      std::streamsize(window.size()));
            if (size_t(file.gcount()) != window.size())
                damaged("cannot be read");
        }
        return window.data() + (position - start);
    }
    /** Up to `most` bytes from a position on. */
    std::vector<uint8_t> copy(uint64_t position, uint64_t most)
    {
        std::vector<uint8_t> bytes(
            size_t(std::min(most, size - std::min(position, size))));
        file.clear();
        file.seekg(std::streamoff(position));
        file.read(reinterpret_cast<char *>(bytes.data()),
                  std::streamsize(bytes.size()));
        bytes.resize(size_t(std::max<std::streamsize>(file.gcount(), 0)));
        return bytes;
    }
    [[noreturn]] void damaged(const char *what)
    {
        fail(MEDALS_E_INPUT,
             "%s: the DICOM file is damaged or cut off, it %s; a whole file "
             "expected",
             path.c_str(), what);
    }

    const std::string path;
    const uint64_t size;

  private:
    std::ifstream file;
    uint64_t start = 0;
    std::vector<uint8_t> window;
};

struct Syntax {
    bool is_explicit = true, big_endian = false;
};

struct Element {
    uint32_t tag = 0, length = 0;
    char vr[3] = "";
    uint64_t value = 0; /* position */
};

uint32_t number_at(const uint8_t *bytes, int width, bool big_endian)
{
    uint32_t value = 0;
    for (int i = 0; i < width; i++)
        value |= uint32_t(bytes[i]) << 8 * (big_endian ? width - 1 - i : i);
    return value;
}

bool is_vr(const char *vr)
{
    static const char known[] = "AE AS AT CS DA DS DT FL FD IS LO LT OB OD OF "
                                "OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN "
                                "UR US UT UV";
    const char *found = strstr(known, vr);
    return strlen(vr) == 2 && found && (found - known) % 3 == 0;
}

/* VRs with two empty bytes and a length of four. */
bool has_long_length(const char *vr)
{
    static const char *const all[] = {"OB", "OD", "OF", "OL", "OV", "OW", "SQ",
                                      "SV", "UC", "UN", "UR", "UT", "UV"};
    return std::any_of(std::begin(all), std::end(all),
                       [&](const char *name) { return !strcmp(name, vr); });
}

class Walker
{
  public:
    Walker(Bytes &bytes, DicomPixels &found) : bytes(bytes), found(found)
    {
    }
    void data_set(uint64_t position, uint64_t end, const Syntax &syntax);

  private:
    Element element(uint64_t position, const Syntax &syntax);
    void check_value(const Element &element, const Syntax &syntax, int depth);
    uint64_t items(const Element &element, uint64_t end, const Syntax &syntax,
                   int depth);
    uint64_t elements(uint64_t position, uint64_t end, bool until_item_end,
                      const Syntax &syntax, int depth);
    uint64_t fragments(uint64_t position, uint64_t end, bool frames);
    bool is_padding(uint64_t position, uint64_t end);
    void check_type(const Element &element);
    void take(const Element &element, uint32_t value);
    void check_stream(const Element &fragment, bool first);
    void check_rle(const Element &fragment);

    Bytes &bytes;
    DicomPixels &found;
    uint32_t samples = 1, rows = 0, columns = 0;
    double pixels = 1; /* bytes that the description so far asks for */
};

Element Walker::element(uint64_t position, const Syntax &syntax)
{
    Element e;
    const uint8_t *head = bytes.at(position, 8);
    e.tag = number_at(head, 2, syntax.big_endian) << 16 |
            number_at(head + 2, 2, syntax.big_endian);
    bool is_item = e.tag >> 16 == 0xfffe;
    e.value = position + 8;
    if (!syntax.is_explicit || is_item) {
        e.length = number_at(head + 4, 4, syntax.big_endian);
        return e;
    }
    memcpy(e.vr, head + 4, 2);
    if (!is_vr(e.vr))
        bytes.damaged("has an unknown type of value");
    e.length = number_at(head + 6, 2, syntax.big_endian);
    if (has_long_length(e.vr)) {
        e.length = number_at(bytes.at(position + 8, 4), 4, syntax.big_endian);
        e.value = position + 12;
    }
    return e;
}

/* Attributes that are read here and by GDCM have the standard's type. */
void Walker::check_type(const Element &e)
{
    static const struct {
        uint32_t tag;
        const char *vr;
    } types[] = {{0x00080060, "CS"}, {0x00180050, "DS"}, {0x00181120, "DS"},
                 {0x00181164, "DS"}, {0x0020000d, "UI"}, {0x0020000e, "UI"},
                 {0x00200011, "IS"}, {0x00200013, "IS"}, {0x00200032, "DS"},
                 {0x00200037, "DS"}, {0x00280002, "US"}, {0x00280004, "CS"},
                 {0x00280006, "US"}, {0x00280008, "IS"}, {0x00280010, "US"},
                 {0x00280011, "US"}, {0x00280030, "DS"}, {0x00280100, "US"},
                 {0x00280101, "US"}, {0x00280102, "US"}, {0x00280103, "US"},
                 {0x00281050, "DS"}, {0x00281051, "DS"}, {0x00281052, "DS"},
                 {0x00281053, "DS"}};
    for (const auto &known : types)
        if (e.tag == known.tag && *e.vr && strcmp(e.vr, known.vr) != 0)
            fail(MEDALS_E_INPUT,
                 "%s: attribute (%04x,%04x) is of type %s; %s expected",
                 bytes.path.c_str(), e.tag >> 16, e.tag & 0xffff, e.vr,
                 known.vr);
}

/* Remembers the description of the pixels. */
void Walker::take(const Element &e, uint32_t value)
{
    switch (e.tag) {
    case 0x00280002:
        samples = value;
        break;
    case 0x00280010:
        rows = value;
        break;
    case 0x00280011:
        columns = value;
        break;
    case 0x00280100:
        found.bits_allocated = value;
        break;
    case 0x00280101:
        found.bits_stored = value;
        break;
    case 0x00280102:
        found.high_bit = value;
        break;
    default:
        break;
    }
}

/* Numbers that GDCM relies on. */
void Walker::check_value(const Element &e, const Syntax &syntax, int depth)
{
    check_type(e);
    static const struct {
        const char *vr;
        uint32_t width;
    } widths[] = {{"US", 2}, {"SS", 2}, {"UL", 4}, {"SL", 4},
                  {"FL", 4}, {"FD", 8}, {"AT", 4}};
    for (const auto &known : widths) {
        if (!strcmp(known.vr, e.vr) && e.length % known.width != 0)
            bytes.damaged("has a number of a wrong length");
    }
    static const struct {
        uint32_t tag, least, most;
    } ranges[] = {{0x00280002, 1, 4},     {0x00280010, 1, 65535},
                  {0x00280011, 1, 65535}, {0x00280100, 1, 64},
                  {0x00280101, 1, 64},    {0x00280102, 0, 63},
                  {0x00280103, 0, 1}};
    for (const auto &range : ranges) {
        if (e.tag != range.tag)
            continue;
        if (e.length != 2)
            bytes.damaged("has a pixel description of a wrong length");
        uint32_t value = number_at(bytes.at(e.value, 2), 2, syntax.big_endian);
        if (value < range.least || value > range.most)
            bytes.damaged("has a pixel description out of range");
        if (depth == 0)
            take(e, value);
        if (depth == 0)
            pixels *= e.tag == tag_bits_allocated  ? value / 8.0
                      : e.tag < tag_bits_allocated ? value
                                                   : 1;
    }
    if (depth == 0 && e.tag == tag_frames && e.length > 0 && e.length <= 12) {
        const uint8_t *text = bytes.at(e.value, e.length);
        pixels *= std::max(1, atoi(std::string(text, text + e.length).c_str()));
    }
    if (depth != 0 || e.tag != pixel_data)
        return;
    if (e.length < pixels)
        bytes.damaged("has fewer pixels than it states");
    found.position = e.value;
    found.length = e.length;
}

/* The decoders trust the size that the data set states. */
void Walker::check_stream(const Element &fragment, bool first)
{
    std::vector<uint8_t> head =
        bytes.copy(fragment.value, std::min(fragment.length, 1u << 16));
    bool starts = head.size() >= 4 && head[0] == 0xff &&
                  ((head[1] == 0xd8 && head[2] == 0xff) ||
                   (head[1] == 0x4f && head[2] == 0xff));
    if (!first && !starts)
        return; /* the rest of a stream */
    DicomStream stream;
    if (!dicom_stream_header(head.data(), head.size(), &stream))
        bytes.damaged("has compressed pixels without a frame header");
    if (stream.columns != columns || stream.rows != rows)
        fail(MEDALS_E_INPUT,
             "%s: the compressed frame has %u x %u pixels; %u x %u, as the "
             "header states, expected",
             bytes.path.c_str(), stream.columns, stream.rows, columns, rows);
    if (stream.samples != samples || stream.bits > found.bits_allocated)
        fail(MEDALS_E_INPUT,
             "%s: the compressed frame has %u samples of %u bits; %u of at "
             "most %u, as the header states, expected",
             bytes.path.c_str(), stream.samples, stream.bits, samples,
             found.bits_allocated);
}

/* PS3.5, annex G: one segment a byte of a pixel, in order, in the fragment. */
void Walker::check_rle(const Element &fragment)
{
    std::vector<uint8_t> head = bytes.copy(fragment.value, 64);
    if (head.size() < 64 || fragment.length < 64)
        bytes.damaged("has an RLE frame without a header");
    uint32_t segments = number_at(head.data(), 4, false), before = 63;
    if (segments != samples * (found.bits_allocated / 8) || segments > 15)
        bytes.damaged("has an RLE frame with another number of segments than "
                      "its pixels have bytes");
    for (uint32_t i = 0; i < segments; i++) {
        uint32_t offset = number_at(head.data() + 4 + 4 * i, 4, false);
        if (offset <= before || offset >= fragment.length)
            bytes.damaged("has an RLE segment outside its frame");
        before = offset;
    }
}

/* Items of encapsulated pixels. @return position after them */
uint64_t Walker::fragments(uint64_t position, uint64_t end, bool frames)
{
    const Syntax syntax;
    /* the first item is the table of offsets */
    for (size_t count = 0; position < end; count++) {
        Element e = element(position, syntax);
        if (e.tag == sequence_end)
            return e.value;
        if (e.tag != item_start || e.length > end - e.value)
            break;
        if (frames && count > 0 && found.codec == DicomCodec::rle)
            check_rle(e);
        else if (frames && count > 0)
            check_stream(e, count == 1);
        position = e.value + e.length;
    }
    bytes.damaged("ends inside its compressed pixels");
}

uint64_t Walker::items(const Element &sequence, uint64_t end,
                       const Syntax &syntax, int depth)
{
    if (depth > 32)
        bytes.damaged("nests too deep");
    bool open = sequence.length == undefined;
    uint64_t position = sequence.value;
    uint64_t stop = open ? end : position + sequence.length;
    while (position < stop) {
        Element e = element(position, syntax);
        if (e.tag == sequence_end && open)
            return e.value;
        if (e.tag != item_start)
            bytes.damaged("has something else than items in a sequence");
        bool open_item = e.length == undefined;
        if (!open_item && e.length > stop - e.value)
            bytes.damaged("ends inside a sequence");
        uint64_t item_stop = open_item ? stop : e.value + e.length;
        position = elements(e.value, item_stop, open_item, syntax, depth);
    }
    if (open)
        bytes.damaged("ends inside a sequence");
    return stop;
}

bool Walker::is_padding(uint64_t position, uint64_t end)
{
    if (end - position > 4096)
        return false;
    const uint8_t *rest = bytes.at(position, size_t(end - position));
    return std::all_of(rest, rest + (end - position),
                       [](uint8_t byte) { return byte == 0; });
}

uint64_t Walker::elements(uint64_t position, uint64_t end, bool until_item_end,
                          const Syntax &syntax, int depth)
{
    while (position < end) {
        if (depth == 0 && is_padding(position, end))
            return end;
        Element e = element(position, syntax);
        if (e.tag == item_end && until_item_end)
            return e.value;
        if (e.tag >> 16 == 0xfffe)
            bytes.damaged("has an item outside a sequence");
        bool sequence = !strcmp(e.vr, "SQ");
        Syntax inner = syntax;
        if (e.length == undefined && e.tag == pixel_data) {
            if (found.codec == DicomCodec::none)
                bytes.damaged("has packed pixels in an unpacked transfer "
                              "syntax");
            /* icons inside sequences are not looked at */
            position = fragments(e.value, end, depth == 0);
        } else if (e.length == undefined || sequence) {
            if (!sequence && syntax.is_explicit)
                inner = {false, false}; /* UN: implicit inside, PS3.5 6.2.2 */
            if (e.length != undefined && e.length > end - e.value)
                bytes.damaged("ends inside a sequence");
            position = items(e, end, inner, depth + 1);
        } else {
            if (e.length > end - e.value)
                bytes.damaged("ends inside an element");
            check_value(e, syntax, depth);
            position = e.value + e.length;
        }
    }
    if (until_item_end)
        bytes.damaged("ends inside an item");
    return position;
}

void Walker::data_set(uint64_t position, uint64_t end, const Syntax &syntax)
{
    elements(position, end, false, syntax, 0);
}

/* Group 2. @return its end; names the transfer syntax. */
uint64_t read_meta(Bytes &bytes, uint64_t position, std::string &transfer)
{
    while (position + 8 <= bytes.size) {
        const uint8_t *head = bytes.at(position, 8);
        if (number_at(head, 2, false) != 2)
            break;
        char vr[3] = {char(head[4]), char(head[5]), 0};
        if (!is_vr(vr))
            bytes.damaged("has an unknown type of value");
        bool wide = has_long_length(vr);
        bool transfer_tag = number_at(head + 2, 2, false) == 0x0010;
        uint32_t length = number_at(head + 6, 2, false);
        if (wide)
            length = number_at(bytes.at(position + 8, 4), 4, false);
        position += wide ? 12 : 8;
        if (position > bytes.size || length > bytes.size - position)
            bytes.damaged("ends inside its first elements");
        if (transfer_tag && length <= 64) {
            const uint8_t *text = bytes.at(position, length);
            transfer.assign(text, text + length);
            while (!transfer.empty() &&
                   (transfer.back() == 0 || transfer.back() == ' '))
                transfer.pop_back();
        }
        position += length;
    }
    return position;
}

Syntax syntax_of(Bytes &bytes, uint64_t position, const std::string &transfer)
{
    Syntax syntax;
    if (transfer == "1.2.840.10008.1.2")
        syntax.is_explicit = false;
    else if (transfer == "1.2.840.10008.1.2.2")
        syntax.big_endian = true;
    else if (transfer.empty()) {
        const uint8_t *head = bytes.at(position, 8);
        char vr[3] = {char(head[4]), char(head[5]), 0};
        syntax.is_explicit = is_vr(vr);
    }
    return syntax;
}

/* A file without "DICM" is one if it starts with group 8 (or 2). */
bool has_start(Bytes &bytes, uint64_t *position)
{
    *position = 0;
    if (bytes.size >= 132 && !memcmp(bytes.at(128, 4), "DICM", 4)) {
        *position = 132;
        return true;
    }
    if (bytes.size < 16)
        return false;
    uint32_t group = number_at(bytes.at(0, 2), 2, false);
    uint32_t element = number_at(bytes.at(2, 2), 2, false);
    return (group == 2 || group == 8) && element <= 0x20;
}

} // namespace

bool check_dicom(const std::string &path, DicomPixels *pixels)
{
    Bytes bytes(path);
    uint64_t position;
    if (!has_start(bytes, &position))
        return false;
    std::string transfer;
    position = read_meta(bytes, position, transfer);
    if (position + 8 > bytes.size)
        bytes.damaged("has no data set");
    DicomPixels found;
    found.codec = dicom_codec(path, transfer);
    Syntax syntax = syntax_of(bytes, position, transfer);
    found.big_endian = syntax.big_endian;
    Walker(bytes, found).data_set(position, bytes.size, syntax);
    if (pixels)
        *pixels = found;
    return true;
}

} // namespace medals::bridge

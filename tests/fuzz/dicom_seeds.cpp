/*
 * dicom_seeds.cpp - 4 x 3 pixels in every transfer syntax
 *
 * Of a compressed stream only what our own checks read is there: its header.
 */
#include "dicom_seeds.hpp"

#include <cstdint>
#include <cstring>

#define UID "1.2.840.10008.1.2"

namespace
{

const uint32_t undefined = 0xffffffff;

struct Layout {
    const char *transfer;
    bool is_explicit, big;
};

std::string number(uint64_t value, int width, bool big)
{
    std::string bytes;
    for (int i = 0; i < width; i++)
        bytes += char(value >> 8 * (big ? width - 1 - i : i));
    return bytes;
}

/* One element; length replaces the true one. */
std::string element(const Layout &layout, uint32_t tag, const char *vr,
                    std::string value, uint32_t length = 0)
{
    if (value.size() % 2)
        value += strchr("AOSU", vr[0]) && strcmp(vr, "UI") == 0 ? '\0' : ' ';
    if (length == 0)
        length = uint32_t(value.size());
    std::string bytes =
        number(tag >> 16, 2, layout.big) + number(tag & 0xffff, 2, layout.big);
    bool item = tag >> 16 == 0xfffe;
    if (!layout.is_explicit || item)
        return bytes + number(length, 4, layout.big) + value;
    bytes += vr;
    if (strstr("OB OW SQ UN", vr))
        return bytes + number(0, 2, layout.big) +
               number(length, 4, layout.big) + value;
    return bytes + number(length, 2, layout.big) + value;
}

/* The functional groups of an enhanced image, of undefined lengths. */
std::string nested(const Layout &l)
{
    std::string inner = element(l, 0xfffee000, "",
                                element(l, 0x00200032, "DS", "0\\0\\2.5") +
                                    element(l, 0xfffee00d, "", ""),
                                undefined) +
                        element(l, 0xfffee0dd, "", "");
    std::string outer = element(l, 0x00209113, "SQ", inner, undefined);
    return element(l, 0x52009230, "SQ", element(l, 0xfffee000, "", outer));
}

std::string data_set(const Layout &l, const std::string &pixels, bool packed)
{
    auto us = [&](uint32_t tag, unsigned value) {
        return element(l, tag, "US", number(value, 2, l.big));
    };
    return element(l, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2") +
           element(l, 0x00080018, "UI", "1.2.3") +
           element(l, 0x00080060, "CS", "CT") +
           element(l, 0x0020000e, "UI", "1.2.5") +
           element(l, 0x00200032, "DS", "0\\0\\2.5") +
           element(l, 0x00200037, "DS", "1\\0\\0\\0\\1\\0") +
           us(0x00280002, 1) + element(l, 0x00280004, "CS", "MONOCHROME2") +
           element(l, 0x00280008, "IS", "1") + us(0x00280010, 3) +
           us(0x00280011, 4) + element(l, 0x00280030, "DS", "0.5\\0.75") +
           us(0x00280100, 16) + us(0x00280101, 12) + us(0x00280102, 11) +
           us(0x00280103, 0) + element(l, 0x00281053, "DS", "1") + nested(l) +
           (packed ? element(l, 0x7fe00010, "OB", pixels, undefined)
                   : element(l, 0x7fe00010, "OW", pixels));
}

std::string file(const Layout &layout, const std::string &pixels, bool packed)
{
    const Layout first = {"", true, false};
    std::string meta =
        element(first, 0x00020001, "OB", std::string("\0\1", 2)) +
        element(first, 0x00020010, "UI", layout.transfer);
    return std::string(128, '\0') + "DICM" +
           element(first, 0x00020000, "UL", number(meta.size(), 4, false)) +
           meta + data_set(layout, pixels, packed);
}

std::string packed_file(const char *transfer, const std::string &stream)
{
    const Layout l = {transfer, true, false};
    return file(l,
                element(l, 0xfffee000, "", "") +
                    element(l, 0xfffee000, "", stream) +
                    element(l, 0xfffee0dd, "", ""),
                true);
}

std::string jpeg(uint8_t marker)
{
    return std::string("\xff\xd8\xff\xe8\0\6abcd\xff", 11) + char(marker) +
           std::string("\0\13\14\0\3\0\4\1\1\x11\0\xff\xda", 13) +
           std::string(16, '\0');
}

std::string jpeg_2000()
{
    std::string sizes;
    for (unsigned value : {4, 3, 0, 0, 4, 3, 0, 0})
        sizes += number(value, 4, true);
    return std::string("\xff\x4f\xff\x51\0\51\0\0", 8) + sizes +
           std::string("\0\1\13\1\1\xff\x52", 7) + std::string(16, '\0');
}

std::string rle()
{
    std::string head = number(2, 4, false) + number(64, 4, false) +
                       number(68, 4, false) + std::string(52, '\0');
    return head + std::string("\3\0\1\2\3\0\1\2", 8);
}

std::string record(char kind, const std::string &payload)
{
    uint64_t length = payload.size();
    std::string bytes(1, kind);
    bytes.append(reinterpret_cast<const char *>(&length), sizeof length);
    return bytes + payload;
}

std::string image_answer()
{
    return record('b', "") +
           record('i', "{\"size\":[4,3,2],\"spacing\":[0.5,0.75,2],"
                       "\"origin\":[0,-1.5,2],"
                       "\"direction\":[1,0,0,0,1,0,0,0,1],\"dtype\":7,"
                       "\"modality\":0,\"files\":2,\"stored\":\"int16\","
                       "\"orientation_from\":\"header\","
                       "\"modality_tag\":\"CT\",\"series_uid\":\"1.2.5\","
                       "\"series_description\":\"thin\"}") +
           record('n', "a remark") + record('s', std::string(24, '\1')) +
           record('b', "") + record('s', std::string(24, '\2')) +
           record('e', "");
}

} // namespace

std::vector<std::string> dicom_seeds()
{
    const Layout implicit = {UID, false, false},
                 little = {UID ".1", true, false}, big = {UID ".2", true, true},
                 none = {"", true, false};
    std::string pixels;
    for (unsigned i = 0; i < 12; i++)
        pixels += number(i * 300, 2, false);
    return {file(implicit, pixels, false),
            file(little, pixels, false),
            file(big, pixels, false),
            data_set(none, pixels, false),
            data_set(implicit, pixels, false),
            packed_file(UID ".5", rle()),
            packed_file(UID ".4.50", jpeg(0xc0)),
            packed_file(UID ".4.51", jpeg(0xc1)),
            packed_file(UID ".4.57", jpeg(0xc3)),
            packed_file(UID ".4.70", jpeg(0xc3)),
            packed_file(UID ".4.80", jpeg(0xf7)),
            packed_file(UID ".4.81", jpeg(0xf7)),
            packed_file(UID ".4.90", jpeg_2000()),
            packed_file(UID ".4.91", jpeg_2000()),
            image_answer(),
            record('l', "[{\"uid\":\"1.2.5\",\"description\":\"thin\","
                        "\"modality\":\"CT\",\"files\":6},"
                        "{\"uid\":\"1.2.6\",\"files\":1}]"),
            record('f', "{\"status\":2,\"message\":\"a: b; c\"}"),
            "#0.5\\ -1e3 \\0,25\\+7",
            "#1.5\\-0.0\\1e-300"};
}

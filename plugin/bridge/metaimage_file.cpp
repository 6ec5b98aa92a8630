/*
 * metaimage_file.cpp - reads MetaImage through ITK, writes .mha
 *
 * Format: itk.org/Wiki/MetaIO/Documentation. Read: the text is looked at
 * first, since ITK turns a negative spacing round. Written by hand: numbers
 * with all their digits, and a full disk is noticed.
 */
#include <algorithm>
#include <cstring>
#include <fstream>
#include <map>

#include <itkMetaImageIO.h>

#include "failure.hpp"
#include "image_data.hpp"
#include "inflate_file.hpp"
#include "itk_image.hpp"
#include "label_format.hpp"
#include "numbers.hpp"
#include "output_file.hpp"
#include "voxel_stream.hpp"

namespace medals::bridge
{

struct MetaHeader {
    std::map<std::string, std::string> fields;
    uint64_t bytes = 0; /* up to the voxels */
};

static MetaHeader read_header(const std::string &path)
{
    MetaHeader header;
    std::ifstream file(path, std::ios::binary);
    std::string line;
    while (header.bytes < (1 << 20) && std::getline(file, line)) {
        header.bytes += line.size() + 1;
        size_t equal = line.find('=');
        if (equal == std::string::npos)
            continue;
        std::string name = one_line(line.substr(0, equal));
        header.fields[name] = one_line(line.substr(equal + 1));
        if (name == "ElementDataFile" && !header.fields[name].empty())
            return header;
    }
    fail(MEDALS_E_INPUT,
         "%s: the header has no ElementDataFile; a MetaImage header expected",
         path.c_str());
}

static bool is_true(const std::string &text)
{
    return !text.empty() && strchr("tTyY1", text[0]);
}

/* ITK takes damaged packed voxels as they come: they are unpacked here. */
static bool is_packed(MetaHeader &header)
{
    return is_true(header.fields["CompressedData"]);
}

static double type_bytes(const std::string &type)
{
    static const std::pair<const char *, double> words[] = {
        {"CHAR", 1},   {"SHORT", 2}, {"LONG_LONG", 8},
        {"DOUBLE", 8}, {"INT", 4},   {"FLOAT", 4}};
    for (const auto &word : words) {
        if (type.find(word.first) != std::string::npos)
            return word.second;
    }
    return 1;
}

static void check_header(const std::string &path, MetaHeader &header)
{
    for (const char *name : {"ElementSpacing", "ElementSize"}) {
        for (double spacing : numbers_in(header.fields[name])) {
            if (!(spacing > 0))
                fail(MEDALS_E_INPUT, "%s: %s = %s; positive numbers expected",
                     path.c_str(), name, header.fields[name].c_str());
        }
    }
    double need = type_bytes(header.fields["ElementType"]);
    for (double size : numbers_in(header.fields["DimSize"])) {
        if (!(size >= 1))
            fail(MEDALS_E_INPUT,
                 "%s: no voxels (DimSize = %s); at least one along each axis "
                 "expected",
                 path.c_str(), header.fields["DimSize"].c_str());
        need *= size;
    }
    if (header.fields["ElementDataFile"] != "LOCAL")
        return;
    bool packed = is_packed(header);
    double have = double(file_size(path)) - double(header.bytes);
    double limit = packed ? have * 1032 : have;
    std::vector<double> stated =
        numbers_in(header.fields["CompressedDataSize"]);
    if (packed && !stated.empty() && stated[0] > have)
        limit = have, need = stated[0];
    if (need > limit)
        fail(MEDALS_E_INPUT,
             "%s: the file is too short, it can hold %.0f bytes of voxels; "
             "%.0f expected by its header",
             path.c_str(), limit, need);
}

ImagePointer read_metaimage(const std::string &path)
{
    MetaHeader header = read_header(path);
    check_header(path, header);
    auto io = itk::MetaImageIO::New();
    io->SetFileName(path);
    io->ReadImageInformation();
    VoxelReader read;
    if (is_packed(header) && header.fields["ElementDataFile"] == "LOCAL")
        read = [&](void *data, size_t bytes, size_t width) {
            inflate_file(path, header.bytes, data, bytes);
            bool big = is_true(header.fields["BinaryDataByteOrderMSB"]) ||
                       is_true(header.fields["ElementByteOrderMSB"]);
            if (big != machine_is_big_endian())
                swap_items(data, bytes / width, width);
        };
    ImagePointer image = read_with_itk(path, *io, nullptr, read);
    image->format = "metaimage";
    return image;
}

static const char *element_type(MedalsDtype dtype)
{
    switch (dtype) {
    case MEDALS_U8:
        return "MET_UCHAR";
    case MEDALS_U16:
        return "MET_USHORT";
    case MEDALS_U32:
        return "MET_UINT";
    default:
        return "MET_FLOAT";
    }
}

static std::string list(const double *values, int count, int step)
{
    std::string text;
    for (int i = 0; i < count; i++)
        text += (i ? " " : "") + number_text(values[i * step]);
    return text;
}

void write_metaimage(OutputFile &file, const VoxelStream &voxels)
{
    const MedalsGeometry &g = voxels.geometry;
    /* MetaImage lists the axes one after the other */
    std::string axes = list(g.direction, 3, 3) + " " +
                       list(g.direction + 1, 3, 3) + " " +
                       list(g.direction + 2, 3, 3);
    std::string text = "ObjectType = Image\nNDims = 3\nBinaryData = True\n"
                       "BinaryDataByteOrderMSB = False\n"
                       "CompressedData = True\nCompressedDataSize = ";
    size_t hole = text.size();
    text += std::string(20, '0') + "\nTransformMatrix = " + axes +
            "\nOffset = " + list(g.origin, 3, 1) +
            "\nCenterOfRotation = 0 0 0\nElementSpacing = " +
            list(g.spacing, 3, 1) +
            text_of("\nDimSize = %lld %lld %lld\n", (long long) g.size[0],
                    (long long) g.size[1], (long long) g.size[2]);
    if (voxels.components > 1)
        text += text_of("ElementNumberOfChannels = %zu\n", voxels.components);
    text += std::string("ElementType = ") + element_type(voxels.dtype) +
            "\nElementDataFile = LOCAL\n";
    file.write(text.data(), text.size());
    file.begin_zlib(false);
    voxels.write(file, VoxelOrder::interleaved, false);
    uint64_t packed = file.end_zlib();
    std::string digits = text_of("%020llu", (unsigned long long) packed);
    file.patch(hole, digits.data(), digits.size());
}

} // namespace medals::bridge

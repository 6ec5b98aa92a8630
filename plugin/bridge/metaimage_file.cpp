/*
 * metaimage_file.cpp - writes .mha
 *
 * By hand: numbers with all their digits, and a full disk is noticed. Format:
 * itk.org/Wiki/MetaIO/Documentation
 */
#include "failure.hpp"
#include "label_format.hpp"
#include "numbers.hpp"
#include "output_file.hpp"
#include "voxel_stream.hpp"

namespace medals::bridge
{

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

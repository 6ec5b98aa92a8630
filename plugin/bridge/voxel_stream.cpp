/*
 * voxel_stream.cpp - volumes on their way into a file
 */
#include "voxel_stream.hpp"

#include <algorithm>
#include <cstring>

namespace medals::bridge
{

size_t voxel_count(const MedalsGeometry &geometry)
{
    return size_t(geometry.size[0]) * size_t(geometry.size[1]) *
           size_t(geometry.size[2]);
}

uint32_t label_at(const void *data, MedalsDtype dtype, size_t index)
{
    switch (dtype) {
    case MEDALS_U8:
        return static_cast<const uint8_t *>(data)[index];
    case MEDALS_U16:
        return static_cast<const uint16_t *>(data)[index];
    default:
        return static_cast<const uint32_t *>(data)[index];
    }
}

MedalsDtype label_dtype(uint32_t largest)
{
    if (largest < 256)
        return MEDALS_U8;
    return largest < 65536 ? MEDALS_U16 : MEDALS_U32;
}

uint32_t largest_label(const MedalsVolume *labelmap)
{
    size_t count = voxel_count(*medals_volume_peek_geometry(labelmap));
    MedalsDtype dtype = medals_volume_dtype(labelmap);
    const void *data = medals_volume_peek_data(labelmap);
    uint32_t largest = 0;
    if (dtype == MEDALS_U8)
        return 255; /* whatever it is, the type does not get smaller */
    for (size_t i = 0; i < count; i++)
        largest = std::max(largest, label_at(data, dtype, i));
    return largest;
}

VoxelStream::VoxelStream(const std::vector<const MedalsVolume *> &sources)
    : geometry(*medals_volume_peek_geometry(sources[0])),
      dtype(medals_volume_dtype(sources[0])), components(sources.size()),
      sources(sources)
{
    if (dtype != MEDALS_F32)
        dtype = label_dtype(largest_label(sources[0]));
}

void swap_items(void *data, size_t count, size_t width)
{
    uint8_t *at = static_cast<uint8_t *>(data);
    for (size_t i = 0; width > 1 && i < count; i++, at += width)
        std::reverse(at, at + width);
}

bool machine_is_big_endian()
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 0;
}

namespace
{

void put_item(uint8_t *dst, const VoxelStream &stream, size_t c, size_t index)
{
    const MedalsVolume *source = stream.sources[c];
    const void *data = medals_volume_peek_data(source);
    if (stream.dtype == MEDALS_F32) {
        memcpy(dst, static_cast<const float *>(data) + index, 4);
        return;
    }
    uint32_t label = label_at(data, medals_volume_dtype(source), index);
    if (!stream.values.empty())
        label = label ? stream.values[c] : 0;
    uint8_t narrow = uint8_t(label);
    uint16_t middle = uint16_t(label);
    switch (stream.dtype) {
    case MEDALS_U8:
        memcpy(dst, &narrow, 1);
        break;
    case MEDALS_U16:
        memcpy(dst, &middle, 2);
        break;
    default:
        memcpy(dst, &label, 4);
        break;
    }
}

} // namespace

void VoxelStream::write(OutputFile &file, VoxelOrder order,
                        bool big_endian) const
{
    const size_t chunk = 1 << 15;
    size_t width = medals_dtype_size(dtype);
    size_t count = voxel_count(geometry);
    bool swap = width > 1 && big_endian != machine_is_big_endian();
    /* inner components side by side, outer ones one after the other */
    bool mixed = order == VoxelOrder::interleaved;
    size_t inner = mixed ? components : 1, outer = mixed ? 1 : components;
    std::vector<uint8_t> bytes(chunk * inner * width);
    for (size_t o = 0; o < outer; o++) {
        bool as_it_is = inner == 1 && !swap && values.empty() &&
                        medals_volume_dtype(sources[o]) == dtype;
        if (as_it_is) {
            file.write(medals_volume_peek_data(sources[o]), count * width);
            continue;
        }
        for (size_t first = 0; first < count; first += chunk) {
            size_t n = std::min(chunk, count - first);
            uint8_t *at = bytes.data();
            for (size_t i = 0; i < n; i++) {
                for (size_t c = 0; c < inner; c++, at += width) {
                    put_item(at, *this, o + c, first + i);
                    if (swap)
                        std::reverse(at, at + width);
                }
            }
            file.write(bytes.data(), n * inner * width);
        }
    }
}

} // namespace medals::bridge

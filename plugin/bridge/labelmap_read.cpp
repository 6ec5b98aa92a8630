/*
 * labelmap_read.cpp - reads label maps, with the names of a .seg.nrrd
 */
#include <cmath>
#include <cstdlib>

#include "failure.hpp"
#include "image_data.hpp"
#include "labelmap.h"
#include "nrrd_header.hpp"
#include "numbers.hpp"
#include "quiet.hpp"
#include "voxel_stream.hpp"

namespace
{

struct NamedSegment {
    std::string name, terminology;
    uint32_t label, layer;
    uint8_t rgb[3];
};

} // namespace

struct MedalsLabelmap {
    std::vector<MedalsVolume *> layers;
    std::vector<NamedSegment> segments;

    MedalsLabelmap() = default;
    MedalsLabelmap(const MedalsLabelmap &) = delete;
    MedalsLabelmap &operator=(const MedalsLabelmap &) = delete;
    ~MedalsLabelmap()
    {
        for (MedalsVolume *&layer : layers)
            medals_volume_free(&layer);
    }
};

namespace medals::bridge
{

namespace
{

[[noreturn]] void fail_value(const std::string &path, double value)
{
    fail(MEDALS_E_INPUT,
         "%s: a voxel of value %g; whole numbers from 0 to 4294967295 "
         "expected in a label map",
         path.c_str(), value);
}

template <typename T>
uint32_t check_values(const std::string &path, const T *data, size_t count)
{
    uint32_t largest = 0;
    for (size_t i = 0; i < count; i++) {
        double value = double(data[i]);
        if (!(value >= 0 && value <= 4294967295.0) ||
            value != std::floor(value))
            fail_value(path, value);
        largest = std::max(largest, uint32_t(value));
    }
    return largest;
}

template <typename T>
void narrow(const T *src, MedalsVolume *volume, size_t count)
{
    void *dst = medals_volume_peek_data(volume);
    MedalsDtype dtype = medals_volume_dtype(volume);
    for (size_t i = 0; i < count; i++) {
        uint32_t value = uint32_t(src[i]);
        if (dtype == MEDALS_U8)
            static_cast<uint8_t *>(dst)[i] = uint8_t(value);
        else if (dtype == MEDALS_U16)
            static_cast<uint16_t *>(dst)[i] = uint16_t(value);
        else
            static_cast<uint32_t *>(dst)[i] = value;
    }
}

template <typename T>
MedalsVolume *convert(const std::string &path, const MedalsVolume *volume)
{
    const MedalsGeometry &geometry = *medals_volume_peek_geometry(volume);
    size_t count = voxel_count(geometry);
    const T *src = static_cast<const T *>(medals_volume_peek_data(volume));
    MedalsDtype dtype = label_dtype(check_values(path, src, count));
    MedalsVolume *labels = new_volume(path, geometry, dtype);
    narrow(src, labels, count);
    return labels;
}

/* Another volume of the same labels in an unsigned type, or a reference. */
MedalsVolume *as_labels(const std::string &path, MedalsVolume *volume)
{
    switch (medals_volume_dtype(volume)) {
    case MEDALS_U8:
    case MEDALS_U16:
    case MEDALS_U32:
        return medals_volume_ref(volume);
    case MEDALS_I8:
        return convert<int8_t>(path, volume);
    case MEDALS_I16:
        return convert<int16_t>(path, volume);
    case MEDALS_I32:
        return convert<int32_t>(path, volume);
    case MEDALS_I64:
        return convert<int64_t>(path, volume);
    case MEDALS_U64:
        return convert<uint64_t>(path, volume);
    case MEDALS_F32:
        return convert<float>(path, volume);
    case MEDALS_F64:
        return convert<double>(path, volume);
    default:
        fail(MEDALS_E_INPUT, "%s: %s voxels; whole numbers expected",
             path.c_str(), dtype_name(medals_volume_dtype(volume)));
    }
}

/* The whole number of a key, or fallback if the key is absent. */
uint32_t whole_key(const std::string &path, const NrrdHeader &header,
                   const std::string &key, uint32_t fallback)
{
    std::string text = header.key(key);
    if (text.empty())
        return fallback;
    std::vector<double> numbers = numbers_in(text);
    if (numbers.size() != 1 || !(numbers[0] >= 0 && numbers[0] < 4294967296.0))
        fail(MEDALS_E_INPUT, "%s: %s:=%s; a whole number expected",
             path.c_str(), key.c_str(), text.c_str());
    return uint32_t(numbers[0]);
}

std::string terminology_in(const std::string &tags)
{
    static const std::string word = "TerminologyEntry:";
    size_t at = tags.find(word);
    if (at == std::string::npos)
        return "";
    at += word.size();
    return tags.substr(at, tags.find('|', at) - at);
}

NamedSegment segment_of(const std::string &path, const NrrdHeader &header,
                        size_t index, size_t layers)
{
    std::string key = text_of("Segment%zu_", index);
    NamedSegment segment = {};
    segment.name = one_line(header.key(key + "Name"));
    if (segment.name.empty())
        segment.name = one_line(header.key(key + "ID"));
    segment.label = whole_key(path, header, key + "LabelValue", 1);
    /* files older than shared layers: one component a segment */
    uint32_t own = layers > 1 ? uint32_t(index) : 0;
    segment.layer = whole_key(path, header, key + "Layer", own);
    if (segment.layer >= layers || segment.label == 0)
        fail(MEDALS_E_INPUT,
             "%s: segment %zu has label %u in layer %u of %zu; a label from 1 "
             "in an existing layer expected",
             path.c_str(), index, segment.label, segment.layer, layers);
    std::vector<double> color = numbers_in(header.key(key + "Color"));
    for (size_t i = 0; i < 3; i++) {
        double part = i < color.size() ? color[i] : 0.5;
        segment.rgb[i] =
            part > 0 ? uint8_t(std::lround(255 * std::min(part, 1.0))) : 0;
    }
    segment.terminology = terminology_in(header.key(key + "Tags"));
    return segment;
}

void read_names(const std::string &path, MedalsLabelmap &labelmap)
{
    NrrdHeader header = NrrdHeader::read(path);
    for (size_t i = 0; i < 65536; i++) {
        if (!header.keys.count(text_of("Segment%zu_ID", i)))
            break;
        labelmap.segments.push_back(
            segment_of(path, header, i, labelmap.layers.size()));
    }
}

std::unique_ptr<MedalsLabelmap> read_labelmap(const std::string &path)
{
    MedalsLabelmap stored; /* the layers as they are in the file */
    ImagePointer image = read_image(path, nullptr, &stored.layers);
    if (stored.layers.empty())
        stored.layers.push_back(medals_volume_ref(image->volume));
    auto labelmap = std::make_unique<MedalsLabelmap>();
    for (MedalsVolume *layer : stored.layers)
        labelmap->layers.push_back(as_labels(path, layer));
    if (image->format == "nrrd")
        read_names(path, *labelmap);
    return labelmap;
}

} // namespace
} // namespace medals::bridge

MedalsStatus medals_labelmap_read(MedalsLabelmap **out, const char *path,
                                  char **message)
{
    using namespace medals::bridge;
    *out = nullptr;
    return guard(path, message, [&] {
        Quiet quiet;
        *out = read_labelmap(path).release();
    });
}

void medals_labelmap_free(MedalsLabelmap **labelmap)
{
    if (!labelmap)
        return;
    delete *labelmap;
    *labelmap = nullptr;
}

size_t medals_labelmap_layer_count(const MedalsLabelmap *labelmap)
{
    return labelmap->layers.size();
}

MedalsVolume *medals_labelmap_peek_layer(const MedalsLabelmap *labelmap,
                                         size_t layer)
{
    return layer < labelmap->layers.size() ? labelmap->layers[layer] : nullptr;
}

size_t medals_labelmap_segment_count(const MedalsLabelmap *labelmap)
{
    return labelmap->segments.size();
}

bool medals_labelmap_segment(const MedalsLabelmap *labelmap, size_t index,
                             MedalsSegment *segment)
{
    if (index >= labelmap->segments.size())
        return false;
    const NamedSegment &named = labelmap->segments[index];
    segment->label = named.label;
    segment->layer = named.layer;
    segment->name = named.name.c_str();
    std::copy(named.rgb, named.rgb + 3, segment->rgb);
    segment->terminology =
        named.terminology.empty() ? nullptr : named.terminology.c_str();
    return true;
}

/*
 * labelmap_read.cpp - reads label maps, with the names of a .seg.nrrd
 */
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include "failure.hpp"
#include "image_data.hpp"
#include "labelmap_data.hpp"
#include "nrrd_header.hpp"
#include "numbers.hpp"
#include "voxel_stream.hpp"

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

/* alone: the only layer and no segment of the file says its label. */
NamedSegment segment_of(const std::string &path, const NrrdHeader &header,
                        size_t index, size_t layers, bool alone)
{
    std::string key = text_of("Segment%zu_", index);
    NamedSegment segment = {};
    segment.name = one_line(header.key(key + "Name"));
    if (segment.name.empty())
        segment.name = one_line(header.key(key + "ID"));
    /* in order, as the values of a map are; one in each component of files
     * older than shared layers */
    uint32_t usual = alone ? uint32_t(index) + 1 : 1;
    segment.label = whole_key(path, header, key + "LabelValue", usual);
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

bool has_segment(const NrrdHeader &header, size_t index)
{
    return header.keys.count(text_of("Segment%zu_ID", index)) ||
           header.keys.count(text_of("Segment%zu_Name", index));
}

void check_different(const std::string &path, const MedalsLabelmap &labelmap)
{
    std::map<std::pair<uint32_t, uint32_t>, const NamedSegment *> seen;
    for (const NamedSegment &segment : labelmap.segments) {
        auto place = seen.emplace(std::make_pair(segment.layer, segment.label),
                                  &segment);
        if (!place.second)
            fail(MEDALS_E_INPUT,
                 "%s: the segments %s and %s both have label %u in layer %u; "
                 "one segment for each label expected",
                 path.c_str(), place.first->second->name.c_str(),
                 segment.name.c_str(), segment.label, segment.layer);
    }
}

void read_names(const std::string &path, MedalsLabelmap &labelmap)
{
    NrrdHeader header = NrrdHeader::read(path);
    bool stated = false;
    size_t count = 0;
    for (; count < 65536 && has_segment(header, count); count++)
        stated = stated ||
                 header.keys.count(text_of("Segment%zu_LabelValue", count));
    bool alone = labelmap.layers.size() == 1 && !stated;
    for (size_t i = 0; i < count; i++)
        labelmap.segments.push_back(
            segment_of(path, header, i, labelmap.layers.size(), alone));
    check_different(path, labelmap);
}

std::set<uint32_t> labels_in(const MedalsVolume *layer)
{
    size_t count = voxel_count(*medals_volume_peek_geometry(layer));
    MedalsDtype dtype = medals_volume_dtype(layer);
    const void *data = medals_volume_peek_data(layer);
    std::set<uint32_t> labels;
    uint32_t last = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t label = label_at(data, dtype, i);
        if (label != last && label)
            labels.insert(label);
        last = label;
    }
    return labels;
}

/* Segments without a name, for what layers hold besides. */
void add_unnamed(MedalsLabelmap &labelmap)
{
    for (size_t l = 0; l < labelmap.layers.size(); l++) {
        std::set<uint32_t> labels = labels_in(labelmap.layers[l]);
        for (const NamedSegment &segment : labelmap.segments)
            if (segment.layer == l)
                labels.erase(segment.label);
        for (uint32_t label : labels) {
            NamedSegment segment = {};
            segment.label = label;
            segment.layer = uint32_t(l);
            labelmap.segments.push_back(segment);
        }
        if (labelmap.segments.size() > 65535)
            fail(MEDALS_E_INPUT,
                 "%s: more than 65535 segments in %zu layers; fewer expected",
                 labelmap.path.c_str(), labelmap.layers.size());
    }
}

/* A value of its own for each segment: its label, or its place in the file
 * where layers use the same labels. */
void number_segments(MedalsLabelmap &labelmap)
{
    std::set<uint32_t> labels;
    for (const NamedSegment &segment : labelmap.segments)
        labels.insert(segment.label);
    bool own = labels.size() == labelmap.segments.size();
    for (size_t i = 0; i < labelmap.segments.size(); i++)
        labelmap.segments[i].value =
            own ? labelmap.segments[i].label : uint32_t(i) + 1;
}

std::unique_ptr<MedalsLabelmap> read_labelmap(const std::string &path)
{
    MedalsLabelmap stored; /* the layers as they are in the file */
    ImagePointer image = read_image(path, nullptr, &stored.layers);
    if (stored.layers.empty())
        stored.layers.push_back(medals_volume_ref(image->volume));
    auto labelmap = std::make_unique<MedalsLabelmap>();
    labelmap->path = path;
    for (MedalsVolume *layer : stored.layers)
        labelmap->layers.push_back(as_labels(path, layer));
    labelmap->is_segmentation = image->is_segmentation;
    if (image->format == "nrrd")
        read_names(path, *labelmap);
    if (labelmap->layers.size() > 1)
        add_unnamed(*labelmap);
    number_segments(*labelmap);
    return labelmap;
}

} // namespace
} // namespace medals::bridge

MedalsStatus medals_labelmap_read(MedalsLabelmap **out, const char *path,
                                  char **message)
{
    using namespace medals::bridge;
    *out = nullptr;
    return guard(path, message, [&] { *out = read_labelmap(path).release(); });
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
    const medals::bridge::NamedSegment &named = labelmap->segments[index];
    segment->label = named.label;
    segment->layer = named.layer;
    segment->value = named.value;
    segment->name = named.name.c_str();
    std::copy(named.rgb, named.rgb + 3, segment->rgb);
    segment->terminology =
        named.terminology.empty() ? nullptr : named.terminology.c_str();
    return true;
}

bool medals_labelmap_is_segmentation(const MedalsLabelmap *labelmap)
{
    return labelmap->is_segmentation;
}

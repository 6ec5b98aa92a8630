/*
 * labelmap_write.cpp - label maps and probability maps by the file's name
 */
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <set>

#include "failure.hpp"
#include "image_data.hpp"
#include "label_format.hpp"

namespace medals::bridge
{

namespace
{

enum class Format { none, nifti, nifti_gz, nrrd, seg_nrrd, metaimage };

/* Order: the longer ending first. */
const struct {
    const char *ending;
    Format format;
} endings[] = {{".nii.gz", Format::nifti_gz},
               {".nii", Format::nifti},
               {".seg.nrrd", Format::seg_nrrd},
               {".nrrd", Format::nrrd},
               {".mha", Format::metaimage}};

Format format_of(const std::string &path, std::string *stem = nullptr)
{
    std::string lower = path;
    for (char &c : lower)
        c = char(tolower((unsigned char) c));
    for (const auto &known : endings) {
        size_t n = strlen(known.ending);
        if (lower.size() <= n || lower[lower.size() - n - 1] == '/' ||
            lower.compare(lower.size() - n, n, known.ending) != 0)
            continue;
        if (stem)
            *stem = path.substr(0, path.size() - n);
        return known.format;
    }
    return Format::none;
}

Format known_format(const std::string &path)
{
    Format format = format_of(path);
    if (format == Format::none)
        fail(MEDALS_E_USAGE,
             "%s: an unknown ending; .nii, .nii.gz, .nrrd, .mha or .seg.nrrd "
             "expected",
             path.c_str());
    return format;
}

bool same_geometry(const MedalsGeometry &a, const MedalsGeometry &b)
{
    return std::equal(a.size, a.size + 3, b.size) &&
           std::equal(a.spacing, a.spacing + 3, b.spacing) &&
           std::equal(a.origin, a.origin + 3, b.origin) &&
           std::equal(a.direction, a.direction + 9, b.direction);
}

/* A header is kept for the grid it describes only. */
const MedalsImage *usable_source(const MedalsImage *source,
                                 const MedalsGeometry &geometry)
{
    bool same =
        source &&
        same_geometry(*medals_volume_peek_geometry(source->volume), geometry);
    return same ? source : nullptr;
}

void check_label_type(const std::string &path, MedalsDtype dtype)
{
    if (dtype != MEDALS_U8 && dtype != MEDALS_U16 && dtype != MEDALS_U32)
        fail(MEDALS_E_SHAPE,
             "%s: a label map of %s; uint8, uint16 or uint32 expected",
             path.c_str(), dtype_name(dtype));
}

void check_layers(const std::string &path, const MedalsVolume *labelmap,
                  const MedalsVolume *const *layers, size_t count)
{
    const MedalsGeometry *grid = medals_volume_peek_geometry(labelmap);
    for (size_t i = 0; i < count; i++) {
        MedalsDtype dtype = medals_volume_dtype(layers[i]);
        if (dtype != MEDALS_U8 ||
            !same_geometry(*grid, *medals_volume_peek_geometry(layers[i])))
            fail(MEDALS_E_SHAPE,
                 "%s: layer %zu is %s or on another grid; uint8 on the label "
                 "map's grid expected",
                 path.c_str(), i, dtype_name(dtype));
    }
}

/** Segments with a name for every value that occurs. */
struct Segments {
    std::vector<MedalsSegment> list;
    std::vector<std::string> names; /* of those without */
};

/* Colours far apart in hue, for values that came without one. */
void colour_of(uint32_t value, uint8_t rgb[3])
{
    double hue = 6 * (value * 0.618033988749895 -
                      double(int64_t(value * 0.618033988749895)));
    for (int c = 0; c < 3; c++) {
        double d = std::abs(hue - (c == 0 ? (hue > 3 ? 6 : 0) : 2.0 * c));
        rgb[c] = uint8_t(60 + 195 * std::clamp(2 - d, 0.0, 1.0));
    }
}

std::set<uint32_t> values_of(const MedalsVolume *labelmap)
{
    size_t count = voxel_count(*medals_volume_peek_geometry(labelmap));
    MedalsDtype dtype = medals_volume_dtype(labelmap);
    const void *data = medals_volume_peek_data(labelmap);
    std::set<uint32_t> values;
    uint32_t last = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t value = label_at(data, dtype, i);
        if (value != last && value)
            values.insert(value);
        last = value;
    }
    return values;
}

void add_unnamed(Segments &segments, const MedalsVolume *labelmap)
{
    std::set<uint32_t> values = values_of(labelmap);
    for (const MedalsSegment &segment : segments.list)
        values.erase(segment.label);
    segments.names.reserve(values.size());
    for (uint32_t value : values) {
        segments.names.push_back(text_of("Segment_%u", value));
        MedalsSegment segment = {};
        segment.label = value;
        segment.name = segments.names.back().c_str();
        colour_of(value, segment.rgb);
        segments.list.push_back(segment);
    }
}

Segments segments_of(const MedalsVolume *labelmap,
                     const MedalsLabelmapWriteOptions &options)
{
    Segments segments;
    if (options.segments)
        segments.list.assign(options.segments,
                             options.segments + options.segment_count);
    for (size_t i = 0; i < segments.list.size(); i++)
        segments.list[i].layer = options.layers ? uint32_t(i) : 0;
    if (!options.layers)
        add_unnamed(segments, labelmap);
    return segments;
}

std::string label_file_of(const std::string &path)
{
    std::string stem;
    Format format = format_of(path, &stem);
    bool nifti = format == Format::nifti || format == Format::nifti_gz;
    return nifti ? stem + ".label.txt" : "";
}

/* ITK-SNAP's label description: index, colour, opacity, visibility in slices
 * and in the 3-D view, name. */
void write_label_file(OutputFile &file, const Segments &segments)
{
    std::string text =
        "################################################\n"
        "# ITK-SnAP Label Description File\n"
        "# columns: index, red, green, blue (0-255), opacity (0-1),\n"
        "# visible in slices, visible in 3-D, name\n"
        "################################################\n"
        "    0     0    0    0        0  0  0    \"Clear Label\"\n";
    for (const MedalsSegment &segment : segments.list) {
        std::string name = one_line(segment.name ? segment.name : "");
        std::replace(name.begin(), name.end(), '"', '\'');
        text += text_of("%5u %5u %4u %4u        1  1  1    \"%s\"\n",
                        segment.label, segment.rgb[0], segment.rgb[1],
                        segment.rgb[2], name.c_str());
    }
    file.write(text.data(), text.size());
}

VoxelStream stream_of(const MedalsVolume *labelmap,
                      const MedalsLabelmapWriteOptions &options)
{
    if (!options.layers || options.segment_count == 0)
        return VoxelStream({labelmap});
    VoxelStream stream(std::vector<const MedalsVolume *>(
        options.layers, options.layers + options.segment_count));
    uint32_t largest = 1;
    for (size_t i = 0; i < options.segment_count; i++) {
        stream.values.push_back(options.segments[i].label);
        largest = std::max(largest, options.segments[i].label);
    }
    stream.dtype = label_dtype(largest);
    return stream;
}

void write_format(OutputFile &file, Format format, const std::string &path,
                  const VoxelStream &stream, const LabelContext &context)
{
    switch (format) {
    case Format::nifti:
    case Format::nifti_gz:
        write_nifti(file, stream, context.source, format == Format::nifti_gz,
                    path);
        break;
    case Format::nrrd:
        write_nrrd(file, stream, context.source);
        break;
    case Format::seg_nrrd:
        write_seg_nrrd(file, stream, context);
        break;
    default:
        write_metaimage(file, stream);
        break;
    }
}

void write_labelmap(const std::string &path, const MedalsVolume *labelmap,
                    const MedalsLabelmapWriteOptions &options)
{
    Format format = known_format(path);
    check_label_type(path, medals_volume_dtype(labelmap));
    if (options.layers && format != Format::seg_nrrd)
        fail(MEDALS_E_USAGE,
             "%s: overlapping layers have no place there; .seg.nrrd expected",
             path.c_str());
    if (options.layers)
        check_layers(path, labelmap, options.layers, options.segment_count);
    VoxelStream stream = stream_of(labelmap, options);
    Segments segments;
    if (format == Format::seg_nrrd || options.label_file)
        segments = segments_of(labelmap, options);
    LabelContext context;
    context.source = usable_source(options.source, stream.geometry);
    context.segments = segments.list.data();
    context.segment_count = segments.list.size();

    OutputFile file(path);
    write_format(file, format, path, stream, context);
    file.sync(); /* before the names appear */
    std::string names = options.label_file ? label_file_of(path) : "";
    if (!names.empty()) {
        OutputFile name_file(names);
        write_label_file(name_file, segments);
        name_file.finish();
    }
    file.finish();
}

void check_maps(const std::string &path, const MedalsVolume *const *maps,
                size_t count)
{
    if (count == 0)
        fail(MEDALS_E_USAGE, "%s: no probability map; at least one expected",
             path.c_str());
    const MedalsGeometry *grid = medals_volume_peek_geometry(maps[0]);
    for (size_t i = 0; i < count; i++) {
        if (medals_volume_dtype(maps[i]) != MEDALS_F32 ||
            !same_geometry(*grid, *medals_volume_peek_geometry(maps[i])))
            fail(MEDALS_E_SHAPE,
                 "%s: probability map %zu is %s or on another grid; float32 "
                 "on one grid expected",
                 path.c_str(), i, dtype_name(medals_volume_dtype(maps[i])));
    }
}

void write_probabilities(const std::string &path,
                         const MedalsVolume *const *maps, size_t count,
                         const MedalsImage *source)
{
    Format format = known_format(path);
    if (format == Format::seg_nrrd)
        fail(MEDALS_E_USAGE,
             "%s: probabilities are no segmentation; .nii, .nii.gz, .nrrd or "
             ".mha expected",
             path.c_str());
    check_maps(path, maps, count);
    VoxelStream stream(std::vector<const MedalsVolume *>(maps, maps + count));
    LabelContext context;
    context.source = usable_source(source, stream.geometry);
    OutputFile file(path);
    write_format(file, format, path, stream, context);
    file.finish();
}

} // namespace
} // namespace medals::bridge

using namespace medals::bridge;

MedalsStatus medals_labelmap_write(const char *path,
                                   const MedalsVolume *labelmap,
                                   const MedalsLabelmapWriteOptions *options,
                                   char **message)
{
    MedalsLabelmapWriteOptions defaults = MEDALS_LABELMAP_WRITE_OPTIONS_INIT;
    return guard(path, message, [&] {
        write_labelmap(path, labelmap, options ? *options : defaults);
    });
}

MedalsStatus medals_probabilities_write(const char *path,
                                        const MedalsVolume *const *maps,
                                        size_t count, const MedalsImage *source,
                                        char **message)
{
    return guard(path, message,
                 [&] { write_probabilities(path, maps, count, source); });
}

char *medals_labelmap_label_file(const char *path)
{
    std::string name = label_file_of(path);
    return name.empty() ? nullptr : strdup(name.c_str());
}

bool medals_labelmap_can_write(const char *path, bool with_layers)
{
    Format format = format_of(path);
    return with_layers ? format == Format::seg_nrrd : format != Format::none;
}

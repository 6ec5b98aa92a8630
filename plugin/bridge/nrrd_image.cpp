/*
 * nrrd_image.cpp - reads NRRD
 */
#include <algorithm>
#include <cstring>

#include "failure.hpp"
#include "image_data.hpp"
#include "nrrd_header.hpp"
#include "numbered_files.hpp"
#include "numbers.hpp"
#include "voxel_files.hpp"
#include "voxel_stream.hpp"

namespace medals::bridge
{

namespace
{

[[noreturn]] void fail_field(const NrrdHeader &header, const char *name,
                             const char *expected)
{
    fail(MEDALS_E_INPUT, "%s: %s: %s; %s expected", header.path.c_str(), name,
         shortened(one_line(header.field(name))).c_str(), expected);
}

MedalsDtype dtype_of(const NrrdHeader &header)
{
    static const struct {
        MedalsDtype dtype;
        const char *names; /* between bars */
    } types[] = {
        {MEDALS_I8, "|signed char|int8|int8_t|"},
        {MEDALS_U8, "|uchar|unsigned char|uint8|uint8_t|"},
        {MEDALS_I16, "|short|short int|signed short|signed short int|int16|"
                     "int16_t|"},
        {MEDALS_U16, "|ushort|unsigned short|unsigned short int|uint16|"
                     "uint16_t|"},
        {MEDALS_I32, "|int|signed int|int32|int32_t|"},
        {MEDALS_U32, "|uint|unsigned int|uint32|uint32_t|"},
        {MEDALS_I64, "|longlong|long long|long long int|signed long long|"
                     "signed long long int|int64|int64_t|"},
        {MEDALS_U64, "|ulonglong|unsigned long long|unsigned long long int|"
                     "uint64|uint64_t|"},
        {MEDALS_F32, "|float|"},
        {MEDALS_F64, "|double|"}};
    std::string name;
    for (const std::string &word : words_in(header.field("type")))
        name += (name.empty() ? "" : " ") + small_letters(word);
    for (const auto &type : types)
        if (!name.empty() &&
            std::string(type.names).find("|" + name + "|") != std::string::npos)
            return type.dtype;
    fail_field(header, "type", "whole or floating-point numbers");
}

Packing packing_of(const NrrdHeader &header)
{
    static const struct {
        const char *name;
        Packing packing;
    } known[] = {{"raw", Packing::raw},    {"gzip", Packing::deflate},
                 {"gz", Packing::deflate}, {"txt", Packing::text},
                 {"text", Packing::text},  {"ascii", Packing::text},
                 {"hex", Packing::hex}};
    std::string name = small_letters(header.field("encoding"));
    for (const auto &encoding : known)
        if (name == encoding.name)
            return encoding.packing;
    fail(MEDALS_E_INPUT,
         "%s: encoding: %s, which is not supported; raw, gzip, ascii or hex "
         "expected",
         header.path.c_str(),
         shortened(one_line(header.field("encoding"))).c_str());
}

bool is_big_endian(const NrrdHeader &header, Packing packing, size_t width)
{
    std::string endian = small_letters(header.field("endian"));
    bool needed = packing != Packing::text && width > 1;
    if (endian != "big" && endian != "little" && (needed || !endian.empty()))
        fail_field(header, "endian", "little or big");
    return endian == "big";
}

/* The whole numbers at the end of a text, at most `most`; they are cut off. */
std::vector<int64_t> numbers_at_end(std::string &text, size_t most)
{
    std::vector<int64_t> numbers;
    while (numbers.size() < most) {
        size_t blank = text.find_last_of(" \t");
        int64_t number = 0;
        if (blank == std::string::npos ||
            !parse_number(text.substr(blank + 1), &number) ||
            number > file_number_most || number < -file_number_most)
            break;
        numbers.insert(numbers.begin(), number);
        text = trimmed(text.substr(0, blank));
    }
    return numbers;
}

/* How many files the axes beyond `axes` of one file make. */
uint64_t files_of(const NrrdHeader &header, const std::vector<uint64_t> &sizes,
                  int64_t axes, uint64_t named)
{
    size_t all = sizes.size();
    if (axes < 1 || axes > int64_t(all))
        fail_field(header, "data file",
                   "files of at least one axis and at "
                   "most all");
    uint64_t count = axes == int64_t(all) ? named : 1;
    for (size_t a = size_t(axes); a < all && count <= voxel_files_most; a++)
        count *= sizes[a];
    bool even = axes < int64_t(all) || (named && sizes[all - 1] % named == 0);
    if (named != count || !even)
        fail(MEDALS_E_INPUT,
             "%s: %llu files with its voxels are named; %llu expected for %s",
             header.path.c_str(), (unsigned long long) named,
             (unsigned long long) count, nrrd_shape(sizes).c_str());
    return count;
}

std::vector<std::string> listed_files(const NrrdHeader &header,
                                      const std::vector<uint64_t> &sizes)
{
    std::vector<std::string> words = words_in(header.field("data file"));
    int64_t axes = int64_t(sizes.size()) - 1;
    bool good = words[0] == "LIST" && words.size() <= 2 &&
                (words.size() == 1 || parse_number(words[1], &axes));
    if (!good)
        fail_field(header, "data file", "LIST and a number of axes");
    files_of(header, sizes, axes, header.list.size());
    return header.list;
}

/* "NAME%d MIN MAX STEP [AXES]", or one name. */
std::vector<std::string> named_files(const NrrdHeader &header,
                                     const std::vector<uint64_t> &sizes)
{
    std::string name = header.field("data file");
    std::string pattern = name;
    std::vector<int64_t> numbers = numbers_at_end(pattern, 4);
    if (name.find('%') == std::string::npos || numbers.empty())
        return {name};
    if (numbers.size() < 3)
        fail_field(header, "data file",
                   "a name, a first and last number and "
                   "a step");
    int64_t span = numbers[1] - numbers[0], step = numbers[2];
    if (step == 0 || (span != 0 && (span < 0) != (step < 0)))
        fail_field(header, "data file",
                   "a step from the first number to the "
                   "last");
    int64_t axes = numbers.size() > 3 ? numbers[3] : int64_t(sizes.size()) - 1;
    uint64_t count = files_of(header, sizes, axes, uint64_t(span / step) + 1);
    return numbered_names(header.path, pattern, numbers[0], step, count);
}

std::vector<std::string> paths_of(const NrrdHeader &header,
                                  const std::vector<uint64_t> &sizes)
{
    if (!header.detached())
        return {header.path};
    bool list = header.field("data file").compare(0, 4, "LIST") == 0;
    std::vector<std::string> names =
        list ? listed_files(header, sizes) : named_files(header, sizes);
    for (std::string &name : names) {
        if (name.empty() || name.size() > 4095)
            fail_field(header, "data file", "the name of a file");
        name = beside(header.path, name);
    }
    return names;
}

/* "line skip" and "byte skip" */
void take_skips(const NrrdHeader &header, VoxelFiles &files)
{
    int64_t lines = 0, bytes = 0;
    bool has_lines = header.fields.count("line skip");
    bool has_bytes = header.fields.count("byte skip");
    if (has_lines && (!parse_number(header.field("line skip"), &lines) ||
                      lines < 0 || lines > INT32_MAX))
        fail_field(header, "line skip", "a number of lines");
    if (has_bytes && (!parse_number(header.field("byte skip"), &bytes) ||
                      bytes < -1 || bytes > INT64_MAX / 4))
        fail_field(header, "byte skip", "a number of bytes, or -1");
    if (bytes == -1 && files.packing != Packing::raw)
        fail_field(header, "byte skip", "raw voxels where it is -1");
    files.at_end = bytes == -1;
    files.lines = files.at_end ? 0 : uint64_t(lines);
    files.bytes = files.at_end ? 0 : uint64_t(bytes);
}

VoxelFiles voxel_files_of(const NrrdHeader &header,
                          const std::vector<uint64_t> &sizes)
{
    VoxelFiles files;
    files.header = header.path;
    files.dtype = dtype_of(header);
    files.packing = packing_of(header);
    files.big_endian =
        is_big_endian(header, files.packing, medals_dtype_size(files.dtype));
    files.offset = header.detached() ? 0 : header.bytes;
    files.paths = paths_of(header, sizes);
    take_skips(header, files);
    return files;
}

void check_components(const NrrdHeader &header, const NrrdAxes &axes,
                      bool layers)
{
    if (axes.components == 1)
        return;
    bool colour = axes.kind.find("color") != std::string::npos;
    bool complex = axes.kind == "complex";
    if (!layers || colour || complex)
        fail(MEDALS_E_INPUT,
             "%s: a %s image of %s, %llu numbers for each voxel; one number a "
             "voxel expected",
             header.path.c_str(),
             colour    ? "colour"
             : complex ? "complex"
                       : "vector",
             nrrd_shape(axes.sizes).c_str(),
             (unsigned long long) axes.components);
}

/* Entries c of the axis of components. */
MedalsVolume *component(const std::string &path, const NrrdAxes &axes,
                        MedalsDtype dtype, const uint8_t *mixed, uint64_t c)
{
    MedalsVolume *volume = new_volume(path, axes.geometry, dtype);
    size_t run = axes.stride * medals_dtype_size(dtype);
    size_t count = voxel_count(axes.geometry) / axes.stride;
    uint8_t *dst = static_cast<uint8_t *>(medals_volume_peek_data(volume));
    for (size_t o = 0; o < count; o++)
        memcpy(dst + o * run, mixed + (o * axes.components + c) * run, run);
    return volume;
}

void read_components(const VoxelFiles &files, const NrrdAxes &axes,
                     std::vector<MedalsVolume *> &layers)
{
    MedalsGeometry wide = axes.geometry;
    wide.size[0] *= int64_t(axes.components);
    MedalsVolume *mixed = new_volume(files.header, wide, files.dtype);
    try {
        void *data = medals_volume_peek_data(mixed);
        read_voxel_files(files, data, voxel_count(wide));
        for (uint64_t c = 0; c < axes.components; c++)
            layers.push_back(component(files.header, axes, files.dtype,
                                       static_cast<uint8_t *>(data), c));
    } catch (...) {
        medals_volume_free(&mixed);
        throw;
    }
    medals_volume_free(&mixed);
}

} // namespace

ImagePointer read_nrrd(const std::string &path,
                       std::vector<MedalsVolume *> *layers)
{
    NrrdHeader header = NrrdHeader::read(path);
    NrrdAxes axes = nrrd_axes(header);
    check_components(header, axes, layers != nullptr);
    VoxelFiles files = voxel_files_of(header, axes.sizes);
    auto image = std::make_unique<MedalsImage>();
    image->warnings = axes.warnings;
    size_t voxels = size_t(axes.geometry.size[0] * axes.geometry.size[1] *
                           axes.geometry.size[2]);
    size_t count = voxels * axes.components;
    check_voxel_files(files, count, image->warnings);
    check_size(path, axes.geometry.size,
               medals_dtype_size(files.dtype) * axes.components,
               axes.components > 1 ? 2 : 1);
    check_geometry(path, axes.geometry);
    if (axes.components > 1) {
        read_components(files, axes, *layers);
        image->volume = medals_volume_ref(layers->front());
    } else {
        image->volume = new_volume(path, axes.geometry, files.dtype);
        read_voxel_files(files, medals_volume_peek_data(image->volume), count);
    }
    image->files = header.detached() ? files.paths.size() : 1;
    image->format = "nrrd";
    image->stored = dtype_name(files.dtype);
    image->is_segmentation =
        header.keys.count("Segment0_ID") ||
        header.keys.count("Segmentation_ReferenceImageExtentOffset");
    image->has_nrrd_axes = axes.has_vectors;
    image->nrrd_axes = axes.vectors;
    if (!axes.has_space)
        image->orientation_from = "none";
    return image;
}

} // namespace medals::bridge

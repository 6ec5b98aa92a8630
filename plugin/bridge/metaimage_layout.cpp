/*
 * metaimage_layout.cpp - what a MetaImage header describes
 */
#include <algorithm>
#include <cmath>

#include "failure.hpp"
#include "length_unit.hpp"
#include "metaimage_header.hpp"
#include "numbered_files.hpp"
#include "numbers.hpp"

namespace medals::bridge
{

namespace
{

[[noreturn]] void fail_field(const MetaHeader &header, const char *name,
                             const char *expected)
{
    fail(MEDALS_E_INPUT, "%s: %s = %s; %s expected", header.path.c_str(), name,
         shortened(one_line(header.field(name))).c_str(), expected);
}

bool same_value(const std::string &a, const std::string &b)
{
    std::vector<double> numbers = numbers_in(a);
    return small_letters(a) == small_letters(b) ||
           (!numbers.empty() && numbers == numbers_in(b));
}

/* The name that the header has of several for one thing, or NULL; those that
 * are there must say the same. */
const char *one_of(const MetaHeader &header,
                   const std::vector<const char *> &names)
{
    const char *found = nullptr;
    for (const char *other : names) {
        if (!header.has(other))
            continue;
        if (found && !same_value(header.field(other), header.field(found)))
            fail_field(header, other,
                       (std::string("the value of ") + found).c_str());
        found = found ? found : other;
    }
    return found;
}

bool is_true(const MetaHeader &header, const char *name, bool absent)
{
    std::string word = small_letters(header.field(name));
    for (const char *yes : {"true", "t", "yes", "y", "1"})
        if (word == yes)
            return true;
    for (const char *no : {"false", "f", "no", "n", "0"})
        if (word == no)
            return false;
    if (header.has(name))
        fail_field(header, name, "True or False");
    return absent;
}

int64_t whole_field(const MetaHeader &header, const char *name, int64_t least,
                    int64_t most, int64_t absent)
{
    int64_t value = absent;
    if (!header.has(name))
        return absent;
    if (!parse_number(header.field(name), &value) || value < least ||
        value > most)
        fail_field(header, name,
                   text_of("a whole number from %lld to %lld",
                           (long long) least, (long long) most)
                       .c_str());
    return value;
}

std::vector<double> numbers_of(const MetaHeader &header, const char *name,
                               size_t count)
{
    std::vector<double> numbers;
    for (const std::string &word : words_in(header.field(name))) {
        double number = 0;
        if (!parse_number(word, &number) || !std::isfinite(number))
            fail_field(header, name,
                       "finite, positive numbers for lengths, "
                       "finite ones for places");
        numbers.push_back(number);
    }
    if (numbers.size() != count)
        fail_field(header, name, text_of("%zu numbers", count).c_str());
    return numbers;
}

std::vector<uint64_t> sizes_of(const MetaHeader &header)
{
    if (!header.has("NDims"))
        fail(MEDALS_E_INPUT, "%s: no NDims; a number of axes expected",
             header.path.c_str());
    size_t axes = size_t(whole_field(header, "NDims", 1, 10, 0));
    std::vector<uint64_t> sizes;
    double product = 1;
    for (const std::string &word : words_in(header.field("DimSize"))) {
        uint64_t size = 0;
        if (!parse_number(word, &size) || size < 1)
            fail(MEDALS_E_INPUT,
                 "%s: no voxels (DimSize = %s); at least one along each axis "
                 "expected",
                 header.path.c_str(),
                 shortened(one_line(header.field("DimSize"))).c_str());
        product *= double(size);
        sizes.push_back(size);
    }
    if (sizes.size() != axes)
        fail_field(header, "DimSize", "a number for each axis");
    if (product > 0x1p60)
        fail_field(header, "DimSize", "an image that fits into memory");
    return sizes;
}

std::string shape_of(const std::vector<uint64_t> &sizes)
{
    std::string text;
    for (size_t a = 0; a < sizes.size(); a++)
        text += (a ? " x " : "") + std::to_string(sizes[a]);
    return text;
}

void check_shape(const MetaHeader &header, const std::vector<uint64_t> &sizes)
{
    int64_t channels =
        whole_field(header, "ElementNumberOfChannels", 1, 1 << 20, 1);
    if (channels != 1)
        fail(MEDALS_E_INPUT,
             "%s: a vector image, %lld numbers for each of %s voxels; one "
             "number a voxel expected",
             header.path.c_str(), (long long) channels,
             shape_of(sizes).c_str());
    for (size_t a = 3; a < sizes.size(); a++)
        if (sizes[a] != 1)
            fail(MEDALS_E_INPUT,
                 "%s: a %zu-D image of %s; one 3-D volume expected",
                 header.path.c_str(), sizes.size(), shape_of(sizes).c_str());
}

MedalsDtype dtype_of(const MetaHeader &header)
{
    static const struct {
        const char *name;
        MedalsDtype dtype;
    } types[] = {{"MET_CHAR", MEDALS_I8},       {"MET_UCHAR", MEDALS_U8},
                 {"MET_SHORT", MEDALS_I16},     {"MET_USHORT", MEDALS_U16},
                 {"MET_INT", MEDALS_I32},       {"MET_UINT", MEDALS_U32},
                 {"MET_LONG", MEDALS_I32},      {"MET_ULONG", MEDALS_U32},
                 {"MET_LONG_LONG", MEDALS_I64}, {"MET_ULONG_LONG", MEDALS_U64},
                 {"MET_FLOAT", MEDALS_F32},     {"MET_DOUBLE", MEDALS_F64}};
    std::string name = header.field("ElementType");
    for (const auto &type : types)
        if (name == type.name)
            return type.dtype;
    fail_field(header, "ElementType",
               "MET_UCHAR, MET_SHORT or another type of one number");
}

/* Millimetres of one unit of the file. */
double scale_of(const MetaHeader &header)
{
    double scale =
        millimetres_of_unit(header.path, header.field("DistanceUnits"));
    return scale > 0 ? scale : 1;
}

void set_spacing(const MetaHeader &header, size_t axes, double scale,
                 MetaLayout &layout)
{
    /* ElementSize is the extent of a voxel, which may overlap the next one's */
    const char *name =
        header.has("ElementSpacing") ? "ElementSpacing" : "ElementSize";
    if (!header.has(name)) {
        layout.warnings.push_back("the file states no spacing: 1 mm is a "
                                  "guess");
        return;
    }
    std::vector<double> spacing = numbers_of(header, name, axes);
    for (size_t a = 0; a < axes; a++) {
        if (!(spacing[a] > 0))
            fail_field(header, name, "positive numbers");
        if (a < 3)
            layout.geometry.spacing[a] = spacing[a] * scale;
    }
}

/* The rows of the matrix are the axes. A 2-D image lies in the plane of the
 * first two of space. */
void set_direction(const MetaHeader &header, size_t axes, MetaLayout &layout)
{
    const char *name = one_of(header, {"TransformMatrix", "Rotation",
                                       "Orientation", "ElementDirection"});
    if (!name)
        return;
    std::vector<double> matrix = numbers_of(header, name, axes * axes);
    for (size_t c = 0; c < axes && c < 3; c++)
        for (size_t r = 0; r < axes && r < 3; r++)
            layout.geometry.direction[3 * r + c] = matrix[axes * c + r];
}

void set_origin(const MetaHeader &header, size_t axes, double scale,
                MetaLayout &layout)
{
    const char *name = one_of(header, {"Offset", "Position", "Origin",
                                       "ElementOrigin", "ImagePosition"});
    if (!name)
        return;
    std::vector<double> origin = numbers_of(header, name, axes);
    for (size_t a = 0; a < axes && a < 3; a++)
        layout.geometry.origin[a] = origin[a] * scale;
}

/* Where each axis comes from, as AnatomicalOrientation has it: "RAI" for axes
 * that run to the left, to the back and to the head; "" for oblique ones, which
 * programs round in different ways. */
std::string orientation_of(const MedalsGeometry &g)
{
    static const char from[3][3] = {"RL", "AP", "IS"};
    std::string text;
    for (int c = 0; c < 3; c++) {
        int best = 0;
        for (int r = 1; r < 3; r++)
            if (std::fabs(g.direction[3 * r + c]) >
                std::fabs(g.direction[3 * best + c]))
                best = r;
        text += from[best][g.direction[3 * best + c] < 0];
        if (std::fabs(g.direction[3 * best + c]) < 0.9)
            return "";
    }
    return text;
}

void warn_about_unused(const MetaHeader &header, MetaLayout &layout)
{
    auto warn = [&](const char *name, const std::string &why) {
        layout.warnings.push_back(std::string(name) + " = " +
                                  shortened(one_line(header.field(name))) +
                                  " " + why);
    };
    std::string stated = header.field("AnatomicalOrientation");
    std::string found = orientation_of(layout.geometry);
    bool letters = stated.find('?') == std::string::npos && !stated.empty();
    if (letters && !found.empty() && stated != found)
        warn("AnatomicalOrientation", "is not what the axes are, " + found +
                                          ": the axes are used, as ITK does");
    for (double number : numbers_in(header.field("CenterOfRotation")))
        if (number != 0) {
            warn("CenterOfRotation", "is not used, as ITK does");
            break;
        }
    static const struct {
        const char *name;
        double neutral;
    } functions[] = {{"ElementToIntensityFunctionSlope", 1},
                     {"ElementToIntensityFunctionOffset", 0}};
    for (const auto &function : functions) {
        double number = function.neutral;
        if (header.has(function.name) &&
            (!parse_number(header.field(function.name), &number) ||
             number != function.neutral))
            warn(function.name, "is not applied to the voxels, as ITK does");
    }
}

/* How many files hold `axes` axes each. */
uint64_t file_count(const std::vector<uint64_t> &sizes, size_t axes)
{
    uint64_t count = 1;
    for (size_t a = axes; a < sizes.size() && count <= voxel_files_most; a++)
        count *= sizes[a];
    return count;
}

std::vector<std::string> listed_files(const MetaHeader &header,
                                      const std::vector<uint64_t> &sizes)
{
    std::vector<std::string> words = words_in(header.field("ElementDataFile"));
    int64_t axes = int64_t(sizes.size()) - 1;
    bool good = words.size() == 1 ||
                (words.size() == 2 && parse_number(words[1], &axes));
    if (!good || axes < 1 || axes >= int64_t(sizes.size()))
        fail_field(header, "ElementDataFile",
                   "LIST and the number of axes of one file");
    uint64_t count = file_count(sizes, size_t(axes));
    if (header.list.size() != count)
        fail(MEDALS_E_INPUT,
             "%s: %zu files with its voxels are listed; %llu expected for %s",
             header.path.c_str(), header.list.size(),
             (unsigned long long) count, shape_of(sizes).c_str());
    return header.list;
}

/* The whole numbers behind the name, first, last, step; they are cut off. */
std::vector<int64_t> take_numbers(const MetaHeader &header, std::string &name)
{
    std::vector<std::string> words = words_in(name);
    size_t with = words.size();
    while (with > 1 && words[with - 1].find('%') == std::string::npos)
        with--;
    std::vector<int64_t> numbers;
    for (size_t w = words.size() - std::min<size_t>(words.size() - with, 3);
         w < words.size(); w++) {
        int64_t number = 0;
        if (!parse_number(words[w], &number) || number < 0 ||
            number > file_number_most)
            fail_field(header, "ElementDataFile",
                       "a pattern and whole numbers: first, last and step");
        numbers.push_back(number);
    }
    for (size_t n = 0; n < numbers.size(); n++)
        name = trimmed(name.substr(0, name.find_last_of(" \t")));
    return numbers;
}

/* "slice%03d.raw FIRST LAST STEP": one file a slice. */
std::vector<std::string> numbered_files(const MetaHeader &header,
                                        const std::vector<uint64_t> &sizes,
                                        MetaLayout &layout)
{
    std::string name = header.field("ElementDataFile");
    std::vector<int64_t> numbers = take_numbers(header, name);
    int64_t count = int64_t(sizes.back());
    int64_t first = numbers.empty() ? 1 : numbers[0];
    int64_t last = numbers.size() > 1 ? numbers[1] : first + count - 1;
    int64_t step = 1;
    if (numbers.size() > 2)
        step = numbers[2];
    else if (count > 1 && (last - first) % (count - 1) == 0)
        step = (last - first) / (count - 1);
    if (step < 1 || last < first)
        fail_field(header, "ElementDataFile",
                   "a step of at least 1 from the first number to the last");
    int64_t named = (last - first) / step + 1;
    if (named < count)
        fail(MEDALS_E_INPUT,
             "%s: %lld files with its voxels are named; %lld expected for %s",
             header.path.c_str(), (long long) named, (long long) count,
             shape_of(sizes).c_str());
    if (named > count)
        layout.warnings.push_back(
            text_of("%lld files are named for %lld slices: the first ones are "
                    "used",
                    (long long) named, (long long) count));
    return numbered_names(header.path, name, first, step, uint64_t(count));
}

std::vector<std::string> paths_of(const MetaHeader &header,
                                  const std::vector<uint64_t> &sizes,
                                  MetaLayout &layout)
{
    std::string name = header.field("ElementDataFile");
    if (small_letters(name) == "local")
        return {header.path};
    std::vector<std::string> names = {name};
    if (words_in(name)[0] == "LIST")
        names = listed_files(header, sizes);
    else if (name.find('%') != std::string::npos)
        names = numbered_files(header, sizes, layout);
    for (std::string &one : names) {
        if (one.size() > 4095)
            fail_field(header, "ElementDataFile", "the name of a file");
        one = beside(header.path, one);
    }
    return names;
}

void take_header_size(const MetaHeader &header, VoxelFiles &files, bool local)
{
    int64_t size = whole_field(header, "HeaderSize", -1, INT64_MAX / 4, 0);
    if (size == -1 && files.packing != Packing::raw)
        fail_field(header, "HeaderSize", "raw voxels where it is -1");
    if (local && size > 0 && size < int64_t(header.bytes))
        fail_field(header, "HeaderSize", "the size of the whole header");
    files.at_end = size == -1;
    if (size > 0)
        files.offset = uint64_t(size);
    else
        files.offset = local ? header.bytes : 0;
}

void set_files(const MetaHeader &header, const std::vector<uint64_t> &sizes,
               MetaLayout &layout)
{
    VoxelFiles &files = layout.files;
    files.header = header.path;
    files.dtype = dtype_of(header);
    bool binary = is_true(header, "BinaryData", true);
    bool packed = is_true(header, "CompressedData", false);
    if (packed && header.has("BinaryData") && !binary)
        fail_field(header, "BinaryData", "True beside CompressedData");
    files.packing = packed   ? Packing::deflate
                    : binary ? Packing::raw
                             : Packing::text;
    const char *order =
        one_of(header, {"BinaryDataByteOrderMSB", "ElementByteOrderMSB"});
    files.big_endian = order && is_true(header, order, false);
    files.paths = paths_of(header, sizes, layout);
    bool local = small_letters(header.field("ElementDataFile")) == "local";
    take_header_size(header, files, local);
    uint64_t stated = uint64_t(
        whole_field(header, "CompressedDataSize", 0, INT64_MAX / 4, 0));
    if (packed && stated > 0)
        files.packed = stated;
}

} // namespace

MetaLayout meta_layout(const MetaHeader &header)
{
    MetaLayout layout;
    std::vector<uint64_t> sizes = sizes_of(header);
    check_shape(header, sizes);
    MedalsGeometry &g = layout.geometry;
    for (size_t a = 0; a < 3; a++) {
        g.size[a] = a < sizes.size() ? int64_t(sizes[a]) : 1;
        g.spacing[a] = 1;
        g.direction[4 * a] = 1;
    }
    double scale = scale_of(header);
    set_spacing(header, sizes.size(), scale, layout);
    set_direction(header, sizes.size(), layout);
    set_origin(header, sizes.size(), scale, layout);
    set_files(header, sizes, layout);
    warn_about_unused(header, layout);
    return layout;
}

} // namespace medals::bridge

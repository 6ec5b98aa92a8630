/*
 * nrrd_axes.cpp - the axes of an NRRD: which are of space, where they run
 *
 *   space, space units       --> how a vector of the file becomes LPS mm
 *   space directions, or     --> one vector an axis of space
 *   spacings, axis mins, ...
 *   kinds                    --> what the other axes are
 */
#include "nrrd_header.hpp"

#include <algorithm>
#include <cmath>

#include "failure.hpp"
#include "length_unit.hpp"
#include "numbers.hpp"
#include "voxel_files.hpp"

namespace medals::bridge
{

namespace
{

struct Axis {
    uint64_t size = 0;
    bool spatial = false;
    bool has_vector = false;
    std::array<double, 3> vector = {}; /* LPS mm */
    double spacing = NAN;              /* mm */
    double origin = 0;                 /* mm along the axis */
    std::string kind;
};

/* How a vector of the file becomes one of LPS millimetres. */
struct Space {
    size_t numbers = 0; /* a vector has in the file; 0: no space at all */
    bool named = false; /* says where left is */
    bool time = false;  /* the last number is a time */
    double scale[3] = {1, 1, 1};
};

[[noreturn]] void fail_field(const NrrdHeader &header, const char *name,
                             const char *expected)
{
    fail(MEDALS_E_INPUT, "%s: %s: %s; %s expected", header.path.c_str(), name,
         shortened(one_line(header.field(name))).c_str(), expected);
}

std::vector<uint64_t> sizes_of(const NrrdHeader &header)
{
    uint64_t dimension = 0;
    if (!parse_number(header.field("dimension"), &dimension) || dimension < 1 ||
        dimension > 16)
        fail_field(header, "dimension", "1 to 16 axes");
    std::vector<uint64_t> sizes;
    double product = 1;
    for (const std::string &word : words_in(header.field("sizes"))) {
        uint64_t size = 0;
        if (!parse_number(word, &size))
            fail_field(header, "sizes", "a number of samples for each axis");
        product *= double(size);
        sizes.push_back(size);
    }
    if (sizes.size() != dimension)
        fail_field(header, "sizes", "a number for each of the axes");
    if (product == 0)
        fail(MEDALS_E_INPUT,
             "%s: no voxels (sizes: %s); at least one along each axis expected",
             header.path.c_str(), header.field("sizes").c_str());
    if (product > 0x1p60)
        fail_field(header, "sizes", "an image that fits into memory");
    return sizes;
}

/* The words of a field, one an axis; none if the field is absent. */
std::vector<std::string> axis_words(const NrrdHeader &header, const char *name,
                                    size_t axes)
{
    std::vector<std::string> words = words_in(header.field(name));
    if (header.fields.count(name) && words.size() != axes)
        fail_field(header, name, "a word for each axis");
    return words;
}

/* The same as numbers; "none" is not a number. */
std::vector<double> axis_numbers(const NrrdHeader &header, const char *name,
                                 size_t axes)
{
    std::vector<double> numbers;
    for (const std::string &word : axis_words(header, name, axes)) {
        double number = NAN;
        bool none = small_letters(word) == "none";
        if (!none && !parse_number(word, &number))
            fail_field(header, name, "a number for each axis");
        numbers.push_back(number);
    }
    return numbers;
}

/* "mm" "a \"word\"" -> its strings */
std::vector<std::string> quoted(const NrrdHeader &header, const char *name)
{
    std::vector<std::string> strings;
    std::string text = header.field(name);
    size_t at = 0;
    while ((at = text.find_first_not_of(" \t", at)) != std::string::npos) {
        if (text[at] != '"')
            fail_field(header, name, "strings between quotation marks");
        std::string string;
        for (at++; at < text.size() && text[at] != '"'; at++) {
            bool escape = text[at] == '\\' && at + 1 < text.size();
            string += text[at += escape];
        }
        if (at++ >= text.size())
            fail_field(header, name, "strings between quotation marks");
        strings.push_back(string);
    }
    return strings;
}

/* "(1,0, 0) none" -> {"(1,0, 0)", "none"} */
std::vector<std::string> vector_words(const NrrdHeader &header,
                                      const char *name)
{
    std::vector<std::string> words;
    std::string text = header.field(name);
    size_t at = 0;
    while ((at = text.find_first_not_of(" \t", at)) != std::string::npos) {
        size_t end = text[at] == '(' ? text.find(')', at)
                                     : text.find_first_of(" \t(", at);
        if (text[at] == '(' && end == std::string::npos)
            fail_field(header, name, "vectors between brackets");
        end = end == std::string::npos ? text.size() : end;
        end += text[at] == '(';
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

/* The numbers of "(1,0,0)"; false for "none". */
bool vector_of(const NrrdHeader &header, const char *name,
               const std::string &word, size_t count,
               std::vector<double> &numbers)
{
    numbers.clear();
    if (small_letters(word) == "none")
        return false;
    bool good = word.size() >= 2 && word[0] == '(' && word.back() == ')';
    size_t at = 1;
    while (good && at < word.size()) {
        size_t end = word.find_first_of(",)", at);
        double number = 0;
        good = parse_number(trimmed(word.substr(at, end - at)), &number);
        numbers.push_back(number);
        at = end + 1;
    }
    if (!good || numbers.size() != count)
        fail(MEDALS_E_INPUT, "%s: %s: %s; a vector of %zu numbers expected",
             header.path.c_str(), name, shortened(one_line(word)).c_str(),
             count);
    for (double number : numbers)
        if (!std::isfinite(number))
            fail(MEDALS_E_INPUT,
                 "%s: the %s are not numbers, %s; finite spacing and place "
                 "expected",
                 header.path.c_str(), name, shortened(word).c_str());
    return true;
}

/* "left-posterior-superior" or "lps" to the signs that make it LPS. */
bool anatomical_signs(const std::string &name, double sign[3])
{
    static const char *const words[3][2] = {
        {"left", "right"}, {"posterior", "anterior"}, {"superior", "inferior"}};
    for (int code = 0; code < 8; code++) {
        std::string full, letters;
        for (int r = 0; r < 3; r++) {
            const char *word = words[r][code >> r & 1];
            full += (r ? "-" : "") + std::string(word);
            letters += word[0];
            sign[r] = code >> r & 1 ? -1 : 1;
        }
        if (name == full || name == letters)
            return true;
    }
    return false;
}

/* Takes the end that says "with time" off a name. */
bool drop_time(std::string &name)
{
    static const std::string end = "-time";
    bool letters = name.size() == 4 && name[3] == 't';
    bool word = name.size() > end.size() &&
                name.compare(name.size() - end.size(), end.size(), end) == 0;
    if (letters)
        name.pop_back();
    if (word)
        name.erase(name.size() - end.size());
    return letters || word;
}

Space named_space(const NrrdHeader &header)
{
    Space space;
    std::string name = small_letters(header.field("space"));
    space.time = drop_time(name);
    space.numbers = space.time ? 4 : 3;
    space.named = anatomical_signs(name, space.scale);
    bool right_handed = name == "scanner-xyz" || name == "3d-right-handed";
    if (!space.named && !right_handed)
        fail_field(header, "space",
                   "left-posterior-superior or another space that says where "
                   "the patient's left, back and head are");
    if (!space.named)
        std::fill(space.scale, space.scale + 3, 1.0);
    return space;
}

Space space_of(const NrrdHeader &header)
{
    bool named = header.fields.count("space");
    bool counted = header.fields.count("space dimension");
    if (named && counted)
        fail_field(header, "space dimension", "no space beside it");
    Space space;
    if (named)
        space = named_space(header);
    else if (counted &&
             (!parse_number(header.field("space dimension"), &space.numbers) ||
              space.numbers < 2 || space.numbers > 3))
        fail_field(header, "space dimension", "2 or 3");
    return space;
}

/* What a unit makes of a number; a file that states none is in mm. */
double scale_of(const NrrdHeader &header, const std::string &unit)
{
    double millimetres = millimetres_of_unit(header.path, unit);
    return millimetres > 0 ? millimetres : 1;
}

void take_space_units(const NrrdHeader &header, Space &space)
{
    if (!header.fields.count("space units"))
        return;
    std::vector<std::string> units = quoted(header, "space units");
    if (units.size() != space.numbers)
        fail_field(header, "space units", "a unit for each axis of the space");
    for (size_t r = 0; r < 3 && r < units.size(); r++)
        space.scale[r] *= scale_of(header, units[r]);
}

/* No zero with a sign, which a file would show. */
double scaled(double number, double scale)
{
    return number == 0 ? 0 : number * scale;
}

/* The spatial part of a vector; false for one that runs along time alone. */
bool take_vector(const NrrdHeader &header, const Space &space,
                 const std::vector<double> &numbers, Axis &axis)
{
    bool moves = false;
    for (size_t r = 0; r < 3 && r < space.numbers; r++) {
        axis.vector[r] = scaled(numbers[r], space.scale[r]);
        moves = moves || axis.vector[r] != 0;
    }
    double time = space.time ? numbers[3] : 0;
    if (moves && time != 0)
        fail_field(header, "space directions",
                   "axes that run through space or through time");
    if (!moves && time == 0)
        fail_field(header, "space directions",
                   "vectors that are not singular, with a spacing");
    return moves;
}

void take_directions(const NrrdHeader &header, const Space &space,
                     std::vector<Axis> &axes)
{
    const char *name = "space directions";
    std::vector<std::string> words = vector_words(header, name);
    if (space.numbers == 0)
        fail_field(header, name, "a space that they belong to");
    if (words.size() != axes.size())
        fail_field(header, name, "a vector or \"none\" for each axis");
    std::vector<double> numbers;
    for (size_t a = 0; a < axes.size(); a++) {
        Axis &axis = axes[a];
        if (!vector_of(header, name, words[a], space.numbers, numbers))
            continue;
        axis.spatial = axis.has_vector =
            take_vector(header, space, numbers, axis);
        if (!axis.spatial)
            axis.kind = "time";
    }
}

bool is_space_kind(const std::string &kind)
{
    return kind == "domain" || kind == "space";
}

/* Which axes are of space where no vector says so: those of a kind that does,
 * else the first three. */
void guess_spatial(std::vector<Axis> &axes)
{
    bool kinds = std::any_of(axes.begin(), axes.end(), [](const Axis &axis) {
        return is_space_kind(axis.kind);
    });
    size_t left = 3;
    for (Axis &axis : axes) {
        bool open =
            axis.kind.empty() || axis.kind == "???" || axis.kind == "none";
        axis.spatial = kinds ? is_space_kind(axis.kind) : open && left > 0;
        left -= axis.spatial && left > 0;
    }
}

double length_of(const std::array<double, 3> &v)
{
    return std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

/* Spacings, and the first sample's place along the axis, of a file without
 * vectors; beside vectors they must say the same. */
void take_spacings(const NrrdHeader &header, std::vector<Axis> &axes)
{
    std::vector<double> spacings =
        axis_numbers(header, "spacings", axes.size());
    std::vector<std::string> units = quoted(header, "units");
    if (header.fields.count("units") && units.size() != axes.size())
        fail_field(header, "units", "a unit for each axis");
    for (size_t a = 0; a < axes.size(); a++) {
        Axis &axis = axes[a];
        if (!axis.spatial)
            continue;
        double scale = units.empty() ? 1 : scale_of(header, units[a]);
        double spacing = spacings.empty() ? NAN : spacings[a] * scale;
        if (!axis.has_vector)
            axis.spacing = spacing;
        bool given =
            !spacings.empty() && (!axis.has_vector || !std::isnan(spacings[a]));
        if (given && !(std::isfinite(spacing) && spacing > 0))
            fail(MEDALS_E_INPUT,
                 "%s: spacings: %s; positive, finite spacing expected",
                 header.path.c_str(),
                 shortened(header.field("spacings")).c_str());
        double length = length_of(axis.vector);
        if (given && axis.has_vector &&
            !(std::fabs(spacing - length) <= 1e-3 * length))
            fail_field(header, "spacings", "those of the space directions");
    }
}

/* axis mins and axis maxs: of the cells' borders, or of the samples where the
 * axis is centered on its nodes */
void take_ranges(const NrrdHeader &header, std::vector<Axis> &axes)
{
    std::vector<double> mins = axis_numbers(header, "axis mins", axes.size());
    std::vector<double> maxs = axis_numbers(header, "axis maxs", axes.size());
    std::vector<std::string> centers =
        axis_words(header, "centers", axes.size());
    std::vector<std::string> units = quoted(header, "units");
    for (size_t a = 0; a < axes.size(); a++) {
        Axis &axis = axes[a];
        if (!axis.spatial || axis.has_vector || mins.empty() ||
            !std::isfinite(mins[a]))
            continue;
        double scale = units.empty() ? 1 : scale_of(header, units[a]);
        bool node = !centers.empty() && small_letters(centers[a]) == "node";
        double steps = node ? double(axis.size) - 1 : double(axis.size);
        if (std::isnan(axis.spacing) && !maxs.empty() && steps > 0)
            axis.spacing = (maxs[a] - mins[a]) / steps * scale;
        double step = std::isnan(axis.spacing) ? 1 : axis.spacing;
        axis.origin = mins[a] * scale + (node ? 0 : step / 2);
        if (!std::isfinite(axis.origin) || !(step > 0))
            fail_field(header, "axis mins", "a finite place and spacing");
    }
}

std::vector<Axis> axes_of(const NrrdHeader &header, const Space &space,
                          const std::vector<uint64_t> &sizes)
{
    std::vector<Axis> axes(sizes.size());
    std::vector<std::string> kinds = axis_words(header, "kinds", axes.size());
    for (size_t a = 0; a < axes.size(); a++) {
        axes[a].size = sizes[a];
        axes[a].kind = kinds.empty() ? "" : small_letters(kinds[a]);
    }
    if (header.fields.count("space directions"))
        take_directions(header, space, axes);
    else
        guess_spatial(axes);
    take_spacings(header, axes);
    take_ranges(header, axes);
    return axes;
}

[[noreturn]] void fail_four(const NrrdHeader &header, const NrrdAxes &found)
{
    fail(MEDALS_E_INPUT, "%s: a %zu-D image of %s; one 3-D volume expected",
         header.path.c_str(), found.sizes.size(),
         nrrd_shape(found.sizes).c_str());
}

/* Leaves out what has one entry, and finds the axis of components. */
std::vector<Axis> keep_spatial(const NrrdHeader &header,
                               const std::vector<Axis> &axes, NrrdAxes &found)
{
    std::vector<Axis> spatial;
    uint64_t stride = 1;
    for (const Axis &axis : axes) {
        if (axis.spatial) {
            spatial.push_back(axis);
        } else if (axis.size > 1) {
            bool other = is_space_kind(axis.kind) || axis.kind == "time";
            bool unsaid =
                axis.kind.empty() && !header.fields.count("space directions");
            if (other || unsaid || found.components > 1)
                fail_four(header, found);
            found.components = axis.size;
            found.stride = stride;
            found.kind = axis.kind;
        }
        stride *= axis.size;
    }
    for (size_t a = spatial.size(); a-- > 0 && spatial.size() > 3;)
        if (spatial[a].size == 1)
            spatial.erase(spatial.begin() + long(a));
    if (spatial.size() > 3)
        fail_four(header, found);
    return spatial;
}

std::array<double, 3> cross(const double *a, const double *b)
{
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2],
            a[0] * b[1] - a[1] * b[0]};
}

/* Columns of the direction; what is missing stands at right angles. */
void set_direction(MedalsGeometry &g, const std::vector<Axis> &axes)
{
    double column[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    for (size_t c = 0; c < axes.size(); c++)
        for (size_t r = 0; r < 3 && axes[c].has_vector; r++)
            column[c][r] = axes[c].vector[r] / length_of(axes[c].vector);
    if (axes.size() == 2 && axes[0].has_vector && axes[1].has_vector) {
        std::array<double, 3> third = cross(column[0], column[1]);
        double length = length_of(third);
        for (size_t r = 0; r < 3 && length > 0; r++)
            column[2][r] = third[r] / length;
    }
    for (size_t r = 0; r < 3; r++)
        for (size_t c = 0; c < 3; c++)
            g.direction[3 * r + c] = column[c][r];
}

void set_origin(const NrrdHeader &header, const Space &space,
                const std::vector<Axis> &axes, MedalsGeometry &g)
{
    const char *name = "space origin";
    for (size_t c = 0; c < axes.size(); c++)
        g.origin[c] = axes[c].origin;
    if (!header.fields.count(name))
        return;
    if (space.numbers == 0)
        fail_field(header, name, "a space that it belongs to");
    std::vector<double> numbers;
    if (!vector_of(header, name, header.field(name), space.numbers, numbers))
        return;
    for (size_t r = 0; r < 3; r++)
        g.origin[r] =
            r < space.numbers ? scaled(numbers[r], space.scale[r]) : 0;
}

void set_geometry(const NrrdHeader &header, const Space &space,
                  const std::vector<Axis> &axes, NrrdAxes &found)
{
    MedalsGeometry &g = found.geometry;
    bool guessed = axes.empty();
    for (size_t c = 0; c < 3; c++) {
        bool there = c < axes.size();
        g.size[c] = there ? int64_t(axes[c].size) : 1;
        g.spacing[c] = 1;
        if (there && axes[c].has_vector)
            g.spacing[c] = length_of(axes[c].vector);
        else if (there && !std::isnan(axes[c].spacing))
            g.spacing[c] = axes[c].spacing;
        else
            guessed = guessed || there;
    }
    set_direction(g, axes);
    set_origin(header, space, axes, g);
    if (guessed)
        found.warnings.push_back("the file states no spacing: 1 mm is a guess");
    found.has_vectors = axes.size() == 3;
    for (size_t c = 0; c < axes.size() && c < 3; c++) {
        found.has_vectors = found.has_vectors && axes[c].has_vector;
        std::copy(axes[c].vector.begin(), axes[c].vector.end(),
                  found.vectors.begin() + long(3 * c));
    }
}

} // namespace

std::string nrrd_shape(const std::vector<uint64_t> &sizes)
{
    std::string text;
    for (size_t a = 0; a < sizes.size(); a++)
        text += (a ? " x " : "") + std::to_string(sizes[a]);
    return text;
}

NrrdAxes nrrd_axes(const NrrdHeader &header)
{
    NrrdAxes found;
    found.sizes = sizes_of(header);
    Space space = space_of(header);
    take_space_units(header, space);
    std::vector<Axis> axes = axes_of(header, space, found.sizes);
    std::vector<Axis> spatial = keep_spatial(header, axes, found);
    set_geometry(header, space, spatial, found);
    found.has_space = space.named;
    if (!space.named)
        found.warnings.push_back(
            header.fields.count("space")
                ? "the space " + shortened(one_line(header.field("space"))) +
                      " does not say where the patient's left is: left and "
                      "right are a guess"
                : "the file states no space: left and right are a guess");
    return found;
}

} // namespace medals::bridge

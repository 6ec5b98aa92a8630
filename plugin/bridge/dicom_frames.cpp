/*
 * dicom_frames.cpp - from single pictures to a stack
 *
 *   headers --> frames (position, orientation, spacing, rescale) --> sorted
 *   along the normal --> even distances, nothing sideways --> geometry
 *
 * Classic files state these in the data set itself, enhanced ones in the
 * functional groups, shared or per frame (DICOM PS3.3, C.7.6.16).
 */
#include "dicom_frames.hpp"

#include <algorithm>
#include <cmath>

#include <gdcmReader.h>
#include <gdcmSequenceOfItems.h>

#include "dicom_numbers.hpp"
#include "failure.hpp"

namespace medals::bridge
{

namespace
{

using gdcm::Tag;
using Vector = std::array<double, 3>;

const Tag tag_imager_spacing(0x0018, 0x1164);
const Tag tag_position(0x0020, 0x0032);
const Tag tag_orientation(0x0020, 0x0037);
const Tag tag_pixel_spacing(0x0028, 0x0030);
const Tag tag_intercept(0x0028, 0x1052);
const Tag tag_slope(0x0028, 0x1053);
const Tag tag_padding(0x0028, 0x0120);
const Tag tag_padding_limit(0x0028, 0x0121);
const Tag tag_shared_groups(0x5200, 0x9229);
const Tag tag_frame_groups(0x5200, 0x9230);
const Tag tag_plane_position(0x0020, 0x9113);
const Tag tag_plane_orientation(0x0020, 0x9116);
const Tag tag_pixel_measures(0x0028, 0x9110);
const Tag tag_pixel_values(0x0028, 0x9145);

/* A data set, with what is needed to speak of it. */
struct Source {
    const std::string &file;
    const gdcm::DataSet &set;
    std::vector<std::string> &notes;
    Source inside(const gdcm::DataSet &nested) const
    {
        return {file, nested, notes};
    }
};

const char *name_of(const Tag &tag)
{
    return tag == tag_imager_spacing  ? "Imager Pixel Spacing"
           : tag == tag_position      ? "Image Position (Patient)"
           : tag == tag_orientation   ? "Image Orientation (Patient)"
           : tag == tag_pixel_spacing ? "Pixel Spacing"
           : tag == tag_intercept     ? "Rescale Intercept"
                                      : "Rescale Slope";
}

std::vector<double> numbers_of(const Source &source, const Tag &tag)
{
    if (!source.set.FindDataElement(tag))
        return {};
    const gdcm::ByteValue *value =
        source.set.GetDataElement(tag).GetByteValue();
    if (!value || value->GetLength() > 4096)
        return {};
    return dicom_numbers(source.file, name_of(tag),
                         std::string(value->GetPointer(), value->GetLength()),
                         source.notes);
}

gdcm::SmartPointer<gdcm::SequenceOfItems> items_of(const gdcm::DataSet &set,
                                                   const Tag &tag)
{
    if (!set.FindDataElement(tag))
        return nullptr;
    return set.GetDataElement(tag).GetValueAsSQ();
}

/* The numbers of a tag in a data set; copies what fits. */
template <size_t N>
bool take(const Source &source, const Tag &tag, std::array<double, N> &out)
{
    std::vector<double> numbers = numbers_of(source, tag);
    if (numbers.size() != N)
        return false;
    std::copy(numbers.begin(), numbers.end(), out.begin());
    return true;
}

void take_rescale(const Source &source, DicomFrame &frame)
{
    std::vector<double> slope = numbers_of(source, tag_slope);
    std::vector<double> intercept = numbers_of(source, tag_intercept);
    if (!slope.empty() && slope[0] == 0)
        dicom_note(source.notes, "Rescale Slope is 0: taken as 1");
    else if (!slope.empty())
        frame.slope = slope[0];
    if (!intercept.empty())
        frame.intercept = intercept[0];
}

DicomFrame classic_frame(const Source &source)
{
    DicomFrame frame;
    bool position = take(source, tag_position, frame.position);
    bool orientation = take(source, tag_orientation, frame.orientation);
    frame.placed = position && orientation;
    if (!take(source, tag_pixel_spacing, frame.pixel_spacing))
        take(source, tag_imager_spacing, frame.pixel_spacing);
    take_rescale(source, frame);
    return frame;
}

struct Placing {
    bool position = false, orientation = false;
};

/* Takes what one item of the functional groups says. */
void take_groups(const Source &groups, DicomFrame &frame, Placing &placing)
{
    auto first = [&](const Tag &tag) -> const gdcm::DataSet * {
        auto items = items_of(groups.set, tag);
        bool there = items && items->GetNumberOfItems() > 0;
        return there ? &items->GetItem(1).GetNestedDataSet() : nullptr;
    };
    if (auto *set = first(tag_plane_position))
        placing.position |=
            take(groups.inside(*set), tag_position, frame.position);
    if (auto *set = first(tag_plane_orientation))
        placing.orientation |=
            take(groups.inside(*set), tag_orientation, frame.orientation);
    if (auto *set = first(tag_pixel_measures))
        take(groups.inside(*set), tag_pixel_spacing, frame.pixel_spacing);
    if (auto *set = first(tag_pixel_values))
        take_rescale(groups.inside(*set), frame);
}

std::vector<DicomFrame> enhanced_frames(const std::string &path,
                                        const Source &source, unsigned count)
{
    auto shared = items_of(source.set, tag_shared_groups);
    auto each = items_of(source.set, tag_frame_groups);
    if (!each || each->GetNumberOfItems() != count)
        fail(MEDALS_E_INPUT,
             "%s: %u frames without a position each (a film?); an enhanced "
             "multi-frame volume expected",
             path.c_str(), count);
    DicomFrame common = classic_frame(source);
    Placing common_placing;
    if (shared && shared->GetNumberOfItems() > 0)
        take_groups(source.inside(shared->GetItem(1).GetNestedDataSet()),
                    common, common_placing);
    std::vector<DicomFrame> frames;
    for (unsigned i = 0; i < count; i++) {
        DicomFrame frame = common;
        Placing placing = common_placing;
        take_groups(source.inside(each->GetItem(i + 1).GetNestedDataSet()),
                    frame, placing);
        frame.index = i;
        frame.placed = placing.position && placing.orientation;
        frames.push_back(frame);
    }
    return frames;
}

Vector cross(const double *a, const double *b)
{
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2],
            a[0] * b[1] - a[1] * b[0]};
}

double dot(const Vector &a, const Vector &b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

double length(const Vector &a)
{
    return std::sqrt(dot(a, a));
}

Vector normalized(const Vector &a)
{
    double n = length(a);
    return {a[0] / n, a[1] / n, a[2] / n};
}

Vector difference(const Vector &a, const Vector &b)
{
    return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}

std::string name_of(const DicomSeries &series, const DicomFrame &frame)
{
    const std::string &path = series.files[frame.file].path;
    std::string name = path.substr(path.rfind('/') + 1);
    if (series.files[frame.file].frames > 1)
        name += text_of(" frame %u", frame.index + 1);
    return name;
}

void check_alike(const std::string &path, const DicomSeries &series)
{
    const DicomFrame &a = series.frames[0];
    for (const DicomFrame &b : series.frames) {
        const DicomFile &f = series.files[a.file], &g = series.files[b.file];
        double turned = 0;
        for (size_t i = 0; i < 6; i++)
            turned = std::max(turned,
                              std::fabs(a.orientation[i] - b.orientation[i]));
        bool spacing =
            std::fabs(a.pixel_spacing[0] - b.pixel_spacing[0]) < 1e-4 &&
            std::fabs(a.pixel_spacing[1] - b.pixel_spacing[1]) < 1e-4;
        bool size = f.rows == g.rows && f.columns == g.columns;
        if (a.placed != b.placed)
            fail(MEDALS_E_INPUT,
                 "%s: slices with and without a position (%s, %s); a "
                 "position for each expected",
                 path.c_str(), name_of(series, a).c_str(),
                 name_of(series, b).c_str());
        if (size && !spacing)
            fail(MEDALS_E_INPUT,
                 "%s: slices of different pixel spacing, %g x %g mm (%s) and "
                 "%g x %g mm (%s); one stack expected",
                 path.c_str(), a.pixel_spacing[0], a.pixel_spacing[1],
                 name_of(series, a).c_str(), b.pixel_spacing[0],
                 b.pixel_spacing[1], name_of(series, b).c_str());
        if (!size || turned > 1e-3)
            fail(MEDALS_E_INPUT,
                 "%s: slices of different %s (%s, %s); one stack expected",
                 path.c_str(), !size ? "size" : "orientation",
                 name_of(series, a).c_str(), name_of(series, b).c_str());
    }
}

/* ITK makes the axes exactly orthogonal in the same way. */
void set_direction(MedalsGeometry &geometry, const DicomFrame &frame)
{
    Vector k = normalized(cross(&frame.orientation[0], &frame.orientation[3]));
    Vector i = normalized(cross(&frame.orientation[3], k.data()));
    Vector j = cross(k.data(), i.data());
    for (size_t r = 0; r < 3; r++) {
        geometry.direction[3 * r] = i[r];
        geometry.direction[3 * r + 1] = j[r];
        geometry.direction[3 * r + 2] = k[r];
    }
}

void check_steps(const std::string &path, const DicomSeries &series,
                 const std::vector<double> &steps, MedalsImage &image)
{
    std::vector<double> sorted = steps;
    std::sort(sorted.begin(), sorted.end());
    double usual = sorted[(sorted.size() - 1) / 2];
    if (usual < 1e-3)
        usual = sorted.back();
    double worst = 0;
    for (size_t i = 0; i < steps.size(); i++) {
        std::string a = name_of(series, series.frames[i]);
        std::string b = name_of(series, series.frames[i + 1]);
        if (steps[i] < 0.05 * usual || usual < 1e-3)
            fail(MEDALS_E_INPUT,
                 "%s: two slices at the same position (%s, %s); one slice a "
                 "position expected",
                 path.c_str(), a.c_str(), b.c_str());
        if (steps[i] > 1.5 * usual)
            fail(MEDALS_E_INPUT,
                 "%s: slices are missing between %s and %s, %.3f mm apart; "
                 "%.3f mm expected",
                 path.c_str(), a.c_str(), b.c_str(), steps[i], usual);
        worst = std::max(worst, std::fabs(steps[i] / usual - 1));
    }
    if (worst > 0.1)
        fail(MEDALS_E_INPUT,
             "%s: uneven slice distances from %.3f to %.3f mm; even ones "
             "expected",
             path.c_str(), sorted.front(), sorted.back());
    if (worst > 0.01)
        image.warnings.push_back(
            text_of("slice distances vary from %.3f to %.3f mm: the mean is "
                    "used",
                    sorted.front(), sorted.back()));
}

/* Slices have to follow each other along the normal of their plane. */
void check_tilt(const std::string &path, const DicomSeries &series,
                const Vector &normal, MedalsImage &image)
{
    const DicomFrame &first = series.frames.front();
    double limit =
        0.5 * std::min(first.pixel_spacing[0], first.pixel_spacing[1]);
    for (const DicomFrame &frame : series.frames) {
        Vector way = difference(frame.position, first.position);
        double along = dot(way, normal);
        double aside = std::sqrt(std::max(0.0, dot(way, way) - along * along));
        double degrees = std::atan2(aside, along) * 180 / M_PI;
        bool last = &frame == &series.frames.back();
        if (aside > limit || (last && degrees > 0.2))
            fail(MEDALS_E_INPUT,
                 "%s: gantry tilt, %s lies %.1f mm beside the first slice's "
                 "normal (%.1f degrees); slices stacked at right angles "
                 "expected",
                 path.c_str(), name_of(series, frame).c_str(), aside, degrees);
    }
    double tilt = series.files[first.file].tilt;
    if (std::fabs(tilt) > 0.2 && series.frames.size() > 1)
        image.warnings.push_back(
            text_of("the header states a gantry tilt of %.1f degrees, the "
                    "slice positions show none",
                    tilt));
}

void place_stack(const std::string &path, DicomSeries &series,
                 MedalsGeometry &geometry, MedalsImage &image)
{
    auto &frames = series.frames;
    set_direction(geometry, frames[0]);
    Vector normal = {geometry.direction[2], geometry.direction[5],
                     geometry.direction[8]};
    std::stable_sort(frames.begin(), frames.end(),
                     [&](const DicomFrame &a, const DicomFrame &b) {
                         return dot(a.position, normal) <
                                dot(b.position, normal);
                     });
    std::copy(frames[0].position.begin(), frames[0].position.end(),
              geometry.origin);
    if (frames.size() == 1)
        return;
    std::vector<double> steps;
    for (size_t i = 1; i < frames.size(); i++)
        steps.push_back(dot(
            difference(frames[i].position, frames[i - 1].position), normal));
    check_steps(path, series, steps, image);
    check_tilt(path, series, normal, image);
    Vector way = difference(frames.back().position, frames[0].position);
    geometry.spacing[2] = dot(way, normal) / double(frames.size() - 1);
}

} // namespace

/* CT: the value that fills what lies outside the scanned circle. */
static std::vector<double> padding_of(const gdcm::DataSet &set, bool is_signed)
{
    std::vector<double> values;
    for (const Tag &tag : {tag_padding, tag_padding_limit}) {
        const gdcm::ByteValue *value =
            set.FindDataElement(tag) ? set.GetDataElement(tag).GetByteValue()
                                     : nullptr;
        if (!value || value->GetLength() != 2)
            continue;
        const uint8_t *b =
            reinterpret_cast<const uint8_t *>(value->GetPointer());
        int number = b[0] | b[1] << 8;
        values.push_back(is_signed && number > 32767 ? number - 65536 : number);
    }
    return values;
}

void read_frames(const std::string &path, DicomSeries &series,
                 const std::function<void()> &beat)
{
    for (size_t i = 0; i < series.files.size(); i++) {
        DicomFile &file = series.files[i];
        beat();
        gdcm::Reader reader;
        reader.SetFileName(file.path.c_str());
        if (!reader.ReadUpToTag(Tag(0x7fe0, 0x0010)))
            fail(MEDALS_E_INPUT,
                 "%s: a damaged DICOM header; a readable one expected",
                 file.path.c_str());
        const gdcm::DataSet &set = reader.GetFile().GetDataSet();
        const Source source = {file.path, set, series.notes};
        std::vector<DicomFrame> frames;
        if (series.modality == "CT" && !file.pixels.big_endian)
            file.padding = padding_of(set, file.is_signed);
        if (file.frames > 1 || set.FindDataElement(tag_frame_groups))
            frames = enhanced_frames(path, source, file.frames);
        else
            frames.push_back(classic_frame(source));
        for (DicomFrame &frame : frames) {
            frame.file = i;
            series.frames.push_back(frame);
        }
    }
    if (series.frames.empty())
        fail(MEDALS_E_INPUT, "%s: no frames; at least one expected",
             path.c_str());
}

MedalsGeometry stack_frames(const std::string &path, DicomSeries &series,
                            MedalsImage &image)
{
    check_alike(path, series);
    const DicomFrame frame = series.frames[0];
    const DicomFile &file = series.files[frame.file];
    MedalsGeometry geometry = {};
    geometry.size[0] = file.columns;
    geometry.size[1] = file.rows;
    geometry.size[2] = int64_t(series.frames.size());
    bool spaced = frame.pixel_spacing[0] != 0 || frame.pixel_spacing[1] != 0;
    geometry.spacing[0] = spaced ? frame.pixel_spacing[1] : 1;
    geometry.spacing[1] = spaced ? frame.pixel_spacing[0] : 1;
    geometry.spacing[2] = file.thickness > 0 ? file.thickness : 1;
    for (int r = 0; r < 9; r++)
        geometry.direction[r] = r % 4 == 0;
    if (!spaced)
        image.warnings.push_back("the header states no pixel spacing: 1 mm is "
                                 "assumed");
    if (frame.placed) {
        place_stack(path, series, geometry, image);
    } else if (series.frames.size() > 1) {
        fail(MEDALS_E_INPUT,
             "%s: %zu slices without a position; position and orientation of "
             "each expected",
             path.c_str(), series.frames.size());
    } else {
        image.orientation_from = "none";
        image.warnings.push_back("the header states no position: left and "
                                 "right are a guess");
    }
    return geometry;
}

} // namespace medals::bridge

/*
 * dicom_image.cpp - the voxels of a DICOM series
 *
 *   file --> stored values --MONOCHROME1--> inverted --rescale--> slice
 *
 * GDCM (ITK's own reader of DICOM) decodes what is compressed; positions, order
 * and rescale are done here, frame by frame, since they may differ from slice
 * to slice (PET).
 */
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <type_traits>

#include <gdcmImageReader.h>

#include "dicom_frames.hpp"
#include "dicom_image.hpp"
#include "dicom_series.hpp"
#include "failure.hpp"
#include "image_data.hpp"

namespace medals::bridge
{

namespace
{

const double hu_of_air = -1000, least_hu = -1100, most_hu = 4095;

void check_grey(const std::string &path, const DicomSeries &series)
{
    for (const DicomFile &file : series.files) {
        bool palette = file.photometric.rfind("PALETTE", 0) == 0;
        if (file.samples != 1 || palette)
            fail(MEDALS_E_INPUT,
                 "%s: a colour image (%s), %u x %u x %u; grey values expected",
                 path.c_str(), file.photometric.c_str(), file.columns,
                 file.rows, file.frames);
    }
}

MedalsDtype stored_type(const std::string &path, unsigned bits, bool is_signed)
{
    switch (bits) {
    case 8:
        return is_signed ? MEDALS_I8 : MEDALS_U8;
    case 12:
    case 16:
        return is_signed ? MEDALS_I16 : MEDALS_U16;
    case 32:
        return is_signed ? MEDALS_I32 : MEDALS_U32;
    default:
        fail(MEDALS_E_INPUT, "%s: %u bits a pixel; 8, 16 or 32 expected",
             path.c_str(), bits);
    }
}

/* Range of the stored values. */
void stored_range(const DicomFile &file, double *low, double *high)
{
    double span = std::ldexp(1.0, int(std::clamp(file.bits_stored, 1u, 32u)));
    *low = file.is_signed ? -span / 2 : 0;
    *high = file.is_signed ? span / 2 - 1 : span - 1;
}

/* The smallest type that holds all rescaled values exactly; float32 (float64
 * for 32-bit pixels) where the rescale is not whole. */
MedalsDtype volume_type(const std::string &path, const DicomSeries &series)
{
    double low = INFINITY, high = -INFINITY;
    bool whole = true, wide = false, same = true;
    MedalsDtype first = stored_type(path, series.files[0].bits_allocated,
                                    series.files[0].is_signed);
    for (const DicomFrame &frame : series.frames) {
        const DicomFile &file = series.files[frame.file];
        double a, b;
        stored_range(file, &a, &b);
        a = a * frame.slope + frame.intercept;
        b = b * frame.slope + frame.intercept;
        low = std::min({low, a, b});
        high = std::max({high, a, b});
        whole = whole && frame.slope == std::floor(frame.slope) &&
                frame.intercept == std::floor(frame.intercept);
        wide = wide || file.bits_allocated > 16;
        same = same && frame.slope == 1 && frame.intercept == 0 &&
               stored_type(path, file.bits_allocated, file.is_signed) == first;
    }
    if (same)
        return first;
    if (!whole)
        return wide ? MEDALS_F64 : MEDALS_F32;
    if (low >= 0 && high <= 255)
        return MEDALS_U8;
    if (low >= -32768 && high <= 32767)
        return MEDALS_I16;
    if (low >= 0 && high <= 65535)
        return MEDALS_U16;
    return low >= -0x1p31 && high < 0x1p31 ? MEDALS_I32 : MEDALS_F64;
}

/* From a stored value to a voxel. */
struct Transform {
    double slope, intercept;
    bool invert;
    double mirror;            /* low + high of the stored range */
    double pad_low, pad_high; /* stored values that are padding; NaN: none */
    double pad_value;         /* what they become */
};

template <typename In, typename Out>
bool convert(const char *src, char *dst, size_t count, const Transform &t)
{
    const In *in = reinterpret_cast<const In *>(src);
    Out *out = reinterpret_cast<Out *>(dst);
    bool padded = false;
    for (size_t i = 0; i < count; i++) {
        double value = double(in[i]);
        if (value >= t.pad_low && value <= t.pad_high) {
            out[i] = Out(t.pad_value);
            padded = true;
            continue;
        }
        if (t.invert)
            value = t.mirror - value;
        out[i] = Out(value * t.slope + t.intercept);
    }
    return padded;
}

template <typename In>
bool convert_from(const char *src, MedalsDtype to, char *dst, size_t count,
                  const Transform &t)
{
    switch (to) {
    case MEDALS_U8:
        return convert<In, uint8_t>(src, dst, count, t);
    case MEDALS_I8:
        return convert<In, int8_t>(src, dst, count, t);
    case MEDALS_U16:
        return convert<In, uint16_t>(src, dst, count, t);
    case MEDALS_I16:
        return convert<In, int16_t>(src, dst, count, t);
    case MEDALS_U32:
        return convert<In, uint32_t>(src, dst, count, t);
    case MEDALS_I32:
        return convert<In, int32_t>(src, dst, count, t);
    case MEDALS_F64:
        return convert<In, double>(src, dst, count, t);
    default:
        return convert<In, float>(src, dst, count, t);
    }
}

/* @return whether there was padding among the values */
bool convert_frame(MedalsDtype stored, const char *src, MedalsDtype to,
                   char *dst, size_t count, const Transform &t)
{
    switch (stored) {
    case MEDALS_U8:
        return convert_from<uint8_t>(src, to, dst, count, t);
    case MEDALS_I8:
        return convert_from<int8_t>(src, to, dst, count, t);
    case MEDALS_U16:
        return convert_from<uint16_t>(src, to, dst, count, t);
    case MEDALS_I16:
        return convert_from<int16_t>(src, to, dst, count, t);
    case MEDALS_U32:
        return convert_from<uint32_t>(src, to, dst, count, t);
    default:
        return convert_from<int32_t>(src, to, dst, count, t);
    }
}

/* Pixels as little-endian numbers: the stored bits moved down, the sign
 * spread. */
template <typename T>
void unpack(std::vector<char> &bytes, const DicomFile &file)
{
    const DicomPixels &p = file.pixels;
    unsigned shift = p.high_bit + 1 - p.bits_stored;
    unsigned spare = unsigned(8 * sizeof(T)) - p.bits_stored;
    using Unsigned = std::make_unsigned_t<T>;
    T *pixel = reinterpret_cast<T *>(bytes.data());
    for (size_t i = 0; i < bytes.size() / sizeof(T); i++) {
        Unsigned stored = Unsigned(Unsigned(pixel[i]) >> shift);
        stored = Unsigned(stored << spare);
        pixel[i] = T(T(stored) >> spare);
    }
}

void unpack_as(std::vector<char> &bytes, const DicomFile &file,
               MedalsDtype stored)
{
    switch (stored) {
    case MEDALS_U8:
        return unpack<uint8_t>(bytes, file);
    case MEDALS_I8:
        return unpack<int8_t>(bytes, file);
    case MEDALS_U16:
        return unpack<uint16_t>(bytes, file);
    case MEDALS_I16:
        return unpack<int16_t>(bytes, file);
    case MEDALS_U32:
        return unpack<uint32_t>(bytes, file);
    default:
        return unpack<int32_t>(bytes, file);
    }
}

/* Uncompressed pixels need no decoder. */
bool is_plain(const DicomFile &file)
{
    const DicomPixels &p = file.pixels;
    bool bytes = p.bits_allocated == 8 || p.bits_allocated == 16 ||
                 p.bits_allocated == 32;
    return p.codec == DicomCodec::none && !p.big_endian && p.position > 0 &&
           bytes;
}

std::vector<char> read_plain(const DicomFile &file, MedalsDtype stored,
                             size_t need)
{
    std::vector<char> pixels(need);
    std::ifstream stream(file.path, std::ios::binary);
    stream.seekg(std::streamoff(file.pixels.position));
    if (file.pixels.length < need ||
        !stream.read(pixels.data(), std::streamsize(need)))
        fail(MEDALS_E_INPUT,
             "%s: the pixels are damaged or cut off; %zu bytes expected",
             file.path.c_str(), need);
    unpack_as(pixels, file, stored);
    return pixels;
}

void check_bits(const DicomFile &file)
{
    const DicomPixels &p = file.pixels;
    if (p.bits_stored > p.bits_allocated || p.high_bit >= p.bits_allocated ||
        p.high_bit + 1 < p.bits_stored)
        fail(MEDALS_E_INPUT,
             "%s: %u bits stored up to bit %u of %u; they do not fit, at most "
             "as many as allocated expected",
             file.path.c_str(), p.bits_stored, p.high_bit, p.bits_allocated);
    if (p.codec != DicomCodec::none && p.bits_allocated > 16)
        fail(MEDALS_E_INPUT,
             "%s: %u bits a pixel, compressed; at most 16 expected",
             file.path.c_str(), p.bits_allocated);
}

/* All pixels of one file, as stored. */
std::vector<char> decode(const DicomFile &file, MedalsDtype stored)
{
    check_bits(file);
    size_t need = size_t(file.rows) * file.columns * file.frames *
                  medals_dtype_size(stored);
    if (is_plain(file))
        return read_plain(file, stored, need);
    gdcm::ImageReader reader;
    reader.SetFileName(file.path.c_str());
    if (!reader.Read())
        fail(MEDALS_E_INPUT,
             "%s: the pixels cannot be read; an undamaged DICOM image in a "
             "known transfer syntax expected",
             file.path.c_str());
    const gdcm::Image &image = reader.GetImage();
    size_t length = image.GetBufferLength();
    if (length != need)
        fail(MEDALS_E_INPUT, "%s: %zu bytes of pixels; %zu expected",
             file.path.c_str(), length, need);
    std::vector<char> pixels(length);
    if (!image.GetBuffer(pixels.data()))
        fail(MEDALS_E_INPUT,
             "%s: the pixels are damaged or cut off; %zu bytes expected",
             file.path.c_str(), need);
    return pixels;
}

bool is_unsigned(MedalsDtype dtype)
{
    return dtype == MEDALS_U8 || dtype == MEDALS_U16 || dtype == MEDALS_U32;
}

/* Padding is taken as air where it is no Hounsfield number of a body: far
 * below air, or as bright as metal. */
Transform transform_of(const DicomSeries &series, const DicomFile &file,
                       const DicomFrame &frame, MedalsDtype dtype)
{
    double low, high;
    stored_range(file, &low, &high);
    bool ct = series.modality == "CT";
    Transform t = {frame.slope,
                   frame.intercept,
                   file.photometric == "MONOCHROME1" && !ct,
                   low + high,
                   NAN,
                   NAN,
                   is_unsigned(dtype) ? 0 : hu_of_air};
    if (file.padding.empty() || dtype == MEDALS_I8)
        return t;
    double first = file.padding.front(), last = file.padding.back();
    double value = first * frame.slope + frame.intercept;
    if (value >= least_hu && value <= most_hu)
        return t;
    t.pad_low = std::min(first, last);
    t.pad_high = std::max(first, last);
    return t;
}

void add_notes(const DicomSeries &series, MedalsImage &image)
{
    image.warnings.insert(image.warnings.end(), series.notes.begin(),
                          series.notes.end());
    if (series.modality == "CT" && series.files[0].photometric == "MONOCHROME1")
        image.warnings.push_back("a CT that asks to be shown inverted "
                                 "(MONOCHROME1): its values are taken as "
                                 "Hounsfield units all the same");
}

/* Slice after slice, in their order. A file is decoded once, unless its frames
 * lie between those of another. */
bool send_slices(const std::string &path, const DicomSeries &series,
                 MedalsDtype dtype, const DicomSink &sink)
{
    size_t open = SIZE_MAX;
    bool padded = false;
    std::vector<char> pixels, slice;
    for (const DicomFrame &frame : series.frames) {
        const DicomFile &file = series.files[frame.file];
        MedalsDtype stored =
            stored_type(path, file.bits_allocated, file.is_signed);
        size_t count = size_t(file.rows) * file.columns;
        if (open != frame.file)
            pixels = decode(file, stored);
        open = frame.file;
        slice.resize(count * medals_dtype_size(dtype));
        padded |= convert_frame(stored,
                                pixels.data() + frame.index * count *
                                                    medals_dtype_size(stored),
                                dtype, slice.data(), count,
                                transform_of(series, file, frame, dtype));
        sink.slice(slice.data(), slice.size());
    }
    return padded;
}

MedalsModality modality_of(const std::string &tag)
{
    static const struct {
        const char *tag;
        MedalsModality modality;
    } known[] = {
        {"CT", MEDALS_MODALITY_CT},         {"MR", MEDALS_MODALITY_MRI},
        {"PT", MEDALS_MODALITY_PET},        {"US", MEDALS_MODALITY_US},
        {"SM", MEDALS_MODALITY_MICROSCOPY}, {"GM", MEDALS_MODALITY_MICROSCOPY}};
    for (const auto &entry : known) {
        if (tag == entry.tag)
            return entry.modality;
    }
    return MEDALS_MODALITY_NONE;
}

} // namespace

void read_dicom(const std::string &path, const char *choice,
                const DicomSink &sink)
{
    std::vector<DicomSeries> all = scan_dicom(path, sink.beat);
    DicomSeries series = choose_series(path, all, choice);
    check_grey(path, series);
    MedalsImage image;
    read_frames(path, series, sink.beat);
    MedalsGeometry geometry = stack_frames(path, series, image);
    check_geometry(path, geometry);
    MedalsDtype dtype = volume_type(path, series);
    check_size(path, geometry.size, medals_dtype_size(dtype),
               series.files.size() > 1 ? 1.2 : 3);
    image.format = "dicom";
    const DicomFile &file = series.files[0];
    image.stored =
        dtype_name(stored_type(path, file.bits_allocated, file.is_signed));
    image.modality_tag = series.modality;
    image.modality = modality_of(series.modality);
    image.series_uid = series.uid;
    image.series_description = series.description;
    image.files = series.files.size();
    add_notes(series, image);
    sink.begin(image, geometry, dtype);
    if (send_slices(path, series, dtype, sink))
        sink.note("voxels of the padding value are taken as air");
}

} // namespace medals::bridge

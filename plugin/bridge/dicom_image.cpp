/*
 * dicom_image.cpp - the voxels of a DICOM series
 *
 *   file --GDCM--> stored values --MONOCHROME1--> inverted --rescale--> volume
 *
 * GDCM (ITK's own reader of DICOM) decodes; positions, order and rescale are
 * done here, frame by frame, since they may differ from slice to slice (PET).
 */
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include <gdcmImageReader.h>

#include "dicom_frames.hpp"
#include "dicom_series.hpp"
#include "failure.hpp"
#include "image_data.hpp"

namespace medals::bridge
{

namespace
{

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

struct Transform {
    double slope, intercept;
    bool invert;
    double mirror; /* low + high of the stored range */
};

template <typename In, typename Out>
void convert(const In *src, Out *dst, size_t count, const Transform &t)
{
    for (size_t i = 0; i < count; i++) {
        double value = double(src[i]);
        if (t.invert)
            value = t.mirror - value;
        dst[i] = Out(value * t.slope + t.intercept);
    }
}

template <typename In>
void convert_from(const char *src, MedalsVolume *volume, size_t first,
                  size_t count, const Transform &t)
{
    const In *in = reinterpret_cast<const In *>(src);
    void *out = medals_volume_peek_data(volume);
    switch (medals_volume_dtype(volume)) {
    case MEDALS_U8:
        convert(in, static_cast<uint8_t *>(out) + first, count, t);
        break;
    case MEDALS_I8:
        convert(in, static_cast<int8_t *>(out) + first, count, t);
        break;
    case MEDALS_U16:
        convert(in, static_cast<uint16_t *>(out) + first, count, t);
        break;
    case MEDALS_I16:
        convert(in, static_cast<int16_t *>(out) + first, count, t);
        break;
    case MEDALS_U32:
        convert(in, static_cast<uint32_t *>(out) + first, count, t);
        break;
    case MEDALS_I32:
        convert(in, static_cast<int32_t *>(out) + first, count, t);
        break;
    case MEDALS_F64:
        convert(in, static_cast<double *>(out) + first, count, t);
        break;
    default:
        convert(in, static_cast<float *>(out) + first, count, t);
        break;
    }
}

void convert_frame(MedalsDtype stored, const char *src, MedalsVolume *volume,
                   size_t first, size_t count, const Transform &t)
{
    switch (stored) {
    case MEDALS_U8:
        convert_from<uint8_t>(src, volume, first, count, t);
        break;
    case MEDALS_I8:
        convert_from<int8_t>(src, volume, first, count, t);
        break;
    case MEDALS_U16:
        convert_from<uint16_t>(src, volume, first, count, t);
        break;
    case MEDALS_I16:
        convert_from<int16_t>(src, volume, first, count, t);
        break;
    case MEDALS_U32:
        convert_from<uint32_t>(src, volume, first, count, t);
        break;
    default:
        convert_from<int32_t>(src, volume, first, count, t);
        break;
    }
}

/* All pixels of one file, as stored. */
std::vector<char> decode(const DicomFile &file, MedalsDtype stored)
{
    gdcm::ImageReader reader;
    reader.SetFileName(file.path.c_str());
    if (!reader.Read())
        fail(MEDALS_E_INPUT,
             "%s: the pixels cannot be read; an undamaged DICOM image in a "
             "known transfer syntax expected",
             file.path.c_str());
    const gdcm::Image &image = reader.GetImage();
    size_t need = size_t(file.rows) * file.columns * file.frames *
                  medals_dtype_size(stored);
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

void read_file(const std::string &path, const DicomSeries &series,
               size_t file_index, const std::vector<size_t> &slices,
               MedalsVolume *volume)
{
    const DicomFile &file = series.files[file_index];
    MedalsDtype stored = stored_type(path, file.bits_allocated, file.is_signed);
    std::vector<char> pixels = decode(file, stored);
    size_t count = size_t(file.rows) * file.columns;
    double low, high;
    stored_range(file, &low, &high);
    for (size_t k : slices) {
        const DicomFrame &frame = series.frames[k];
        Transform t = {frame.slope, frame.intercept,
                       file.photometric == "MONOCHROME1", low + high};
        const char *src =
            pixels.data() + frame.index * count * medals_dtype_size(stored);
        convert_frame(stored, src, volume, k * count, count, t);
    }
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

ImagePointer read_dicom(const std::string &path, const char *choice)
{
    std::vector<DicomSeries> all = scan_dicom(path);
    DicomSeries series = choose_series(path, all, choice);
    check_grey(path, series);
    auto image = std::make_unique<MedalsImage>();
    read_frames(path, series);
    MedalsGeometry geometry = stack_frames(path, series, *image);
    check_geometry(path, geometry);
    MedalsDtype dtype = volume_type(path, series);
    check_size(path, geometry.size, medals_dtype_size(dtype),
               series.files.size() > 1 ? 1.2 : 3);
    image->volume = new_volume(path, geometry, dtype);
    std::map<size_t, std::vector<size_t>> slices;
    for (size_t k = 0; k < series.frames.size(); k++)
        slices[series.frames[k].file].push_back(k);
    for (const auto &entry : slices)
        read_file(path, series, entry.first, entry.second, image->volume);
    image->format = "dicom";
    const DicomFile &file = series.files[0];
    image->stored =
        dtype_name(stored_type(path, file.bits_allocated, file.is_signed));
    image->modality_tag = series.modality;
    image->modality = modality_of(series.modality);
    image->series_uid = series.uid;
    image->series_description = series.description;
    image->files = series.files.size();
    return image;
}

} // namespace medals::bridge

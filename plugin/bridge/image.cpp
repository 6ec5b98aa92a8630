/*
 * image.cpp - picks the reader of a file, and the C functions of image.h
 */
#include "image.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <sys/stat.h>
#include <zlib.h>

#include "dicom_apart.hpp"
#include "failure.hpp"
#include "image_data.hpp"
#include "medals/context.h"
#include "numbers.hpp"

namespace medals::bridge
{

static bool ends_with(const std::string &path, const char *ending)
{
    size_t n = strlen(ending);
    if (path.size() < n)
        return false;
    return std::equal(
        path.end() - long(n), path.end(), ending,
        [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
}

std::vector<uint8_t> file_beginning(const std::string &path, size_t count)
{
    errno = 0;
    gzFile file = gzopen(path.c_str(), "rb");
    if (!file)
        fail(MEDALS_E_IO, "%s: %s; a readable file expected", path.c_str(),
             strerror(errno ? errno : ENOMEM));
    std::vector<uint8_t> bytes(count);
    int got = gzread(file, bytes.data(), unsigned(count));
    gzclose(file);
    bytes.resize(size_t(std::max(got, 0)));
    return bytes;
}

uint64_t file_size(const std::string &path)
{
    struct stat info;
    if (stat(path.c_str(), &info) != 0)
        fail(MEDALS_E_IO, "%s: %s; a readable file expected", path.c_str(),
             strerror(errno));
    return uint64_t(info.st_size);
}

void check_size(const std::string &path, const int64_t size[3], size_t item,
                double copies)
{
    double voxels = 1;
    for (int a = 0; a < 3; a++) {
        if (size[a] < 1)
            fail(MEDALS_E_INPUT,
                 "%s: no voxels (%lld x %lld x %lld); at least one along "
                 "each axis expected",
                 path.c_str(), (long long) size[0], (long long) size[1],
                 (long long) size[2]);
        voxels *= double(size[a]);
    }
    double need = voxels * double(item) * copies;
    double have = double(medals_available_memory_bytes());
    if (need > have)
        fail(MEDALS_E_NOMEM,
             "%s: %lld x %lld x %lld voxels take %.1f GiB; at most the %.1f "
             "GiB available expected",
             path.c_str(), (long long) size[0], (long long) size[1],
             (long long) size[2], need / 0x1p30, have / 0x1p30);
}

static double determinant(const double m[9])
{
    return m[0] * (m[4] * m[8] - m[5] * m[7]) -
           m[1] * (m[3] * m[8] - m[5] * m[6]) +
           m[2] * (m[3] * m[7] - m[4] * m[6]);
}

/* Rounded cosines, as many programs write them, pass; a shear of 0.1 degree
 * does not. */
static const double orthogonal_tolerance = 1e-3;

static void check_direction(const std::string &path, const double m[9])
{
    double determinant_size = std::fabs(determinant(m));
    if (!(determinant_size > 1e-6))
        fail(MEDALS_E_INPUT,
             "%s: the direction matrix is singular; three independent axes "
             "expected",
             path.c_str());
    for (int a = 0; a < 3; a++) {
        for (int b = a; b < 3; b++) {
            double dot =
                m[a] * m[b] + m[3 + a] * m[3 + b] + m[6 + a] * m[6 + b];
            if (std::fabs(dot - (a == b)) > 2 * orthogonal_tolerance)
                fail(MEDALS_E_INPUT,
                     "%s: the axes are sheared or not of unit length; axes "
                     "at right angles expected",
                     path.c_str());
        }
    }
}

void check_geometry(const std::string &path, const MedalsGeometry &geometry)
{
    for (double spacing : geometry.spacing) {
        if (!std::isfinite(spacing) || spacing <= 0)
            fail(MEDALS_E_INPUT,
                 "%s: spacing %g x %g x %g mm; positive numbers expected",
                 path.c_str(), geometry.spacing[0], geometry.spacing[1],
                 geometry.spacing[2]);
    }
    for (double value : geometry.origin) {
        if (!std::isfinite(value))
            fail(MEDALS_E_INPUT,
                 "%s: origin %g, %g, %g; finite numbers expected", path.c_str(),
                 geometry.origin[0], geometry.origin[1], geometry.origin[2]);
    }
    check_direction(path, geometry.direction);
}

MedalsVolume *new_volume(const std::string &path,
                         const MedalsGeometry &geometry, MedalsDtype dtype)
{
    MedalsVolume *volume = nullptr;
    MedalsError *error = nullptr;
    MedalsStatus status = medals_volume_new(&volume, &geometry, dtype, &error);
    check_medals(path, status, error); /* not as one: the order is open */
    return volume;
}

const char *dtype_name(MedalsDtype dtype)
{
    static const char *const names[] = {
        "float32", "bfloat16", "float16", "float64", "uint8",  "int8",
        "uint16",  "int16",    "uint32",  "int32",   "uint64", "int64"};
    return size_t(dtype) < 12 ? names[dtype] : "unknown";
}

static bool is_nifti(const std::vector<uint8_t> &bytes)
{
    if (bytes.size() < 348)
        return false;
    static const uint8_t sizes[4][4] = {
        {0x5c, 1, 0, 0}, {0, 0, 1, 0x5c}, {0x1c, 2, 0, 0}, {0, 0, 2, 0x1c}};
    return std::any_of(sizes, sizes + 4, [&](const uint8_t *size) {
        return memcmp(bytes.data(), size, 4) == 0;
    });
}

static bool has_text(const std::vector<uint8_t> &bytes, const char *text)
{
    return std::search(bytes.begin(), bytes.end(), text, text + strlen(text)) !=
           bytes.end();
}

static bool begins_with(const std::vector<uint8_t> &bytes, size_t offset,
                        const char *text)
{
    size_t n = strlen(text);
    return bytes.size() >= offset + n &&
           memcmp(bytes.data() + offset, text, n) == 0;
}

/* DICOM without the preamble starts with a tag of group 2 or 8. */
static bool looks_like_bare_dicom(const std::string &path,
                                  const std::vector<uint8_t> &bytes)
{
    bool tag = bytes.size() >= 8 && (bytes[0] == 8 || bytes[0] == 2) &&
               bytes[1] == 0 && bytes[3] == 0;
    return tag || ends_with(path, ".dcm") || ends_with(path, ".ima");
}

static std::string header_of_pair(const std::string &path)
{
    if (!ends_with(path, ".img") && !ends_with(path, ".img.gz"))
        return path;
    std::string stem = path.substr(0, small_letters(path).rfind(".img"));
    for (const char *ending : {".hdr", ".hdr.gz", ".HDR", ".HDR.GZ"}) {
        struct stat info;
        if (stat((stem + ending).c_str(), &info) == 0)
            return stem + ending;
    }
    return path;
}

/* Only NIfTI may lie in gzip as a whole. */
static void refuse_gzip(const std::string &path, const char *format)
{
    char start[2] = {};
    std::ifstream file(path, std::ios::binary);
    file.read(start, 2);
    if (file.gcount() == 2 && memcmp(start, "\x1f\x8b", 2) == 0)
        fail(MEDALS_E_INPUT,
             "%s: %s packed by gzip as a whole; the unpacked "
             "file expected",
             path.c_str(), format);
}

ImagePointer read_image(const std::string &given,
                        const MedalsImageReadOptions *options,
                        std::vector<MedalsVolume *> *layers)
{
    struct stat info;
    if (stat(given.c_str(), &info) != 0)
        fail(MEDALS_E_IO, "%s: %s; an image file or a DICOM folder expected",
             given.c_str(), strerror(errno));
    if (S_ISDIR(info.st_mode))
        return read_dicom_apart(given, options);
    if (!S_ISREG(info.st_mode))
        fail(MEDALS_E_INPUT,
             "%s: a device or a pipe; an image file or a DICOM folder expected",
             given.c_str());
    if (medals_image_is_npz(given.c_str()))
        fail(MEDALS_E_INPUT,
             "%s: an .npz archive; a medical image file expected",
             given.c_str());
    std::string path = header_of_pair(given);
    if (file_size(path) == 0)
        fail(MEDALS_E_INPUT, "%s: an empty file; an image expected",
             path.c_str());
    std::vector<uint8_t> bytes = file_beginning(path, 1 << 16);
    if (is_nifti(bytes))
        return read_nifti(path);
    if (begins_with(bytes, 0, "NRRD000")) {
        refuse_gzip(path, "an NRRD file");
        return read_nrrd(path, layers);
    }
    if (begins_with(bytes, 128, "DICM"))
        return read_dicom_apart(path, options);
    if (has_text(bytes, "NDims") && has_text(bytes, "DimSize")) {
        refuse_gzip(path, "a MetaImage file");
        return read_metaimage(path);
    }
    if (looks_like_bare_dicom(path, bytes))
        return read_dicom_apart(path, options);
    fail(MEDALS_E_INPUT,
         "%s: an unknown format or a damaged header; NIfTI, NRRD, MetaImage "
         "or DICOM expected",
         path.c_str());
}

/* The first layer of a segmentation, or any other image. */
static ImagePointer read_first_layer(const std::string &path,
                                     const MedalsImageReadOptions *options)
{
    std::vector<MedalsVolume *> layers;
    ImagePointer image = read_image(path, options, &layers);
    for (MedalsVolume *&layer : layers)
        medals_volume_free(&layer);
    image->layers = std::max<size_t>(layers.size(), 1);
    if (layers.size() > 1 && !image->is_segmentation)
        return read_image(path, options, nullptr); /* says why not */
    return image;
}

} // namespace medals::bridge

using namespace medals::bridge;

MedalsStatus medals_image_read(MedalsImage **out, const char *path,
                               const MedalsImageReadOptions *options,
                               char **message)
{
    *out = nullptr;
    return guard(path, message, [&] {
        ImagePointer image = options && options->first_layer
                                 ? read_first_layer(path, options)
                                 : read_image(path, options, nullptr);
        for (std::string &warning : image->warnings)
            warning = one_line(warning);
        for (const std::string &warning : image->warnings)
            image->warning_list.push_back(warning.c_str());
        image->warning_list.push_back(nullptr);
        *out = image.release();
    });
}

void medals_image_free(MedalsImage **image)
{
    if (!image)
        return;
    delete *image;
    *image = nullptr;
}

MedalsVolume *medals_image_peek_volume(const MedalsImage *image)
{
    return image->volume;
}

MedalsVolume *medals_image_ref_volume(const MedalsImage *image)
{
    return medals_volume_ref(image->volume);
}

const char *const *medals_image_warnings(const MedalsImage *image)
{
    return image->warning_list.data();
}

void medals_image_info(const MedalsImage *image, MedalsImageInfo *info)
{
    info->format = image->format.c_str();
    info->stored = image->stored.c_str();
    info->modality = image->modality;
    info->modality_tag = image->modality_tag.c_str();
    info->series_uid = image->series_uid.c_str();
    info->series_description = image->series_description.c_str();
    info->files = image->files;
    info->orientation_from = image->orientation_from.c_str();
    info->layers = image->layers;
}

bool medals_image_is_npz(const char *path)
{
    if (ends_with(path, ".npz"))
        return true;
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return false;
    char start[4] = {};
    std::ifstream file(path, std::ios::binary);
    file.read(start, 4);
    return file.gcount() == 4 && memcmp(start, "PK\3\4", 4) == 0;
}

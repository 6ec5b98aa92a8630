/*
 * nifti_image.cpp - reads NIfTI
 *
 *   header bytes --checks--> geometry --+--> MedalsImage
 *   voxels --zlib--> swap, scl_slope ---+
 *
 * The geometry is what ITK makes of the header, so that labels lie where
 * ITK-SNAP and Slicer put them; ITK itself goes by the file's name, has no
 * NIfTI-2 and applies units to the spacing only. Voxels are streamed straight
 * into the volume.
 */
#include <algorithm>
#include <cmath>
#include <cstring>

#include <zlib.h>

#include "failure.hpp"
#include "image_data.hpp"
#include "nifti_header.hpp"
#include "numbers.hpp"
#include "voxel_stream.hpp"

namespace medals::bridge
{

namespace
{

/* Rows r of a RAS transform: [4*r+c] for axis c, [4*r+3] the offset. */
struct Affine {
    double m[12];
};

std::string shape_of(const NiftiHeader &header)
{
    std::string text;
    int64_t axes = header.integer(NiftiField::dim);
    for (int a = 1; a <= std::clamp<int64_t>(axes, 0, 7); a++)
        text += text_of(a > 1 ? " x %lld" : "%lld",
                        (long long) header.integer(NiftiField::dim, a));
    return text;
}

void read_size(const std::string &path, const NiftiHeader &header,
               int64_t size[3])
{
    int64_t axes = header.integer(NiftiField::dim);
    if (axes < 1 || axes > 7)
        fail(MEDALS_E_INPUT, "%s: %lld axes; 1 to 7 expected", path.c_str(),
             (long long) axes);
    for (int a = 0; a < 3; a++)
        size[a] = a < axes ? header.integer(NiftiField::dim, a + 1) : 1;
    for (int a = 4; a <= axes; a++) {
        if (header.integer(NiftiField::dim, a) == 1)
            continue;
        bool vector = a == 5 && header.integer(NiftiField::dim, 4) <= 1;
        fail(MEDALS_E_INPUT, "%s: a %s image of %s; one 3-D volume expected",
             path.c_str(), vector ? "vector" : "4-D", shape_of(header).c_str());
    }
}

MedalsDtype read_dtype(const std::string &path, const NiftiHeader &header)
{
    static const MedalsDtype all[] = {
        MEDALS_U8,  MEDALS_I8,  MEDALS_U16, MEDALS_I16, MEDALS_U32,
        MEDALS_I32, MEDALS_U64, MEDALS_I64, MEDALS_F32, MEDALS_F64};
    int64_t code = header.integer(NiftiField::datatype);
    for (MedalsDtype dtype : all) {
        if (nifti_datatype(dtype) == code)
            return dtype;
    }
    const char *what = code == 128 || code == 2304 ? "colour"
                       : code == 32 || code == 1792 || code == 2048
                           ? "complex"
                           : "unsupported";
    fail(MEDALS_E_INPUT,
         "%s: %s voxels (NIfTI datatype %lld) of %s; one whole or "
         "floating-point number a voxel expected",
         path.c_str(), what, (long long) code, shape_of(header).c_str());
}

void check_pixdim(const std::string &path, const NiftiHeader &header)
{
    int axes = int(std::min<int64_t>(header.integer(NiftiField::dim), 3));
    for (int a = 1; a <= axes; a++) {
        double spacing = header.number(NiftiField::pixdim, a);
        if (!std::isfinite(spacing) || spacing <= 0)
            fail(MEDALS_E_INPUT,
                 "%s: pixdim[%d] is %g; a positive spacing expected",
                 path.c_str(), a, spacing);
    }
}

double millimetres(const NiftiHeader &header)
{
    switch (header.integer(NiftiField::xyzt_units) & 7) {
    case 1:
        return 1e3; /* metres */
    case 3:
        return 1e-3; /* micrometres */
    default:
        return 1; /* not stated, or millimetres */
    }
}

void check_units(const std::string &path, const NiftiHeader &header)
{
    long long code = header.integer(NiftiField::xyzt_units) & 7;
    if (code > 3)
        fail(MEDALS_E_INPUT,
             "%s: xyzt_units states the unit of length %lld; 1 (metre), 2 "
             "(millimetre), 3 (micrometre) or 0 expected",
             path.c_str(), code);
}

Affine sform_of(const NiftiHeader &header)
{
    Affine affine;
    for (int i = 0; i < 12; i++)
        affine.m[i] = header.number(NiftiField::srow, i);
    return affine;
}

/* nifti1.h, method 2 */
Affine qform_of(const NiftiHeader &header)
{
    double b = header.number(NiftiField::quatern, 0);
    double c = header.number(NiftiField::quatern, 1);
    double d = header.number(NiftiField::quatern, 2);
    double rest = 1 - (b * b + c * c + d * d);
    double a = rest > 1e-7 ? std::sqrt(rest) : 0;
    double norm = std::sqrt(a * a + b * b + c * c + d * d);
    a /= norm, b /= norm, c /= norm, d /= norm;
    const double r[9] = {a * a + b * b - c * c - d * d, 2 * (b * c - a * d),
                         2 * (b * d + a * c),           2 * (b * c + a * d),
                         a * a + c * c - b * b - d * d, 2 * (c * d - a * b),
                         2 * (b * d - a * c),           2 * (c * d + a * b),
                         a * a + d * d - b * b - c * c};
    double qfac = header.number(NiftiField::pixdim) < 0 ? -1 : 1;
    Affine affine;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++)
            affine.m[4 * i + j] = r[3 * i + j] * (j == 2 ? qfac : 1) *
                                  header.number(NiftiField::pixdim, j + 1);
        affine.m[4 * i + 3] = header.number(NiftiField::qoffset, i);
    }
    return affine;
}

double column_dot(const Affine &affine, int a, int b)
{
    double sum = 0;
    for (int r = 0; r < 3; r++)
        sum += affine.m[4 * r + a] * affine.m[4 * r + b];
    return sum;
}

/* niftilib takes a number that is not finite for 0. */
void check_finite(const std::string &path, const NiftiHeader &header,
                  const char *form, NiftiField field, int count)
{
    for (int i = 0; i < count; i++) {
        double value = header.number(field, i);
        if (!std::isfinite(value))
            fail(MEDALS_E_INPUT,
                 "%s: the %s holds %g; finite numbers "
                 "expected",
                 path.c_str(), form, value);
    }
}

void check_qform(const std::string &path, const NiftiHeader &header)
{
    check_finite(path, header, "qform", NiftiField::quatern, 3);
    check_finite(path, header, "qform", NiftiField::qoffset, 3);
}

void check_sform(const std::string &path, const NiftiHeader &header, int axes)
{
    check_finite(path, header, "sform", NiftiField::srow, 12);
    Affine affine = sform_of(header);
    for (int a = 0; a < axes; a++) {
        for (int b = 0; b < a; b++) {
            double cosine =
                column_dot(affine, a, b) /
                std::sqrt(column_dot(affine, a, a) * column_dot(affine, b, b));
            if (!(std::fabs(cosine) < 0.999)) /* or a column of zeros */
                fail(MEDALS_E_INPUT,
                     "%s: the sform is singular; three independent axes "
                     "expected",
                     path.c_str());
            if (std::fabs(cosine) > 1e-3)
                fail(MEDALS_E_INPUT,
                     "%s: the sform is sheared, its axes %d and %d meet at "
                     "%.1f degrees; axes at right angles expected (resample "
                     "the image)",
                     path.c_str(), b + 1, a + 1,
                     std::acos(std::clamp(cosine, -1.0, 1.0)) * 180 / M_PI);
        }
    }
}

/* ITK 5.2 takes the sform if its code is 1 (scanner) or it says the same as the
 * qform, else the qform. */
bool prefers_sform(const NiftiHeader &header)
{
    int64_t sform_code = header.integer(NiftiField::sform_code);
    if (sform_code <= 0)
        return false;
    if (sform_code == 1 || header.integer(NiftiField::qform_code) <= 0)
        return true;
    Affine sform = sform_of(header), qform = qform_of(header);
    for (int i = 0; i < 12; i++) {
        if (std::fabs(sform.m[i] - qform.m[i]) > 1e-4)
            return false;
    }
    return true;
}

/* How far the lengths of an sform may be from pixdim, as a part of them, and
 * still be its rounding. */
const double spacing_tolerance = 5e-4;

/* Whether the sform has the spacing of pixdim. */
bool sform_fits(const NiftiHeader &header)
{
    Affine affine = sform_of(header);
    for (int c = 0; c < 3 && c < header.integer(NiftiField::dim); c++) {
        double spacing = header.number(NiftiField::pixdim, c + 1);
        double length = std::sqrt(column_dot(affine, c, c));
        if (!(std::fabs(length - spacing) <= spacing_tolerance * spacing))
            return false;
    }
    return true;
}

/* The form that places the voxels. An sform of another spacing than pixdim is
 * used where there is no qform only. */
enum class Form { none, sform, qform };

Form form_of(const NiftiHeader &header)
{
    bool qform = header.integer(NiftiField::qform_code) > 0;
    if (prefers_sform(header) && (!qform || sform_fits(header)))
        return Form::sform;
    return qform ? Form::qform : Form::none;
}

/* Unit columns of the direction in LPS; the third one of a 2-D image stands at
 * right angles to the others. */
void set_direction(const Affine &affine, int axes, MedalsGeometry &g)
{
    double *d = g.direction;
    for (int c = 0; c < axes; c++) {
        double length = std::sqrt(column_dot(affine, c, c));
        for (int r = 0; r < 3; r++)
            d[3 * r + c] =
                affine.m[4 * r + c] / length * (r < 2 ? -1 : 1) + 0.0;
    }
    for (int r = 0; r < 3 && axes == 2; r++) {
        int s = 3 * ((r + 1) % 3), t = 3 * ((r + 2) % 3);
        d[3 * r + 2] = d[s] * d[t + 1] - d[t] * d[s + 1];
    }
}

/* ITK's interpretation; also of what ITK does not read: NIfTI-2, units other
 * than mm of the whole form, files under other names. */
MedalsGeometry geometry_in(MedalsImage &image, const NiftiHeader &header,
                           const int64_t size[3])
{
    Form form = form_of(header);
    int axes = int(std::min<int64_t>(header.integer(NiftiField::dim), 3));
    double scale = millimetres(header);
    MedalsGeometry g = {};
    for (int c = 0; c < 3; c++) {
        g.size[c] = size[c];
        g.spacing[c] =
            c < axes ? header.number(NiftiField::pixdim, c + 1) * scale : 1;
        g.direction[4 * c] = 1;
    }
    if (form == Form::none)
        return g;
    Affine affine = form == Form::sform ? sform_of(header) : qform_of(header);
    set_direction(affine, axes, g);
    for (int r = 0; r < 3; r++)
        g.origin[r] = affine.m[4 * r + 3] * scale * (r < 2 ? -1 : 1) + 0.0;
    if (form == Form::qform || sform_fits(header))
        return g;
    std::string pixdim =
        text_of("%g x %g x %g", g.spacing[0], g.spacing[1], g.spacing[2]);
    for (int c = 0; c < axes; c++)
        g.spacing[c] = std::sqrt(column_dot(affine, c, c)) * scale;
    image.warnings.push_back(
        text_of("the spacing of the sform, %g x %g x %g mm, is not that of "
                "pixdim, %s: the sform is used",
                g.spacing[0], g.spacing[1], g.spacing[2], pixdim.c_str()));
    return g;
}

/* The largest distance, in mm, by which an affine misplaces a corner. */
double corner_distance(const MedalsGeometry &g, const Affine &affine,
                       double scale)
{
    double worst = 0;
    for (int corner = 0; corner < 8; corner++) {
        double square = 0;
        for (int r = 0; r < 3; r++) {
            double sign = r < 2 ? -1 : 1;
            double off = sign * affine.m[4 * r + 3] * scale - g.origin[r];
            for (int c = 0; c < 3; c++) {
                double index = corner >> c & 1 ? double(g.size[c] - 1) : 0;
                off += index * (sign * affine.m[4 * r + c] * scale -
                                g.direction[3 * r + c] * g.spacing[c]);
            }
            square += off * off;
        }
        worst = std::max(worst, std::sqrt(square));
    }
    return worst;
}

/* Says which form was used, and warns where the other one disagrees. */
void name_orientation(MedalsImage &image, const NiftiHeader &header,
                      const MedalsGeometry &g)
{
    double scale = millimetres(header);
    bool has_sform = header.integer(NiftiField::sform_code) > 0;
    bool has_qform = header.integer(NiftiField::qform_code) > 0;
    if (!has_sform && !has_qform) {
        image.orientation_from = "pixdim";
        image.warnings.push_back("the file states no orientation (no sform, "
                                 "no qform): left and right are a guess");
        return;
    }
    double limit = 0.1 * *std::min_element(g.spacing, g.spacing + 3);
    double off_s =
        has_sform ? corner_distance(g, sform_of(header), scale) : INFINITY;
    double off_q =
        has_qform ? corner_distance(g, qform_of(header), scale) : INFINITY;
    image.orientation_from = off_s <= off_q ? "sform" : "qform";
    double other = std::max(off_s, off_q);
    if (has_sform && has_qform && other > limit)
        image.warnings.push_back(
            text_of("sform and qform place voxels up to %.1f mm apart: the "
                    "%s is used, as ITK does",
                    other, image.orientation_from.c_str()));
    else if (std::min(off_s, off_q) > limit)
        image.warnings.push_back(
            text_of("the spacing of the %s is not that of pixdim (up to %.1f "
                    "mm off): pixdim is used, as ITK does",
                    image.orientation_from.c_str(), std::min(off_s, off_q)));
}

/* The .img beside a .hdr, gzipped or not, in the letters of the header. */
std::string voxel_file(const std::string &path, const NiftiHeader &header)
{
    size_t dot = small_letters(path).rfind(".hdr");
    if (header.single() || dot == std::string::npos)
        return path;
    bool capitals = path[dot + 1] == 'H';
    std::string name = path.substr(0, dot) + (capitals ? ".IMG" : ".img");
    FILE *file = fopen(name.c_str(), "rb");
    if (file)
        fclose(file);
    return file ? name : name + (capitals ? ".GZ" : ".gz");
}

/** Reads bytes of a plain or gzip file in order. */
class Stream
{
  public:
    Stream(const std::string &path) : path(path)
    {
        uint64_t on_disk = file_size(path);
        file = gzopen(path.c_str(), "rb");
        if (!file)
            throw std::bad_alloc();
        gzbuffer(file, 1 << 18);
        gzipped = !gzdirect(file);
        /* deflate makes at most 1032 bytes of one */
        limit = gzipped ? double(on_disk) * 1032.0 : double(on_disk);
    }
    ~Stream()
    {
        gzclose(file);
    }
    void check_holds(double bytes) const
    {
        if (bytes > limit)
            fail(MEDALS_E_INPUT,
                 "%s: the file is too short, it can hold %.0f bytes; %.0f "
                 "expected by its header",
                 path.c_str(), limit, bytes);
    }
    void skip(int64_t offset)
    {
        std::vector<uint8_t> waste(1 << 16);
        while (offset > 0) {
            size_t n = std::min<size_t>(waste.size(), size_t(offset));
            read(waste.data(), n);
            offset -= int64_t(n);
        }
    }
    void read(void *dst, size_t bytes)
    {
        uint8_t *at = static_cast<uint8_t *>(dst);
        while (bytes > 0) {
            unsigned n = unsigned(std::min<size_t>(bytes, 1 << 24));
            int got = gzread(file, at, n);
            if (got <= 0)
                fail(MEDALS_E_INPUT,
                     "%s: the %s ends or is damaged after %llu bytes; %llu "
                     "more expected by its header",
                     path.c_str(), gzipped ? "compressed data" : "file",
                     (unsigned long long) done, (unsigned long long) bytes);
            at += got;
            bytes -= size_t(got);
            done += uint64_t(got);
        }
    }
    /* zlib compares the checksum when it meets the end; a missing checksum
     * is an error that gzread() does not return */
    void check_end()
    {
        uint8_t byte;
        int problem = Z_OK;
        if (gzipped && gzread(file, &byte, 1) < 1)
            gzerror(file, &problem);
        if (problem != Z_OK)
            fail(MEDALS_E_INPUT,
                 "%s: the checksum of the compressed data is wrong or cut off; "
                 "an "
                 "undamaged file expected",
                 path.c_str());
    }

  private:
    std::string path;
    gzFile file;
    bool gzipped;
    double limit;
    uint64_t done = 0;
};

template <typename In, typename Out>
void scale_items(const void *src, void *dst, size_t count, double slope,
                 double inter)
{
    const In *in = static_cast<const In *>(src);
    Out *out = static_cast<Out *>(dst);
    for (size_t i = 0; i < count; i++)
        out[i] = Out(double(in[i]) * slope + inter);
}

using ScaleFn = void (*)(const void *, void *, size_t, double, double);

ScaleFn scale_function(MedalsDtype stored)
{
    switch (stored) {
    case MEDALS_U8:
        return scale_items<uint8_t, float>;
    case MEDALS_I8:
        return scale_items<int8_t, float>;
    case MEDALS_U16:
        return scale_items<uint16_t, float>;
    case MEDALS_I16:
        return scale_items<int16_t, float>;
    case MEDALS_U32:
        return scale_items<uint32_t, double>;
    case MEDALS_I32:
        return scale_items<int32_t, double>;
    case MEDALS_U64:
        return scale_items<uint64_t, double>;
    case MEDALS_I64:
        return scale_items<int64_t, double>;
    case MEDALS_F32:
        return scale_items<float, float>;
    default:
        return scale_items<double, double>;
    }
}

struct Voxels {
    MedalsDtype stored, dtype;
    double slope = 1, inter = 0;
    bool scaled = false;
};

Voxels voxels_of(const std::string &path, const NiftiHeader &header)
{
    Voxels v;
    v.stored = v.dtype = read_dtype(path, header);
    double slope = header.number(NiftiField::scl_slope);
    double inter = header.number(NiftiField::scl_inter);
    /* a slope of 0 means no scaling (nifti1.h) */
    v.scaled = std::isfinite(slope) && std::isfinite(inter) && slope != 0 &&
               (slope != 1 || inter != 0);
    if (v.scaled) {
        v.slope = slope;
        v.inter = inter;
        bool wide = v.stored != MEDALS_F32 && medals_dtype_size(v.stored) > 2;
        v.dtype = wide ? MEDALS_F64 : MEDALS_F32;
    }
    return v;
}

void read_voxels(Stream &stream, const Voxels &v, bool swapped, uint8_t *data,
                 size_t count)
{
    size_t width = medals_dtype_size(v.stored);
    const size_t chunk = 1 << 16;
    std::vector<uint8_t> raw(v.scaled ? chunk * width : 0);
    for (size_t first = 0; first < count; first += chunk) {
        size_t n = std::min(chunk, count - first);
        uint8_t *out = data + first * medals_dtype_size(v.dtype);
        uint8_t *in = v.scaled ? raw.data() : out;
        stream.read(in, n * width);
        if (swapped)
            swap_items(in, n, width);
        if (v.scaled)
            scale_function(v.stored)(in, out, n, v.slope, v.inter);
    }
    stream.check_end();
}

} // namespace

ImagePointer read_nifti(const std::string &path)
{
    NiftiHeader header(path, file_beginning(path, 540));
    MedalsGeometry geometry;
    int64_t size[3];
    read_size(path, header, size);
    check_units(path, header);
    check_pixdim(path, header);
    int axes = int(std::min<int64_t>(header.integer(NiftiField::dim), 3));
    if (header.integer(NiftiField::sform_code) > 0)
        check_sform(path, header, axes);
    if (header.integer(NiftiField::qform_code) > 0)
        check_qform(path, header);
    Voxels v = voxels_of(path, header);

    Stream stream(voxel_file(path, header));
    int64_t offset = header.integer(NiftiField::vox_offset);
    if (header.single())
        offset = std::max<int64_t>(offset, int64_t(header.data().size()));
    double count = double(size[0]) * double(size[1]) * double(size[2]);
    if (count > 0)
        stream.check_holds(double(offset) +
                           count * double(medals_dtype_size(v.stored)));
    check_size(path, size, medals_dtype_size(v.dtype), 1);

    auto image = std::make_unique<MedalsImage>();
    geometry = geometry_in(*image, header, size);
    check_geometry(path, geometry);
    name_orientation(*image, header, geometry);
    image->volume = new_volume(path, geometry, v.dtype);
    stream.skip(std::max<int64_t>(offset, 0));
    read_voxels(stream, v, header.swapped(),
                static_cast<uint8_t *>(medals_volume_peek_data(image->volume)),
                size_t(count));
    image->format = "nifti";
    image->stored = dtype_name(v.stored);
    image->nifti_header = header.data();
    return image;
}

} // namespace medals::bridge

/*
 * nifti_header.cpp - the bytes of a NIfTI-1 or NIfTI-2 header
 *
 * Offsets and types: nifti1.h and nifti2.h of the NIfTI Data Format Working
 * Group.
 */
#include "nifti_header.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "failure.hpp"

namespace medals::bridge
{

namespace
{

enum class Kind : uint8_t { i8, i16, i32, i64, f32, f64, text };

struct Place {
    uint16_t offset;
    Kind kind;
    uint8_t count; /* elements, or characters */
};

/* By NiftiField. */
const Place places1[] = {
    {40, Kind::i16, 8},  {56, Kind::f32, 3},   {68, Kind::i16, 1},
    {70, Kind::i16, 1},  {72, Kind::i16, 1},   {76, Kind::f32, 8},
    {108, Kind::f32, 1}, {112, Kind::f32, 1},  {116, Kind::f32, 1},
    {124, Kind::f32, 1}, {128, Kind::f32, 1},  {228, Kind::text, 24},
    {252, Kind::i16, 1}, {254, Kind::i16, 1},  {256, Kind::f32, 3},
    {268, Kind::f32, 3}, {280, Kind::f32, 12}, {328, Kind::text, 16},
    {123, Kind::i8, 1},  {344, Kind::text, 4},
};
const Place places2[] = {
    {16, Kind::i64, 8},  {80, Kind::f64, 3},   {504, Kind::i32, 1},
    {12, Kind::i16, 1},  {14, Kind::i16, 1},   {104, Kind::f64, 8},
    {168, Kind::i64, 1}, {176, Kind::f64, 1},  {184, Kind::f64, 1},
    {192, Kind::f64, 1}, {200, Kind::f64, 1},  {320, Kind::text, 24},
    {344, Kind::i32, 1}, {348, Kind::i32, 1},  {352, Kind::f64, 3},
    {376, Kind::f64, 3}, {400, Kind::f64, 12}, {508, Kind::text, 16},
    {500, Kind::i32, 1}, {4, Kind::text, 8},
};

const Place &place_of(int version, NiftiField field)
{
    return (version == 2 ? places2 : places1)[int(field)];
}

template <typename T> T load(const uint8_t *at, bool swapped)
{
    uint8_t raw[sizeof(T)];
    memcpy(raw, at, sizeof raw);
    if (swapped)
        std::reverse(raw, raw + sizeof raw);
    T value;
    memcpy(&value, raw, sizeof value);
    return value;
}

template <typename T> void store(uint8_t *at, bool swapped, double number)
{
    T value = T(number);
    uint8_t raw[sizeof(T)];
    memcpy(raw, &value, sizeof raw);
    if (swapped)
        std::reverse(raw, raw + sizeof raw);
    memcpy(at, raw, sizeof raw);
}

size_t width_of(Kind kind)
{
    static const size_t widths[] = {1, 2, 4, 8, 4, 8, 1};
    return widths[int(kind)];
}

/* The rotation of a proper or improper direction as NIfTI's quaternion
 * (b, c, d) and qfac; nifti1.h, "method 2". m is row-major, RAS. */
void quaternion_of(const double given[9], double bcd[3], double *qfac)
{
    double m[9];
    std::copy(given, given + 9, m);
    double det = m[0] * (m[4] * m[8] - m[5] * m[7]) -
                 m[1] * (m[3] * m[8] - m[5] * m[6]) +
                 m[2] * (m[3] * m[7] - m[4] * m[6]);
    *qfac = det < 0 ? -1 : 1;
    for (int r = 0; r < 3; r++)
        m[3 * r + 2] *= *qfac;
    /* squares of 2a, 2b, 2c, 2d; the largest is safe to divide by */
    double square[4] = {1 + m[0] + m[4] + m[8], 1 + m[0] - m[4] - m[8],
                        1 - m[0] + m[4] - m[8], 1 - m[0] - m[4] + m[8]};
    int big = int(std::max_element(square, square + 4) - square);
    double twice = std::sqrt(std::max(square[big], 0.0));
    double q[4];
    double x = m[7] - m[5], y = m[2] - m[6], z = m[3] - m[1];
    double xy = m[1] + m[3], xz = m[2] + m[6], yz = m[5] + m[7];
    const double rows[4][4] = {
        {0, x, y, z}, {x, 0, xy, xz}, {y, xy, 0, yz}, {z, xz, yz, 0}};
    for (int i = 0; i < 4; i++)
        q[i] = i == big ? twice / 2 : rows[big][i] / (2 * twice);
    for (int i = 0; i < 3; i++)
        bcd[i] = q[0] < 0 ? -q[i + 1] : q[i + 1];
}

} // namespace

int nifti_datatype(MedalsDtype dtype)
{
    switch (dtype) {
    case MEDALS_U8:
        return 2;
    case MEDALS_I16:
        return 4;
    case MEDALS_I32:
        return 8;
    case MEDALS_F32:
        return 16;
    case MEDALS_F64:
        return 64;
    case MEDALS_I8:
        return 256;
    case MEDALS_U16:
        return 512;
    case MEDALS_U32:
        return 768;
    case MEDALS_I64:
        return 1024;
    case MEDALS_U64:
        return 1280;
    default:
        return 0;
    }
}

NiftiHeader::NiftiHeader() : bytes(348)
{
    store<int32_t>(bytes.data(), false, 348);
    memcpy(bytes.data() + 344, "n+1", 4);
}

NiftiHeader::NiftiHeader(const std::string &path,
                         const std::vector<uint8_t> &given)
{
    int32_t size = load<int32_t>(given.data(), false);
    is_swapped = size != 348 && size != 540;
    if (is_swapped)
        size = load<int32_t>(given.data(), true);
    if ((size != 348 && size != 540) || given.size() < size_t(size))
        fail(MEDALS_E_INPUT,
             "%s: the file ends inside its header; 348 or 540 bytes of "
             "NIfTI header expected",
             path.c_str());
    bytes.assign(given.begin(), given.begin() + size);
    const uint8_t *magic =
        bytes.data() + place_of(version(), NiftiField::magic).offset;
    char digit = char('0' + version());
    if (magic[0] != 'n' || (magic[1] != '+' && magic[1] != 'i') ||
        magic[2] != digit)
        fail(MEDALS_E_INPUT,
             "%s: an Analyze 7.5 header, which states no orientation; NIfTI "
             "expected",
             path.c_str());
}

bool NiftiHeader::single() const
{
    return bytes[place_of(version(), NiftiField::magic).offset + 1u] == '+';
}

double NiftiHeader::number(NiftiField field, int index) const
{
    const Place &place = place_of(version(), field);
    const uint8_t *at =
        bytes.data() + place.offset + size_t(index) * width_of(place.kind);
    switch (place.kind) {
    case Kind::i8:
        return *at;
    case Kind::i16:
        return load<int16_t>(at, is_swapped);
    case Kind::i32:
        return load<int32_t>(at, is_swapped);
    case Kind::i64:
        return double(load<int64_t>(at, is_swapped));
    case Kind::f32:
        return load<float>(at, is_swapped);
    case Kind::f64:
        return load<double>(at, is_swapped);
    default:
        return 0;
    }
}

int64_t NiftiHeader::integer(NiftiField field, int index) const
{
    double value = number(field, index);
    return value > -9e15 && value < 9e15 ? int64_t(value) : -1;
}

void NiftiHeader::set(NiftiField field, double value, int index)
{
    const Place &place = place_of(version(), field);
    uint8_t *at =
        bytes.data() + place.offset + size_t(index) * width_of(place.kind);
    switch (place.kind) {
    case Kind::i8:
        *at = uint8_t(value);
        break;
    case Kind::i16:
        store<int16_t>(at, is_swapped, value);
        break;
    case Kind::i32:
        store<int32_t>(at, is_swapped, value);
        break;
    case Kind::i64:
        store<int64_t>(at, is_swapped, value);
        break;
    case Kind::f32:
        store<float>(at, is_swapped, value);
        break;
    case Kind::f64:
        store<double>(at, is_swapped, value);
        break;
    default:
        break;
    }
}

void NiftiHeader::set_text(NiftiField field, const std::string &text)
{
    const Place &place = place_of(version(), field);
    memset(bytes.data() + place.offset, 0, place.count);
    memcpy(bytes.data() + place.offset, text.data(),
           std::min<size_t>(text.size(), place.count));
}

void NiftiHeader::describe_voxels(MedalsDtype dtype, int intent_code)
{
    set(NiftiField::datatype, nifti_datatype(dtype));
    set(NiftiField::bitpix, 8 * double(medals_dtype_size(dtype)));
    set(NiftiField::vox_offset, double(bytes.size() + 4));
    set(NiftiField::scl_slope, 1);
    set(NiftiField::scl_inter, 0);
    set(NiftiField::cal_max, 0);
    set(NiftiField::cal_min, 0);
    set(NiftiField::intent_code, intent_code);
    for (int i = 0; i < 3; i++)
        set(NiftiField::intent_p1, 0, i);
    set_text(NiftiField::intent_name, "");
    set_text(NiftiField::aux_file, "");
    set_text(NiftiField::magic, version() == 2
                                    ? std::string("n+2\0\r\n\032\n", 8)
                                    : std::string("n+1\0", 4));
}

void NiftiHeader::set_geometry(const MedalsGeometry &geometry)
{
    double ras[9], bcd[3], qfac;
    for (int i = 0; i < 9; i++)
        ras[i] = i < 6 ? -geometry.direction[i] : geometry.direction[i];
    quaternion_of(ras, bcd, &qfac);
    set(NiftiField::dim, 3);
    for (int i = 1; i < 8; i++)
        set(NiftiField::dim, i < 4 ? double(geometry.size[i - 1]) : 1, i);
    set(NiftiField::pixdim, qfac);
    for (int i = 1; i < 8; i++)
        set(NiftiField::pixdim, i < 4 ? geometry.spacing[i - 1] : 1, i);
    set(NiftiField::qform_code, 1);
    set(NiftiField::sform_code, 1);
    set(NiftiField::xyzt_units, 2); /* millimetres */
    for (int r = 0; r < 3; r++) {
        double origin = geometry.origin[r] * (r < 2 ? -1 : 1);
        set(NiftiField::quatern, bcd[r], r);
        set(NiftiField::qoffset, origin, r);
        set(NiftiField::srow, origin, 4 * r + 3);
        for (int c = 0; c < 3; c++)
            set(NiftiField::srow, ras[3 * r + c] * geometry.spacing[c],
                4 * r + c);
    }
}

} // namespace medals::bridge

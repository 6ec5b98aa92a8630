/*
 * itk_image.cpp - reads through ITK's ImageIO layer, straight into a volume
 */
#include "itk_image.hpp"

#include <cstring>

#include <itkImageIOBase.h>

#include "failure.hpp"
#include "voxel_stream.hpp"

namespace medals::bridge
{

MedalsGeometry geometry_of(const itk::ImageIOBase &io)
{
    MedalsGeometry geometry = {};
    unsigned axes = io.GetNumberOfDimensions();
    for (unsigned c = 0; c < 3; c++) {
        bool there = c < axes;
        geometry.size[c] = there ? int64_t(io.GetDimensions(c)) : 1;
        geometry.spacing[c] = there ? io.GetSpacing(c) : 1;
        geometry.origin[c] = there ? io.GetOrigin(c) : 0;
        std::vector<double> axis;
        if (there)
            axis = io.GetDirection(c);
        for (unsigned r = 0; r < 3; r++)
            geometry.direction[3 * r + c] =
                there && r < axis.size() ? axis[r] : double(r == c);
    }
    return geometry;
}

static std::string shape_of(const itk::ImageIOBase &io)
{
    std::string text;
    for (unsigned a = 0; a < io.GetNumberOfDimensions(); a++)
        text += text_of(a ? " x %llu" : "%llu",
                        (unsigned long long) io.GetDimensions(a));
    return text;
}

static MedalsDtype dtype_of(const std::string &path, const itk::ImageIOBase &io)
{
    bool is_signed = false;
    switch (io.GetComponentType()) {
    case itk::IOComponentEnum::FLOAT:
        return MEDALS_F32;
    case itk::IOComponentEnum::DOUBLE:
        return MEDALS_F64;
    case itk::IOComponentEnum::CHAR:
    case itk::IOComponentEnum::SHORT:
    case itk::IOComponentEnum::INT:
    case itk::IOComponentEnum::LONG:
    case itk::IOComponentEnum::LONGLONG:
        is_signed = true;
        break;
    case itk::IOComponentEnum::UCHAR:
    case itk::IOComponentEnum::USHORT:
    case itk::IOComponentEnum::UINT:
    case itk::IOComponentEnum::ULONG:
    case itk::IOComponentEnum::ULONGLONG:
        break;
    default:
        fail(MEDALS_E_INPUT,
             "%s: voxels of an unsupported type; whole or floating-point "
             "numbers expected",
             path.c_str());
    }
    switch (io.GetComponentSize()) {
    case 1:
        return is_signed ? MEDALS_I8 : MEDALS_U8;
    case 2:
        return is_signed ? MEDALS_I16 : MEDALS_U16;
    case 4:
        return is_signed ? MEDALS_I32 : MEDALS_U32;
    default:
        return is_signed ? MEDALS_I64 : MEDALS_U64;
    }
}

static void check_shape(const std::string &path, const itk::ImageIOBase &io,
                        bool layers)
{
    using Pixel = itk::IOPixelEnum;
    unsigned n = io.GetNumberOfComponents();
    Pixel pixel = io.GetPixelType();
    bool colour = pixel == Pixel::RGB || pixel == Pixel::RGBA;
    if (pixel == Pixel::COMPLEX || colour || (n != 1 && !layers))
        fail(MEDALS_E_INPUT,
             "%s: a %s image, %u numbers for each of %s voxels; one number a "
             "voxel expected",
             path.c_str(),
             colour                    ? "colour"
             : pixel == Pixel::COMPLEX ? "complex"
                                       : "vector",
             n, shape_of(io).c_str());
    for (unsigned a = 3; a < io.GetNumberOfDimensions(); a++) {
        if (io.GetDimensions(a) != 1)
            fail(MEDALS_E_INPUT,
                 "%s: a %u-D image of %s; one 3-D volume expected",
                 path.c_str(), io.GetNumberOfDimensions(),
                 shape_of(io).c_str());
    }
}

static void read_buffer(itk::ImageIOBase &io, void *data)
{
    unsigned axes = io.GetNumberOfDimensions();
    itk::ImageIORegion region(axes);
    for (unsigned a = 0; a < axes; a++) {
        region.SetIndex(a, 0);
        region.SetSize(a, io.GetDimensions(a));
    }
    io.SetIORegion(region);
    io.Read(data);
}

/* Component c of each voxel. */
static MedalsVolume *component(const std::string &path,
                               const MedalsGeometry &geometry,
                               MedalsDtype dtype, const uint8_t *mixed,
                               size_t components, size_t c)
{
    MedalsVolume *volume = new_volume(path, geometry, dtype);
    size_t width = medals_dtype_size(dtype);
    size_t count = voxel_count(geometry);
    uint8_t *dst = static_cast<uint8_t *>(medals_volume_peek_data(volume));
    const uint8_t *src = mixed + c * width;
    for (size_t i = 0; i < count; i++)
        memcpy(dst + i * width, src + i * components * width, width);
    return volume;
}

static void read_layers(const std::string &path, itk::ImageIOBase &io,
                        const MedalsGeometry &geometry, MedalsDtype dtype,
                        std::vector<MedalsVolume *> &layers)
{
    unsigned n = io.GetNumberOfComponents();
    MedalsGeometry wide = geometry;
    wide.size[0] *= n;
    MedalsVolume *mixed = new_volume(path, wide, dtype);
    try {
        void *data = medals_volume_peek_data(mixed);
        read_buffer(io, data);
        for (unsigned c = 0; c < n; c++)
            layers.push_back(component(path, geometry, dtype,
                                       static_cast<uint8_t *>(data), n, c));
    } catch (...) {
        medals_volume_free(&mixed);
        throw;
    }
    medals_volume_free(&mixed);
}

ImagePointer read_with_itk(const std::string &path, itk::ImageIOBase &io,
                           std::vector<MedalsVolume *> *layers,
                           const VoxelReader &read)
{
    check_shape(path, io, layers != nullptr);
    MedalsGeometry geometry = geometry_of(io);
    MedalsDtype dtype = dtype_of(path, io);
    unsigned components = io.GetNumberOfComponents();
    /* ITK's decompressors hold the packed bytes as well */
    check_size(path, geometry.size, medals_dtype_size(dtype) * components,
               components > 1 ? 2.5 : 1.5);
    check_geometry(path, geometry);
    auto image = std::make_unique<MedalsImage>();
    if (components > 1) {
        read_layers(path, io, geometry, dtype, *layers);
        image->volume = medals_volume_ref(layers->front());
        image->stored = dtype_name(dtype);
        return image;
    }
    image->volume = new_volume(path, geometry, dtype);
    void *data = medals_volume_peek_data(image->volume);
    size_t width = medals_dtype_size(dtype);
    if (read)
        read(data, voxel_count(geometry) * width, width);
    else
        read_buffer(io, data);
    image->stored = dtype_name(dtype);
    return image;
}

} // namespace medals::bridge

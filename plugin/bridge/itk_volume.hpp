/*
 * itk_volume.hpp - itk::Image <-> MedalsVolume without a copy
 *
 *   itk::Image<T, 3> --volume_from_itk()--> MedalsVolume
 *   itk::Image<T, 3> <--itk_from_volume()-- MedalsVolume
 *
 * For hosts that hold their images in ITK. Both ends share the voxels and keep
 * each other alive; both use LPS millimetres and i fastest, so size, spacing,
 * origin and direction are taken over bit for bit. Header only: needs
 * medals/volume.h, ITKCommon and nothing of the bridge's library.
 */
#ifndef MEDALS_BRIDGE_ITK_VOLUME_HPP
#define MEDALS_BRIDGE_ITK_VOLUME_HPP

#include <itkImage.h>

#include "medals/volume.h"

namespace medals::bridge
{

/** The element type of a C++ type. */
template <typename T> constexpr MedalsDtype dtype_of_pixel()
{
    static_assert(std::is_arithmetic<T>::value && sizeof(T) <= 8,
                  "one whole or floating-point number a voxel");
    constexpr bool is_signed = std::is_signed<T>::value;
    if (std::is_floating_point<T>::value)
        return sizeof(T) == 4 ? MEDALS_F32 : MEDALS_F64;
    switch (sizeof(T)) {
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

/** Place and size of an image's buffered region. */
template <typename T>
MedalsGeometry geometry_of_itk(const itk::Image<T, 3> *image)
{
    auto region = image->GetBufferedRegion();
    typename itk::Image<T, 3>::PointType start = image->GetOrigin();
    bool shifted = false;
    for (unsigned a = 0; a < 3; a++)
        shifted = shifted || region.GetIndex(a) != 0;
    if (shifted)
        image->TransformIndexToPhysicalPoint(region.GetIndex(), start);
    MedalsGeometry geometry;
    for (unsigned r = 0; r < 3; r++) {
        geometry.size[r] = int64_t(region.GetSize(r));
        geometry.spacing[r] = image->GetSpacing()[r];
        geometry.origin[r] = start[r];
        for (unsigned c = 0; c < 3; c++)
            geometry.direction[3 * r + c] = image->GetDirection()(r, c);
    }
    return geometry;
}

/**
 * A volume of the image's own voxels.
 * @owner the volume holds a reference to the image until it is freed
 * @return as medals_volume_wrap()
 */
template <typename T>
MedalsStatus volume_from_itk(MedalsVolume **out, itk::Image<T, 3> *image,
                             MedalsError **error)
{
    MedalsGeometry geometry = geometry_of_itk(image);
    image->Register();
    auto release = [](void *cookie) {
        static_cast<itk::Image<T, 3> *>(cookie)->UnRegister();
    };
    return medals_volume_wrap(out, &geometry, dtype_of_pixel<T>(),
                              image->GetBufferPointer(), release, image, error);
}

/** Holds a volume for as long as an image needs its voxels. */
template <typename T>
class VolumeContainer : public itk::ImportImageContainer<itk::SizeValueType, T>
{
  public:
    using Self = VolumeContainer;
    using Superclass = itk::ImportImageContainer<itk::SizeValueType, T>;
    using Pointer = itk::SmartPointer<Self>;
    itkFactorylessNewMacro(Self);

    void hold(MedalsVolume *held, itk::SizeValueType voxels)
    {
        volume = medals_volume_ref(held);
        this->SetImportPointer(
            static_cast<T *>(medals_volume_peek_data(volume)), voxels, false);
    }

  protected:
    ~VolumeContainer() override
    {
        medals_volume_free(&volume);
    }

  private:
    MedalsVolume *volume = nullptr;
};

/**
 * An image of the volume's own voxels.
 * @owner the image holds a reference to the volume
 * @return a null pointer if T is not the volume's element type
 */
template <typename T>
typename itk::Image<T, 3>::Pointer itk_from_volume(MedalsVolume *volume)
{
    if (medals_volume_dtype(volume) != dtype_of_pixel<T>())
        return nullptr;
    const MedalsGeometry &geometry = *medals_volume_peek_geometry(volume);
    auto image = itk::Image<T, 3>::New();
    typename itk::Image<T, 3>::RegionType region;
    typename itk::Image<T, 3>::SpacingType spacing;
    typename itk::Image<T, 3>::PointType origin;
    typename itk::Image<T, 3>::DirectionType direction;
    for (unsigned r = 0; r < 3; r++) {
        region.SetSize(r, itk::SizeValueType(geometry.size[r]));
        spacing[r] = geometry.spacing[r];
        origin[r] = geometry.origin[r];
        for (unsigned c = 0; c < 3; c++)
            direction(r, c) = geometry.direction[3 * r + c];
    }
    image->SetRegions(region);
    image->SetSpacing(spacing);
    image->SetOrigin(origin);
    image->SetDirection(direction);
    auto container = VolumeContainer<T>::New();
    container->hold(volume, region.GetNumberOfPixels());
    image->SetPixelContainer(container);
    return image;
}

} // namespace medals::bridge
#endif

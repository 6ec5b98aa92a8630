/*
 * test_itk_volume.cpp - itk::Image <-> MedalsVolume without a copy
 */
#include "itk_volume.hpp"

#include <itkCommand.h>

#include "bridge_fixture.h"

using Image = itk::Image<uint16_t, 3>;
using medals::bridge::itk_from_volume;
using medals::bridge::volume_from_itk;

/* Each direction takes place, voxels and life of the other end. */
static void test_from_volume()
{
    for (int n = 0; n < FIXTURE_GEOMETRIES; n++) {
        MedalsGeometry geometry = fixture_geometry(n);
        MedalsVolume *volume = fixture_volume(&geometry);
        void *data = medals_volume_peek_data(volume);
        g_assert_true(itk_from_volume<uint8_t>(volume).IsNull());
        Image::Pointer image = itk_from_volume<uint16_t>(volume);
        medals_volume_free(&volume);
        g_assert_true(image->GetBufferPointer() == data);
        Image::IndexType index = {{4, 2, 1}};
        g_assert_cmpint(image->GetPixel(index), ==, 124);
        MedalsGeometry back =
            medals::bridge::geometry_of_itk(image.GetPointer());
        fixture_same_geometry(&geometry, &back, 0);

        MedalsVolume *again = nullptr;
        g_assert_cmpint(volume_from_itk(&again, image.GetPointer(), nullptr),
                        ==, MEDALS_OK);
        g_assert_true(medals_volume_peek_data(again) == data);
        g_assert_cmpint(medals_volume_dtype(again), ==, MEDALS_U16);
        medals_volume_free(&again);
    }
}

/* The volume keeps the image, and lets it go. */
static void test_life()
{
    Image::Pointer image = Image::New();
    Image::RegionType region;
    Image::IndexType start = {{2, 0, 0}};
    Image::SizeType size = {{3, 2, 2}};
    region.SetIndex(start);
    region.SetSize(size);
    image->SetRegions(region);
    const double spacing[3] = {2, 1, 1};
    image->SetSpacing(spacing);
    image->Allocate(true);
    bool deleted = false;
    auto watch = itk::CStyleCommand::New();
    watch->SetClientData(&deleted);
    watch->SetConstCallback([](const itk::Object *, const itk::EventObject &,
                               void *flag) { *(bool *) flag = true; });
    image->AddObserver(itk::DeleteEvent(), watch);

    MedalsVolume *volume = nullptr;
    g_assert_cmpint(volume_from_itk(&volume, image.GetPointer(), nullptr), ==,
                    MEDALS_OK);
    image = nullptr;
    g_assert_false(deleted);
    /* the buffer starts at index 2 */
    g_assert_cmpfloat(medals_volume_peek_geometry(volume)->origin[0], ==, 4);
    ((uint16_t *) medals_volume_peek_data(volume))[11] = 1;
    medals_volume_free(&volume);
    g_assert_true(deleted);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bridge/itk/from_volume", test_from_volume);
    g_test_add_func("/bridge/itk/life", test_life);
    return g_test_run();
}

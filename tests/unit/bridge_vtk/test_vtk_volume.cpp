/*
 * test_vtk_volume.cpp - vtkImageData <-> MedalsVolume: place, voxels, life
 */
#include "vtk_volume.hpp"

#include <cstring>
#include <string>

#include <vtkBitArray.h>
#include <vtkCallbackCommand.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkSOADataArrayTemplate.h>
#include <vtkShortArray.h>
#include <vtkStringArray.h>

#include "vtk_fixture.hpp"

using namespace medals::bridge;

/* VTK's own idea of where an index lies, as LPS. Written out on purpose: the
 * code under test has flip_world(). */
static void lps_of(vtkImageData *image, World world, const int index[3],
                   double lps[3])
{
    image->TransformIndexToPhysicalPoint(index, lps);
    if (world == World::ras) {
        lps[0] = -lps[0];
        lps[1] = -lps[1];
    }
}

static void same_point(const double a[3], const double b[3])
{
    for (int r = 0; r < 3; r++)
        g_assert_cmpfloat_with_epsilon(a[r], b[r], 1e-9);
}

/* Each voxel of the image lies, for VTK, where the phantom has its value. */
static void check_phantom(vtkImageData *image, World world)
{
    const int *have = image->GetExtent();
    for (int k = have[4]; k <= have[5]; k++)
        for (int j = have[2]; j <= have[3]; j++)
            for (int i = have[0]; i <= have[1]; i++) {
                const int index[3] = {i, j, k};
                double lps[3];
                lps_of(image, world, index, lps);
                int place[3];
                for (int p = 0; p < 3; p++)
                    place[p] =
                        int((lps[p] - fixture_corner[p]) / fixture_spacing[p] +
                            0.5);
                double expected[3];
                fixture_point(place, expected);
                same_point(lps, expected);
                g_assert_cmpfloat(image->GetScalarComponentAsDouble(i, j, k, 0),
                                  ==, fixture_value(place));
            }
}

static void same_geometry(const MedalsGeometry &a, const MedalsGeometry &b)
{
    for (int n = 0; n < 9; n++) {
        g_assert_cmpfloat(a.direction[n], ==, b.direction[n]);
        if (n >= 3)
            continue;
        g_assert_cmpint(a.size[n], ==, b.size[n]);
        g_assert_cmpfloat(a.spacing[n], ==, b.spacing[n]);
        g_assert_cmpfloat(a.origin[n], ==, b.origin[n]);
    }
}

/* There and back in every orientation and both worlds, sharing the voxels. */
static void test_orientations()
{
    for (int n = 0; n < fixture_orientations; n++)
        for (World world : {World::lps, World::ras}) {
            MedalsVolume *volume = fixture_phantom(n), *again = nullptr;
            void *voxels = medals_volume_peek_data(volume);
            std::string message;
            vtkNew<vtkImageData> image;
            fixture_ok(vtk_from_volume(image, volume, world, &message),
                       message);
            medals_volume_free(&volume);
            g_assert_true(image->GetScalarPointer() == voxels);
            check_phantom(image, world);
            fixture_ok(volume_from_vtk(&again, image, world, &message),
                       message);
            g_assert_true(medals_volume_peek_data(again) == voxels);
            same_geometry(*medals_volume_peek_geometry(again), fixture_grid(n));
            medals_volume_free(&again);
        }
}

/* A marker on the patient's left is there in both worlds, by VTK's words. */
static void test_left_is_left()
{
    MedalsVolume *volume = fixture_phantom(0);
    vtkNew<vtkImageData> image;
    std::string message;
    fixture_ok(vtk_from_volume(image, volume, World::ras, &message), message);
    const int most_left[3] = {fixture_size[0] - 1, 0, 0};
    double ras[3];
    image->TransformIndexToPhysicalPoint(most_left, ras);
    g_assert_cmpfloat(ras[0], ==, 8); /* 20 - 8 * 1.5: RAS x falls leftwards */
    fixture_ok(vtk_from_volume(image, volume, World::lps, &message), message);
    image->TransformIndexToPhysicalPoint(most_left, ras);
    g_assert_cmpfloat(ras[0], ==, -8);
    medals_volume_free(&volume);
}

/* An oblique image whose extent starts elsewhere than at 0. */
static void test_offset()
{
    vtkNew<vtkImageData> image;
    image->SetExtent(3, 6, -2, 0, 10, 11);
    image->SetSpacing(0.7, 1.1, 3);
    image->SetOrigin(4, -5, 6);
    const double c = 0.8, s = 0.6;
    image->SetDirectionMatrix(c, -s, 0, s, c, 0, 0, 0, -1);
    image->AllocateScalars(VTK_SHORT, 1);
    for (World world : {World::lps, World::ras}) {
        MedalsVolume *volume = nullptr;
        fixture_ok(volume_from_vtk(&volume, image, world, nullptr), "offset");
        const MedalsGeometry &grid = *medals_volume_peek_geometry(volume);
        g_assert_cmpint(grid.size[0], ==, 4);
        g_assert_cmpint(grid.size[1], ==, 3);
        g_assert_cmpint(grid.size[2], ==, 2);
        const int first[3] = {3, -2, 10}, last[3] = {6, 0, 11};
        double expected[3], found[3], matrix[16];
        lps_of(image, world, first, expected);
        same_point(grid.origin, expected);
        lps_of(image, world, last, expected);
        index_to_world(grid, World::lps, matrix);
        for (int r = 0; r < 3; r++)
            found[r] = matrix[4 * r] * 3 + matrix[4 * r + 1] * 2 +
                       matrix[4 * r + 2] + matrix[4 * r + 3];
        same_point(found, expected);
        double index[3];
        world_to_index(grid, World::lps, expected, index);
        const double far_corner[3] = {3, 2, 1};
        same_point(index, far_corner);
        medals_volume_free(&volume);
    }
}

static void test_types()
{
    const int types[] = {
        VTK_CHAR,         VTK_SIGNED_CHAR,    VTK_UNSIGNED_CHAR,
        VTK_SHORT,        VTK_UNSIGNED_SHORT, VTK_INT,
        VTK_UNSIGNED_INT, VTK_LONG,           VTK_UNSIGNED_LONG,
        VTK_LONG_LONG,    VTK_FLOAT,          VTK_UNSIGNED_LONG_LONG,
        VTK_ID_TYPE,      VTK_DOUBLE};
    for (int type : types) {
        vtkNew<vtkImageData> image, back;
        image->SetDimensions(3, 2, 2);
        image->AllocateScalars(type, 1);
        MedalsVolume *volume = nullptr;
        fixture_ok(volume_from_vtk(&volume, image, World::ras, nullptr),
                   "types");
        MedalsDtype dtype = medals_volume_dtype(volume);
        g_assert_cmpuint(medals_dtype_size(dtype), ==,
                         size_t(image->GetScalarSize()));
        fixture_ok(vtk_from_volume(back, volume, World::ras, nullptr), "types");
        g_assert_cmpint(back->GetScalarSize(), ==, image->GetScalarSize());
        g_assert_cmpfloat(back->GetScalarTypeMin(), ==,
                          image->GetScalarTypeMin());
        g_assert_true(back->GetScalarPointer() == image->GetScalarPointer());
        medals_volume_free(&volume);
    }
}

static void refused(vtkImageData *image, const char *part)
{
    MedalsVolume *volume = nullptr;
    std::string message;
    MedalsStatus status = volume_from_vtk(&volume, image, World::ras, &message);
    fixture_refused(status, MEDALS_E_INPUT, message, part);
    g_assert_null(volume);
}

static void test_refusals()
{
    vtkNew<vtkImageData> image;
    image->SetDimensions(3, 2, 2);
    refused(image, "no scalars");
    image->AllocateScalars(VTK_UNSIGNED_CHAR, 3);
    refused(image, "3 components");
    vtkNew<vtkShortArray> few;
    few->SetNumberOfTuples(11);
    image->GetPointData()->SetScalars(few);
    refused(image, "11 scalars");
    vtkNew<vtkBitArray> bits;
    bits->SetNumberOfTuples(12);
    image->GetPointData()->SetScalars(bits);
    refused(image, "type bit");
    vtkNew<vtkSOADataArrayTemplate<float>> scattered;
    scattered->SetNumberOfComponents(1);
    scattered->SetNumberOfTuples(12);
    image->GetPointData()->SetScalars(scattered);
    refused(image, "scattered");
    image->AllocateScalars(VTK_SHORT, 1);
    image->SetSpacing(1, 0, 1);
    refused(image, "spacing");
    image->SetSpacing(1, 1, 1);
    image->SetDirectionMatrix(1, 0, 0, 1, 0, 0, 0, 0, 1);
    refused(image, "direction");
}

static void test_half_floats()
{
    MedalsGeometry grid = fixture_grid(0);
    MedalsVolume *volume = nullptr;
    medals_volume_new(&volume, &grid, MEDALS_BF16, nullptr);
    vtkNew<vtkImageData> image;
    std::string message;
    MedalsStatus status = vtk_from_volume(image, volume, World::ras, &message);
    fixture_refused(status, MEDALS_E_INPUT, message, "16-bit");
    medals_volume_free(&volume);
}

/* ---- life --------------------------------------------------------------- */

/* The volume keeps the scalars, and lets them go. */
static void test_volume_holds_scalars()
{
    bool deleted = false;
    vtkNew<vtkCallbackCommand> watch;
    watch->SetClientData(&deleted);
    watch->SetCallback([](vtkObject *, unsigned long, void *flag, void *) {
        *static_cast<bool *>(flag) = true;
    });
    MedalsVolume *volume = nullptr;
    {
        vtkNew<vtkImageData> image;
        image->SetDimensions(3, 2, 2);
        image->AllocateScalars(VTK_SHORT, 1);
        image->GetPointData()->GetScalars()->AddObserver(
            vtkCommand::DeleteEvent, watch);
        fixture_ok(volume_from_vtk(&volume, image, World::ras, nullptr),
                   "life");
    }
    g_assert_false(deleted);
    static_cast<int16_t *>(medals_volume_peek_data(volume))[11] = 1;
    medals_volume_free(&volume);
    g_assert_true(deleted);
}

/* The image keeps the volume, its shallow copies too; the last lets it go. */
static void test_image_holds_volume()
{
    bool released = false;
    int16_t voxels[12] = {0};
    MedalsGeometry grid = {
        {3, 2, 2}, {1, 1, 1}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    MedalsVolume *volume = nullptr;
    medals_volume_wrap(
        &volume, &grid, MEDALS_I16, voxels,
        [](void *flag) { *static_cast<bool *>(flag) = true; }, &released,
        nullptr);
    vtkNew<vtkShortArray> copy;
    vtkNew<vtkImageData> other;
    {
        vtkNew<vtkImageData> image;
        fixture_ok(vtk_from_volume(image, volume, World::ras, nullptr), "life");
        fixture_ok(vtk_from_volume(other, volume, World::ras, nullptr), "life");
        medals_volume_free(&volume);
        copy->ShallowCopy(image->GetPointData()->GetScalars());
    }
    g_assert_false(released);
    other->Initialize();
    g_assert_false(released);
    copy->Initialize();
    g_assert_true(released);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, nullptr);
    g_test_add_func("/bridge/vtk/orientations", test_orientations);
    g_test_add_func("/bridge/vtk/left_is_left", test_left_is_left);
    g_test_add_func("/bridge/vtk/offset", test_offset);
    g_test_add_func("/bridge/vtk/types", test_types);
    g_test_add_func("/bridge/vtk/refusals", test_refusals);
    g_test_add_func("/bridge/vtk/half_floats", test_half_floats);
    g_test_add_func("/bridge/vtk/volume_holds_scalars",
                    test_volume_holds_scalars);
    g_test_add_func("/bridge/vtk/image_holds_volume", test_image_holds_volume);
    return g_test_run();
}

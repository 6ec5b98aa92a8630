/*
 * test_vtk_labels.cpp - a session's labelmap in place in a viewer's image, and
 * surfaces of its classes
 */
#include "vtk_labels.hpp"
#include "vtk_surface.hpp"

#include <cmath>
#include <cstring>
#include <string>

#include <vtkDataArray.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>

#include "vtk_fixture.hpp"

using namespace medals::bridge;

/* A blob that no mirror maps onto itself: places along L, P, S, half open. */
static const int blob[6] = {6, 9, 1, 3, 2, 6};

/* Its box in the indices of an orientation. */
static void blob_extent(int orientation, int64_t extent[6])
{
    MedalsGeometry grid = fixture_grid(orientation);
    for (int n = 0; n < 6; n++)
        extent[n] = n % 2 ? 0 : INT64_MAX;
    for (int k = 0; k < grid.size[2]; k++)
        for (int j = 0; j < grid.size[1]; j++)
            for (int i = 0; i < grid.size[0]; i++) {
                const int index[3] = {i, j, k};
                int at[3];
                fixture_place(orientation, index, at);
                bool in = true;
                for (int p = 0; p < 3; p++)
                    in = in && at[p] >= blob[2 * p] && at[p] < blob[2 * p + 1];
                for (int r = 0; in && r < 3; r++) {
                    extent[2 * r] = MIN(extent[2 * r], index[r]);
                    extent[2 * r + 1] = MAX(extent[2 * r + 1], index[r] + 1);
                }
            }
}

static MedalsSession *blob_session(int orientation, int64_t extent[6])
{
    MedalsSession *session = fixture_session(fixture_phantom(orientation), 2);
    blob_extent(orientation, extent);
    fixture_fill(session, 1, extent);
    return session;
}

/* Left is left: by VTK's world coordinates the label 2 fills the blob. */
static void check_labels(vtkImageData *image, World world)
{
    double sign = world == World::ras ? -1 : 1;
    const int *have = image->GetExtent();
    for (int k = have[4]; k <= have[5]; k++)
        for (int j = have[2]; j <= have[3]; j++)
            for (int i = have[0]; i <= have[1]; i++) {
                const int index[3] = {i, j, k};
                double point[3];
                image->TransformIndexToPhysicalPoint(index, point);
                bool in = true;
                for (int p = 0; p < 3; p++) {
                    double lps = p < 2 ? sign * point[p] : point[p];
                    double at = (lps - fixture_corner[p]) / fixture_spacing[p];
                    in = in && at > blob[2 * p] - 0.5 &&
                         at < blob[2 * p + 1] - 0.5;
                }
                g_assert_cmpfloat(image->GetScalarComponentAsDouble(i, j, k, 0),
                                  ==, in ? 2 : 0);
            }
}

static void test_orientations()
{
    for (int n = 0; n < fixture_orientations; n++) {
        int64_t extent[6];
        MedalsSession *session = blob_session(n, extent);
        for (World world : {World::lps, World::ras}) {
            vtkNew<vtkImageData> image;
            std::string message;
            fixture_ok(labels_new(image, session, all_classes, MEDALS_U8, world,
                                  &message),
                       message);
            check_labels(image, world);
            memset(image->GetScalarPointer(), 0,
                   size_t(image->GetNumberOfPoints()));
            LabelPiece piece;
            fixture_ok(labels_update(image, session, all_classes, extent, world,
                                     &piece, &message),
                       message);
            for (int e = 0; e < 6; e++)
                g_assert_cmpint(piece.extent[e], ==, extent[e] - e % 2);
            check_labels(image, world);
        }
        medals_session_close(&session);
    }
}

/* A cut of the grid with an offset, as vtkOrientedImageData keeps it: u16,
 * filled with 9; only the box changes. */
static void test_cut()
{
    int64_t extent[6];
    MedalsSession *session = blob_session(11, extent);
    vtkNew<vtkImageData> whole, cut;
    fixture_ok(labels_new(whole, session, 1, MEDALS_U8, World::ras, nullptr),
               "cut");
    cut->CopyStructure(whole);
    int have[6], expected[6];
    for (int n = 0; n < 6; n++) { /* keeps part of the blob at each end */
        have[n] = n % 2 ? whole->GetExtent()[n] + 3 : int(extent[n]) + 1;
        expected[n] = n % 2 ? int(extent[n]) - 1 : have[n];
    }
    cut->SetExtent(have);
    cut->AllocateScalars(VTK_UNSIGNED_SHORT, 1);
    auto *voxel = static_cast<uint16_t *>(cut->GetScalarPointer());
    for (vtkIdType n = 0; n < cut->GetNumberOfPoints(); n++)
        voxel[n] = 9;
    vtkMTimeType before = cut->GetMTime();
    LabelPiece piece;
    fixture_ok(
        labels_update(cut, session, 1, extent, World::ras, &piece, nullptr),
        "cut");
    g_assert_cmpuint(cut->GetMTime(), >, before);
    g_assert_false(piece.empty);
    for (int n = 0; n < 6; n++)
        g_assert_cmpint(piece.extent[n], ==, expected[n]);
    for (int k = have[4]; k <= have[5]; k++)
        for (int j = have[2]; j <= have[3]; j++)
            for (int i = have[0]; i <= have[1]; i++) {
                bool in =
                    i <= expected[1] && j <= expected[3] && k <= expected[5];
                g_assert_cmpfloat(cut->GetScalarComponentAsDouble(i, j, k, 0),
                                  ==, in ? 1 : 9);
            }
    const int64_t outside[6] = {0, 1, 0, 1, 0, 1};
    before = cut->GetMTime();
    fixture_ok(
        labels_update(cut, session, 1, outside, World::ras, &piece, nullptr),
        "cut");
    g_assert_true(piece.empty);
    g_assert_cmpuint(cut->GetMTime(), ==, before);
    medals_session_close(&session);
}

/* A box that is one run of the image's memory goes through no buffer. */
static void test_copies()
{
    int64_t extent[6];
    MedalsSession *session = blob_session(0, extent);
    vtkNew<vtkImageData> image;
    fixture_ok(labels_new(image, session, all_classes, MEDALS_U32, World::lps,
                          nullptr),
               "copies");
    LabelPiece piece;
    const int64_t planes[6] = {0, 9, 0, 8, 2, 5}, tight[6] = {1, 4, 2, 6, 3, 5};
    labels_update(image, session, all_classes, planes, World::lps, &piece,
                  nullptr);
    g_assert_cmpuint(piece.copied, ==, 0);
    labels_update(image, session, all_classes, tight, World::lps, &piece,
                  nullptr);
    g_assert_cmpuint(piece.copied, ==, 3 * 4 * 2 * 4);
    check_labels(image, World::lps);
    medals_session_close(&session);
}

static void refused(vtkImageData *image, MedalsSession *session, World world,
                    const char *part)
{
    const int64_t box[6] = {0, 1, 0, 1, 0, 1};
    LabelPiece piece;
    std::string message;
    MedalsStatus status = labels_update(image, session, all_classes, box, world,
                                        &piece, &message);
    fixture_refused(status, MEDALS_E_INPUT, message, part);
    g_assert_true(piece.empty);
}

/* Another world, another side, half a voxel off, another type. */
static void test_refusals()
{
    int64_t extent[6];
    MedalsSession *session = blob_session(5, extent);
    vtkNew<vtkImageData> image;
    fixture_ok(
        labels_new(image, session, all_classes, MEDALS_U8, World::ras, nullptr),
        "refusals");
    refused(image, session, World::lps, "another lattice");
    double origin[3], moved[3];
    image->GetOrigin(origin);
    memcpy(moved, origin, sizeof moved);
    moved[0] += fixture_spacing[0] / 2;
    image->SetOrigin(moved);
    refused(image, session, World::ras, "another lattice");
    image->SetOrigin(origin);
    double *spacing = image->GetSpacing();
    image->SetSpacing(spacing[0] * 1.01, spacing[1], spacing[2]);
    refused(image, session, World::ras, "another lattice");
    fixture_ok(
        labels_new(image, session, all_classes, MEDALS_U8, World::ras, nullptr),
        "refusals");
    image->AllocateScalars(VTK_FLOAT, 1);
    refused(image, session, World::ras, "no labels");
    image->AllocateScalars(VTK_UNSIGNED_CHAR, 2);
    refused(image, session, World::ras, "no labels");
    std::string message;
    MedalsStatus status =
        labels_new(image, session, 7, MEDALS_U8, World::ras, &message);
    fixture_refused(status, MEDALS_E_INPUT, message, "class");
    medals_session_close(&session);
}

/* ---- surfaces ----------------------------------------------------------- */

/* Volume that the triangles enclose; positive if they turn outwards. */
static double enclosed(vtkPolyData *surface)
{
    double sum = 0;
    for (vtkIdType c = 0; c < surface->GetNumberOfCells(); c++) {
        vtkIdType n = 0;
        const vtkIdType *id = nullptr;
        surface->GetCellPoints(c, n, id);
        g_assert_cmpint(n, ==, 3);
        double a[3], b[3], d[3];
        surface->GetPoint(id[0], a);
        surface->GetPoint(id[1], b);
        surface->GetPoint(id[2], d);
        sum += a[0] * (b[1] * d[2] - b[2] * d[1]) -
               a[1] * (b[0] * d[2] - b[2] * d[0]) +
               a[2] * (b[0] * d[1] - b[1] * d[0]);
    }
    return sum / 6;
}

/* Bounds of the blob in LPS or RAS: half a voxel beyond its outer centres. */
static void check_bounds(vtkPolyData *surface, World world)
{
    const double *found = surface->GetBounds();
    for (int p = 0; p < 3; p++) {
        double low =
            fixture_corner[p] + fixture_spacing[p] * (blob[2 * p] - 0.5);
        double high =
            fixture_corner[p] + fixture_spacing[p] * (blob[2 * p + 1] - 0.5);
        bool mirrored = world == World::ras && p < 2;
        g_assert_cmpfloat_with_epsilon(found[2 * p], mirrored ? -high : low,
                                       1e-4);
        g_assert_cmpfloat_with_epsilon(found[2 * p + 1], mirrored ? -low : high,
                                       1e-4);
    }
}

static void check_normals(vtkPolyData *surface)
{
    double center[3];
    surface->GetCenter(center);
    vtkDataArray *normals = surface->GetPointData()->GetNormals();
    g_assert_nonnull(normals);
    for (vtkIdType n = 0; n < surface->GetNumberOfPoints(); n++) {
        double point[3], normal[3], dot = 0;
        surface->GetPoint(n, point);
        normals->GetTuple(n, normal);
        for (int r = 0; r < 3; r++)
            dot += normal[r] * (point[r] - center[r]);
        g_assert_cmpfloat(dot, >, 0);
    }
}

static void test_surfaces()
{
    double box = 1;
    for (int p = 0; p < 3; p++)
        box *= fixture_spacing[p] * (blob[2 * p + 1] - blob[2 * p]);
    for (int n = 0; n < fixture_orientations; n++) {
        int64_t extent[6];
        MedalsSession *session = blob_session(n, extent);
        for (World world : {World::lps, World::ras}) {
            vtkNew<vtkPolyData> surface, smooth;
            SurfaceOptions options;
            options.smoothing = 0;
            fixture_ok(surface_of_class(surface, session, 1,
                                        n % 2 ? extent : nullptr, world,
                                        options, nullptr),
                       "surface");
            check_bounds(surface, world);
            check_normals(surface);
            double volume = enclosed(surface);
            g_assert_cmpfloat(volume, >, 0.75 * box);
            g_assert_cmpfloat(volume, <, box);
            fixture_ok(surface_of_class(smooth, session, 1, extent, world,
                                        SurfaceOptions(), nullptr),
                       "surface");
            g_assert_cmpfloat(enclosed(smooth), >, 0.5 * box);
            g_assert_cmpfloat(enclosed(smooth), <, 1.1 * box);
        }
        medals_session_close(&session);
    }
}

static void test_no_surface()
{
    int64_t extent[6];
    MedalsSession *session = blob_session(0, extent);
    vtkNew<vtkPolyData> surface;
    std::string message;
    fixture_ok(surface_of_class(surface, session, 0, nullptr, World::ras,
                                SurfaceOptions(), &message),
               message);
    g_assert_cmpint(surface->GetNumberOfPoints(), ==, 0);
    MedalsStatus status = surface_of_class(
        surface, session, 5, nullptr, World::ras, SurfaceOptions(), &message);
    fixture_refused(status, MEDALS_E_INPUT, message, "class");
    const int64_t outside[6] = {0, 100, 0, 1, 0, 1};
    status = surface_of_class(surface, session, 1, outside, World::ras,
                              SurfaceOptions(), &message);
    fixture_refused(status, MEDALS_E_INPUT, message, "extent");
    medals_session_close(&session);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, nullptr);
    g_test_add_func("/bridge/vtk/labels/orientations", test_orientations);
    g_test_add_func("/bridge/vtk/labels/cut", test_cut);
    g_test_add_func("/bridge/vtk/labels/copies", test_copies);
    g_test_add_func("/bridge/vtk/labels/refusals", test_refusals);
    g_test_add_func("/bridge/vtk/surfaces", test_surfaces);
    g_test_add_func("/bridge/vtk/no_surface", test_no_surface);
    int failed = g_test_run();
    fixture_end();
    return failed;
}

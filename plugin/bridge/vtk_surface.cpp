/*
 * vtk_surface.cpp - the surface of a class, for display in 3-D
 */
#include "vtk_surface.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

#include <vtkDiscreteFlyingEdges3D.h>
#include <vtkImageData.h>
#include <vtkMatrix4x4.h>
#include <vtkMatrixToLinearTransform.h>
#include <vtkNew.h>
#include <vtkPolyData.h>
#include <vtkPolyDataNormals.h>
#include <vtkReverseSense.h>
#include <vtkTransformPolyDataFilter.h>
#include <vtkTrivialProducer.h>
#include <vtkWindowedSincPolyDataFilter.h>

namespace medals::bridge
{

/* A mask over a box of the session's grid. */
struct Mask {
    int64_t box[6];
    std::vector<uint8_t> voxels; /* i fastest */

    size_t side(int axis) const
    {
        return size_t(box[2 * axis + 1] - box[2 * axis]);
    }
    const uint8_t *row(size_t j, size_t k) const
    {
        return voxels.data() + (k * side(1) + j) * side(0);
    }
};

/* The smallest box, in the mask's own indices, of voxels that are set. */
static bool tight_box(const Mask &mask, size_t tight[6])
{
    bool any = false;
    for (size_t k = 0; k < mask.side(2); k++)
        for (size_t j = 0; j < mask.side(1); j++) {
            const uint8_t *row = mask.row(j, k), *end = row + mask.side(0);
            const uint8_t *first = std::find(row, end, 1);
            if (first == end)
                continue;
            const uint8_t *last = end;
            while (!last[-1])
                last--;
            const size_t at[6] = {
                size_t(first - row), size_t(last - row), j, j + 1, k, k + 1};
            for (int n = 0; n < 6; n++)
                tight[n] = !any    ? at[n]
                           : n % 2 ? std::max(tight[n], at[n])
                                   : std::min(tight[n], at[n]);
            any = true;
        }
    return any;
}

/* The tight part with a border of zeros, which closes the surface. Its points
 * are indices of the session's grid. */
static void fill_image(vtkImageData *image, const Mask &mask,
                       const size_t tight[6])
{
    int extent[6];
    for (int n = 0; n < 6; n++)
        extent[n] = int(mask.box[n / 2 * 2] + int64_t(tight[n])) - 1 + n % 2;
    image->SetExtent(extent);
    image->AllocateScalars(VTK_UNSIGNED_CHAR, 1);
    auto *voxels = static_cast<uint8_t *>(image->GetScalarPointer());
    memset(voxels, 0, size_t(image->GetNumberOfPoints()));
    size_t ni = size_t(image->GetDimensions()[0]);
    size_t nj = size_t(image->GetDimensions()[1]);
    for (size_t k = tight[4]; k < tight[5]; k++)
        for (size_t j = tight[2]; j < tight[3]; j++)
            memcpy(voxels + ((k - tight[4] + 1) * nj + j - tight[2] + 1) * ni +
                       1,
                   mask.row(j, k) + tight[0], tight[1] - tight[0]);
}

/* Contour, world, smoothing, normals. */
static void contour(vtkImageData *image, const MedalsGeometry &geometry,
                    World world, const SurfaceOptions &options,
                    vtkPolyData *surface)
{
    vtkNew<vtkDiscreteFlyingEdges3D> edges;
    edges->SetInputData(image);
    edges->SetValue(0, 1);
    edges->ComputeScalarsOff();
    edges->ComputeNormalsOff();
    edges->ComputeGradientsOff();
    vtkNew<vtkMatrix4x4> matrix;
    index_to_world(geometry, world, matrix->GetData());
    vtkNew<vtkMatrixToLinearTransform> linear;
    linear->SetInput(matrix);
    vtkNew<vtkTransformPolyDataFilter> moved;
    moved->SetTransform(linear);
    moved->SetInputConnection(edges->GetOutputPort());
    vtkNew<vtkReverseSense> turned;
    turned->SetInputConnection(moved->GetOutputPort());
    vtkAlgorithm *last = moved;
    if (matrix->Determinant() < 0)
        last = turned;
    vtkNew<vtkWindowedSincPolyDataFilter> smooth;
    smooth->SetInputConnection(last->GetOutputPort());
    smooth->SetNumberOfIterations(options.smoothing);
    smooth->SetPassBand(options.pass_band);
    smooth->BoundarySmoothingOff();
    smooth->FeatureEdgeSmoothingOff();
    smooth->NormalizeCoordinatesOn();
    if (options.smoothing > 0)
        last = smooth;
    vtkNew<vtkPolyDataNormals> normals;
    normals->SetInputConnection(last->GetOutputPort());
    normals->SplittingOff();
    normals->ConsistencyOff();
    normals->Update();
    surface->ShallowCopy(normals->GetOutput());
}

static MedalsStatus make(vtkPolyData *surface, const MedalsSession *session,
                         size_t class_index, Mask &mask, World world,
                         const SurfaceOptions &options, std::string *message)
{
    mask.voxels.resize(mask.side(0) * mask.side(1) * mask.side(2));
    MedalsError *error = nullptr;
    MedalsStatus status = medals_session_read(
        session, int64_t(class_index), mask.box, MEDALS_U8, mask.voxels.data(),
        mask.voxels.size(), nullptr, &error);
    if (status != MEDALS_OK)
        return refuse(message, status, error);
    surface->Initialize();
    size_t tight[6];
    if (!tight_box(mask, tight))
        return MEDALS_OK;
    vtkNew<vtkImageData> image;
    fill_image(image, mask, tight);
    contour(image, *medals_session_peek_geometry(session), world, options,
            surface);
    return MEDALS_OK;
}

MedalsStatus surface_of_class(vtkPolyData *surface,
                              const MedalsSession *session, size_t class_index,
                              const int64_t extent[6], World world,
                              const SurfaceOptions &options,
                              std::string *message)
{
    const MedalsGeometry &geometry = *medals_session_peek_geometry(session);
    if (!fits_vtk(geometry, message))
        return MEDALS_E_INPUT;
    Mask mask = {};
    for (int n = 0; n < 6; n++) {
        int64_t whole = n % 2 ? geometry.size[n / 2] : 0;
        mask.box[n] = extent ? extent[n] : whole;
        int64_t begin = mask.box[n / 2 * 2];
        if (mask.box[n] < 0 || mask.box[n] > geometry.size[n / 2] ||
            (n % 2 && mask.box[n] <= begin))
            return refuse(message, MEDALS_E_INPUT,
                          "extent: outside the image; expected a box in it");
    }
    try {
        return make(surface, session, class_index, mask, world, options,
                    message);
    } catch (const std::bad_alloc &) {
        return refuse(message, MEDALS_E_NOMEM,
                      "surface: memory is out; a smaller box expected");
    }
}

} // namespace medals::bridge

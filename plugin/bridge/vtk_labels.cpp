/*
 * vtk_labels.cpp - a session's labelmap in a viewer's vtkImageData
 */
#include "vtk_labels.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>

#include <vtkDataArray.h>
#include <vtkImageData.h>
#include <vtkPointData.h>
#include <vtkSmartPointer.h>

#include "vtk_volume.hpp"

namespace medals::bridge
{

/* Bytes of the buffer through which rows go: inside the processor's cache. */
constexpr size_t buffer_bytes = size_t(1) << 19;
/* How far from a voxel's centre, in voxels, the lattice may lie: float32
 * headers move a large scan by about a ten-thousandth. */
constexpr double lattice_limit = 1e-2;

static MedalsStatus no_room(std::string *message)
{
    return refuse(message, MEDALS_E_NOMEM,
                  "labelmap: memory is out; a smaller image expected");
}

/* One allocation that may fail, unlike vtkImageData::AllocateScalars(). */
static vtkSmartPointer<vtkDataArray> allocate(MedalsDtype dtype, int64_t count)
{
    auto array = vtkSmartPointer<vtkDataArray>::Take(
        vtkDataArray::CreateDataArray(vtk_type_of(dtype)));
    array->SetNumberOfComponents(1);
    if (!array->Allocate(count))
        return nullptr;
    array->SetNumberOfTuples(count);
    return array;
}

MedalsStatus labels_new(vtkImageData *image, const MedalsSession *session,
                        int64_t class_index, MedalsDtype dtype, World world,
                        std::string *message)
{
    const MedalsGeometry &geometry = *medals_session_peek_geometry(session);
    if (!fits_vtk(geometry, message))
        return MEDALS_E_INPUT;
    vtkSmartPointer<vtkDataArray> scalars;
    try {
        scalars = allocate(dtype, geometry.size[0] * geometry.size[1] *
                                      geometry.size[2]);
    } catch (const std::bad_alloc &) {
        scalars = nullptr;
    }
    if (!scalars)
        return no_room(message);
    MedalsError *error = nullptr;
    MedalsStatus status = medals_session_read(
        session, class_index < 0 ? all_classes : class_index, nullptr, dtype,
        scalars->GetVoidPointer(0),
        size_t(scalars->GetNumberOfValues()) * scalars->GetDataTypeSize(),
        nullptr, &error);
    if (status != MEDALS_OK)
        return refuse(message, status, error);
    image->Initialize();
    set_vtk_geometry(image, geometry, world);
    image->GetPointData()->SetScalars(scalars);
    return MEDALS_OK;
}

/* ---- where -------------------------------------------------------------- */

/* The session's voxel v has the image's index v + shift. */
static bool find_shift(vtkImageData *image, const MedalsGeometry &grid,
                       World world, int64_t shift[3])
{
    MedalsGeometry own = geometry_of_vtk(image, world);
    for (int c = 0; c < 3; c++) {
        /* The far corner must fit too: the steps differ by less than the
         * limit over the longer of both grids. */
        double steps = double(std::max(own.size[c], grid.size[c]));
        for (int r = 0; r < 3; r++) {
            double apart = own.direction[3 * r + c] * own.spacing[c] -
                           grid.direction[3 * r + c] * grid.spacing[c];
            if (!(std::fabs(apart) * steps <= lattice_limit * grid.spacing[c]))
                return false;
        }
    }
    double index[3];
    world_to_index(grid, World::lps, own.origin, index);
    for (int r = 0; r < 3; r++) {
        double whole = std::floor(index[r] + 0.5);
        if (!(std::fabs(index[r] - whole) <= lattice_limit) ||
            std::fabs(whole) > 1e9)
            return false;
        shift[r] = image->GetExtent()[2 * r] - int64_t(whole);
    }
    return true;
}

/* The part of the box that the image holds: of the session's indices, half
 * open, and of the image's, closed. */
static bool clip(vtkImageData *image, const int64_t extent[6],
                 const int64_t shift[3], int64_t box[6], int piece[6])
{
    const int *have = image->GetExtent();
    bool any = true;
    for (int r = 0; r < 3; r++) {
        box[2 * r] = std::max(extent[2 * r], have[2 * r] - shift[r]);
        box[2 * r + 1] =
            std::min(extent[2 * r + 1], have[2 * r + 1] + 1 - shift[r]);
        any = any && box[2 * r] < box[2 * r + 1];
    }
    for (int n = 0; any && n < 6; n++)
        piece[n] = int(box[n] + shift[n / 2]) - n % 2;
    return any;
}

/* ---- voxels ------------------------------------------------------------- */

/* One update on its way. */
struct Transfer {
    const MedalsSession *session;
    int64_t class_index;
    MedalsDtype dtype;
    size_t width; /* bytes of a voxel */
    vtkImageData *image;
    char *first; /* voxel at the start of the image's extent */
    const int64_t *shift;
    size_t copied;
    std::string *message;

    char *at(int64_t i, int64_t j, int64_t k) const
    {
        const int *have = image->GetExtent();
        const int *size = image->GetDimensions();
        int64_t n =
            ((k + shift[2] - have[4]) * size[1] + j + shift[1] - have[2]) *
                size[0] +
            i + shift[0] - have[0];
        return first + size_t(n) * width;
    }
    MedalsStatus read(const int64_t box[6], void *data) const
    {
        size_t bytes = size_t(box[1] - box[0]) * size_t(box[3] - box[2]) *
                       size_t(box[5] - box[4]) * width;
        MedalsError *error = nullptr;
        MedalsStatus status = medals_session_read(
            session, class_index, box, dtype, data, bytes, nullptr, &error);
        return status == MEDALS_OK ? status : refuse(message, status, error);
    }
};

/* Whether the box is one run of the image's memory. */
static bool is_one_run(const Transfer &transfer, const int64_t box[6])
{
    const int *size = transfer.image->GetDimensions();
    bool rows = box[1] - box[0] == size[0];
    bool planes = rows && box[3] - box[2] == size[1];
    bool one_plane = box[5] - box[4] == 1;
    bool one_row = one_plane && box[3] - box[2] == 1;
    return planes || (rows && one_plane) || one_row;
}

/* Rows of a slab through the buffer into the image. */
static MedalsStatus move_slab(Transfer &transfer, const int64_t box[6],
                              char *buffer)
{
    MedalsStatus status = transfer.read(box, buffer);
    size_t row = size_t(box[1] - box[0]) * transfer.width;
    const char *from = buffer;
    for (int64_t k = box[4]; status == MEDALS_OK && k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++, from += row)
            memcpy(transfer.at(box[0], j, k), from, row);
    transfer.copied += size_t(from - buffer);
    return status;
}

/* The rest of the box, a slab of a few planes at a time. */
static MedalsStatus move_box(Transfer &transfer, const int64_t box[6])
{
    size_t plane =
        size_t(box[1] - box[0]) * size_t(box[3] - box[2]) * transfer.width;
    int64_t step =
        std::clamp(int64_t(buffer_bytes / plane), int64_t(1), box[5] - box[4]);
    std::unique_ptr<char[]> buffer(
        new (std::nothrow) char[plane * size_t(step)]);
    if (!buffer)
        return no_room(transfer.message);
    MedalsStatus status = MEDALS_OK;
    for (int64_t k = box[4]; status == MEDALS_OK && k < box[5]; k += step) {
        const int64_t slab[6] = {box[0], box[1], box[2],
                                 box[3], k,      std::min(k + step, box[5])};
        status = move_slab(transfer, slab, buffer.get());
    }
    return status;
}

static bool label_type(vtkDataArray *scalars, vtkImageData *image,
                       MedalsDtype *dtype)
{
    return scalars && scalars->GetNumberOfComponents() == 1 &&
           scalars->HasStandardMemoryLayout() &&
           scalars->GetNumberOfTuples() == image->GetNumberOfPoints() &&
           dtype_of_vtk(scalars->GetDataType(), dtype) &&
           (*dtype == MEDALS_U8 || *dtype == MEDALS_U16 ||
            *dtype == MEDALS_U32);
}

MedalsStatus labels_update(vtkImageData *image, const MedalsSession *session,
                           int64_t class_index, const int64_t extent[6],
                           World world, LabelPiece *piece, std::string *message)
{
    *piece = {{0, -1, 0, -1, 0, -1}, true, 0};
    vtkDataArray *scalars = image->GetPointData()->GetScalars();
    Transfer transfer = {};
    if (!label_type(scalars, image, &transfer.dtype))
        return refuse(message, MEDALS_E_INPUT,
                      "VTK labelmap: its scalars are no labels; expected one "
                      "unsigned number of 8, 16 or 32 bits a voxel");
    int64_t shift[3], box[6];
    if (!find_shift(image, *medals_session_peek_geometry(session), world,
                    shift))
        return refuse(message, MEDALS_E_INPUT,
                      "VTK labelmap: on another lattice; expected spacing, "
                      "direction and voxel centres of the session's image");
    if (!clip(image, extent, shift, box, piece->extent))
        return MEDALS_OK;
    transfer.session = session;
    transfer.class_index = class_index < 0 ? all_classes : class_index;
    transfer.width = medals_dtype_size(transfer.dtype);
    transfer.image = image;
    transfer.first = static_cast<char *>(scalars->GetVoidPointer(0));
    transfer.shift = shift;
    transfer.message = message;
    MedalsStatus status =
        is_one_run(transfer, box)
            ? transfer.read(box, transfer.at(box[0], box[2], box[4]))
            : move_box(transfer, box);
    piece->empty = status != MEDALS_OK;
    piece->copied = transfer.copied;
    scalars->Modified();
    image->Modified();
    return status;
}

} // namespace medals::bridge

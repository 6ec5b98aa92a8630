/*
 * vtk_volume.cpp - vtkImageData <-> MedalsVolume without a copy
 */
#include "vtk_volume.hpp"

#include <map>
#include <mutex>

#include <vtkDataArray.h>
#include <vtkImageData.h>
#include <vtkPointData.h>
#include <vtkSmartPointer.h>
#include <vtkType.h>

namespace medals::bridge
{

/* ---- types -------------------------------------------------------------- */

static MedalsDtype whole_number(size_t bytes, bool is_signed)
{
    switch (bytes) {
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

bool dtype_of_vtk(int vtk_type, MedalsDtype *dtype)
{
    switch (vtk_type) {
    case VTK_FLOAT:
        *dtype = MEDALS_F32;
        return true;
    case VTK_DOUBLE:
        *dtype = MEDALS_F64;
        return true;
    case VTK_CHAR:
    case VTK_SIGNED_CHAR:
    case VTK_SHORT:
    case VTK_INT:
    case VTK_LONG:
    case VTK_LONG_LONG:
    case VTK_ID_TYPE:
        *dtype =
            whole_number(size_t(vtkDataArray::GetDataTypeSize(vtk_type)),
                         vtk_type != VTK_CHAR || std::is_signed<char>::value);
        return true;
    case VTK_UNSIGNED_CHAR:
    case VTK_UNSIGNED_SHORT:
    case VTK_UNSIGNED_INT:
    case VTK_UNSIGNED_LONG:
    case VTK_UNSIGNED_LONG_LONG:
        *dtype = whole_number(size_t(vtkDataArray::GetDataTypeSize(vtk_type)),
                              false);
        return true;
    default:
        return false;
    }
}

int vtk_type_of(MedalsDtype dtype)
{
    switch (dtype) {
    case MEDALS_F32:
        return VTK_FLOAT;
    case MEDALS_F64:
        return VTK_DOUBLE;
    case MEDALS_U8:
        return VTK_UNSIGNED_CHAR;
    case MEDALS_I8:
        return VTK_SIGNED_CHAR;
    case MEDALS_U16:
        return VTK_UNSIGNED_SHORT;
    case MEDALS_I16:
        return VTK_SHORT;
    case MEDALS_U32:
        return VTK_UNSIGNED_INT;
    case MEDALS_I32:
        return VTK_INT;
    case MEDALS_U64:
        return VTK_UNSIGNED_LONG_LONG;
    case MEDALS_I64:
        return VTK_LONG_LONG;
    default:
        return VTK_VOID;
    }
}

/* ---- image -> volume ---------------------------------------------------- */

/* @return "" or why the scalars cannot be shared. */
static std::string complaint(vtkImageData *image, vtkDataArray *scalars,
                             MedalsDtype *dtype)
{
    if (!scalars)
        return "no scalars; expected one number a voxel";
    if (scalars->GetNumberOfComponents() != 1)
        return std::to_string(scalars->GetNumberOfComponents()) +
               " components a voxel; expected one, not a colour or vector "
               "image";
    if (!dtype_of_vtk(scalars->GetDataType(), dtype))
        return std::string("scalars of the type ") +
               scalars->GetDataTypeAsString() +
               "; expected whole or floating-point numbers";
    if (!scalars->HasStandardMemoryLayout())
        return "scalars scattered in memory; expected one run of voxels";
    if (scalars->GetNumberOfTuples() != image->GetNumberOfPoints())
        return std::to_string(scalars->GetNumberOfTuples()) +
               " scalars; expected one a voxel, " +
               std::to_string(image->GetNumberOfPoints());
    return "";
}

MedalsStatus volume_from_vtk(MedalsVolume **out, vtkImageData *image,
                             World world, std::string *message)
{
    vtkDataArray *scalars = image->GetPointData()->GetScalars();
    MedalsDtype dtype = MEDALS_U8;
    std::string why = complaint(image, scalars, &dtype);
    if (!why.empty())
        return refuse(message, MEDALS_E_INPUT, "VTK image: " + why);
    MedalsGeometry geometry = geometry_of_vtk(image, world);
    auto release = [](void *cookie) {
        static_cast<vtkDataArray *>(cookie)->UnRegister(nullptr);
    };
    scalars->Register(nullptr);
    MedalsError *error = nullptr;
    MedalsStatus status =
        medals_volume_wrap(out, &geometry, dtype, scalars->GetVoidPointer(0),
                           release, scalars, &error);
    return status == MEDALS_OK ? status : refuse(message, status, error);
}

/* ---- volume -> image ---------------------------------------------------- */

/* VTK releases a buffer by its address alone, so this remembers whose it is.
 * An array shares its buffer with its shallow copies; the last one releases. */
static std::mutex lent_lock;
static std::multimap<void *, MedalsVolume *> lent;

static void lend(void *voxels, MedalsVolume *volume)
{
    std::lock_guard<std::mutex> guard(lent_lock);
    lent.emplace(voxels, medals_volume_ref(volume));
}

static void take_back(void *voxels)
{
    MedalsVolume *volume = nullptr;
    {
        std::lock_guard<std::mutex> guard(lent_lock);
        auto found = lent.find(voxels);
        if (found == lent.end())
            return;
        volume = found->second;
        lent.erase(found);
    }
    medals_volume_free(&volume);
}

MedalsStatus vtk_from_volume(vtkImageData *image, MedalsVolume *volume,
                             World world, std::string *message)
{
    const MedalsGeometry &geometry = *medals_volume_peek_geometry(volume);
    int type = vtk_type_of(medals_volume_dtype(volume));
    if (type == VTK_VOID)
        return refuse(message, MEDALS_E_INPUT,
                      "volume: 16-bit floating-point voxels; expected a type "
                      "that VTK knows");
    if (!fits_vtk(geometry, message))
        return MEDALS_E_INPUT;
    void *voxels = medals_volume_peek_data(volume);
    auto scalars = vtkSmartPointer<vtkDataArray>::Take(
        vtkDataArray::CreateDataArray(type));
    lend(voxels, volume);
    scalars->SetVoidArray(
        voxels, geometry.size[0] * geometry.size[1] * geometry.size[2], 0,
        vtkAbstractArray::VTK_DATA_ARRAY_USER_DEFINED);
    scalars->SetArrayFreeFunction(take_back);
    image->Initialize();
    set_vtk_geometry(image, geometry, world);
    image->GetPointData()->SetScalars(scalars);
    return MEDALS_OK;
}

} // namespace medals::bridge

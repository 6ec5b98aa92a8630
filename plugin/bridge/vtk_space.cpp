/*
 * vtk_space.cpp - where the voxels of a vtkImageData lie in the patient
 */
#include "vtk_space.hpp"

#include <climits>

#include <vtkImageData.h>
#include <vtkMatrix3x3.h>
#include <vtkMatrix4x4.h>

namespace medals::bridge
{

void flip_world(World world, double *values, int columns)
{
    if (world == World::lps)
        return;
    for (int n = 0; n < 2 * columns; n++)
        values[n] = -values[n];
}

MedalsGeometry geometry_of_vtk(vtkImageData *image, World world)
{
    MedalsGeometry geometry;
    const int *extent = image->GetExtent();
    bool moved = false;
    for (int r = 0; r < 3; r++) {
        geometry.size[r] = int64_t(extent[2 * r + 1]) - extent[2 * r] + 1;
        geometry.spacing[r] = image->GetSpacing()[r];
        geometry.origin[r] = image->GetOrigin()[r];
        moved = moved || extent[2 * r] != 0;
    }
    for (int n = 0; n < 9; n++)
        geometry.direction[n] = image->GetDirectionMatrix()->GetData()[n];
    for (int r = 0; moved && r < 3; r++)
        for (int c = 0; c < 3; c++)
            geometry.origin[r] += geometry.direction[3 * r + c] *
                                  geometry.spacing[c] * extent[2 * c];
    flip_world(world, geometry.origin);
    flip_world(world, geometry.direction, 3);
    return geometry;
}

void set_vtk_geometry(vtkImageData *image, const MedalsGeometry &geometry,
                      World world)
{
    MedalsGeometry in_world = geometry;
    flip_world(world, in_world.origin);
    flip_world(world, in_world.direction, 3);
    image->SetExtent(0, int(geometry.size[0] - 1), 0, int(geometry.size[1] - 1),
                     0, int(geometry.size[2] - 1));
    image->SetSpacing(in_world.spacing);
    image->SetOrigin(in_world.origin);
    image->SetDirectionMatrix(in_world.direction);
}

bool fits_vtk(const MedalsGeometry &geometry, std::string *message)
{
    for (int64_t n : geometry.size)
        if (n > INT_MAX) {
            refuse(message, MEDALS_E_INPUT,
                   "volume: an axis of " + std::to_string(n) +
                       " voxels; expected at most " + std::to_string(INT_MAX));
            return false;
        }
    return true;
}

void index_to_world(const MedalsGeometry &geometry, World world,
                    double matrix[16])
{
    MedalsGeometry in_world = geometry;
    flip_world(world, in_world.origin);
    flip_world(world, in_world.direction, 3);
    for (int r = 0; r < 3; r++) {
        for (int c = 0; c < 3; c++)
            matrix[4 * r + c] =
                in_world.direction[3 * r + c] * in_world.spacing[c];
        matrix[4 * r + 3] = in_world.origin[r];
    }
    for (int c = 0; c < 4; c++)
        matrix[12 + c] = c == 3;
}

void world_to_index(const MedalsGeometry &geometry, World world,
                    const double point[3], double index[3])
{
    double forward[16], back[16];
    index_to_world(geometry, world, forward);
    vtkMatrix4x4::Invert(forward, back);
    for (int r = 0; r < 3; r++)
        index[r] = back[4 * r] * point[0] + back[4 * r + 1] * point[1] +
                   back[4 * r + 2] * point[2] + back[4 * r + 3];
}

MedalsStatus refuse(std::string *message, MedalsStatus status,
                    const std::string &text)
{
    if (message)
        *message = text;
    return status;
}

MedalsStatus refuse(std::string *message, MedalsStatus status,
                    MedalsError *error)
{
    if (message)
        *message = error ? medals_error_message(error)
                         : "memory: no room for an error; expected a message";
    medals_error_free(&error);
    return status;
}

} // namespace medals::bridge

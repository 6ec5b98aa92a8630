/*
 * vtk_surface.hpp - the surface of a class, for display in 3-D
 *
 *   mask of the class --> flying edges --> world --> smoothing --> normals
 */
#ifndef MEDALS_BRIDGE_VTK_SURFACE_HPP
#define MEDALS_BRIDGE_VTK_SURFACE_HPP

#include "medals/session.h"
#include "vtk_space.hpp"

class vtkPolyData;

namespace medals::bridge
{

struct SurfaceOptions {
    int smoothing = 20;      /**< rounds of the windowed sinc filter; 0: none */
    double pass_band = 0.08; /**< of that filter, 0..2; smaller is smoother */
};

/**
 * Makes the surface of one class: closed, also at the image's border, triangles
 * with normals that point outwards, whatever the handedness of the image.
 * @param extent box that holds all voxels of the class, half open; NULL: the
 *        whole image. Only the box is read, so a small one is fast.
 * @param surface receives points in the given world, or nothing if the class
 *        has no voxel in the box
 * @thread any; the session may go on meanwhile
 * @return MEDALS_E_INPUT no such class, a box outside the image;
 *         MEDALS_E_NOMEM
 */
MedalsStatus surface_of_class(vtkPolyData *surface,
                              const MedalsSession *session, size_t class_index,
                              const int64_t extent[6], World world,
                              const SurfaceOptions &options,
                              std::string *message);

} // namespace medals::bridge
#endif

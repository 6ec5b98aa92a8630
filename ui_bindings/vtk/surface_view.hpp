/*
 * surface_view.hpp - the classes as surfaces, turned with the mouse
 */
#ifndef MEDALS_SURFACE_VIEW_HPP
#define MEDALS_SURFACE_VIEW_HPP

#include <cstdint>
#include <map>
#include <set>

#include <vtkNew.h>
#include <vtkSmartPointer.h>

#include "medals/volume.h"
#include "theme.hpp"

class vtkActor;
class vtkPolyData;
class vtkRenderer;
class vtkTextActor;

namespace medals::ui
{

class SurfaceView
{
  public:
    SurfaceView();
    ~SurfaceView();
    vtkRenderer *renderer() const;
    /** Draws the image's edges, in RAS, and looks at it from the front left. */
    void set_image(const MedalsGeometry &geometry);
    /** Shows or replaces the surface of a class (points in RAS). */
    void set_surface(uint32_t value, vtkPolyData *surface,
                     const theme::Color &color);
    /** Drops the surfaces of values that are not there any more. */
    void keep_only(const std::set<uint32_t> &values);
    /** Whether surfaces that come are looked at, from the side as before. */
    void follow(bool on);

  private:
    void reset_camera();
    void frame();

    vtkNew<vtkRenderer> view;
    vtkNew<vtkActor> box;
    vtkNew<vtkTextActor> title;
    std::map<uint32_t, vtkSmartPointer<vtkActor>> surfaces;
    bool following = true;
};

} // namespace medals::ui
#endif

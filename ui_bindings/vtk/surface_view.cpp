/*
 * surface_view.cpp - the classes as surfaces, turned with the mouse
 */
#include "surface_view.hpp"

#include <vtkActor.h>
#include <vtkBillboardTextActor3D.h>
#include <vtkBoundingBox.h>
#include <vtkCamera.h>
#include <vtkMatrix4x4.h>
#include <vtkMatrixToLinearTransform.h>
#include <vtkOutlineSource.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderer.h>
#include <vtkTextActor.h>
#include <vtkTextProperty.h>
#include <vtkTransformPolyDataFilter.h>

#include "fonts.hpp"
#include "vtk_space.hpp"

namespace medals::ui
{

SurfaceView::SurfaceView()
{
    view->SetBackground(theme::space_background.data());
    view->SetBackground2(theme::view_background.data());
    view->GradientBackgroundOff();
    title->SetInput("3-D");
    set_font(title->GetTextProperty(), 14, false);
    title->GetTextProperty()->SetColor(theme::faint.data());
    title->GetTextProperty()->SetVerticalJustificationToTop();
    title->GetPositionCoordinate()->SetCoordinateSystemToNormalizedViewport();
    title->SetPosition(0.015, 0.985);
    view->AddViewProp(title);
}

SurfaceView::~SurfaceView() = default;

vtkRenderer *SurfaceView::renderer() const
{
    return view;
}

/* A letter at a point, of the same size from everywhere. */
static void add_letter(vtkRenderer *view, const char *letter,
                       const double at[3])
{
    vtkNew<vtkBillboardTextActor3D> text;
    text->SetInput(letter);
    text->SetPosition(at[0], at[1], at[2]);
    set_font(text->GetTextProperty(), 16, true);
    text->GetTextProperty()->SetColor(theme::letter.data());
    text->GetTextProperty()->SetJustificationToCentered();
    text->GetTextProperty()->SetVerticalJustificationToCentered();
    view->AddViewProp(text);
}

void SurfaceView::set_image(const MedalsGeometry &geometry)
{
    vtkNew<vtkOutlineSource> outline;
    double bounds[6];
    for (int r = 0; r < 3; r++) {
        bounds[2 * r] = -0.5;
        bounds[2 * r + 1] = double(geometry.size[r]) - 0.5;
    }
    outline->SetBounds(bounds);
    vtkNew<vtkMatrix4x4> matrix;
    bridge::index_to_world(geometry, bridge::World::ras, matrix->GetData());
    vtkNew<vtkMatrixToLinearTransform> linear;
    linear->SetInput(matrix);
    vtkNew<vtkTransformPolyDataFilter> moved;
    moved->SetInputConnection(outline->GetOutputPort());
    moved->SetTransform(linear);
    vtkNew<vtkPolyDataMapper> mapper;
    mapper->SetInputConnection(moved->GetOutputPort());
    moved->Update();
    box->SetMapper(mapper);
    box->GetProperty()->SetColor(theme::edge[0], theme::edge[1],
                                 theme::edge[2]);
    box->GetProperty()->SetLighting(false);
    view->AddActor(box);
    double around[6], middle[3];
    moved->GetOutput()->GetBounds(around);
    for (int r = 0; r < 3; r++)
        middle[r] = (around[2 * r] + around[2 * r + 1]) / 2;
    static const char *const letters[6] = {"L", "R", "P", "A", "I", "S"};
    for (int side = 0; side < 6; side++) {
        double at[3] = {middle[0], middle[1], middle[2]};
        double half = (around[side / 2 * 2 + 1] - around[side / 2 * 2]) / 2;
        at[side / 2] += (side % 2 ? 1 : -1) * half * 1.08;
        add_letter(view, letters[side], at);
    }
    reset_camera();
}

void SurfaceView::reset_camera()
{
    vtkCamera *camera = view->GetActiveCamera();
    camera->SetFocalPoint(0, 0, 0);
    camera->SetPosition(-0.45, 1, 0.3); /* RAS: in front, a little left */
    camera->SetViewUp(0, 0, 1);
    view->ResetCamera();
    camera->Zoom(1.1);
    view->ResetCameraClippingRange();
}

void SurfaceView::set_surface(uint32_t value, vtkPolyData *surface,
                              const theme::Color &color)
{
    vtkSmartPointer<vtkActor> &actor = surfaces[value];
    if (!actor) {
        actor = vtkSmartPointer<vtkActor>::New();
        vtkNew<vtkPolyDataMapper> mapper;
        mapper->ScalarVisibilityOff();
        actor->SetMapper(mapper);
        view->AddActor(actor);
    }
    static_cast<vtkPolyDataMapper *>(actor->GetMapper())->SetInputData(surface);
    vtkProperty *look = actor->GetProperty();
    look->SetColor(color[0], color[1], color[2]);
    look->SetInterpolationToPhong();
    look->SetAmbient(0.12);
    look->SetDiffuse(0.85);
    look->SetSpecular(0.25);
    look->SetSpecularPower(25);
    actor->SetVisibility(surface->GetNumberOfPoints() > 0);
    if (following)
        frame();
    view->ResetCameraClippingRange();
}

void SurfaceView::frame()
{
    double all[6];
    vtkBoundingBox around;
    for (auto &entry : surfaces)
        if (entry.second->GetVisibility())
            around.AddBounds(entry.second->GetBounds());
    if (!around.IsValid())
        return;
    around.Inflate(around.GetMaxLength() * 0.1);
    around.GetBounds(all);
    view->ResetCamera(all);
    view->ResetCameraClippingRange();
}

void SurfaceView::follow(bool on)
{
    following = on;
}

void SurfaceView::keep_only(const std::set<uint32_t> &values)
{
    for (auto entry = surfaces.begin(); entry != surfaces.end();) {
        if (values.count(entry->first)) {
            ++entry;
            continue;
        }
        view->RemoveActor(entry->second);
        entry = surfaces.erase(entry);
    }
}

} // namespace medals::ui

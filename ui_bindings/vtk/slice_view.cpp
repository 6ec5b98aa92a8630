/*
 * slice_view.cpp - one slice of an image with labels, outlines and prompts
 */
#include "slice_view.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <vtkActor.h>
#include <vtkCamera.h>
#include <vtkCellArray.h>
#include <vtkCellData.h>
#include <vtkImageData.h>
#include <vtkImageProperty.h>
#include <vtkImageReslice.h>
#include <vtkImageSlice.h>
#include <vtkImageSliceMapper.h>
#include <vtkLookupTable.h>
#include <vtkMatrix4x4.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderer.h>
#include <vtkTextActor.h>
#include <vtkTextProperty.h>
#include <vtkUnsignedCharArray.h>

#include "fonts.hpp"
#include "slice_outline.hpp"
#include "theme.hpp"

namespace medals::ui
{

/* Millimetres in front of the image, so that layers do not fight. */
enum { label_height = 1, edge_height = 2, cross_height = 3, mark_height = 4 };

SliceView::SliceView(Plane plane) : which(plane)
{
    build_layers();
    build_texts();
    view->SetBackground(theme::view_background.data());
    view->GetActiveCamera()->ParallelProjectionOn();
    view->SetInteractive(true);
}

SliceView::~SliceView() = default;

vtkRenderer *SliceView::renderer() const
{
    return view;
}

/* ---- layers ------------------------------------------------------------- */

static void flat_line(vtkActor *actor, vtkPolyDataMapper *mapper, double width,
                      double height)
{
    actor->SetMapper(mapper);
    actor->GetProperty()->SetLighting(false);
    actor->GetProperty()->SetLineWidth(float(width));
    actor->SetPosition(0, 0, height);
    actor->PickableOff();
}

void SliceView::build_layers()
{
    for (vtkImageReslice *cut : {image_cut.Get(), label_cut.Get()}) {
        cut->SetInterpolationModeToNearestNeighbor();
        cut->SetOutputDimensionality(2);
    }
    image_mapper->SetInputConnection(image_cut->GetOutputPort());
    image_layer->SetMapper(image_mapper);
    image_layer->GetProperty()->SetInterpolationTypeToLinear();
    label_mapper->SetInputConnection(label_cut->GetOutputPort());
    label_layer->SetMapper(label_mapper);
    label_layer->SetPosition(0, 0, label_height);
    label_layer->GetProperty()->SetInterpolationTypeToNearest();
    label_layer->GetProperty()->UseLookupTableScalarRangeOn();
    label_layer->GetProperty()->SetOpacity(theme::fill_opacity);
    edge_mapper->SetInputData(edge_lines);
    edge_mapper->SetUseLookupTableScalarRange(true);
    flat_line(edge_layer, edge_mapper, 2, edge_height);
    mark_mapper->SetInputData(mark_lines);
    flat_line(mark_layer, mark_mapper, 2.5, mark_height);
    cross_mapper->SetInputData(cross_lines);
    flat_line(cross_layer, cross_mapper, 1, cross_height);
    cross_layer->GetProperty()->SetOpacity(0.55);
}

void SliceView::build_texts()
{
    /* right, top, left, bottom */
    static const double places[4][2] = {
        {0.985, 0.5}, {0.5, 0.985}, {0.015, 0.5}, {0.5, 0.015}};
    for (int side = 0; side < 4; side++) {
        vtkTextActor *text = letters[side];
        vtkTextProperty *look = text->GetTextProperty();
        set_font(look, 18, true);
        look->SetColor(theme::letter.data());
        look->SetJustification(side == 0   ? VTK_TEXT_RIGHT
                               : side == 2 ? VTK_TEXT_LEFT
                                           : VTK_TEXT_CENTERED);
        look->SetVerticalJustification(side == 1   ? VTK_TEXT_TOP
                                       : side == 3 ? VTK_TEXT_BOTTOM
                                                   : VTK_TEXT_CENTERED);
        text->GetPositionCoordinate()
            ->SetCoordinateSystemToNormalizedViewport();
        text->SetPosition(places[side][0], places[side][1]);
        view->AddViewProp(text);
    }
    set_font(title->GetTextProperty(), 14, false);
    title->GetTextProperty()->SetColor(
        theme::plane_color[size_t(which)].data());
    title->GetTextProperty()->SetVerticalJustificationToTop();
    title->GetPositionCoordinate()->SetCoordinateSystemToNormalizedViewport();
    title->SetPosition(0.015, 0.985);
    view->AddViewProp(title);
}

/* The image's scalars on a grid without direction and origin: millimetres
 * along the index axes, whatever VTK thinks of directions. */
static vtkSmartPointer<vtkImageData> plain_grid(vtkImageData *image)
{
    auto plain = vtkSmartPointer<vtkImageData>::New();
    plain->SetDimensions(image->GetDimensions());
    plain->SetSpacing(image->GetSpacing());
    plain->GetPointData()->SetScalars(image->GetPointData()->GetScalars());
    return plain;
}

void SliceView::set_image(vtkImageData *image, const MedalsGeometry &geometry)
{
    turned = slice_frame(geometry, which);
    for (int side = 0; side < 4; side++)
        letters[side]->SetInput(turned.letters[side].c_str());
    image_cut->SetInputData(plain_grid(image));
    if (!view->HasViewProp(image_layer))
        view->AddViewProp(image_layer);
    view->AddViewProp(cross_layer);
    view->AddViewProp(mark_layer);
    shown = turned.size[2] / 2;
    refresh();
    fit();
}

void SliceView::set_labels(vtkImageData *labels, vtkLookupTable *colors)
{
    has_labels = labels != nullptr;
    for (vtkProp *layer :
         {(vtkProp *) label_layer.Get(), (vtkProp *) edge_layer.Get()})
        view->RemoveViewProp(layer);
    if (!labels)
        return;
    label_cut->SetInputData(plain_grid(labels));
    label_layer->GetProperty()->SetLookupTable(colors);
    edge_mapper->SetLookupTable(colors);
    view->AddViewProp(label_layer);
    view->AddViewProp(edge_layer);
    refresh();
}

void SliceView::set_window(double width, double level)
{
    image_layer->GetProperty()->SetColorWindow(std::max(width, 1e-6));
    image_layer->GetProperty()->SetColorLevel(level);
}

/* ---- slices ------------------------------------------------------------- */

void SliceView::place_reslice(vtkImageReslice *reslice)
{
    vtkNew<vtkMatrix4x4> axes;
    axes->Zero();
    axes->SetElement(3, 3, 1);
    for (int s = 0; s < 2; s++) {
        axes->SetElement(turned.axis[s], s, turned.reversed[s] ? -1 : 1);
        if (turned.reversed[s])
            axes->SetElement(turned.axis[s], 3,
                             double(turned.size[s] - 1) * turned.spacing[s]);
    }
    axes->SetElement(turned.axis[2], 2, 1);
    axes->SetElement(turned.axis[2], 3, double(shown) * turned.spacing[2]);
    reslice->SetResliceAxes(axes);
    reslice->SetOutputSpacing(turned.spacing);
    reslice->SetOutputOrigin(0, 0, 0);
    reslice->SetOutputExtent(0, int(turned.size[0] - 1), 0,
                             int(turned.size[1] - 1), 0, 0);
}

void SliceView::refresh()
{
    place_reslice(image_cut);
    label_slice();
    if (has_labels) {
        place_reslice(label_cut);
        outline();
    }
    draw_marks();
}

void SliceView::outline()
{
    label_cut->Update();
    outline_labels(label_cut->GetOutput(), edge_lines);
}

bool SliceView::labels_changed(const int extent[6])
{
    int axis = turned.axis[2];
    if (!has_labels || shown < extent[2 * axis] || shown > extent[2 * axis + 1])
        return false;
    label_cut->Modified();
    outline();
    return true;
}

void SliceView::label_slice()
{
    std::string text = plane_name(which);
    text[0] = char(toupper(text[0]));
    text += "   " + std::to_string(shown + 1) + " / " +
            std::to_string(turned.size[2]);
    title->SetInput(text.c_str());
}

void SliceView::set_slice(int64_t n)
{
    n = std::clamp(n, int64_t(0), turned.size[2] - 1);
    if (n == shown)
        return;
    shown = n;
    refresh();
}

void SliceView::step(int steps)
{
    set_slice(shown + (turned.reversed[2] ? -steps : steps));
}

/* ---- camera ------------------------------------------------------------- */

void SliceView::fit()
{
    const int *size = view->GetSize();
    double w = double(turned.size[0]) * turned.spacing[0];
    double h = double(turned.size[1]) * turned.spacing[1];
    double x = (w - turned.spacing[0]) / 2, y = (h - turned.spacing[1]) / 2;
    double aspect = double(std::max(size[0], 1)) / std::max(size[1], 1);
    vtkCamera *camera = view->GetActiveCamera();
    camera->SetFocalPoint(x, y, 0);
    camera->SetPosition(x, y, 100);
    camera->SetViewUp(0, 1, 0);
    camera->SetClippingRange(1, 200);
    camera->SetParallelScale(std::max(h, w / aspect) / 2 / 0.9);
    draw_marks();
}

void SliceView::zoom(double factor)
{
    vtkCamera *camera = view->GetActiveCamera();
    double most = 2 * double(turned.size[0] + turned.size[1]) *
                  (turned.spacing[0] + turned.spacing[1]);
    camera->SetParallelScale(
        std::clamp(camera->GetParallelScale() / factor, 1.0, most));
    draw_marks();
}

double SliceView::mm_per_pixel() const
{
    return 2 * view->GetActiveCamera()->GetParallelScale() /
           std::max(view->GetSize()[1], 1);
}

void SliceView::pan(double dx, double dy)
{
    vtkCamera *camera = view->GetActiveCamera();
    double at[3];
    camera->GetFocalPoint(at);
    at[0] -= dx * mm_per_pixel();
    at[1] -= dy * mm_per_pixel();
    camera->SetFocalPoint(at);
    camera->SetPosition(at[0], at[1], 100);
}

bool SliceView::pick(int x, int y, double index[3]) const
{
    const int *origin = view->GetOrigin(), *size = view->GetSize();
    double at[3];
    view->GetActiveCamera()->GetFocalPoint(at);
    double mm = mm_per_pixel();
    double right = at[0] + (x - origin[0] + 0.5 - size[0] / 2.0) * mm;
    double up = at[1] + (y - origin[1] + 0.5 - size[1] / 2.0) * mm;
    double u = right / turned.spacing[0], v = up / turned.spacing[1];
    turned.to_index(u, v, double(shown), index);
    return u > -0.5 && v > -0.5 && u < double(turned.size[0]) - 0.5 &&
           v < double(turned.size[1]) - 0.5;
}

/* ---- prompts ------------------------------------------------------------ */

namespace
{
/* Lines with a colour each. */
struct LineDrawing {
    vtkNew<vtkPoints> points;
    vtkNew<vtkCellArray> lines;
    vtkNew<vtkUnsignedCharArray> colors;

    LineDrawing()
    {
        colors->SetNumberOfComponents(3);
    }
    void line(const std::vector<std::array<double, 2>> &path, bool closed,
              const theme::Color &color)
    {
        if (path.size() < 2)
            return;
        lines->InsertNextCell(int(path.size()) + closed);
        vtkIdType first = points->GetNumberOfPoints();
        for (const auto &at : path)
            lines->InsertCellPoint(points->InsertNextPoint(at[0], at[1], 0));
        if (closed)
            lines->InsertCellPoint(first);
        colors->InsertNextTuple3(255 * color[0], 255 * color[1],
                                 255 * color[2]);
    }
    void give_to(vtkPolyData *data)
    {
        data->Initialize();
        data->SetPoints(points);
        data->SetLines(lines);
        data->GetCellData()->SetScalars(colors);
    }
};
} // namespace

/* A circle with a plus or a minus, of a size on the screen. */
static void draw_click(LineDrawing &drawing, double x, double y, double radius,
                       bool positive, const theme::Color &color)
{
    std::vector<std::array<double, 2>> ring;
    for (int n = 0; n < 24; n++)
        ring.push_back({x + radius * std::cos(n * M_PI / 12),
                        y + radius * std::sin(n * M_PI / 12)});
    drawing.line(ring, true, color);
    double r = radius * 0.55;
    drawing.line({{x - r, y}, {x + r, y}}, false, color);
    if (positive)
        drawing.line({{x, y - r}, {x, y + r}}, false, color);
}

void SliceView::draw_marks()
{
    LineDrawing drawing;
    for (const Mark &mark : marks) {
        std::vector<std::array<double, 2>> path;
        bool here = true;
        for (size_t n = 0; n + 2 < mark.points.size(); n += 3) {
            double at[3];
            turned.from_index(&mark.points[n], at);
            here = here && std::fabs(at[2] - double(shown)) < 0.6;
            path.push_back(
                {at[0] * turned.spacing[0], at[1] * turned.spacing[1]});
        }
        const theme::Color &color =
            mark.positive ? theme::positive : theme::negative;
        if (here && path.size() == 1)
            draw_click(drawing, path[0][0], path[0][1], 7 * mm_per_pixel(),
                       mark.positive, color);
        else if (here)
            drawing.line(path, mark.closed, color);
    }
    drawing.give_to(mark_lines);
}

void SliceView::set_marks(const std::vector<Mark> &list)
{
    marks = list;
    draw_marks();
}

void SliceView::set_cross(const double *index)
{
    LineDrawing drawing;
    if (index) {
        double at[3];
        turned.from_index(index, at);
        double x = at[0] * turned.spacing[0], y = at[1] * turned.spacing[1];
        double w = double(turned.size[0]) * turned.spacing[0];
        double h = double(turned.size[1]) * turned.spacing[1];
        /* a line has the colour of the view that cuts here */
        static const size_t cuts[3][2] = {{1, 2}, {0, 2}, {0, 1}};
        drawing.line({{0, y}, {w, y}}, false,
                     theme::plane_color[cuts[size_t(which)][0]]);
        drawing.line({{x, 0}, {x, h}}, false,
                     theme::plane_color[cuts[size_t(which)][1]]);
    }
    drawing.give_to(cross_lines);
}

} // namespace medals::ui

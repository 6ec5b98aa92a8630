/*
 * sheet.cpp - rectangles, words and places to press, over a part of a window
 */
#include "sheet.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

#include <vtkActor2D.h>
#include <vtkCellArray.h>
#include <vtkCellData.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper2D.h>
#include <vtkProperty2D.h>
#include <vtkRenderer.h>
#include <vtkTextActor.h>
#include <vtkTextProperty.h>
#include <vtkTextRenderer.h>
#include <vtkUnsignedCharArray.h>

#include "fonts.hpp"

namespace medals::ui
{

constexpr int dots_per_inch = 72; /* a size is then a number of pixels */

Sheet::Sheet(vtkRenderer *renderer) : renderer(renderer)
{
    mapper->SetInputData(data);
    shapes->SetMapper(mapper);
    shapes->GetProperty()->SetDisplayLocationToBackground();
    renderer->AddViewProp(shapes);
}

Sheet::~Sheet() = default;

void Sheet::begin()
{
    points = vtkSmartPointer<vtkPoints>::New();
    cells = vtkSmartPointer<vtkCellArray>::New();
    colors = vtkSmartPointer<vtkUnsignedCharArray>::New();
    colors->SetNumberOfComponents(4);
    used = 0;
    places.clear();
}

void Sheet::end()
{
    data->Initialize();
    data->SetPoints(points);
    data->SetPolys(cells);
    data->GetCellData()->SetScalars(colors);
    for (size_t n = used; n < word_list.size(); n++)
        word_list[n]->VisibilityOff();
}

void Sheet::fill(const Box &box, const theme::Color &color, double radius,
                 double opacity)
{
    const int steps = radius > 0 ? 5 : 0;
    const int *origin = renderer->GetOrigin();
    radius = std::min({radius, box.w / 2, box.h / 2});
    const double centers[4][2] = {
        {box.x + box.w - radius, box.y + box.h - radius},
        {box.x + radius, box.y + box.h - radius},
        {box.x + radius, box.y + radius},
        {box.x + box.w - radius, box.y + radius}};
    cells->InsertNextCell(4 * (steps + 1));
    for (int corner = 0; corner < 4; corner++)
        for (int n = 0; n <= steps; n++) {
            double angle = M_PI / 2 * (corner + double(n) / std::max(steps, 1));
            cells->InsertCellPoint(points->InsertNextPoint(
                centers[corner][0] - origin[0] + radius * std::cos(angle),
                centers[corner][1] - origin[1] + radius * std::sin(angle), 0));
        }
    colors->InsertNextTuple4(255 * color[0], 255 * color[1], 255 * color[2],
                             255 * opacity);
}

double Sheet::measure(const std::string &text, int size, bool bold)
{
    if (text.empty())
        return 0;
    vtkNew<vtkTextProperty> look;
    set_font(look, size, bold);
    int box[4] = {0, 0, 0, 0};
    vtkTextRenderer::GetInstance()->GetBoundingBox(look, text, box,
                                                   dots_per_inch);
    return box[1] - box[0] + 1;
}

/* UTF-8: never cuts a letter in two. */
std::string Sheet::cut(const std::string &text, int size, bool bold,
                       double width)
{
    if (width <= 0 || measure(text, size, bold) <= width)
        return text;
    std::string head = text;
    while (!head.empty() && measure(head + "...", size, bold) > width) {
        while (!head.empty() && (head.back() & 0xC0) == 0x80)
            head.pop_back();
        if (!head.empty())
            head.pop_back();
    }
    return head + "...";
}

std::vector<std::string> Sheet::wrap(const std::string &text, int size,
                                     double width, size_t most)
{
    std::vector<std::string> lines = {""};
    std::istringstream words(text);
    std::string word;
    while (words >> word) {
        std::string &line = lines.back();
        std::string longer = line.empty() ? word : line + " " + word;
        bool fits = line.empty() || measure(longer, size, false) <= width;
        if (fits || lines.size() == most)
            line = longer;
        else
            lines.push_back(word);
    }
    for (std::string &line : lines)
        line = cut(line, size, false, width);
    return lines;
}

vtkTextActor *Sheet::next_word()
{
    if (used == word_list.size()) {
        auto actor = vtkSmartPointer<vtkTextActor>::New();
        actor->SetTextScaleModeToNone();
        renderer->AddViewProp(actor);
        word_list.push_back(actor);
    }
    return word_list[used++];
}

double Sheet::words(double x, double y, const std::string &text, int size,
                    const theme::Color &color, Align align, bool bold,
                    double width)
{
    std::string line = cut(text, size, bold, width);
    if (line.empty())
        return 0;
    const int *origin = renderer->GetOrigin();
    vtkTextActor *actor = next_word();
    vtkTextProperty *look = actor->GetTextProperty();
    set_font(look, size, bold);
    look->SetColor(color[0], color[1], color[2]);
    look->SetJustification(align == Align::left     ? VTK_TEXT_LEFT
                           : align == Align::center ? VTK_TEXT_CENTERED
                                                    : VTK_TEXT_RIGHT);
    look->SetVerticalJustificationToBottom();
    if (!actor->GetInput() || line != actor->GetInput())
        actor->SetInput(line.c_str());
    /* the base line hangs on the size, not on the letters */
    actor->SetPosition(std::round(x - origin[0]),
                       std::round(y - origin[1] - 0.46 * size));
    actor->VisibilityOn();
    return measure(line, size, bold);
}

void Sheet::press(const Box &box, std::function<void()> action)
{
    places.push_back({box, std::move(action)});
}

bool Sheet::pressed(double x, double y) const
{
    for (auto place = places.rbegin(); place != places.rend(); ++place) {
        const Box &box = place->box;
        if (x < box.x || y < box.y || x >= box.x + box.w || y >= box.y + box.h)
            continue;
        /* the action may draw again and so end this list */
        std::function<void()> action = place->action;
        action();
        return true;
    }
    return false;
}

} // namespace medals::ui

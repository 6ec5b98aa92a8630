/*
 * view_prompts.cpp - the window of medals-view: what the user says
 */
#include <algorithm>
#include <cmath>

#include <vtkRenderWindowInteractor.h>

#include "scan_save.hpp"
#include "view_window.hpp"
#include "vtk_space.hpp"

namespace medals::ui
{

/* ---- text and classes --------------------------------------------------- */

void ViewWindow::segment()
{
    std::vector<std::string> texts = shown.text.texts();
    shown.text_active = false;
    if (texts.empty()) {
        shown.status = "no class: type one, such as left hippocampus";
        shown.failed = true;
        failure = failure.empty() ? shown.status : failure;
    } else {
        live->segment(texts);
    }
    dirty = true;
}

void ViewWindow::add_object()
{
    live->add_class("object " + std::to_string(class_states.size() + 1));
    shown.selected = class_states.size();
    dirty = true;
}

void ViewWindow::toggle_lock(size_t class_index)
{
    if (class_index < class_states.size())
        live->lock_class(class_index, !class_states[class_index].locked);
    dirty = true;
}

/* The class that a prompt is for; makes one where there is none. */
size_t ViewWindow::need_class()
{
    if (class_states.empty())
        add_object();
    return shown.selected;
}

/* ---- prompts ------------------------------------------------------------ */

std::vector<double> ViewWindow::to_lps(const std::vector<double> &points) const
{
    double matrix[16];
    bridge::index_to_world(geometry, bridge::World::lps, matrix);
    std::vector<double> lps(points.size());
    for (size_t n = 0; n + 2 < points.size(); n += 3)
        for (size_t r = 0; r < 3; r++)
            lps[n + r] = matrix[4 * r] * points[n] +
                         matrix[4 * r + 1] * points[n + 1] +
                         matrix[4 * r + 2] * points[n + 2] + matrix[4 * r + 3];
    return lps;
}

void ViewWindow::ask(PromptShape shape, Mark mark)
{
    shape.class_index = need_class();
    pending.push_back(std::move(mark));
    live->prompt(shape);
    show_marks();
}

void ViewWindow::click(SliceView &, const double index[3], bool positive)
{
    PromptShape shape;
    shape.positive = positive;
    Mark mark;
    mark.positive = positive;
    for (int r = 0; r < 3; r++)
        shape.points.push_back(std::floor(index[r] + 0.5));
    mark.points.assign(index, index + 3);
    ask(shape, mark);
    for (auto &other : slices)
        other->set_slice(int64_t(shape.points[size_t(other->frame().axis[2])]));
    show_cross(shape.points.data());
}

void ViewWindow::stroke_begin(SliceView &view, const double index[3],
                              bool positive)
{
    PromptShape shape;
    shape.kind = MEDALS_PROMPT_SCRIBBLE;
    shape.class_index = need_class();
    shape.positive = positive;
    shape.space = MEDALS_SPACE_LPS;
    shape.points = to_lps(std::vector<double>(index, index + 3));
    shape.radius_mm =
        std::max(view.frame().spacing[0], view.frame().spacing[1]);
    stroke_open = true;
    stroke = Mark();
    stroke.positive = positive;
    stroke.points.assign(index, index + 3);
    live->stroke_begin(shape);
}

void ViewWindow::stroke_append(const std::vector<double> &points)
{
    if (!stroke_open)
        return;
    stroke.points.insert(stroke.points.end(), points.begin(), points.end());
    live->stroke_append(to_lps(points));
    dirty = true;
}

void ViewWindow::stroke_end()
{
    if (!stroke_open)
        return;
    stroke_open = false;
    pending.push_back(stroke);
    live->stroke_end();
}

void ViewWindow::stroke_cancel()
{
    stroke_open = false;
    live->cancel();
}

void ViewWindow::lasso(SliceView &, const std::vector<double> &points,
                       bool positive)
{
    PromptShape shape;
    shape.kind = MEDALS_PROMPT_LASSO;
    shape.positive = positive;
    shape.space = MEDALS_SPACE_LPS;
    shape.points = to_lps(points);
    Mark mark;
    mark.positive = positive;
    mark.closed = true;
    mark.points = points;
    ask(shape, mark);
}

/* Through the slice a box is as deep as its shorter side is long, with the
 * slice in its middle. */
void ViewWindow::box(SliceView &view, const double a[3], const double b[3],
                     bool positive)
{
    const SliceFrame &frame = view.frame();
    PromptShape shape;
    shape.kind = MEDALS_PROMPT_BOX;
    shape.positive = positive;
    shape.points.resize(6);
    double shorter = INFINITY;
    for (int s = 0; s < 2; s++) {
        int axis = frame.axis[s];
        double low = std::floor(std::min(a[axis], b[axis]) + 0.5);
        double high = std::floor(std::max(a[axis], b[axis]) + 0.5) + 1;
        shape.points[size_t(axis)] = low;
        shape.points[size_t(axis) + 3] = high;
        shorter = std::min(shorter, (high - low) * frame.spacing[s]);
    }
    int axis = frame.axis[2];
    double middle = std::floor(a[axis] + 0.5);
    double half = std::floor(shorter / frame.spacing[2] / 2);
    shape.points[size_t(axis)] = std::max(0.0, middle - half);
    shape.points[size_t(axis) + 3] =
        std::min(double(frame.size[2]), middle + half + 1);
    Mark mark;
    mark.positive = positive;
    mark.closed = true;
    for (int corner = 0; corner < 4; corner++) {
        const double *u = corner == 1 || corner == 2 ? b : a;
        const double *v = corner >= 2 ? b : a;
        double index[3];
        index[frame.axis[0]] = u[frame.axis[0]];
        index[frame.axis[1]] = v[frame.axis[1]];
        index[frame.axis[2]] = a[frame.axis[2]];
        mark.points.insert(mark.points.end(), index, index + 3);
    }
    ask(shape, mark);
}

/* ---- commands ----------------------------------------------------------- */

void ViewWindow::undo()
{
    live->undo();
}

void ViewWindow::redo()
{
    live->redo();
}

void ViewWindow::refine()
{
    refine_passes(1);
}

void ViewWindow::lock()
{
    toggle_lock(shown.selected);
}

void ViewWindow::refine_passes(uint32_t passes)
{
    live->refine(passes);
    dirty = true;
}

void ViewWindow::cancel()
{
    live->cancel();
    dirty = true;
}

void ViewWindow::save(const std::string &path)
{
    live->job([this, path](const MedalsSession *session, std::string *text) {
        uint64_t now = medals_session_revision(session);
        MedalsStatus status = scan_save(scan, session, path, text);
        if (status == MEDALS_OK) {
            written = now;
            *text = "saved " + path;
        }
        return status;
    });
    dirty = true;
}

/* ---- views -------------------------------------------------------------- */

void ViewWindow::sliced(SliceView &)
{
    double index[3] = {0, 0, 0};
    for (auto &view : slices)
        index[view->frame().axis[2]] = double(view->slice());
    show_cross(index);
    dirty = true;
}

void ViewWindow::contrast(double dx, double dy)
{
    window = std::max(window + dx * range / 400, range / 1000);
    level -= dy * range / 400;
    for (auto &view : slices)
        view->set_window(window, level);
    dirty = true;
}

void ViewWindow::redraw()
{
    show_marks();
    dirty = true;
}

bool ViewWindow::pressed(int x, int y)
{
    shown.text_active = false;
    dirty = true;
    if (x >= SidePanel::width)
        return false;
    draw_panel();
    panel->pressed(x, y);
    return true;
}

void ViewWindow::draw_panel()
{
    panel->draw(shown, height());
}

/* Keys of the text field, while it has them. */
bool ViewWindow::typed(const std::string &key, const std::string &text,
                       bool ctrl, bool shift)
{
    bool enter = key == "Return" || key == "KP_Enter";
    if (ctrl || (!shown.text_active && !enter))
        return false;
    dirty = true;
    if (enter && shift)
        shown.text.type("\n");
    else if (enter)
        segment();
    else if (key == "BackSpace")
        shown.text.erase();
    else if (key == "Tab")
        shown.text.complete();
    else if (key == "Escape")
        shown.text_active = false;
    else
        shown.text.type(text);
    return true;
}

void ViewWindow::show_marks()
{
    std::vector<Mark> all;
    for (const Mark &mark : done)
        all.push_back(mark);
    for (const Mark &mark : pending)
        all.push_back(mark);
    for (auto &view : slices) {
        std::vector<Mark> here = all;
        if (style->preview_view() == view.get())
            here.push_back(style->preview());
        view->set_marks(here);
    }
}

void ViewWindow::show_cross(const double index[3])
{
    for (auto &view : slices)
        view->set_cross(index);
}

} // namespace medals::ui

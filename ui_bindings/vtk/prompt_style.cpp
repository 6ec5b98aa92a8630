/*
 * prompt_style.cpp - mouse and keys of a VTK slice viewer that asks Medal S
 */
#include "prompt_style.hpp"

#include <cmath>
#include <cstring>

#include <vtkObjectFactory.h>
#include <vtkRenderWindowInteractor.h>
#include <vtkRenderer.h>

namespace medals::ui
{

vtkStandardNewMacro(PromptStyle);

PromptStyle::PromptStyle() = default;
PromptStyle::~PromptStyle() = default;

void PromptStyle::set_target(PromptTarget *new_target)
{
    target = new_target;
}

void PromptStyle::add_view(SliceView *view)
{
    views.push_back(view);
}

void PromptStyle::set_tool(Tool tool)
{
    drop_tool();
    chosen = tool;
    if (target)
        target->redraw();
}

void PromptStyle::set_positive(bool positive)
{
    adds = positive;
    if (target)
        target->redraw();
}

SliceView *PromptStyle::view_at(int x, int y)
{
    this->FindPokedRenderer(x, y);
    for (SliceView *view : views)
        if (view->renderer() == this->CurrentRenderer)
            return view;
    return nullptr;
}

/* ---- the tool ----------------------------------------------------------- */

void PromptStyle::begin_tool(SliceView *view)
{
    double index[3];
    if (!view->pick(last[0], last[1], index))
        return;
    bool other =
        this->Interactor->GetShiftKey() || this->Interactor->GetControlKey();
    bool positive = adds != other;
    if (chosen == Tool::point) {
        target->click(*view, index, positive);
        return;
    }
    drag = Drag::tool;
    busy_view = view;
    drawn = Mark();
    drawn.positive = positive;
    drawn.closed = chosen != Tool::scribble;
    drawn.points.assign(index, index + 3);
    memcpy(corner, index, sizeof corner);
    if (chosen == Tool::scribble)
        target->stroke_begin(*view, index, positive);
    target->redraw();
}

/* The four corners of a box from where it began to here. */
void PromptStyle::stretch_box()
{
    const double end[3] = {*(drawn.points.end() - 3), *(drawn.points.end() - 2),
                           *(drawn.points.end() - 1)};
    double a[3], b[3];
    const SliceFrame &frame = busy_view->frame();
    frame.from_index(corner, a);
    frame.from_index(end, b);
    const double around[4][2] = {
        {a[0], a[1]}, {b[0], a[1]}, {b[0], b[1]}, {a[0], b[1]}};
    drawn.points.clear();
    for (const double *at : around) {
        double index[3];
        frame.to_index(at[0], at[1], a[2], index);
        drawn.points.insert(drawn.points.end(), index, index + 3);
    }
}

void PromptStyle::move_tool()
{
    double index[3];
    if (!busy_view->pick(last[0], last[1], index))
        return;
    if (chosen == Tool::box) {
        drawn.points.assign(index, index + 3);
        stretch_box();
    } else {
        drawn.points.insert(drawn.points.end(), index, index + 3);
    }
    if (chosen == Tool::scribble)
        target->stroke_append(std::vector<double>(index, index + 3));
    target->redraw();
}

void PromptStyle::end_tool()
{
    Mark done;
    std::swap(done, drawn);
    SliceView *view = busy_view;
    drag = Drag::none;
    busy_view = nullptr;
    if (chosen == Tool::scribble)
        target->stroke_end();
    else if (chosen == Tool::lasso && done.points.size() >= 9)
        target->lasso(*view, done.points, done.positive);
    else if (chosen == Tool::box && done.points.size() == 12)
        target->box(*view, &done.points[0], &done.points[6], done.positive);
    target->redraw();
}

/* Without a trace. */
void PromptStyle::drop_tool()
{
    bool stroke = drag == Drag::tool && chosen == Tool::scribble;
    if (drag == Drag::tool)
        drag = Drag::none;
    drawn = Mark();
    busy_view = nullptr;
    if (stroke)
        target->stroke_cancel();
}

/* ---- buttons ------------------------------------------------------------ */

void PromptStyle::begin_drag(Drag kind, SliceView *view)
{
    drop_tool();
    drag = kind;
    busy_view = view;
    this->Interactor->GetEventPosition(last);
}

void PromptStyle::OnLeftButtonDown()
{
    if (!target)
        return;
    this->Interactor->GetEventPosition(last);
    SliceView *view = view_at(last[0], last[1]);
    if (!view && target->pressed(last[0], last[1]))
        return;
    if (!view) {
        Superclass::OnLeftButtonDown();
        return;
    }
    drop_tool();
    target->pressed(last[0], last[1]);
    begin_tool(view);
}

void PromptStyle::OnLeftButtonUp()
{
    if (drag == Drag::tool)
        end_tool();
    else
        Superclass::OnLeftButtonUp();
}

void PromptStyle::OnMiddleButtonDown()
{
    const int *at = this->Interactor->GetEventPosition();
    SliceView *view = view_at(at[0], at[1]);
    if (view)
        begin_drag(Drag::pan, view);
    else
        Superclass::OnMiddleButtonDown();
}

void PromptStyle::OnMiddleButtonUp()
{
    if (drag == Drag::pan)
        drag = Drag::none;
    else
        Superclass::OnMiddleButtonUp();
}

void PromptStyle::OnRightButtonDown()
{
    const int *at = this->Interactor->GetEventPosition();
    SliceView *view = view_at(at[0], at[1]);
    if (view)
        begin_drag(Drag::contrast, view);
    else
        Superclass::OnRightButtonDown();
}

void PromptStyle::OnRightButtonUp()
{
    if (drag == Drag::contrast)
        drag = Drag::none;
    else
        Superclass::OnRightButtonUp();
}

void PromptStyle::OnMouseMove()
{
    if (drag == Drag::none) {
        Superclass::OnMouseMove();
        return;
    }
    const int *at = this->Interactor->GetEventPosition();
    double dx = at[0] - last[0], dy = at[1] - last[1];
    this->Interactor->GetEventPosition(last);
    if (drag == Drag::tool)
        move_tool();
    else if (drag == Drag::pan)
        busy_view->pan(dx, dy);
    else
        target->contrast(dx, dy);
    target->redraw();
}

void PromptStyle::wheel(int steps)
{
    const int *at = this->Interactor->GetEventPosition();
    SliceView *view = view_at(at[0], at[1]);
    if (!view || !target)
        return;
    if (this->Interactor->GetControlKey()) {
        view->zoom(steps > 0 ? 1.15 : 1 / 1.15);
        target->redraw();
    } else {
        view->step(steps);
        target->sliced(*view);
    }
}

void PromptStyle::OnMouseWheelForward()
{
    const int *at = this->Interactor->GetEventPosition();
    if (view_at(at[0], at[1]))
        wheel(1);
    else
        Superclass::OnMouseWheelForward();
}

void PromptStyle::OnMouseWheelBackward()
{
    const int *at = this->Interactor->GetEventPosition();
    if (view_at(at[0], at[1]))
        wheel(-1);
    else
        Superclass::OnMouseWheelBackward();
}

/* ---- keys --------------------------------------------------------------- */

bool PromptStyle::command_key(const std::string &key, bool ctrl, bool shift)
{
    if (ctrl && (key == "z" || key == "Z"))
        shift ? target->redo() : target->undo();
    else if (ctrl && (key == "y" || key == "Y"))
        target->redo();
    else if (key == "Escape" && drag == Drag::tool)
        drop_tool();
    else if (key == "Escape")
        target->cancel();
    else if (ctrl)
        return false;
    else if (key == "f")
        target->refine();
    else if (key == "k")
        target->lock();
    else if (key == "t")
        set_positive(!adds);
    else if (key == "o")
        set_tool(Tool::point);
    else if (key == "s")
        set_tool(Tool::scribble);
    else if (key == "l")
        set_tool(Tool::lasso);
    else if (key == "b")
        set_tool(Tool::box);
    else if (key == "Up" || key == "Down")
        wheel(key == "Up" ? 1 : -1);
    else
        return false;
    return true;
}

void PromptStyle::OnKeyPress()
{
    vtkRenderWindowInteractor *from = this->Interactor;
    std::string key = from->GetKeySym() ? from->GetKeySym() : "";
    bool ctrl = from->GetControlKey() != 0, shift = from->GetShiftKey() != 0;
    char typed = from->GetKeyCode();
    std::string text;
    if (!ctrl && typed >= ' ' && typed < 127)
        text = typed;
    if (!target || target->typed(key, text, ctrl, shift))
        return;
    /* history and strokes do not mix: a stroke that is open goes first */
    if (ctrl && drag == Drag::tool)
        drop_tool();
    command_key(key, ctrl, shift);
    target->redraw();
}

void PromptStyle::OnKeyRelease()
{
}

/* VTK's own keys (q, e, r, w, ...) would leave or repaint the window. */
void PromptStyle::OnChar()
{
}

} // namespace medals::ui

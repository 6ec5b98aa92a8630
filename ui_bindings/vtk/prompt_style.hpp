/*
 * prompt_style.hpp - mouse and keys of a VTK slice viewer that asks Medal S
 *
 *   left button        the tool: point, scribble, lasso or box
 *   shift or ctrl +    the same with the other sign: takes away what adds
 *   wheel, up, down    slices;  ctrl + wheel: zoom
 *   middle button      moves the slice
 *   right button       contrast and brightness
 *   other renderers    vtkInteractorStyleTrackballCamera
 *
 *   ctrl+z, ctrl+y (ctrl+shift+z)   undo, redo      f   refine      k   lock
 *   o s l b   point, scribble, lasso, box           t   sign
 *   Escape    takes back an open stroke, stops running work
 *
 * A scribble is handed on while the mouse moves. Give it to an interactor with
 * SetInteractorStyle(), add the slice views, and implement PromptTarget; any
 * window will do, one with several views, too.
 */
#ifndef MEDALS_PROMPT_STYLE_HPP
#define MEDALS_PROMPT_STYLE_HPP

#include <string>
#include <vector>

#include <vtkInteractorStyleTrackballCamera.h>

#include "slice_view.hpp"

namespace medals::ui
{

enum class Tool { point, scribble, lasso, box };

/** What a window does with what the user says. Points are voxel indices,
 * continuous, [n][3]; all within the image. */
class PromptTarget
{
  public:
    virtual ~PromptTarget() = default;
    virtual void click(SliceView &view, const double index[3],
                       bool positive) = 0;
    /** A stroke: begin with its first point, more points, end or cancel. */
    virtual void stroke_begin(SliceView &view, const double index[3],
                              bool positive) = 0;
    virtual void stroke_append(const std::vector<double> &points) = 0;
    virtual void stroke_end() = 0;
    virtual void stroke_cancel() = 0;
    /** A closed polygon on the slice. */
    virtual void lasso(SliceView &view, const std::vector<double> &points,
                       bool positive) = 0;
    /** Two opposite corners on the slice. */
    virtual void box(SliceView &view, const double a[3], const double b[3],
                     bool positive) = 0;
    virtual void undo() = 0;
    virtual void redo() = 0;
    virtual void refine() = 0;
    /** Locks the class that prompts are for, or unlocks it. */
    virtual void lock() = 0;
    /** Escape, with no stroke open. */
    virtual void cancel() = 0;
    virtual void sliced(SliceView &view) = 0;
    /** @param dx, dy in pixels of the right button's way */
    virtual void contrast(double dx, double dy) = 0;
    /** Tool, sign, preview or camera changed: draw again. */
    virtual void redraw() = 0;
    /** First refusal of a press outside of the slice views, such as on a
     * panel. @return true: it is done with */
    virtual bool pressed(int x, int y) = 0;
    /** First refusal of a key. @param text what it types, or "" */
    virtual bool typed(const std::string &key, const std::string &text,
                       bool ctrl, bool shift) = 0;
};

class PromptStyle : public vtkInteractorStyleTrackballCamera
{
  public:
    static PromptStyle *New();
    vtkTypeMacro(PromptStyle, vtkInteractorStyleTrackballCamera);

    void set_target(PromptTarget *target);
    void add_view(SliceView *view);

    Tool tool() const
    {
        return chosen;
    }
    void set_tool(Tool tool);
    /** Whether the left button alone adds. */
    bool positive() const
    {
        return adds;
    }
    void set_positive(bool positive);
    /** What is being drawn; no points: nothing. */
    const Mark &preview() const
    {
        return drawn;
    }
    const SliceView *preview_view() const
    {
        return busy_view;
    }

    void OnLeftButtonDown() override;
    void OnLeftButtonUp() override;
    void OnMiddleButtonDown() override;
    void OnMiddleButtonUp() override;
    void OnRightButtonDown() override;
    void OnRightButtonUp() override;
    void OnMouseMove() override;
    void OnMouseWheelForward() override;
    void OnMouseWheelBackward() override;
    void OnKeyPress() override;
    void OnKeyRelease() override;
    void OnChar() override;

  protected:
    PromptStyle();
    ~PromptStyle() override;

  private:
    enum class Drag { none, tool, pan, contrast };

    SliceView *view_at(int x, int y);
    void begin_tool(SliceView *view);
    void move_tool();
    void end_tool();
    void drop_tool();
    void stretch_box();
    void wheel(int steps);
    void begin_drag(Drag kind, SliceView *view);
    bool command_key(const std::string &key, bool ctrl, bool shift);

    PromptTarget *target = nullptr;
    std::vector<SliceView *> views;
    Tool chosen = Tool::point;
    bool adds = true;
    Drag drag = Drag::none;
    SliceView *busy_view = nullptr;
    Mark drawn;
    double corner[3] = {0, 0, 0}; /* of a box, where it began */
    int last[2] = {0, 0};
};

} // namespace medals::ui
#endif

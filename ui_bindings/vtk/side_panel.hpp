/*
 * side_panel.hpp - the column beside the views: text, tools, classes, progress
 */
#ifndef MEDALS_SIDE_PANEL_HPP
#define MEDALS_SIDE_PANEL_HPP

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "live_session.hpp"
#include "prompt_style.hpp"
#include "sheet.hpp"
#include "text_field.hpp"

namespace medals::ui
{

struct ClassRow {
    std::string name;
    theme::Color color;
    double ml;
    bool known; /**< false for a text that the model was not trained on */
    bool locked;
};

/** All that the panel shows. */
struct PanelState {
    std::string image_name, image_facts;
    TextField text;
    bool text_active = false;
    Tool tool = Tool::point;
    bool positive = true;
    std::vector<ClassRow> classes;
    size_t selected = 0;
    RunningWork running;
    std::string status; /**< one line */
    bool failed = false;
};

/** All that it can ask for. */
struct PanelActions {
    std::function<void()> focus_text, segment, undo, redo, refine, save, cancel,
        add_class;
    std::function<void(Tool)> tool;
    std::function<void(bool)> sign;
    std::function<void(size_t)> select, lock;
};

class SidePanel
{
  public:
    static constexpr int width = 340; /**< pixels */

    SidePanel(vtkRenderer *renderer, PanelActions actions);
    /** Draws everything anew. @param height of the window, pixels */
    void draw(const PanelState &state, int height);
    /** @return whether something was pressed */
    bool pressed(int x, int y) const;
    /** Where the text field is, for those who press it by program. */
    Box text_box() const
    {
        return field;
    }
    /** Where a row's lock is, likewise; without extent: not drawn. */
    Box lock_box(size_t row) const
    {
        auto found = locks.find(row);
        return found == locks.end() ? Box{0, 0, 0, 0} : found->second;
    }

  private:
    void heading(double *y, const std::string &text, const std::string &hint);
    void button(const Box &box, const std::string &label, bool on,
                const theme::Color &color, std::function<void()> action);
    void draw_text(const PanelState &state, double *y);
    void draw_tools(const PanelState &state, double *y);
    void draw_classes(const PanelState &state, double *y, double bottom);
    void draw_work(const PanelState &state, double y);

    Sheet sheet;
    PanelActions actions;
    Box field = {0, 0, 0, 0};
    std::map<size_t, Box> locks; /* of the rows that are drawn */
};

} // namespace medals::ui
#endif

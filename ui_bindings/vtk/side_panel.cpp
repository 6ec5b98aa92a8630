/*
 * side_panel.cpp - the column beside the views: text, tools, classes, progress
 */
#include "side_panel.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace medals::ui
{

enum { margin = 16, inner = SidePanel::width - 2 * margin };
enum { small_size = 12, normal_size = 14, title_size = 19 };

SidePanel::SidePanel(vtkRenderer *renderer, PanelActions actions)
    : sheet(renderer), actions(std::move(actions))
{
}

bool SidePanel::pressed(int x, int y) const
{
    return sheet.pressed(x, y);
}

void SidePanel::heading(double *y, const std::string &text,
                        const std::string &hint)
{
    sheet.words(margin, *y - 8, text, small_size, theme::faint, Align::left,
                true);
    sheet.words(margin + inner, *y - 8, hint, small_size, theme::faint,
                Align::right);
    *y -= 22;
}

void SidePanel::button(const Box &box, const std::string &label, bool on,
                       const theme::Color &color, std::function<void()> action)
{
    sheet.fill(box, on ? color : theme::button, 4);
    sheet.words(box.x + box.w / 2, box.y + box.h / 2, label, normal_size,
                theme::text, Align::center, on && box.w > 100, box.w - 8);
    sheet.press(box, std::move(action));
}

/* ---- text --------------------------------------------------------------- */

void SidePanel::draw_text(const PanelState &state, double *y)
{
    enum { rows = 6, row = 20 };
    heading(y, "CLASSES, ONE A LINE", "Tab completes");
    field = {margin, *y - rows * row - 10, inner, rows * row + 10};
    if (state.text_active)
        sheet.fill({field.x - 1.5, field.y - 1.5, field.w + 3, field.h + 3},
                   theme::accent, 5);
    sheet.fill(field, state.text_active ? theme::field_active : theme::field,
               4);
    sheet.press(field, actions.focus_text);
    const std::vector<std::string> &lines = state.text.lines();
    size_t first = lines.size() > rows ? lines.size() - rows : 0;
    for (size_t n = first; n < lines.size(); n++) {
        double at = field.y + field.h - 15 - double(n - first) * row;
        double wide = sheet.words(field.x + 10, at, lines[n], normal_size,
                                  theme::text, Align::left, false, inner - 20);
        if (n + 1 < lines.size() || !state.text_active)
            continue;
        sheet.fill({field.x + 11 + wide, at - 8, 1.5, 16}, theme::accent);
        sheet.words(field.x + 12 + wide, at, state.text.proposal(), normal_size,
                    theme::faint, Align::left, false,
                    std::max(1.0, inner - 22 - wide));
    }
    if (lines.size() == 1 && lines[0].empty() && !state.text_active)
        sheet.words(field.x + 10, field.y + field.h - 15, "left hippocampus",
                    normal_size, theme::faint);
    *y = field.y - 10;
    button({margin, *y - 32, inner, 32}, "Segment", true, theme::accent,
           actions.segment);
    *y -= 32 + 22;
}

/* ---- tools -------------------------------------------------------------- */

void SidePanel::draw_tools(const PanelState &state, double *y)
{
    static const char *const names[] = {"Point", "Scribble", "Lasso", "Box"};
    heading(y, "CORRECT", "o  s  l  b   +/-: t");
    double w = (inner - 3 * 6) / 4.0;
    for (int n = 0; n < 4; n++)
        button({margin + n * (w + 6), *y - 30, w, 30}, names[n],
               state.tool == Tool(n), theme::accent,
               [this, n] { actions.tool(Tool(n)); });
    *y -= 36;
    static const theme::Color add = {0.15, 0.48, 0.25};
    static const theme::Color remove = {0.60, 0.20, 0.19};
    double half = (inner - 6) / 2.0;
    button({margin, *y - 30, half, 30}, "+  add", state.positive, add,
           [this] { actions.sign(true); });
    button({margin + half + 6, *y - 30, half, 30}, "-  remove", !state.positive,
           remove, [this] { actions.sign(false); });
    *y -= 36;
    const std::function<void()> does[4] = {actions.undo, actions.redo,
                                           actions.refine, actions.save};
    static const char *const verbs[] = {"Undo", "Redo", "Refine", "Save"};
    for (int n = 0; n < 4; n++)
        button({margin + n * (w + 6), *y - 30, w, 30}, verbs[n], false,
               theme::button, does[n]);
    *y -= 30 + 22;
}

/* ---- classes ------------------------------------------------------------ */

static std::string milliliters(double ml)
{
    char text[32];
    snprintf(text, sizeof text, ml < 10 ? "%.2f ml" : "%.1f ml", ml);
    return text;
}

void SidePanel::draw_classes(const PanelState &state, double *y, double bottom)
{
    enum { row = 26 };
    heading(y, "SEGMENTS", "");
    button({margin + inner - 122, *y + 1, 122, 22}, "+ new object", false,
           theme::button, actions.add_class);
    *y -= 8;
    locks.clear();
    size_t room = size_t(std::max(1.0, std::floor((*y - bottom) / row)));
    size_t count = state.classes.size();
    size_t first = 0;
    if (count > room && state.selected >= room / 2)
        first = std::min(state.selected - room / 2, count - room);
    for (size_t n = first; n < std::min(count, first + room); n++) {
        const ClassRow &one = state.classes[n];
        Box box = {margin, *y - row + 2, inner, row - 2};
        if (n == state.selected)
            sheet.fill(box, theme::button, 4);
        sheet.fill({box.x + 6, box.y + 5, 14, 14}, one.color, 3);
        sheet.words(box.x + 30, box.y + 12, one.name, normal_size,
                    one.known ? theme::text : theme::warning, Align::left,
                    n == state.selected, inner - 165);
        sheet.words(box.x + inner - 58, box.y + 12, milliliters(one.ml),
                    small_size, theme::faint, Align::right);
        sheet.press(box, [this, n] { actions.select(n); });
        Box key = {box.x + inner - 50, box.y + 3, 46, box.h - 6};
        sheet.fill(key, one.locked ? theme::accent : theme::field, 4);
        sheet.words(key.x + key.w / 2, key.y + key.h / 2,
                    one.locked ? "locked" : "lock", small_size,
                    one.locked ? theme::text : theme::faint, Align::center);
        sheet.press(key, [this, n] { actions.lock(n); });
        locks[n] = key;
        *y -= row;
    }
    if (count == 0)
        sheet.words(margin, *y - 14, "none yet: type, or click in a slice",
                    normal_size, theme::faint);
}

/* ---- progress and status ------------------------------------------------ */

static std::string work_text(const RunningWork &running)
{
    static const char *const names[] = {"Classes",   "Segmenting", "Refining",
                                        "Answering", "Stroke",     "Stroke",
                                        "Answering", "Stopping",   "Undo",
                                        "Redo",      "Locking",    "Saving"};
    std::string text = names[int(running.work)];
    if (!running.phase.empty() && running.fraction > 0)
        text += ": " + running.phase;
    if (running.seconds_left >= 1)
        text +=
            ", " + std::to_string(int(running.seconds_left + 0.5)) + " s left";
    return text;
}

void SidePanel::draw_work(const PanelState &state, double y)
{
    sheet.fill({0, y + 86, double(width), 1}, theme::edge);
    if (!state.running.busy) {
        double at = y + 68;
        for (const std::string &line :
             sheet.wrap(state.status, small_size + 1, inner, 3)) {
            sheet.words(margin, at, line, small_size + 1,
                        state.failed ? theme::negative : theme::text);
            at -= 18;
        }
        sheet.words(margin, y + 10, "wheel: slices   right drag: contrast",
                    small_size, theme::faint);
        return;
    }
    sheet.words(margin, y + 60, work_text(state.running), normal_size,
                theme::text, Align::left, false, inner);
    double done = std::clamp(state.running.fraction, 0.0, 1.0);
    double bar = inner - 84;
    sheet.fill({margin, y + 24, bar, 12}, theme::field, 6);
    if (done * bar >= 12)
        sheet.fill({margin, y + 24, done * bar, 12}, theme::accent, 6);
    button({margin + inner - 74, y + 18, 74, 24}, "Cancel", false,
           theme::button, actions.cancel);
}

void SidePanel::draw(const PanelState &state, int height)
{
    sheet.begin();
    double y = height - 20;
    sheet.words(margin, y - 6, "Medal S", title_size, theme::text, Align::left,
                true);
    y -= 30;
    sheet.words(margin, y - 6, state.image_name, normal_size, theme::text,
                Align::left, false, inner);
    y -= 20;
    sheet.words(margin, y - 6, state.image_facts, small_size, theme::faint,
                Align::left, false, inner);
    y -= 34;
    draw_text(state, &y);
    draw_tools(state, &y);
    draw_classes(state, &y, 100);
    draw_work(state, 4);
    sheet.end();
}

} // namespace medals::ui

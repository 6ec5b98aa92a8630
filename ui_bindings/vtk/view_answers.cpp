/*
 * view_answers.cpp - the window of medals-view: what the engine answers
 */
#include <algorithm>
#include <cstdio>
#include <set>
#include <stdexcept>

#include <vtkImageData.h>
#include <vtkLookupTable.h>
#include <vtkPolyData.h>

#include "scan_save.hpp"
#include "view_window.hpp"
#include "vtk_labels.hpp"
#include "vtk_surface.hpp"

namespace medals::ui
{

static bool is_empty(const Extent &extent)
{
    return extent[0] >= extent[1];
}

static void join(Extent *extent, const Extent &other)
{
    if (is_empty(*extent)) {
        *extent = other;
        return;
    }
    for (size_t r = 0; r < 3; r++) {
        (*extent)[2 * r] = std::min((*extent)[2 * r], other[2 * r]);
        (*extent)[2 * r + 1] = std::max((*extent)[2 * r + 1], other[2 * r + 1]);
    }
}

/* ---- outcomes ----------------------------------------------------------- */

void ViewWindow::take(const Outcome &outcome)
{
    if (outcome.status != MEDALS_OK) {
        take_failed(outcome);
        return;
    }
    for (const ClassChange &change : outcome.changes)
        reread(change.extent);
    if (outcome.provisional || outcome.work == Work::stroke_begin) {
        provisional.insert(provisional.end(), outcome.changes.begin(),
                           outcome.changes.end());
        return;
    }
    std::vector<ClassChange> changes = outcome.changes;
    changes.insert(changes.end(), provisional.begin(), provisional.end());
    provisional.clear();
    std::string text = describe(outcome);
    remember(outcome);
    list_classes(outcome.classes);
    space.follow(!listed || outcome.work == Work::predict);
    order_surfaces(changes);
    if (!text.empty()) {
        shown.status = text;
        shown.failed = false;
    }
    listed = true;
}

/* The session is as before the call; what it had shown is taken back. */
void ViewWindow::take_failed(const Outcome &outcome)
{
    bool cancelled = outcome.status == MEDALS_E_CANCELLED;
    for (const ClassChange &change : provisional)
        reread(change.extent);
    if (outcome.work == Work::prompt || outcome.work == Work::stroke_end) {
        if (!pending.empty())
            pending.pop_front();
        show_marks();
    }
    if (outcome.work == Work::stroke_begin)
        stroke_open = false;
    if (outcome.work == Work::stroke_end)
        live->cancel(); /* drops the stroke, which is still open */
    shown.status = cancelled ? "cancelled" : outcome.message;
    shown.failed = !cancelled;
    if (!cancelled && failure.empty())
        failure = outcome.message;
}

/* Marks follow the history, a step each. */
void ViewWindow::remember(const Outcome &outcome)
{
    bool moved = outcome.revision > revision;
    revision = std::max(revision, outcome.revision);
    if (outcome.work == Work::undo && outcome.count && !done.empty()) {
        undone.push_back(done.back());
        done.pop_back();
    } else if (outcome.work == Work::redo && outcome.count && !undone.empty()) {
        done.push_back(undone.back());
        undone.pop_back();
    } else if (outcome.work == Work::prompt ||
               outcome.work == Work::stroke_end) {
        Mark mark;
        if (!pending.empty()) {
            mark = pending.front();
            pending.pop_front();
        }
        done.push_back(mark);
        undone.clear();
    } else if (moved &&
               (outcome.work == Work::predict || outcome.work == Work::refine ||
                outcome.work == Work::classes)) {
        done.push_back(Mark());
        undone.clear();
    }
    show_marks();
}

static std::string joined(const std::vector<std::string> &lines)
{
    std::string text;
    for (const std::string &line : lines)
        text += (text.empty() ? "" : "; ") + line;
    return text;
}

/* The classes that one call locked or unlocked. */
static std::string locks_of(const std::vector<ClassState> &before,
                            const std::vector<ClassState> &after)
{
    std::vector<std::string> lines;
    for (size_t n = 0; n < std::min(before.size(), after.size()); n++)
        if (before[n].locked != after[n].locked)
            lines.push_back(after[n].name +
                            (after[n].locked ? ": locked" : ": unlocked"));
    return joined(lines);
}

/* One line of facts: what the classes gained or lost since the last list, and
 * what the engine has to say. What texts came to is said with the answer that
 * follows at once. */
std::string ViewWindow::describe(const Outcome &outcome)
{
    if (outcome.work == Work::job)
        return outcome.message;
    if (outcome.work == Work::lock)
        return locks_of(class_states, outcome.classes);
    if (outcome.work == Work::classes)
        read_as = joined(outcome.warnings);
    if (outcome.work == Work::classes || outcome.work == Work::stroke_cancel)
        return outcome.work == Work::classes ? read_as : "";
    std::vector<std::string> lines = outcome.warnings;
    if (outcome.work == Work::predict && !read_as.empty())
        lines.insert(lines.begin(), read_as);
    std::string facts = facts_of(outcome);
    lines.insert(outcome.work == Work::predict ? lines.end() : lines.begin(),
                 facts);
    return joined(lines);
}

std::string ViewWindow::facts_of(const Outcome &outcome) const
{
    bool history = outcome.work == Work::undo || outcome.work == Work::redo;
    if (history && !outcome.count)
        return outcome.work == Work::undo ? "nothing to undo"
                                          : "nothing to redo";
    size_t changed = 0, named = 0;
    for (size_t n = 0;
         n < std::min(outcome.classes.size(), class_states.size()); n++)
        if (outcome.classes[n].voxels != class_states[n].voxels)
            named = changed++ == 0 || n == shown.selected ? n : named;
    char text[300];
    if (!changed || outcome.work == Work::predict)
        snprintf(text, sizeof text, "%zu segments changed, %.2f s", changed,
                 outcome.seconds);
    else
        snprintf(text, sizeof text, "%.180s: %+lld voxels%s, %.2f s",
                 outcome.classes[named].name.c_str(),
                 (long long) (outcome.classes[named].voxels -
                              class_states[named].voxels),
                 changed > 1 ? " (others changed too)" : "", outcome.seconds);
    return text;
}

/* ---- labels ------------------------------------------------------------- */

void ViewWindow::reread(const Extent &extent)
{
    bridge::LabelPiece piece;
    std::string message;
    if (bridge::labels_update(labels, live->session(), bridge::all_classes,
                              extent.data(), bridge::World::ras, &piece,
                              &message) != MEDALS_OK) {
        shown.status = message;
        shown.failed = true;
        failure = failure.empty() ? message : failure;
        return;
    }
    if (piece.empty)
        return;
    for (auto &view : slices)
        if (view->labels_changed(piece.extent))
            dirty = true;
}

void ViewWindow::list_classes(const std::vector<ClassState> &states)
{
    class_states = states;
    shown.classes.clear();
    for (size_t n = 0; n < states.size(); n++)
        shown.classes.push_back(
            {states[n].name,
             class_color(scan.model(), states[n].model_class, n), states[n].ml,
             states[n].known || states[n].text.empty(), states[n].locked});
    if (shown.selected >= states.size())
        shown.selected = states.empty() ? 0 : states.size() - 1;
    uint32_t largest = 0;
    for (const ClassState &one : states)
        largest = std::max(largest, one.value);
    if (largest > 255 && labels->GetScalarSize() == 1)
        new_labels();
    color_labels();
    dirty = true;
}

/* The labelmap of the slices, with the narrowest type that holds the values;
 * 65536 colours are enough for any list. */
void ViewWindow::new_labels()
{
    std::string message;
    for (MedalsDtype dtype : {MEDALS_U8, MEDALS_U16}) {
        MedalsStatus status =
            bridge::labels_new(labels, live->session(), bridge::all_classes,
                               dtype, bridge::World::ras, &message);
        if (status == MEDALS_OK)
            break;
        if (status != MEDALS_E_USAGE || dtype == MEDALS_U16)
            throw std::runtime_error(message);
    }
    color_labels();
    for (auto &view : slices)
        view->set_labels(labels, colors);
}

void ViewWindow::color_labels()
{
    uint32_t largest = 0;
    for (const ClassState &one : class_states)
        largest = std::max(largest, one.value);
    vtkIdType count = vtkIdType(std::min(largest, 65535u)) + 1;
    colors->SetNumberOfTableValues(std::max<vtkIdType>(count, 2));
    colors->SetTableRange(0, double(colors->GetNumberOfTableValues() - 1));
    for (vtkIdType n = 0; n < colors->GetNumberOfTableValues(); n++)
        colors->SetTableValue(n, 0, 0, 0, 0);
    for (size_t n = 0; n < class_states.size(); n++) {
        const theme::Color &color = shown.classes[n].color;
        if (class_states[n].value < uint32_t(count))
            colors->SetTableValue(vtkIdType(class_states[n].value), color[0],
                                  color[1], color[2], 1);
    }
}

/* ---- surfaces ----------------------------------------------------------- */

/* Only of classes that changed, within the box where they ever had voxels. */
void ViewWindow::order_surfaces(const std::vector<ClassChange> &changes)
{
    std::set<uint32_t> values;
    for (const ClassState &one : class_states)
        values.insert(one.value);
    space.keep_only(values);
    const Extent whole = {0, geometry.size[0], 0, geometry.size[1],
                          0, geometry.size[2]};
    for (size_t n = 0; n < class_states.size() && !listed; n++) {
        surface_boxes[class_states[n].value] = whole;
        order_surface(n);
    }
    for (const ClassChange &change : changes) {
        if (change.class_index >= class_states.size())
            continue;
        uint32_t value = class_states[change.class_index].value;
        join(&surface_boxes[value], change.extent);
        order_surface(change.class_index);
    }
}

void ViewWindow::order_surface(size_t class_index)
{
    uint32_t value = class_states[class_index].value;
    theme::Color color = shown.classes[class_index].color;
    Extent box = surface_boxes[value];
    auto chore = [this, class_index, value, color,
                  box](const MedalsSession *session) {
        auto surface = vtkSmartPointer<vtkPolyData>::New();
        std::string message;
        MedalsStatus status = bridge::surface_of_class(
            surface, session, class_index, box.data(), bridge::World::ras,
            bridge::SurfaceOptions(), &message);
        return std::function<void()>([this, status, value, color, surface] {
            if (status == MEDALS_OK)
                space.set_surface(value, surface, color);
            dirty = true;
        });
    };
    live->when_idle(value, chore);
}

} // namespace medals::ui

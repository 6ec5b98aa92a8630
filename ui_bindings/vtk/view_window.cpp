/*
 * view_window.cpp - the window of medals-view: what it is made of
 */
#include "view_window.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <vtkCallbackCommand.h>
#include <vtkGenericRenderWindowInteractor.h>
#include <vtkImageData.h>
#include <vtkLookupTable.h>
#include <vtkPointData.h>
#include <vtkRenderWindow.h>
#include <vtkRenderWindowInteractor.h>
#include <vtkRenderer.h>
#include <vtkUnsignedCharArray.h>
#include <vtkWindowToImageFilter.h>

#include "png_file.h"
#include "theme.hpp"
#include "vtk_labels.hpp"
#include "vtk_volume.hpp"

namespace medals::ui
{

enum { gap = 2, tick_ms = 25 };

ViewWindow::ViewWindow(Scan &scan, const std::string &save_path, bool offscreen,
                       int width, int height)
    : scan(scan), save_path(save_path),
      geometry(*medals_volume_peek_geometry(scan.volume()))
{
    build(offscreen, width, height);
    live = std::make_unique<LiveSession>(scan.take_session(), nullptr);
    written = medals_session_revision(live->session());
    show_image();
    list_words();
    /* lists what a journal or a labelmap brought */
    live->job([](const MedalsSession *, std::string *) { return MEDALS_OK; });
    panel->draw(shown, this->height());
}

ViewWindow::~ViewWindow()
{
    live.reset();
    style->set_target(nullptr);
    events->SetInteractorStyle(nullptr);
}

void ViewWindow::build(bool offscreen, int width, int height)
{
    screen = vtkSmartPointer<vtkRenderWindow>::New();
    screen->SetOffScreenRendering(offscreen);
    screen->SetMultiSamples(4);
    screen->SetSize(width, height);
    screen->SetWindowName(("medals-view " + scan.path()).c_str());
    backdrop->SetBackground(0, 0, 0);
    backdrop->InteractiveOff();
    panel_view->SetBackground(theme::panel_background.data());
    screen->AddRenderer(backdrop);
    screen->AddRenderer(panel_view);
    for (Plane plane : {Plane::axial, Plane::coronal, Plane::sagittal}) {
        auto &view = slices[size_t(plane)];
        view = std::make_unique<SliceView>(plane);
        screen->AddRenderer(view->renderer());
        style->add_view(view.get());
    }
    screen->AddRenderer(space.renderer());
    if (offscreen)
        events = vtkSmartPointer<vtkGenericRenderWindowInteractor>::New();
    else
        events = vtkSmartPointer<vtkRenderWindowInteractor>::New();
    events->SetRenderWindow(screen);
    style->set_target(this);
    events->SetInteractorStyle(style);
    vtkNew<vtkCallbackCommand> leave;
    leave->SetClientData(this);
    leave->SetCallback([](vtkObject *, unsigned long, void *self, void *) {
        static_cast<ViewWindow *>(self)->close();
    });
    events->AddObserver(vtkCommand::ExitEvent, leave);
    panel = std::make_unique<SidePanel>(panel_view, panel_actions());
    layout();
}

vtkRenderWindowInteractor *ViewWindow::interactor() const
{
    return events;
}

int ViewWindow::height() const
{
    return screen->GetSize()[1];
}

void ViewWindow::layout()
{
    const double w = screen->GetSize()[0], h = screen->GetSize()[1];
    const double left = SidePanel::width;
    const double middle = std::floor((w + left) / 2), half = std::floor(h / 2);
    backdrop->SetViewport(0, 0, 1, 1);
    panel_view->SetViewport(0, 0, left / w, 1);
    const double x[2][2] = {{left + gap, middle - gap / 2},
                            {middle + gap / 2, w}};
    const double y[2][2] = {{half + gap / 2, h}, {0, half - gap / 2}};
    const int places[4][2] = {{0, 0}, {0, 1}, {1, 1}, {1, 0}};
    for (int n = 0; n < 4; n++) {
        const double *across = x[places[n][0]], *down = y[places[n][1]];
        vtkRenderer *view = n < 3 ? slices[n]->renderer() : space.renderer();
        view->SetViewport(across[0] / w, down[0] / h, across[1] / w,
                          down[1] / h);
    }
}

/* ---- image -------------------------------------------------------------- */

void ViewWindow::show_image()
{
    bridge::vtk_from_volume(image, scan.volume(), bridge::World::ras, nullptr);
    for (auto &view : slices)
        view->set_image(image, geometry);
    new_labels();
    space.set_image(geometry);
    set_contrast();
    const double center[3] = {std::floor(double(geometry.size[0]) / 2),
                              std::floor(double(geometry.size[1]) / 2),
                              std::floor(double(geometry.size[2]) / 2)};
    show_cross(center);
    shown.image_name = scan.path().substr(scan.path().rfind('/') + 1);
    char facts[160];
    snprintf(facts, sizeof facts,
             "%lld x %lld x %lld   %.3g x %.3g x %.3g mm   %s",
             (long long) geometry.size[0], (long long) geometry.size[1],
             (long long) geometry.size[2], geometry.spacing[0],
             geometry.spacing[1], geometry.spacing[2],
             medals_modality_name(scan.modality())
                 ? medals_modality_name(scan.modality())
                 : "");
    shown.image_facts = facts;
    for (const char *const *list : {medals_session_warnings(live->session()),
                                    medals_image_warnings(scan.image())})
        if (list && *list)
            shown.status = *list;
    if (!scan.labelmap_warning().empty())
        shown.status = scan.labelmap_warning();
}

/* CT: the soft tissue window. Else from the darkest to the 99.5th percentile
 * of a sample of what is not background. */
void ViewWindow::set_contrast()
{
    vtkDataArray *scalars = image->GetPointData()->GetScalars();
    vtkIdType count = scalars->GetNumberOfTuples();
    vtkIdType step = std::max<vtkIdType>(1, count / 200000);
    std::vector<double> sample;
    for (vtkIdType n = 0; n < count; n += step) {
        double value = scalars->GetTuple1(n);
        if (std::isfinite(value))
            sample.push_back(value);
    }
    std::sort(sample.begin(), sample.end());
    double low = 0, high = 1;
    if (!sample.empty()) {
        double darkest = sample.front();
        auto body = std::upper_bound(sample.begin(), sample.end(), darkest);
        size_t bright = size_t(0.995 * double(sample.end() - body));
        low = darkest;
        high = body == sample.end() ? darkest + 1
                                    : *(body + std::ptrdiff_t(bright));
    }
    range = std::max(high - low, 1e-6);
    window = range;
    level = (low + high) / 2;
    if (scan.modality() == MEDALS_MODALITY_CT && low < -500) {
        window = 400;
        level = 40;
    }
    for (auto &view : slices)
        view->set_window(window, level);
}

/* The names that the model was trained on, for completion. */
void ViewWindow::list_words()
{
    std::vector<std::string> words;
    for (size_t n = 0; n < medals_model_class_count(scan.model()); n++) {
        MedalsClassInfo info = {};
        info.struct_size = sizeof info;
        if (medals_model_class(scan.model(), n, &info) && info.trained &&
            info.modality == scan.modality())
            words.push_back(info.name);
    }
    shown.text.set_words(words);
}

PanelActions ViewWindow::panel_actions()
{
    PanelActions does;
    does.focus_text = [this] { shown.text_active = true; };
    does.segment = [this] { segment(); };
    does.undo = [this] { undo(); };
    does.redo = [this] { redo(); };
    does.refine = [this] { refine(); };
    does.save = [this] { save(save_path); };
    does.cancel = [this] { cancel(); };
    does.add_class = [this] { add_object(); };
    does.tool = [this](Tool tool) { style->set_tool(tool); };
    does.sign = [this](bool positive) { style->set_positive(positive); };
    does.select = [this](size_t n) { shown.selected = n; };
    does.lock = [this](size_t n) { toggle_lock(n); };
    return does;
}

/* ---- running ------------------------------------------------------------ */

void ViewWindow::run()
{
    auto on = [this](unsigned long event,
                     void (*call)(vtkObject *, unsigned long, void *, void *)) {
        vtkNew<vtkCallbackCommand> command;
        command->SetClientData(this);
        command->SetCallback(call);
        if (event == vtkCommand::TimerEvent)
            events->AddObserver(event, command);
        else
            screen->AddObserver(event, command);
    };
    on(vtkCommand::TimerEvent,
       [](vtkObject *, unsigned long, void *self, void *) {
           static_cast<ViewWindow *>(self)->tick();
       });
    on(vtkCommand::WindowResizeEvent,
       [](vtkObject *, unsigned long, void *self, void *) {
           auto *window = static_cast<ViewWindow *>(self);
           window->layout();
           window->dirty = true;
       });
    events->Initialize();
    layout();
    for (auto &view : slices)
        view->fit();
    render();
    events->CreateRepeatingTimer(tick_ms);
    events->Start();
}

void ViewWindow::close()
{
    bool kept = scan.has_journal() || revision <= written;
    if (kept || warned == revision) {
        events->TerminateApp();
        return;
    }
    warned = revision;
    shown.status = "not saved: press Save, or close once more to leave it";
    shown.failed = true;
    dirty = true;
}

void ViewWindow::tick()
{
    pump();
    if (dirty)
        render();
}

void ViewWindow::render()
{
    dirty = false;
    shown.tool = style->tool();
    shown.positive = style->positive();
    panel->draw(shown, height());
    screen->Render();
}

void ViewWindow::pump()
{
    if (live->pump([this](const Outcome &outcome) { take(outcome); }))
        dirty = true;
    RunningWork now = live->running();
    if (now.busy != shown.running.busy || now.work != shown.running.work ||
        now.fraction != shown.running.fraction)
        dirty = true;
    shown.running = now;
}

void ViewWindow::settle()
{
    while (live->wait_for_news())
        pump();
    pump();
}

std::string ViewWindow::take_failure()
{
    std::string taken;
    std::swap(taken, failure);
    return taken;
}

MedalsStatus ViewWindow::screenshot(const std::string &path,
                                    std::string *message)
{
    render();
    vtkNew<vtkWindowToImageFilter> grab;
    grab->SetInput(screen);
    grab->SetInputBufferTypeToRGB();
    grab->ReadFrontBufferOff();
    grab->Update();
    vtkImageData *picture = grab->GetOutput();
    const int *size = picture->GetDimensions();
    size_t row = size_t(size[0]) * 3;
    const auto *pixels =
        static_cast<const uint8_t *>(picture->GetScalarPointer());
    std::vector<uint8_t> from_top(row * size_t(size[1]));
    for (int y = 0; y < size[1]; y++)
        std::copy_n(pixels + row * size_t(size[1] - 1 - y), row,
                    from_top.data() + row * size_t(y));
    char *text = nullptr;
    MedalsStatus status =
        medals_png_write(path.c_str(), from_top.data(), uint32_t(size[0]),
                         uint32_t(size[1]), &text);
    if (status != MEDALS_OK)
        *message = text ? text : "memory: used up";
    medals_bridge_free(text);
    return status;
}

} // namespace medals::ui

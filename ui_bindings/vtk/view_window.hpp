/*
 * view_window.hpp - the window of medals-view
 *
 *   +---------+-----------+-----------+
 *   | text    | axial     | 3-D       |
 *   | tools   |           |           |
 *   | classes +-----------+-----------+
 *   | status  | coronal   | sagittal  |
 *   +---------+-----------+-----------+
 *
 * It translates: what PromptStyle hears goes to the LiveSession, what comes
 * back goes into the labelmap of the slices, piece by piece, and into the
 * surfaces.
 */
#ifndef MEDALS_VIEW_WINDOW_HPP
#define MEDALS_VIEW_WINDOW_HPP

#include <atomic>
#include <deque>
#include <map>
#include <memory>

#include <vtkNew.h>
#include <vtkSmartPointer.h>

#include "live_session.hpp"
#include "prompt_style.hpp"
#include "scan.hpp"
#include "side_panel.hpp"
#include "slice_view.hpp"
#include "surface_view.hpp"

class vtkImageData;
class vtkLookupTable;
class vtkRenderWindow;
class vtkRenderWindowInteractor;

namespace medals::ui
{

class ViewWindow : public PromptTarget
{
  public:
    /** @param scan open; outlives the window
     *  @param save_path what the Save button writes
     *  @param offscreen draw without showing */
    ViewWindow(Scan &scan, const std::string &save_path, bool offscreen,
               int width, int height);
    ~ViewWindow() override;

    /** Shows the window until it is closed. */
    void run();
    /** What the window manager asks for. Work that neither a file nor a
     * journal holds keeps the window open once, with a word about it. */
    void close();

    /* ---- for scripts, which send events to the interactor -------------- */
    vtkRenderWindowInteractor *interactor() const;
    SliceView &view(Plane plane)
    {
        return *slices[size_t(plane)];
    }
    Box text_box() const
    {
        return panel->text_box();
    }
    /** Draws the panel anew, so that its places are as they are now. */
    void draw_panel();
    /** Takes in what is ready; never waits. */
    void pump();
    /** Waits until all work is done and shown. */
    void settle();
    /** First failure since the last call, or "". */
    std::string take_failure();
    MedalsStatus screenshot(const std::string &path, std::string *message);
    void save(const std::string &path);
    void refine_passes(uint32_t passes);
    /** Where the button of a class is that locks it; empty: not shown. */
    Box lock_box(size_t class_index) const
    {
        return panel->lock_box(class_index);
    }
    const std::vector<ClassState> &classes() const
    {
        return class_states;
    }
    const std::string &status() const
    {
        return shown.status;
    }
    int height() const;

    /* ---- PromptTarget --------------------------------------------------- */
    void click(SliceView &view, const double index[3], bool positive) override;
    void stroke_begin(SliceView &view, const double index[3],
                      bool positive) override;
    void stroke_append(const std::vector<double> &points) override;
    void stroke_end() override;
    void stroke_cancel() override;
    void lasso(SliceView &view, const std::vector<double> &points,
               bool positive) override;
    void box(SliceView &view, const double a[3], const double b[3],
             bool positive) override;
    void undo() override;
    void redo() override;
    void refine() override;
    void lock() override;
    void cancel() override;
    void sliced(SliceView &view) override;
    void contrast(double dx, double dy) override;
    void redraw() override;
    bool pressed(int x, int y) override;
    bool typed(const std::string &key, const std::string &text, bool ctrl,
               bool shift) override;

  private:
    void build(bool offscreen, int width, int height);
    void show_image();
    void set_contrast();
    void list_words();
    PanelActions panel_actions();
    void layout();
    void tick();
    void render();
    void show_marks();
    void show_cross(const double index[3]);

    void segment();
    void add_object();
    void toggle_lock(size_t class_index);
    size_t need_class();
    std::vector<double> to_lps(const std::vector<double> &points) const;
    void ask(PromptShape shape, Mark mark);

    void take(const Outcome &outcome);
    void take_failed(const Outcome &outcome);
    void remember(const Outcome &outcome);
    void reread(const Extent &extent);
    void list_classes(const std::vector<ClassState> &states);
    void new_labels();
    void color_labels();
    void order_surfaces(const std::vector<ClassChange> &changes);
    void order_surface(size_t class_index);
    std::string describe(const Outcome &outcome);
    std::string facts_of(const Outcome &outcome) const;

    Scan &scan;
    std::string save_path;
    MedalsGeometry geometry;
    vtkNew<vtkImageData> image, labels;
    vtkNew<vtkLookupTable> colors;
    double window = 1, level = 0, range = 1; /* contrast */
    std::unique_ptr<SliceView> slices[3];
    SurfaceView space;
    vtkNew<vtkRenderer> backdrop, panel_view;
    vtkSmartPointer<vtkRenderWindow> screen;
    vtkSmartPointer<vtkRenderWindowInteractor> events;
    vtkNew<PromptStyle> style;
    std::unique_ptr<SidePanel> panel;
    PanelState shown;
    std::vector<ClassState> class_states;
    std::map<uint32_t, Extent> surface_boxes; /* by value */
    Mark stroke;                              /* being drawn */
    std::deque<Mark> pending;
    std::vector<Mark> done, undone; /* a step each; without points: no mark */
    std::vector<ClassChange> provisional; /* shown, not yet answered */
    uint64_t revision = 0, warned = 0;
    std::atomic<uint64_t> written{0}; /* revision that a file holds */
    bool listed = false, stroke_open = false, dirty = true;
    std::string failure;
    std::string read_as; /* what the last texts came to, where that is to say */
    std::unique_ptr<LiveSession> live; /* last: goes first */
};

} // namespace medals::ui
#endif

/*
 * bench_vtk_labels.cpp - what a viewer does with an answer, outside the engine
 *
 *   medals-bench-vtk [NI NJ NK]    default 512 512 300, 0.8 x 0.8 x 1.2 mm
 *
 * Clicks into a ball and writes what changed into the viewer's labelmap, in
 * place; one JSON line: milliseconds of the update (median of many), bytes of
 * the changed box, bytes copied through a buffer; the update with three slices
 * and their outlines made anew (not drawn); the update of a box of a third
 * of the image along each axis; of the whole image; of the class's surface.
 */
#include "vtk_labels.hpp"
#include "vtk_surface.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include <vtkAutoInit.h>
#include <vtkImageData.h>
#include <vtkLookupTable.h>
#include <vtkNew.h>
#include <vtkPolyData.h>

#include "slice_view.hpp"
#include "vtk_fixture.hpp"

VTK_MODULE_INIT(vtkRenderingOpenGL2);
VTK_MODULE_INIT(vtkRenderingFreeType);

using namespace medals::bridge;
namespace ui = medals::ui;

static double median_ms(int repeats, const std::function<void()> &body)
{
    std::vector<double> all;
    for (int n = 0; n < repeats; n++) {
        auto begin = std::chrono::steady_clock::now();
        body();
        all.push_back(std::chrono::duration<double, std::milli>(
                          std::chrono::steady_clock::now() - begin)
                          .count());
    }
    std::sort(all.begin(), all.end());
    return all[all.size() / 2];
}

/* A ball of 50 mm on a darker ground. */
static MedalsVolume *ball(const int size[3])
{
    MedalsGeometry grid = {{size[0], size[1], size[2]},
                           {0.8, 0.8, 1.2},
                           {0, 0, 0},
                           {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    MedalsVolume *volume = nullptr;
    if (medals_volume_new(&volume, &grid, MEDALS_I16, nullptr) != MEDALS_OK)
        g_error("no memory");
    auto *voxel = static_cast<int16_t *>(medals_volume_peek_data(volume));
    for (int k = 0; k < size[2]; k++)
        for (int j = 0; j < size[1]; j++)
            for (int i = 0; i < size[0]; i++) {
                double x = (i - size[0] / 2) * 0.8, y = (j - size[1] / 2) * 0.8,
                       z = (k - size[2] / 2) * 1.2;
                bool in = x * x + y * y + z * z < 625;
                *voxel++ = int16_t((in ? 400 : 100) + (i * 7 + j * 5 + k) % 9);
            }
    return volume;
}

/* Box of what a click changes. */
static double click(MedalsSession *session, const int size[3],
                    int64_t extent[6])
{
    const double at[3] = {double(size[0] / 2), double(size[1] / 2),
                          double(size[2] / 2)};
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.points = at;
    prompt.point_count = 1;
    MedalsAnswer *answer = nullptr;
    MedalsCall call = MEDALS_CALL_INIT;
    call.answer = MEDALS_ANSWER_INSTANT;
    if (medals_session_prompt(session, &prompt, &call, &answer, nullptr) !=
        MEDALS_OK)
        g_error("the click failed");
    MedalsChange change = {};
    change.struct_size = sizeof change;
    if (!medals_answer_change(answer, 0, &change))
        g_error("the click changed nothing");
    std::copy(change.extent, change.extent + 6, extent);
    double seconds = medals_answer_seconds(answer);
    medals_answer_free(&answer);
    return seconds;
}

/* The three slices of a window through the image's middle, on the labels. */
static void show(const MedalsSession *session, vtkImageData *labels,
                 std::unique_ptr<ui::SliceView> views[3])
{
    static vtkNew<vtkLookupTable> colors;
    for (ui::Plane plane :
         {ui::Plane::axial, ui::Plane::coronal, ui::Plane::sagittal}) {
        auto &view = views[size_t(plane)];
        view = std::make_unique<ui::SliceView>(plane);
        view->set_image(labels, *medals_session_peek_geometry(session));
        view->set_labels(labels, colors);
    }
}

int main(int argc, char **argv)
{
    int size[3] = {512, 512, 300};
    for (int r = 0; r < 3 && argc == 4; r++)
        size[r] = std::max(atoi(argv[r + 1]), 32);
    MedalsSession *session = fixture_session(ball(size), 1);
    vtkNew<vtkImageData> labels;
    double whole = median_ms(3, [&] {
        labels_new(labels, session, all_classes, MEDALS_U8, World::ras,
                   nullptr);
    });
    int64_t extent[6];
    double first = click(session, size, extent);
    LabelPiece piece = {};
    double update = median_ms(51, [&] {
        labels_update(labels, session, all_classes, extent, World::ras, &piece,
                      nullptr);
    });
    std::unique_ptr<ui::SliceView> views[3];
    show(session, labels, views);
    double slices = median_ms(21, [&] {
        labels_update(labels, session, all_classes, extent, World::ras, &piece,
                      nullptr);
        for (auto &view : views)
            view->labels_changed(piece.extent);
    });
    const int64_t middle[6] = {size[0] / 3, 2 * size[0] / 3,
                               size[1] / 3, 2 * size[1] / 3,
                               size[2] / 3, 2 * size[2] / 3};
    LabelPiece third = {};
    double large = median_ms(11, [&] {
        labels_update(labels, session, all_classes, middle, World::ras, &third,
                      nullptr);
    });
    vtkNew<vtkPolyData> surface;
    double contour = median_ms(5, [&] {
        surface_of_class(surface, session, 0, extent, World::ras,
                         SurfaceOptions(), nullptr);
    });
    long long box = 1;
    for (int r = 0; r < 3; r++)
        box *= extent[2 * r + 1] - extent[2 * r];
    printf("{\"size\":[%d,%d,%d],\"box\":[%lld,%lld,%lld],\"box_bytes\":%lld,"
           "\"copied_bytes\":%zu,\"update_ms\":%.3f,\"slices_ms\":%.3f,"
           "\"third_bytes\":%zu,\"third_ms\":%.3f,\"whole_ms\":%.1f,"
           "\"surface_ms\":%.1f,\"triangles\":%lld,\"first_click_s\":%.2f}\n",
           size[0], size[1], size[2], (long long) (extent[1] - extent[0]),
           (long long) (extent[3] - extent[2]),
           (long long) (extent[5] - extent[4]), box, piece.copied, update,
           slices, third.copied, large, whole, contour,
           (long long) surface->GetNumberOfCells(), first);
    medals_session_close(&session);
    fixture_end();
    return 0;
}

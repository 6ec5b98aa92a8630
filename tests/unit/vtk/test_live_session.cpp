/*
 * test_live_session.cpp - the session of a window: order, strokes, cancel, end
 */
#include "live_session.hpp"

#include <chrono>
#include <cmath>
#include <cstring>
#include <memory>

#include <glib.h>

using namespace medals::ui;

enum { ni = 48, nj = 52, nk = 44 };

static MedalsContext *context;
static MedalsModel *model;

static void ok(MedalsStatus status, MedalsError *error)
{
    if (status != MEDALS_OK)
        g_error("%s", medals_error_message(error));
}

/* A bright ball with a darker core. */
static MedalsVolume *head()
{
    MedalsGeometry grid = {{ni, nj, nk},
                           {3.5, 3.5, 3.5},
                           {-84, -90, -60},
                           {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    MedalsVolume *volume = nullptr;
    ok(medals_volume_new(&volume, &grid, MEDALS_I16, nullptr), nullptr);
    auto *voxel = static_cast<int16_t *>(medals_volume_peek_data(volume));
    for (int k = 0; k < nk; k++)
        for (int j = 0; j < nj; j++)
            for (int i = 0; i < ni; i++) {
                double x = (i - 24) / 22.0, y = (j - 26) / 24.0,
                       z = (k - 22) / 20.0, r = x * x + y * y + z * z;
                *voxel++ = int16_t(r < 1 ? 600 - 250 * std::exp(-20 * r) +
                                               (i * 7 + j * 5 + k) % 11
                                         : 0);
            }
    return volume;
}

static std::unique_ptr<LiveSession> open_live()
{
    MedalsError *error = nullptr;
    if (!model) {
        ok(medals_context_new(&context, nullptr, &error), error);
        ok(medals_model_open(&model, context, MEDALS_COMPACT, nullptr, &error),
           error);
    }
    MedalsVolume *volume = head();
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.modality = MEDALS_MODALITY_MRI;
    MedalsSession *session = nullptr;
    ok(medals_session_open(&session, model, volume, &options, &error), error);
    medals_volume_free(&volume);
    return std::make_unique<LiveSession>(session, nullptr);
}

/* All outcomes until nothing is left. */
static std::vector<Outcome> settle(LiveSession &live)
{
    std::vector<Outcome> all;
    auto keep = [&all](const Outcome &outcome) { all.push_back(outcome); };
    while (live.wait_for_news())
        live.pump(keep);
    live.pump(keep);
    return all;
}

static PromptShape point(double i, double j, double k)
{
    PromptShape shape;
    shape.points = {i, j, k};
    return shape;
}

/* A locked class stays, and the list that comes with an outcome says so. */
static void test_lock()
{
    auto live = open_live();
    live->add_class("thing");
    live->prompt(point(24, 26, 22));
    live->lock_class(0, true);
    live->prompt(point(10, 12, 12));
    live->lock_class(0, false);
    live->lock_class(7, true);
    std::vector<Outcome> finals;
    for (const Outcome &outcome : settle(*live))
        if (!outcome.provisional)
            finals.push_back(outcome);
    g_assert_cmpuint(finals.size(), ==, 6);
    uint64_t voxels = finals[1].classes[0].voxels;
    g_assert_cmpuint(voxels, >, 0);
    g_assert_true(finals[2].work == Work::lock);
    g_assert_true(finals[2].classes[0].locked);
    g_assert_cmpuint(finals[3].classes[0].voxels, ==, voxels);
    g_assert_false(finals[3].warnings.empty());
    g_assert_false(finals[4].classes[0].locked);
    g_assert_cmpint(finals[5].status, ==, MEDALS_E_INPUT);
}

static void test_order()
{
    auto live = open_live();
    live->segment({"left thalamus", "right thalamus"});
    live->prompt(point(24, 26, 22));
    live->undo();
    std::vector<Outcome> all = settle(*live);
    std::vector<Work> finals;
    for (const Outcome &outcome : all) {
        g_assert_cmpint(outcome.status, ==, MEDALS_OK);
        if (!outcome.provisional)
            finals.push_back(outcome.work);
    }
    g_assert_true((finals == std::vector<Work>{Work::classes, Work::predict,
                                               Work::prompt, Work::undo}));
    g_assert_cmpuint(all.back().classes.size(), ==, 2);
    g_assert_cmpstr(all.back().classes[1].name.c_str(), ==, "right thalamus");
    g_assert_false(live->running().busy);
}

/* The stroke shows while it is drawn and is one step. */
static void test_stroke()
{
    auto live = open_live();
    live->add_class("object 1");
    PromptShape shape;
    shape.kind = MEDALS_PROMPT_SCRIBBLE;
    shape.space = MEDALS_SPACE_LPS;
    shape.points = {0, 1, 17};
    live->stroke_begin(shape);
    for (int n = 1; n < 12; n++)
        live->stroke_append({1.0 * n, 1, 17});
    live->stroke_end();
    std::vector<Outcome> all = settle(*live);
    bool shown = false;
    uint64_t appends = 0;
    for (const Outcome &outcome : all) {
        g_assert_cmpint(outcome.status, ==, MEDALS_OK);
        if (outcome.work != Work::stroke_append)
            continue;
        appends++;
        shown = shown || !outcome.changes.empty();
        g_assert_true(outcome.provisional);
    }
    g_assert_true(shown);
    g_assert_cmpuint(appends, <=, 11); /* those that waited were joined */
    g_assert_true(all.back().work == Work::stroke_end);
    uint64_t voxels = all.back().classes[0].voxels;
    g_assert_cmpuint(voxels, >, 0);
    live->undo();
    all = settle(*live);
    g_assert_cmpuint(all.back().count, ==, 1);
    g_assert_cmpuint(all.back().classes[0].voxels, ==, 0);
}

static void test_cancelled_stroke()
{
    auto live = open_live();
    live->add_class("object 1");
    PromptShape shape;
    shape.kind = MEDALS_PROMPT_SCRIBBLE;
    shape.space = MEDALS_SPACE_LPS;
    shape.points = {0, 1, 17};
    live->stroke_begin(shape);
    live->stroke_append({5, 1, 17});
    settle(*live);
    live->cancel();
    std::vector<Outcome> all = settle(*live);
    g_assert_true(all.back().work == Work::stroke_cancel);
    g_assert_cmpint(all.back().status, ==, MEDALS_OK);
    g_assert_cmpuint(all.back().classes[0].voxels, ==, 0);
    live->prompt(point(24, 26, 22)); /* no stroke is in its way */
    all = settle(*live);
    g_assert_cmpint(all.back().status, ==, MEDALS_OK);
}

/* What waits comes back as cancelled; what runs stops soon. */
static void test_cancel()
{
    auto live = open_live();
    live->segment({"left thalamus", "right thalamus"});
    live->refine(9);
    live->refine(9);
    g_usleep(150000);
    auto begin = std::chrono::steady_clock::now();
    live->cancel();
    std::vector<Outcome> all = settle(*live);
    double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
            .count();
    g_assert_cmpfloat(seconds, <, 10);
    size_t cancelled = 0;
    for (const Outcome &outcome : all)
        cancelled += outcome.status == MEDALS_E_CANCELLED;
    g_assert_cmpuint(cancelled, >=, 1);
    g_assert_false(live->running().busy);
    live->undo(); /* still at work */
    g_assert_cmpint(settle(*live).back().status, ==, MEDALS_OK);
}

/* Closing in the midst of everything. */
static void test_end_while_running()
{
    for (int delay = 0; delay < 4; delay++) {
        auto live = open_live();
        live->segment({"left thalamus", "right thalamus"});
        live->prompt(point(24, 26, 22));
        live->when_idle(
            1, [](const MedalsSession *) { return std::function<void()>(); });
        g_usleep(gulong(delay) * 60000);
        live.reset();
    }
}

/* A failure is one line, and the session goes on. */
static void test_failure()
{
    auto live = open_live();
    live->add_class("object 1");
    live->prompt(point(-5, 0, 0));
    std::vector<Outcome> all = settle(*live);
    g_assert_cmpint(all.back().status, ==, MEDALS_E_INPUT);
    g_test_message("%s", all.back().message.c_str());
    g_assert_nonnull(strstr(all.back().message.c_str(), "expected"));
    live->segment({"left thalamus", "left thalamus"});
    all = settle(*live);
    g_assert_cmpuint(all.size(), ==, 1); /* nothing was predicted */
    g_assert_cmpint(all.front().status, ==, MEDALS_E_INPUT);
    live->job([](const MedalsSession *, std::string *text) {
        *text = "done";
        return MEDALS_OK;
    });
    all = settle(*live);
    g_assert_cmpstr(all.back().message.c_str(), ==, "done");
    g_assert_cmpuint(all.back().classes.size(), ==, 1);
}

/* A chore waits for calls, and a later one of its key replaces it. */
static void test_chores()
{
    auto live = open_live();
    int ran = 0, finished = 0;
    live->segment({"left thalamus"});
    for (int n = 0; n < 3; n++)
        live->when_idle(7, [&](const MedalsSession *session) {
            ran++;
            g_assert_cmpuint(medals_session_revision(session), >, 0);
            return [&] { finished++; };
        });
    settle(*live);
    g_assert_cmpint(ran, ==, 1);
    g_assert_cmpint(finished, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, nullptr);
    g_test_add_func("/vtk/live/lock", test_lock);
    g_test_add_func("/vtk/live/order", test_order);
    g_test_add_func("/vtk/live/stroke", test_stroke);
    g_test_add_func("/vtk/live/cancelled_stroke", test_cancelled_stroke);
    g_test_add_func("/vtk/live/cancel", test_cancel);
    g_test_add_func("/vtk/live/end_while_running", test_end_while_running);
    g_test_add_func("/vtk/live/failure", test_failure);
    g_test_add_func("/vtk/live/chores", test_chores);
    int failed = g_test_run();
    medals_model_free(&model);
    medals_context_free(&context);
    return failed;
}

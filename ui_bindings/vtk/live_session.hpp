/*
 * live_session.hpp - a session for a window: one worker thread, results on the
 * window's own thread
 *
 *   window's thread          worker thread
 *     predict() ... ---->      queue --> libmedals, one call at a time
 *     pump()        <----      outcomes, progress
 *
 * Every function here is for the window's thread and returns at once. What a
 * call came to is handed to the handler of pump(), which the window calls from
 * a timer or when `wake` says so. Strokes are streamed: appends that wait
 * behind a slow one are joined.
 *
 * The destructor may come at any time, also in the midst of a prediction: it
 * stops the running call, drops what waits and joins the thread.
 */
#ifndef MEDALS_LIVE_SESSION_HPP
#define MEDALS_LIVE_SESSION_HPP

#include <array>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "medals/medals.h"

namespace medals::ui
{

using Extent = std::array<int64_t, 6>;

enum class Work {
    classes,
    predict,
    refine,
    prompt,
    stroke_begin,
    stroke_append,
    stroke_end,
    stroke_cancel,
    undo,
    redo,
    lock,
    job
};

/** A class as the last answer left it. */
struct ClassState {
    std::string text, name; /**< text is empty: known by prompts alone */
    uint32_t value = 0;
    bool known = false;
    bool locked = false;
    int64_t model_class = -1; /**< of medals_model_class() */
    uint64_t voxels = 0;
    double ml = 0;
};

struct ClassChange {
    size_t class_index;
    Extent extent;
    uint64_t added, removed;
};

/** What one call came to, or what it shows before its end. */
struct Outcome {
    Work work;
    bool provisional = false; /**< a final outcome of the same call follows, or
                                   the end of the stroke */
    MedalsStatus status = MEDALS_OK;
    std::string message; /**< on failure, one line; of a job: its own text */
    uint64_t revision = 0, count = 0; /**< medals_answer_count() */
    double seconds = 0;
    std::vector<ClassChange> changes;
    std::vector<std::string> warnings;
    std::vector<ClassState> classes; /**< empty if provisional or failed */
};

struct RunningWork {
    bool busy = false; /**< a call runs or waits */
    Work work = Work::job;
    std::string phase; /**< "" until the engine says something */
    double fraction = 0, seconds_left = -1;
};

/** A prompt that owns its points. */
struct PromptShape {
    MedalsPromptKind kind = MEDALS_PROMPT_POINT;
    size_t class_index = 0;
    bool positive = true;
    MedalsSpace space = MEDALS_SPACE_INDEX;
    std::vector<double> points; /**< [n][3] */
    double radius_mm = 1;
};

class LiveSession
{
  public:
    using Handler = std::function<void(const Outcome &)>;
    /** Runs on the worker, between calls; what it returns runs in pump(). */
    using Chore = std::function<std::function<void()>(const MedalsSession *)>;

    /**
     * Takes over an open session. `wake` is called on the worker thread
     * whenever pump() has something to do; it may be empty.
     */
    LiveSession(MedalsSession *session, std::function<void()> wake);
    ~LiveSession();
    LiveSession(const LiveSession &) = delete;
    LiveSession &operator=(const LiveSession &) = delete;

    /** Sets the classes and asks the network for them. */
    void segment(const std::vector<std::string> &texts);
    void add_class(const std::string &name);
    void refine(uint32_t passes);
    void prompt(const PromptShape &shape);
    void stroke_begin(const PromptShape &shape);
    void stroke_append(const std::vector<double> &points);
    void stroke_end();
    void undo();
    void redo();
    /** No call but undo and redo changes a locked class. */
    void lock_class(size_t class_index, bool locked);
    /** Something else that takes long, such as saving; stands in the queue.
     * Its text becomes the outcome's message. */
    void
    job(std::function<MedalsStatus(const MedalsSession *, std::string *)> body);
    /** Something for when nothing waits, such as a surface for display. A
     * later chore of the same key replaces one that has not begun. */
    void when_idle(size_t key, Chore chore);

    /** Stops the running call and drops those that wait; they come back as
     * MEDALS_E_CANCELLED. An open stroke is taken back. */
    void cancel();

    /** Hands out outcomes in order. @return how many */
    size_t pump(const Handler &handler);
    RunningWork running() const;
    /** Waits until nothing runs, waits or lies ready for pump(), chores
     * included, or something does lie ready. @return false: nothing is left */
    bool wait_for_news();

    /** For reading: medals_session_read() and others of any thread. */
    const MedalsSession *session() const
    {
        return held;
    }

  private:
    struct Task;
    using Call = std::function<MedalsStatus(Task &, const MedalsCall *,
                                            MedalsAnswer **, MedalsError **)>;
    struct Task {
        Work work;
        Call call;
        std::vector<double> points; /* of an append */
        std::string text;           /* of a job */
    };

    void put(Work work, Call call, std::vector<double> points = {});
    void loop();
    bool next(Task *task, Chore *chore);
    void run(Task &task);
    void post(Outcome outcome, bool last = false);
    bool idle() const;
    Outcome describe(Work work, const MedalsAnswer *answer, bool provisional);
    std::vector<ClassState> list_classes() const;
    static bool on_progress(void *cookie, const MedalsProgress *progress);
    static void on_instant(void *cookie, const MedalsAnswer *provisional);

    MedalsSession *held;
    std::function<void()> wake;
    mutable std::mutex lock;
    std::condition_variable to_worker, to_window;
    std::deque<Task> queue;
    std::map<size_t, Chore> chores;
    std::deque<Outcome> outcomes;
    std::vector<std::function<void()>> finished; /* of chores */
    RunningWork state;
    bool stop = false, quit = false, in_chore = false;
    std::thread thread;
};

} // namespace medals::ui
#endif

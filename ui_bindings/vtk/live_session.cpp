/*
 * live_session.cpp - a session for a window: one worker thread
 */
#include "live_session.hpp"

namespace medals::ui
{

LiveSession::LiveSession(MedalsSession *session, std::function<void()> wake)
    : held(session), wake(std::move(wake)), thread([this] { loop(); })
{
}

LiveSession::~LiveSession()
{
    {
        std::lock_guard<std::mutex> guard(lock);
        quit = stop = true;
        queue.clear();
        chores.clear();
    }
    to_worker.notify_all();
    thread.join();
    medals_session_close(&held);
}

/* ---- calls -------------------------------------------------------------- */

void LiveSession::put(Work work, Call call, std::vector<double> points)
{
    {
        std::lock_guard<std::mutex> guard(lock);
        queue.push_back({work, std::move(call), std::move(points), {}});
        state.busy = true;
    }
    to_worker.notify_all();
}

static std::vector<const char *>
pointers_to(const std::vector<std::string> &texts)
{
    std::vector<const char *> pointers;
    for (const std::string &text : texts)
        pointers.push_back(text.c_str());
    return pointers;
}

/* Two steps of the history, but one call for the window: where the texts are
 * refused nothing is predicted. */
void LiveSession::segment(const std::vector<std::string> &texts)
{
    put(Work::predict, [this, texts](Task &task, const MedalsCall *call,
                                     MedalsAnswer **answer,
                                     MedalsError **error) {
        std::vector<const char *> list = pointers_to(texts);
        MedalsAnswer *first = nullptr;
        MedalsStatus status = medals_session_set_classes(
            held, list.data(), nullptr, list.size(), &first, error);
        if (status != MEDALS_OK) {
            task.work = Work::classes;
            return status;
        }
        Outcome outcome = describe(Work::classes, first, false);
        medals_answer_free(&first);
        outcome.classes = list_classes();
        post(std::move(outcome));
        return medals_session_predict(held, nullptr, 0, call, answer, error);
    });
}

void LiveSession::add_class(const std::string &name)
{
    put(Work::classes,
        [this, name](Task &, const MedalsCall *, MedalsAnswer **answer,
                     MedalsError **error) {
            return medals_session_add_class(held, nullptr, name.c_str(),
                                            nullptr, answer, error);
        });
}

void LiveSession::refine(uint32_t passes)
{
    put(Work::refine,
        [this, passes](Task &, const MedalsCall *call, MedalsAnswer **answer,
                       MedalsError **error) {
            return medals_session_refine(held, passes, nullptr, 0, call, answer,
                                         error);
        });
}

/* Borrows the points of the shape. */
static MedalsPrompt prompt_of(const PromptShape &shape)
{
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.kind = shape.kind;
    prompt.class_index = shape.class_index;
    prompt.positive = shape.positive;
    prompt.space = shape.space;
    prompt.points = shape.points.data();
    prompt.point_count = shape.points.size() / 3;
    prompt.radius_mm = shape.radius_mm;
    return prompt;
}

void LiveSession::prompt(const PromptShape &shape)
{
    put(Work::prompt,
        [this, shape](Task &, const MedalsCall *call, MedalsAnswer **answer,
                      MedalsError **error) {
            MedalsPrompt prompt = prompt_of(shape);
            return medals_session_prompt(held, &prompt, call, answer, error);
        });
}

void LiveSession::stroke_begin(const PromptShape &shape)
{
    put(Work::stroke_begin,
        [this, shape](Task &, const MedalsCall *, MedalsAnswer **,
                      MedalsError **error) {
            MedalsPrompt prompt = prompt_of(shape);
            return medals_session_stroke_begin(held, &prompt, error);
        });
}

/* Only the instant answer follows the mouse; the full one waits for the end. */
void LiveSession::stroke_append(const std::vector<double> &points)
{
    {
        std::lock_guard<std::mutex> guard(lock);
        if (!queue.empty() && queue.back().work == Work::stroke_append) {
            std::vector<double> &waiting = queue.back().points;
            waiting.insert(waiting.end(), points.begin(), points.end());
            return;
        }
    }
    put(
        Work::stroke_append,
        [this](Task &task, const MedalsCall *call, MedalsAnswer **answer,
               MedalsError **error) {
            MedalsCall instant = *call;
            instant.answer = MEDALS_ANSWER_INSTANT;
            instant.instant = nullptr;
            return medals_session_stroke_append(
                held, MEDALS_SPACE_LPS, task.points.data(),
                task.points.size() / 3, nullptr, 0, nullptr, &instant, answer,
                error);
        },
        points);
}

void LiveSession::stroke_end()
{
    put(Work::stroke_end, [this](Task &, const MedalsCall *call,
                                 MedalsAnswer **answer, MedalsError **error) {
        return medals_session_stroke_end(held, call, answer, error);
    });
}

void LiveSession::undo()
{
    put(Work::undo, [this](Task &, const MedalsCall *, MedalsAnswer **answer,
                           MedalsError **error) {
        return medals_session_undo(held, 1, answer, error);
    });
}

void LiveSession::redo()
{
    put(Work::redo, [this](Task &, const MedalsCall *, MedalsAnswer **answer,
                           MedalsError **error) {
        return medals_session_redo(held, 1, answer, error);
    });
}

void LiveSession::lock_class(size_t class_index, bool locked)
{
    put(Work::lock,
        [this, class_index, locked](Task &, const MedalsCall *, MedalsAnswer **,
                                    MedalsError **error) {
            return medals_session_lock(held, class_index, locked, error);
        });
}

void LiveSession::job(
    std::function<MedalsStatus(const MedalsSession *, std::string *)> body)
{
    put(Work::job,
        [this, body](Task &task, const MedalsCall *, MedalsAnswer **,
                     MedalsError **) { return body(held, &task.text); });
}

void LiveSession::when_idle(size_t key, Chore chore)
{
    {
        std::lock_guard<std::mutex> guard(lock);
        chores[key] = std::move(chore);
    }
    to_worker.notify_all();
}

/* A failed end keeps the stroke open in the session, so it is taken back, too;
 * without an open stroke that call is refused, and nobody is told. */
void LiveSession::cancel()
{
    {
        std::lock_guard<std::mutex> guard(lock);
        stop = state.busy;
        for (const Task &task : queue) {
            Outcome outcome;
            outcome.work = task.work;
            outcome.status = MEDALS_E_CANCELLED;
            outcome.message = "cancelled before it began";
            outcomes.push_back(outcome);
        }
        queue.clear();
    }
    put(Work::stroke_cancel,
        [this](Task &, const MedalsCall *, MedalsAnswer **answer,
               MedalsError **error) {
            return medals_session_stroke_is_open(held)
                       ? medals_session_stroke_cancel(held, answer, error)
                       : MEDALS_OK;
        });
}

/* ---- window's side ------------------------------------------------------ */

size_t LiveSession::pump(const Handler &handler)
{
    std::deque<Outcome> ready;
    std::vector<std::function<void()>> done;
    {
        std::lock_guard<std::mutex> guard(lock);
        ready.swap(outcomes);
        done.swap(finished);
    }
    for (const Outcome &outcome : ready)
        handler(outcome);
    for (const std::function<void()> &rest : done)
        rest();
    return ready.size() + done.size();
}

RunningWork LiveSession::running() const
{
    std::lock_guard<std::mutex> guard(lock);
    return state;
}

bool LiveSession::idle() const
{
    return !state.busy && !in_chore && chores.empty();
}

bool LiveSession::wait_for_news()
{
    std::unique_lock<std::mutex> guard(lock);
    to_window.wait(guard, [this] {
        return idle() || !outcomes.empty() || !finished.empty();
    });
    return !outcomes.empty() || !finished.empty();
}

/* ---- worker's side ------------------------------------------------------ */

void LiveSession::loop()
{
    Task task;
    Chore chore;
    while (next(&task, &chore)) {
        if (!chore) {
            run(task);
            continue;
        }
        std::function<void()> rest = chore(held);
        chore = nullptr;
        {
            std::lock_guard<std::mutex> guard(lock);
            in_chore = false;
            if (rest)
                finished.push_back(std::move(rest));
        }
        to_window.notify_all();
        if (wake)
            wake();
    }
}

/* Waits for a task, or a chore while there is none. @return false: the end */
bool LiveSession::next(Task *task, Chore *chore)
{
    std::unique_lock<std::mutex> guard(lock);
    to_worker.wait(
        guard, [this] { return quit || !queue.empty() || !chores.empty(); });
    if (quit)
        return false;
    if (queue.empty()) {
        *chore = std::move(chores.begin()->second);
        chores.erase(chores.begin());
        in_chore = true;
        return true;
    }
    *task = std::move(queue.front());
    queue.pop_front();
    stop = false;
    state.work = task->work;
    state.phase.clear();
    state.fraction = 0;
    state.seconds_left = -1;
    return true;
}

namespace
{
/* What the engine's callbacks need to know. */
struct Running {
    LiveSession *live;
    Work work;
};
} // namespace

bool LiveSession::on_progress(void *cookie, const MedalsProgress *progress)
{
    LiveSession *live = static_cast<Running *>(cookie)->live;
    std::lock_guard<std::mutex> guard(live->lock);
    live->state.phase = progress->phase ? progress->phase : "";
    live->state.fraction = progress->fraction;
    live->state.seconds_left = progress->seconds_left;
    return !live->stop;
}

void LiveSession::on_instant(void *cookie, const MedalsAnswer *provisional)
{
    auto *running = static_cast<Running *>(cookie);
    running->live->post(
        running->live->describe(running->work, provisional, true));
}

void LiveSession::run(Task &task)
{
    Running running = {this, task.work};
    MedalsCall call = MEDALS_CALL_INIT;
    call.progress = on_progress;
    call.progress_cookie = &running;
    call.instant = on_instant;
    call.instant_cookie = &running;
    MedalsAnswer *answer = nullptr;
    MedalsError *error = nullptr;
    MedalsStatus status = task.call(task, &call, &answer, &error);
    Outcome outcome =
        describe(task.work, answer, task.work == Work::stroke_append);
    outcome.status = status;
    outcome.message = task.text;
    if (error)
        outcome.message = medals_error_message(error);
    if (status == MEDALS_OK && !outcome.provisional)
        outcome.classes = list_classes();
    medals_error_free(&error);
    medals_answer_free(&answer);
    post(std::move(outcome), true);
}

void LiveSession::post(Outcome outcome, bool last)
{
    {
        std::lock_guard<std::mutex> guard(lock);
        if (last)
            state.busy = !queue.empty();
        outcomes.push_back(std::move(outcome));
    }
    to_window.notify_all();
    if (wake)
        wake();
}

Outcome LiveSession::describe(Work work, const MedalsAnswer *answer,
                              bool provisional)
{
    Outcome outcome;
    outcome.work = work;
    outcome.provisional = provisional;
    if (!answer)
        return outcome;
    outcome.revision = medals_answer_revision(answer);
    outcome.count = medals_answer_count(answer);
    outcome.seconds = medals_answer_seconds(answer);
    for (size_t n = 0; n < medals_answer_change_count(answer); n++) {
        MedalsChange change = {};
        change.struct_size = sizeof change;
        medals_answer_change(answer, n, &change);
        ClassChange own = {
            change.class_index, {}, change.added, change.removed};
        std::copy(change.extent, change.extent + 6, own.extent.begin());
        outcome.changes.push_back(own);
    }
    for (const char *const *w = medals_answer_warnings(answer); *w; w++)
        outcome.warnings.push_back(*w);
    return outcome;
}

std::vector<ClassState> LiveSession::list_classes() const
{
    std::vector<ClassState> classes;
    for (size_t n = 0; n < medals_session_class_count(held); n++) {
        MedalsSessionClass info = {};
        info.struct_size = sizeof info;
        MedalsSessionStatistics count = {};
        count.struct_size = sizeof count;
        medals_session_class(held, n, &info);
        medals_session_statistics(held, n, &count, nullptr);
        ClassState one;
        one.text = info.text ? info.text : "";
        one.name = info.name;
        one.value = info.value;
        one.known = info.known;
        one.locked = info.locked;
        one.model_class = info.model_class;
        one.voxels = count.voxels;
        one.ml = count.ml;
        classes.push_back(one);
    }
    return classes;
}

} // namespace medals::ui

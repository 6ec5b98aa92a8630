#include "session_play.h"

#include "session_refusals.h"
#include "splitmix.h"

typedef struct Views {
    SessionView watched, forgetful, turned;
} Views;

static void open_view(const SessionPlay *play, SessionView *view,
                      const MedalsGeometry *like, uint64_t feature_bytes)
{
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.modality = play->modality;
    options.feature_bytes = feature_bytes;
    session_view_open(view, play->model, play->image, like, &options);
}

static void open_views(const SessionPlay *play, Views *views)
{
    *views = (Views){{NULL}, {NULL}, {NULL}};
    open_view(play, &views->watched, NULL, 0);
    if (play->forgetful)
        open_view(play, &views->forgetful, NULL, 1);
    if (play->like)
        open_view(play, &views->turned, play->like, 0);
}

static void close_views(Views *views)
{
    session_view_close(&views->watched);
    session_view_close(&views->forgetful);
    session_view_close(&views->turned);
}

/* The same step in another session, to the same bits. */
static void repeat(const SessionOracle *oracle, const ScriptStep *step,
                   const SessionView *other, const char *who)
{
    if (!other->session)
        return;
    MedalsCall call = MEDALS_CALL_INIT;
    MUST(script_step_run(step, other, &call, NULL, &error));
    g_autofree uint8_t *labels = g_malloc(oracle->voxels);
    session_view_labels(other, labels);
    size_t differ = 0;
    for (size_t v = 0; v < oracle->voxels; v++)
        differ += labels[v] != oracle->labels[v];
    if (differ)
        g_error("%s: %zu voxels differ %s", script_step_name(step), differ,
                who);
}

/* Now and then a refusal or a cancelled try comes before the step. */
static void play_one(SessionOracle *oracle, ScriptStep *step, uint64_t *seed)
{
    uint64_t before = medals_splitmix_below(seed, 8);
    if (before == 0)
        session_refusals_try(oracle, medals_splitmix_next(seed));
    if (before == 1 &&
        session_oracle_play_stopped(oracle, step,
                                    (unsigned) medals_splitmix_below(seed, 6)))
        return;
    session_oracle_play(oracle, step);
}

static void play_step(const SessionPlay *play, SessionOracle *oracle,
                      const Views *views, int n, uint64_t *seed)
{
    ScriptStep step = {.kind = SCRIPT_SET_CLASSES,
                       .texts = play->texts,
                       .text_count = play->text_count};
    if (n > 0)
        script_step_random(&step, seed, &views->watched.reference,
                           MAX(oracle->class_count, 1), play->full);
    session_oracle_fit(oracle, &step);
    if (g_test_verbose())
        g_test_message("%d: %s of class %zu, answer %d", n,
                       script_step_name(&step), step.class_index,
                       (int) step.answer);
    play_one(oracle, &step, seed);
    repeat(oracle, &step, &views->forgetful, "without kept features");
    repeat(oracle, &step, &views->turned, "along other axes");
    script_step_clear(&step);
}

uint64_t session_play(const SessionPlay *play)
{
    Views views;
    SessionOracle oracle;
    uint64_t seed = play->seed;
    open_views(play, &views);
    session_oracle_init(&oracle, &views.watched);
    for (int n = 0; n < play->steps; n++)
        play_step(play, &oracle, &views, n, &seed);
    uint64_t changed = oracle.changed;
    session_oracle_clear(&oracle);
    close_views(&views);
    return changed;
}

/*
 * test_told.c - what the library tells beside its answers: version, prompts
 * that hold, undo and redo, lines for a log
 */
#include "session_help.h"

#include <glib/gstdio.h>

/* ---- version ------------------------------------------------------------ */

#if MEDALS_VERSION_NUMBER < 100 || MEDALS_VERSION_MINOR > 99 ||                \
    MEDALS_VERSION_PATCH > 99
#error "the version does not fit its number"
#endif

/* Headers, library and build are of one version. */
static void test_version(void)
{
    g_autofree char *headers =
        g_strdup_printf("%d.%d.%d", MEDALS_VERSION_MAJOR, MEDALS_VERSION_MINOR,
                        MEDALS_VERSION_PATCH);
    g_assert_cmpstr(headers, ==, MEDALS_PROJECT_VERSION);
    g_assert_cmpstr(headers, ==, medals_version());
    g_assert_cmpint(MEDALS_VERSION_NUMBER, ==,
                    10000 * MEDALS_VERSION_MAJOR + 100 * MEDALS_VERSION_MINOR +
                        MEDALS_VERSION_PATCH);
}

/* ---- what holds, and how far back it goes -------------------------------- */

enum { MOST = 8 };

/* Undo, redo, prompts of a session, in one look. */
static void holds(const MedalsSession *session, uint64_t undo, uint64_t redo,
                  size_t prompts, MedalsSessionPrompt list[MOST])
{
    uint64_t back = 99, on = 99, revision = 99;
    size_t total = 99;
    memset(list, 0, MOST * sizeof *list);
    list->struct_size = sizeof *list;
    medals_session_history(session, &back, &on);
    g_assert_cmpuint(back, ==, undo);
    g_assert_cmpuint(on, ==, redo);
    OK(medals_session_prompts(session, 0, list, MOST, &total, &revision,
                              &error));
    g_assert_cmpuint(total, ==, prompts);
    g_assert_cmpuint(revision, ==, medals_session_revision(session));
    for (size_t n = 0; n < prompts; n++) {
        g_assert_cmpuint(list[n].struct_size, ==, sizeof *list);
        g_assert_true(n == 0 || list[n].id > list[n - 1].id);
    }
}

static void is_at(const MedalsSessionPrompt *prompt, MedalsPromptKind kind,
                  size_t class_index, bool positive, const int64_t extent[6])
{
    g_assert_cmpint(prompt->kind, ==, kind);
    g_assert_cmpuint(prompt->class_index, ==, class_index);
    g_assert_true(prompt->positive == positive);
    g_assert_cmpmem(prompt->extent, sizeof prompt->extent, extent,
                    6 * sizeof *extent);
}

static const int64_t first_voxel[6] = {20, 21, 18, 19, 15, 16};
static const int64_t second_voxel[6] = {12, 13, 17, 18, 14, 15};
static const int64_t drawn[6] = {5, 7, 6, 8, 7, 9};

/* Classes, two clicks and a mask: four steps, three prompts. */
static void four_steps(MedalsSession *session)
{
    const uint8_t mask[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    MedalsCall call = MEDALS_CALL_INIT;
    call.answer = MEDALS_ANSWER_NONE;
    set_classes(session, 2);
    OK(click(session, 0, 20, 18, 15, true, MEDALS_ANSWER_NONE, NULL, &error));
    OK(click(session, 1, 12, 17, 14, false, MEDALS_ANSWER_NONE, NULL, &error));
    OK(medals_session_mask(session, 1, MEDALS_MASK_PROMPT, drawn, mask, 8,
                           &call, NULL, &error));
}

static void check_three(const MedalsSessionPrompt list[MOST])
{
    is_at(list, MEDALS_PROMPT_POINT, 0, true, first_voxel);
    is_at(list + 1, MEDALS_PROMPT_POINT, 1, false, second_voxel);
    is_at(list + 2, MEDALS_PROMPT_MASK, 1, true, drawn);
}

static void test_prompts_that_hold(void)
{
    MedalsSessionPrompt list[MOST], again[MOST];
    MedalsSession *session = open_session(NULL);
    holds(session, 0, 0, 0, list);
    four_steps(session);
    holds(session, 4, 0, 3, list);
    check_three(list);
    OK(medals_session_undo(session, 2, NULL, &error));
    holds(session, 2, 2, 1, again);
    is_at(again, MEDALS_PROMPT_POINT, 0, true, first_voxel);
    OK(medals_session_undo(session, 100, NULL, &error));
    holds(session, 0, 4, 0, again);
    OK(medals_session_redo(session, 100, NULL, &error));
    holds(session, 4, 0, 3, again);
    g_assert_cmpmem(again, sizeof again, list, sizeof list);
    OK(medals_session_reset(session, MEDALS_RESET_PROMPTS, NULL, &error));
    holds(session, 5, 0, 0, again);
    OK(medals_session_undo(session, 1, NULL, &error));
    holds(session, 4, 1, 3, again);
    /* A class that goes takes its prompts along; the later one moves down. */
    OK(medals_session_remove_class(session, 0, NULL, &error));
    holds(session, 5, 0, 2, again);
    is_at(again, MEDALS_PROMPT_POINT, 0, false, second_voxel);
    is_at(again + 1, MEDALS_PROMPT_MASK, 0, true, drawn);
    medals_session_close(&session);
}

/* An open stroke is no step and no prompt until it ends. */
static void test_stroke_that_holds(void)
{
    const double from[3] = {20, 18, 15};
    MedalsSessionPrompt list[MOST];
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    MedalsCall call = MEDALS_CALL_INIT;
    call.answer = MEDALS_ANSWER_NONE;
    prompt.kind = MEDALS_PROMPT_SCRIBBLE;
    prompt.points = from;
    prompt.point_count = 1;
    MedalsSession *session = open_session(NULL);
    set_classes(session, 1);
    OK(medals_session_stroke_begin(session, &prompt, &error));
    holds(session, 1, 0, 0, list);
    OK(medals_session_stroke_end(session, &call, NULL, &error));
    holds(session, 2, 0, 1, list);
    is_at(list, MEDALS_PROMPT_SCRIBBLE, 0, true, first_voxel);
    medals_session_close(&session);
}

static void test_resumed_that_holds(void)
{
    MedalsSessionPrompt list[MOST], again[MOST];
    g_autofree char *top = g_dir_make_tmp("medals-XXXXXX", NULL);
    g_autofree char *folder = g_build_filename(top, "journal", NULL);
    MedalsSession *session = open_session(folder);
    four_steps(session);
    OK(medals_session_undo(session, 1, NULL, &error));
    holds(session, 3, 1, 2, list);
    medals_session_close(&session);
    session = open_session(folder);
    g_assert_true(medals_session_resumed(session));
    holds(session, 3, 1, 2, again);
    g_assert_cmpmem(again, sizeof again, list, sizeof list);
    OK(medals_session_redo(session, 1, NULL, &error));
    holds(session, 4, 0, 3, again);
    check_three(again);
    medals_session_close(&session);
    OK(medals_journal_delete(folder, &error));
    g_rmdir(top);
}

/* Bounded copies, and structs of another version of the header. */
static void test_parts_of_prompts(void)
{
    struct Later {
        MedalsSessionPrompt now;
        uint64_t more;
    } later[MOST];
    size_t total = 0;
    MedalsSession *session = open_session(NULL);
    four_steps(session);
    memset(later, 0x5a, sizeof later);
    later->now.struct_size = sizeof *later;
    OK(medals_session_prompts(session, 1, &later->now, 1, &total, NULL,
                              &error));
    g_assert_cmpuint(total, ==, 3);
    is_at(&later[0].now, MEDALS_PROMPT_POINT, 1, false, second_voxel);
    g_assert_cmphex(later[0].more, ==, 0x5a5a5a5a5a5a5a5a);
    g_assert_cmphex(later[1].now.struct_size, ==, 0x5a5a5a5a);
    OK(medals_session_prompts(session, 1, &later->now, MOST, &total, NULL,
                              &error));
    is_at(&later[1].now, MEDALS_PROMPT_MASK, 1, true, drawn);
    g_assert_cmpuint(later[1].now.struct_size, ==, sizeof *later);
    g_assert_cmphex(later[2].now.struct_size, ==, 0x5a5a5a5a);
    for (size_t first = 3; first; first = first == 3 ? SIZE_MAX : 0) {
        OK(medals_session_prompts(session, first, &later->now, MOST, &total,
                                  NULL, &error));
        g_assert_cmpuint(total, ==, 3);
        g_assert_cmpint(later->now.class_index, ==, 1); /* as it was */
    }
    OK(medals_session_prompts(session, 0, NULL, 0, &total, NULL, &error));
    g_assert_cmpuint(total, ==, 3);
    OK(medals_session_prompts(session, 0, NULL, 0, NULL, NULL, &error));
    medals_session_history(session, NULL, NULL);
    medals_session_close(&session);
}

static gpointer look(gpointer data)
{
    const MedalsSession *session = data;
    for (size_t total = 0; total < 40;) {
        MedalsSessionPrompt list[40];
        uint64_t undo, redo, revision = 0;
        list->struct_size = sizeof *list;
        OK(medals_session_prompts(session, 0, list, 40, &total, &revision,
                                  &error));
        /* One revision a step: the first set the classes. */
        g_assert_cmpuint(revision, ==, total + 1);
        for (size_t n = 0; n < total; n++)
            g_assert_cmpint(list[n].extent[0], ==, (int64_t) n % NI);
        medals_session_history(session, &undo, &redo);
        g_assert_cmpuint(undo, >=, revision);
        g_assert_cmpuint(redo, ==, 0);
    }
    return NULL;
}

/* Readers on another thread, while clicks come in. */
static void test_prompts_beside(void)
{
    MedalsSession *session = open_session(NULL);
    set_classes(session, 1);
    GThread *reader = g_thread_new("reader", look, session);
    for (int n = 0; n < 40; n++)
        OK(click(session, 0, n % NI, 18, 15, true, MEDALS_ANSWER_NONE, NULL,
                 &error));
    g_thread_join(reader);
    medals_session_close(&session);
}

/* ---- the log ------------------------------------------------------------ */

typedef struct Log {
    GThread *thread;
    MedalsSession *session; /* to be read within the call, or NULL */
    GString *lines[3];      /* by level */
} Log;

static void take_line(void *cookie, MedalsLogLevel level, const char *line)
{
    Log *log = cookie;
    g_assert_true(g_thread_self() == log->thread);
    g_assert_true(level == MEDALS_LOG_WARNING || level == MEDALS_LOG_INFO);
    g_assert_true(line[0] && !strpbrk(line, "\r\n"));
    g_string_append_printf(log->lines[level], "%s\n", line);
    if (!log->session)
        return;
    /* No lock is held: readers go on. */
    uint64_t undo;
    g_autofree uint8_t *labels = labels_of(log->session);
    medals_session_history(log->session, &undo, NULL);
    g_assert_cmpuint(undo, >, 0);
}

static void says(Log *log, MedalsLogLevel level, const char *wanted)
{
    if (!strstr(log->lines[level]->str, wanted))
        g_error("no \"%s\" in: %s", wanted, log->lines[level]->str);
    g_string_truncate(log->lines[level], 0);
}

/* A session in a context of its own, whose log is kept. */
static void test_log(void)
{
    Log log = {
        g_thread_self(), NULL, {NULL, g_string_new(NULL), g_string_new(NULL)}};
    MedalsContext *own = NULL;
    MedalsModel *of_own = NULL;
    MedalsContextOptions lane = MEDALS_CONTEXT_OPTIONS_INIT;
    lane.log = take_line;
    lane.log_cookie = &log;
    OK(medals_context_new(&own, &lane, &error));
    OK(medals_model_open(&of_own, own, MEDALS_COMPACT, NULL, &error));
    MedalsVolume *volume = head(600);
    MedalsSession *session = NULL;
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.modality = MEDALS_MODALITY_MRI;
    options.undo_bytes = 1;
    OK(medals_session_open(&session, of_own, volume, &options, &error));
    g_assert_cmpuint(log.lines[MEDALS_LOG_WARNING]->len, ==, 0);
    set_classes(session, 2);
    log.session = session;
    /* A step that is forgotten, which no answer tells. */
    OK(click(session, 0, 20, 18, 15, true, MEDALS_ANSWER_NONE, NULL, &error));
    says(&log, MEDALS_LOG_INFO, "undo: 1 oldest steps forgotten");
    /* A warning of an answer that the caller does not ask for. */
    OK(medals_session_lock(session, 1, true, &error));
    const uint8_t mask[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    OK(medals_session_mask(session, 1, MEDALS_MASK_LABELMAP, drawn, mask, 8,
                           NULL, NULL, &error));
    says(&log, MEDALS_LOG_WARNING, "locked class");
    log.session = NULL;
    medals_session_close(&session);
    /* Of a segmentation. */
    int16_t *voxel = medals_volume_peek_data(volume);
    memset(voxel, 0, VOXELS * sizeof *voxel);
    MedalsSegmentation *result = NULL;
    MedalsSegmentOptions ask = MEDALS_SEGMENT_OPTIONS_INIT;
    ask.texts = texts;
    ask.text_count = 1;
    ask.modality = MEDALS_MODALITY_MRI;
    OK(medals_segment(&result, of_own, volume, &ask, &error));
    says(&log, MEDALS_LOG_WARNING, "all voxels are equal");
    medals_segmentation_free(&result);
    medals_volume_free(&volume);
    medals_model_free(&of_own);
    medals_context_free(&own);
    g_string_free(log.lines[MEDALS_LOG_WARNING], TRUE);
    g_string_free(log.lines[MEDALS_LOG_INFO], TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    OK(medals_context_new(&context, NULL, &error));
    OK(medals_model_open(&model, context, MEDALS_COMPACT, NULL, &error));
    g_test_add_func("/told/version", test_version);
    g_test_add_func("/told/prompts-that-hold", test_prompts_that_hold);
    g_test_add_func("/told/stroke-that-holds", test_stroke_that_holds);
    g_test_add_func("/told/resumed-that-holds", test_resumed_that_holds);
    g_test_add_func("/told/parts-of-prompts", test_parts_of_prompts);
    g_test_add_func("/told/prompts-beside", test_prompts_beside);
    g_test_add_func("/told/log", test_log);
    int result = g_test_run();
    medals_model_free(&model);
    medals_context_free(&context);
    return result;
}

/*
 * test_session_faults.c - a whole session in which one allocation, or one call
 * to the disk, fails
 *
 *   test-session-faults [--every N]    all of them, or a part
 *
 * A call that fails leaves the session as it was and says one line. What was
 * answered as saved is there when the journal is opened again; what was not
 * may be.
 */
#include <medals/medals.h>

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "fault_fixture.h"
#include "file.h"

enum { NI = 20, NJ = 18, NK = 16, VOXELS = NI * NJ * NK };

static MedalsModel *model;
static MedalsVolume *volume;
static char *top, *folder;
static int64_t every = 1; /* fault of SQLite's memory; of others, more */

/* What the session was after each call that went well. */
static GPtrArray *seen;
static guint saved; /* the last of them that is safe */

/* ---- what a session holds, in one line ---------------------------------- */

static char *describe(const MedalsSession *session)
{
    fault_stop();
    GString *out = g_string_new(NULL);
    static uint8_t labels[VOXELS];
    uint64_t revision = 0;
    g_assert_true(medals_session_read(session, -1, NULL, MEDALS_U8, labels,
                                      VOXELS, &revision, NULL) == MEDALS_OK);
    g_autofree char *hash =
        g_compute_checksum_for_data(G_CHECKSUM_MD5, labels, VOXELS);
    g_string_printf(out, "%" G_GUINT64_FORMAT " %s", revision, hash);
    MedalsSessionClass one = {.struct_size = sizeof one};
    for (size_t n = 0; medals_session_class(session, n, &one); n++) {
        MedalsSessionStatistics held = {.struct_size = sizeof held};
        g_assert_true(medals_session_statistics(session, n, &held, NULL) ==
                      MEDALS_OK);
        g_string_append_printf(out, "; %s %u %" G_GUINT64_FORMAT, one.name,
                               one.value, held.prompts);
    }
    fault_start();
    return g_string_free(out, FALSE);
}

static void note(const MedalsSession *session)
{
    g_ptr_array_add(seen, describe(session));
    if (medals_session_saved(session))
        saved = seen->len - 1;
}

/* ---- calls -------------------------------------------------------------- */

/* One line that says whose fault it is. */
static void check_refusal(const FaultPlan *plan, MedalsError **error)
{
    MedalsStatus status = medals_error_status(*error);
    const char *line = medals_error_message(*error);
    bool right = plan->kind == FAULT_DISK
                     ? status == MEDALS_E_IO || status == MEDALS_E_NOSPACE
                     : status == MEDALS_E_NOMEM;
    if (!right || strchr(line, '\n'))
        g_error("%s, call %d: status %d: %s", fault_kind_names[plan->kind],
                (int) plan->after, (int) status, line);
    medals_error_free(error);
}

/* After each call: done, or the session is what it was. */
static void settle(const FaultPlan *plan, const MedalsSession *session,
                   MedalsStatus status, MedalsError **error)
{
    if (status == MEDALS_OK) {
        note(session);
        return;
    }
    check_refusal(plan, error);
    g_autofree char *now = describe(session);
    g_assert_cmpstr(now, ==, seen->pdata[seen->len - 1]);
}

static void stroke(const FaultPlan *plan, MedalsSession *session)
{
    static const double points[] = {2, 2, 3, 9, 2, 3, 9, 9, 3, 2, 9, 3};
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    MedalsCall call = MEDALS_CALL_INIT;
    MedalsError *error = NULL;
    call.answer = MEDALS_ANSWER_NONE;
    prompt.kind = MEDALS_PROMPT_LASSO;
    prompt.space = MEDALS_SPACE_INDEX;
    prompt.points = points;
    prompt.point_count = 2;
    if (medals_session_stroke_begin(session, &prompt, &error) != MEDALS_OK) {
        check_refusal(plan, &error);
        return;
    }
    if (medals_session_stroke_append(session, MEDALS_SPACE_INDEX, points + 6, 2,
                                     NULL, 0, NULL, &call, NULL,
                                     &error) != MEDALS_OK)
        check_refusal(plan, &error);
    MedalsStatus status =
        medals_session_stroke_end(session, &call, NULL, &error);
    /* two points of a lasso have no area, when the others were refused */
    if (status == MEDALS_E_INPUT)
        medals_error_free(&error);
    else
        settle(plan, session, status, &error);
    if (medals_session_stroke_is_open(session))
        medals_session_stroke_cancel(session, NULL, NULL);
}

static void play(const FaultPlan *plan, MedalsSession *session)
{
    static const char *const texts[] = {"left thalamus", NULL};
    static const double point[3] = {5, 6, 7};
    static uint8_t mask[6 * 6 * 6];
    const int64_t extent[6] = {3, 9, 3, 9, 3, 9};
    MedalsError *error = NULL;
    MedalsCall call = MEDALS_CALL_INIT;
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    call.answer = MEDALS_ANSWER_NONE;
    prompt.space = MEDALS_SPACE_INDEX;
    prompt.points = point;
    prompt.point_count = 1;
    memset(mask, 1, sizeof mask);
#define CALL(x) settle(plan, session, (x), &error)
    CALL(medals_session_set_classes(session, texts, NULL, 2, NULL, &error));
    if (!medals_session_class(
            session, 0,
            &(MedalsSessionClass){.struct_size = sizeof(MedalsSessionClass)}))
        return;
    CALL(medals_session_mask(session, 0, MEDALS_MASK_LABELMAP, extent, mask,
                             sizeof mask, &call, NULL, &error));
    CALL(medals_session_prompt(session, &prompt, &call, NULL, &error));
    stroke(plan, session);
    CALL(medals_session_undo(session, 2, NULL, &error));
    CALL(medals_session_redo(session, 1, NULL, &error));
    CALL(medals_session_add_class(session, NULL, "node", NULL, NULL, &error));
    CALL(medals_session_remove_class(session, 1, NULL, &error));
    CALL(medals_session_reset(session, MEDALS_RESET_PROMPTS, NULL, &error));
#undef CALL
}

/* ---- the loop ----------------------------------------------------------- */

static MedalsSession *open_session(MedalsError **error)
{
    MedalsSession *session = NULL;
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.modality = MEDALS_MODALITY_MRI;
    options.journal = folder;
    options.journal_bytes = 1 << 15; /* so that steps are folded */
    medals_session_open(&session, model, volume, &options, error);
    return session;
}

/* One session with a fault in it. @return whether the fault came */
static bool run(const FaultPlan *plan)
{
    MedalsError *error = NULL;
    medals_journal_delete(folder, NULL);
    g_ptr_array_set_size(seen, 0);
    g_ptr_array_add(seen, g_strdup("0 nothing"));
    saved = 0;
    fault_plan(plan);
    fault_start();
    MedalsSession *session = open_session(&error);
    if (session) {
        note(session);
        play(plan, session);
        medals_session_close(&session);
    } else {
        check_refusal(plan, &error);
    }
    fault_stop();
    session = open_session(&error);
    g_assert_null(error);
    g_autofree char *now = describe(session);
    fault_stop();
    bool known = seen->len == 1;
    for (guint n = saved; n < seen->len; n++)
        known = known || !strcmp(now, seen->pdata[n]);
    if (!known)
        g_error("%s, call %d: reopened as\n%s\nexpected at least\n%s",
                fault_kind_names[plan->kind], (int) plan->after, now,
                (char *) seen->pdata[saved]);
    medals_session_close(&session);
    return fault_came();
}

static void test_kind(gconstpointer data)
{
    FaultPlan plan = {.kind = (FaultKind) GPOINTER_TO_INT(data)};
    int64_t stride = plan.kind == FAULT_SQLITE_MEMORY ? every : 1 + every / 10;
    int runs = 0;
    for (bool came = true; came; plan.after += stride, runs++)
        came = run(&plan);
    g_test_message("%d runs", runs);
}

int main(int argc, char **argv)
{
    MedalsContext *context = NULL;
    MedalsContextOptions options = MEDALS_CONTEXT_OPTIONS_INIT;
    MedalsGeometry g = {.size = {NI, NJ, NK},
                        .spacing = {1, 1, 1},
                        .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    fault_init();
    g_test_init(&argc, &argv, NULL);
    if (argc == 3 && strcmp(argv[1], "--every") == 0)
        every = atoi(argv[2]);
    options.threads = 1;
    if (medals_context_new(&context, &options, NULL) != MEDALS_OK ||
        medals_model_open(&model, context, MEDALS_COMPACT, NULL, NULL) !=
            MEDALS_OK ||
        medals_volume_new(&volume, &g, MEDALS_I16, NULL) != MEDALS_OK)
        g_error("%s: cannot be opened", MEDALS_COMPACT);
    int16_t *voxel = medals_volume_peek_data(volume);
    for (size_t v = 0; v < VOXELS; v++)
        voxel[v] = (int16_t) (v * 7 % 997);
    seen = g_ptr_array_new_with_free_func(g_free);
    top = g_dir_make_tmp("medals-faults-XXXXXX", NULL);
    folder = g_build_filename(top, "journal", NULL);
    for (int kind = 0; kind < FAULT_KINDS; kind++) {
        g_autofree char *path =
            g_strconcat("/session/faults/", fault_kind_names[kind], NULL);
        g_strdelimit(path, " ", '_');
        g_test_add_data_func(path, GINT_TO_POINTER(kind), test_kind);
    }
    int result = g_test_run();
    medals_folder_abort(top);
    g_ptr_array_unref(seen);
    g_free(top);
    g_free(folder);
    medals_volume_free(&volume);
    medals_model_free(&model);
    medals_context_free(&context);
    return result;
}

/*
 * test_no_trace.c - a call that fails or is cancelled has done nothing
 *
 *   a session that saw failures  ==  one that never did
 */
#include <medals/medals.h>

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "memory.h"

enum { NI = 20, NJ = 18, NK = 16, VOXELS = NI * NJ * NK };

static MedalsModel *model;
static MedalsVolume *volume;

#define OK(call) g_assert_cmpint((call), ==, MEDALS_OK)

static bool stop(void *cookie, const MedalsProgress *progress)
{
    (void) cookie;
    (void) progress;
    return false;
}

static bool count_reports(void *cookie, const MedalsProgress *progress)
{
    double *last = cookie;
    g_assert_cmpfloat(progress->fraction, >=, *last);
    *last = progress->fraction;
    return true;
}

static MedalsSession *open_session(MedalsModality modality)
{
    MedalsSession *session = NULL;
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.modality = modality;
    OK(medals_session_open(&session, model, volume, &options, NULL));
    return session;
}

static void set_class(MedalsSession *session, const char *text)
{
    OK(medals_session_set_classes(session, &text, NULL, 1, NULL, NULL));
}

static MedalsPrompt point(const double at[3])
{
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.points = at;
    prompt.point_count = 1;
    return prompt;
}

/* Everything that can be asked of a session, in one line. */
static char *describe(const MedalsSession *session)
{
    GString *out = g_string_new(NULL);
    g_autofree uint8_t *labels = g_malloc0(VOXELS);
    uint64_t revision = 0;
    OK(medals_session_read(session, -1, NULL, MEDALS_U8, labels, VOXELS,
                           &revision, NULL));
    g_autofree char *hash =
        g_compute_checksum_for_data(G_CHECKSUM_MD5, labels, VOXELS);
    g_string_printf(out, "%d %d %s %d %" G_GUINT64_FORMAT,
                    medals_session_modality(session),
                    medals_session_stroke_is_open(session), hash,
                    medals_session_saved(session), revision);
    MedalsSessionClass one = {.struct_size = sizeof one};
    for (size_t n = 0; medals_session_class(session, n, &one); n++) {
        MedalsSessionStatistics held = {.struct_size = sizeof held};
        OK(medals_session_statistics(session, n, &held, NULL));
        g_string_append_printf(
            out, "; %s %s %u %d %d %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
            one.text ? one.text : "-", one.name, one.value, one.known,
            (int) one.model_class, held.voxels, held.prompts);
    }
    return g_string_free(out, FALSE);
}

/* A cancelled prompt prepares the image for the model's own modality; the
 * texts that come later name another. */
static void test_cancelled_prompt(void)
{
    const double at[3] = {5, 5, 5};
    MedalsPrompt prompt = point(at);
    MedalsCall cancel = MEDALS_CALL_INIT;
    cancel.progress = stop;
    MedalsSession *tried = open_session(MEDALS_MODALITY_NONE);
    MedalsSession *twin = open_session(MEDALS_MODALITY_NONE);
    OK(medals_session_add_class(tried, NULL, "thing", NULL, NULL, NULL));
    OK(medals_session_add_class(twin, NULL, "thing", NULL, NULL, NULL));
    g_autofree char *before = describe(tried);
    g_assert_cmpint(medals_session_prompt(tried, &prompt, &cancel, NULL, NULL),
                    !=, MEDALS_OK);
    g_autofree char *after = describe(tried);
    g_assert_cmpstr(before, ==, after);
    g_assert_cmpint(medals_session_modality(tried), ==, MEDALS_MODALITY_NONE);
    set_class(tried, "liver on CT");
    set_class(twin, "liver on CT");
    g_assert_cmpint(medals_session_modality(twin), ==, MEDALS_MODALITY_CT);
    MedalsCall instant = MEDALS_CALL_INIT;
    instant.answer = MEDALS_ANSWER_INSTANT;
    OK(medals_session_prompt(tried, &prompt, &instant, NULL, NULL));
    OK(medals_session_prompt(twin, &prompt, &instant, NULL, NULL));
    g_autofree char *one = describe(tried), *other = describe(twin);
    g_assert_cmpstr(one, ==, other);
    medals_session_close(&tried);
    medals_session_close(&twin);
}

/* One call of every kind, any of which may fail for want of memory. */
static MedalsStatus call_number(MedalsSession *session, int number)
{
    const double at[3] = {4, 5, 6}, box[6] = {2, 2, 2, 6, 6, 6};
    const char *texts[] = {"liver on CT", "spleen on CT"};
    static uint8_t mask[VOXELS];
    MedalsPrompt prompt = point(at);
    MedalsCall call = MEDALS_CALL_INIT;
    call.answer = MEDALS_ANSWER_NONE;
    mask[100] = 1;
    switch (number) {
    case 0:
        return medals_session_set_classes(session, texts, NULL, 2, NULL, NULL);
    case 1:
        return medals_session_add_class(session, "kidney on CT", NULL, NULL,
                                        NULL, NULL);
    case 2:
        return medals_session_prompt(session, &prompt, &call, NULL, NULL);
    case 3:
        prompt.kind = MEDALS_PROMPT_BOX;
        prompt.points = box;
        prompt.point_count = 2;
        prompt.positive = false;
        return medals_session_prompt(session, &prompt, &call, NULL, NULL);
    case 4:
        return medals_session_mask(session, 0, MEDALS_MASK_PROMPT, NULL, mask,
                                   VOXELS, &call, NULL, NULL);
    case 5:
        prompt.kind = MEDALS_PROMPT_SCRIBBLE;
        return medals_session_stroke_begin(session, &prompt, NULL);
    case 6:
        return medals_session_remove_class(session, 0, NULL, NULL);
    case 7:
        return medals_session_undo(session, 1, NULL, NULL);
    default:
        return medals_session_reset(session, MEDALS_RESET_ALL, NULL, NULL);
    }
}

static MedalsSession *begun(void)
{
    MedalsCall call = MEDALS_CALL_INIT;
    call.answer = MEDALS_ANSWER_NONE;
    MedalsSession *session = open_session(MEDALS_MODALITY_NONE);
    OK(medals_session_add_class(session, NULL, "thing", NULL, NULL, NULL));
    OK(medals_session_mask(session, 0, MEDALS_MASK_LABELMAP,
                           (int64_t[]){1, 2, 1, 2, 1, 2}, (const uint8_t[]){1},
                           1, &call, NULL, NULL));
    return session;
}

/* Every allocation of every call fails once. */
static void test_no_memory(void)
{
    for (int number = 0; number < 9; number++) {
        MedalsStatus status = MEDALS_E_NOMEM;
        for (int64_t n = 0; status != MEDALS_OK && n < 2000; n++) {
            MedalsSession *session = begun();
            g_autofree char *before = describe(session);
            medals_alloc_fail_after(n);
            status = call_number(session, number);
            medals_alloc_fail_after(-1);
            g_autofree char *after = describe(session);
            if (status != MEDALS_OK)
                g_assert_cmpstr(before, ==, after);
            medals_session_close(&session);
        }
        g_assert_cmpint(status, ==, MEDALS_OK);
    }
}

/* The end of a stroke that is cancelled leaves the stroke, and what it shows,
 * as they were. */
static void test_cancelled_stroke(void)
{
    const double at[3] = {9, 9, 8}, more[3] = {10, 9, 8};
    MedalsPrompt prompt = point(at);
    MedalsCall instant = MEDALS_CALL_INIT, cancel = MEDALS_CALL_INIT;
    instant.answer = MEDALS_ANSWER_INSTANT;
    cancel.progress = stop;
    prompt.kind = MEDALS_PROMPT_SCRIBBLE;
    MedalsSession *session = open_session(MEDALS_MODALITY_MRI);
    OK(medals_session_add_class(session, NULL, "thing", NULL, NULL, NULL));
    OK(medals_session_stroke_begin(session, &prompt, NULL));
    OK(medals_session_stroke_append(session, MEDALS_SPACE_INDEX, more, 1, NULL,
                                    0, NULL, &instant, NULL, NULL));
    g_autofree char *before = describe(session);
    g_assert_cmpint(medals_session_stroke_end(session, &cancel, NULL, NULL), !=,
                    MEDALS_OK);
    g_autofree char *after = describe(session);
    g_assert_cmpstr(before, ==, after);
    OK(medals_session_stroke_end(session, &instant, NULL, NULL));
    medals_session_close(&session);
}

/* ---- opening ------------------------------------------------------------ */

static MedalsStatus open_with(const char *journal, const MedalsVolume *labelmap,
                              bool copy, MedalsProgressFn progress,
                              void *cookie)
{
    MedalsSession *session = NULL;
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.journal = journal;
    options.labelmap = labelmap;
    options.copy_image = copy;
    options.progress = progress;
    options.progress_cookie = cookie;
    MedalsStatus status =
        medals_session_open(&session, model, volume, &options, NULL);
    g_assert_true((status == MEDALS_OK) == (session != NULL));
    medals_session_close(&session);
    return status;
}

static MedalsStatus cancelled(const char *journal, const MedalsVolume *labelmap,
                              bool copy)
{
    return open_with(journal, labelmap, copy, stop, NULL);
}

static void remove_journal(const char *journal)
{
    OK(medals_journal_delete(journal, NULL));
}

/* Whatever takes long while opening asks, and a "no" leaves nothing. */
static void test_opening(void)
{
    g_autofree char *top = g_dir_make_tmp("medals-trace-XXXXXX", NULL);
    g_autofree char *journal = g_build_filename(top, "journal", NULL);
    MedalsVolume *labelmap = NULL;
    double last = 0;
    OK(medals_volume_new(&labelmap, medals_volume_peek_geometry(volume),
                         MEDALS_U8, NULL));
    ((uint8_t *) medals_volume_peek_data(labelmap))[7] = 3;
    g_assert_cmpint(cancelled(journal, NULL, false), ==, MEDALS_E_CANCELLED);
    g_assert_cmpint(cancelled(NULL, labelmap, false), ==, MEDALS_E_CANCELLED);
    g_assert_cmpint(cancelled(NULL, NULL, true), ==, MEDALS_E_CANCELLED);
    g_assert_false(g_file_test(journal, G_FILE_TEST_EXISTS));
    OK(open_with(journal, labelmap, true, count_reports, &last));
    g_assert_cmpfloat(last, >=, 0.5);
    /* A journal that is there is read, or left alone. */
    MedalsJournalInfo info = {.struct_size = sizeof info};
    g_assert_cmpint(cancelled(journal, NULL, false), ==, MEDALS_E_CANCELLED);
    OK(medals_journal_read(journal, &info, NULL));
    g_assert_cmpuint(info.revision, ==, 1);
    g_assert_false(info.damaged);
    OK(open_with(journal, NULL, false, count_reports, (last = 0, &last)));
    remove_journal(journal);
    /* A labelmap that does not fit is refused before a journal is made. */
    MedalsGeometry other = *medals_volume_peek_geometry(volume);
    other.size[0]++;
    MedalsVolume *wrong = NULL;
    OK(medals_volume_new(&wrong, &other, MEDALS_U8, NULL));
    g_assert_cmpint(open_with(journal, wrong, false, NULL, NULL), ==,
                    MEDALS_E_INPUT);
    g_assert_false(g_file_test(journal, G_FILE_TEST_EXISTS));
    medals_volume_free(&wrong);
    medals_volume_free(&labelmap);
    g_assert_cmpint(g_rmdir(top), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    const MedalsGeometry geometry = {
        {NI, NJ, NK}, {2, 2, 2}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    MedalsContext *context = NULL;
    OK(medals_context_new(&context, NULL, NULL));
    OK(medals_model_open(&model, context, MEDALS_COMPACT, NULL, NULL));
    OK(medals_volume_new(&volume, &geometry, MEDALS_I16, NULL));
    int16_t *voxel = medals_volume_peek_data(volume);
    for (int n = 0; n < VOXELS; n++)
        voxel[n] = (int16_t) (n * 7 % 251);
    g_test_add_func("/session/no-trace/prompt", test_cancelled_prompt);
    g_test_add_func("/session/no-trace/stroke", test_cancelled_stroke);
    g_test_add_func("/session/no-trace/memory", test_no_memory);
    g_test_add_func("/session/no-trace/opening", test_opening);
    int failed = g_test_run();
    medals_volume_free(&volume);
    medals_model_free(&model);
    medals_context_free(&context);
    return failed;
}

/*
 * test_session.c - sessions as a viewer drives them: nothing but medals/medals.h
 * and the compact model
 */
#include "session_help.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static void fails(MedalsStatus status, MedalsStatus expected,
                  MedalsError *error)
{
    g_assert_cmpint(status, ==, expected);
    g_assert_cmpint(medals_error_status(error), ==, expected);
    g_assert_null(strchr(medals_error_message(error), '\n'));
    medals_error_free(&error);
}
#define FAILS(expected, call)                                                  \
    do {                                                                       \
        MedalsError *error = NULL;                                             \
        MedalsStatus status = (call);                                          \
        fails(status, expected, error);                                        \
    } while (0)

static size_t place(int i, int j, int k)
{
    return (size_t) ((k * NJ + j) * NI + i);
}

/* ---- the network's answers ---------------------------------------------- */

static uint8_t *segmented(size_t count)
{
    MedalsVolume *volume = head(600);
    MedalsSegmentOptions options = MEDALS_SEGMENT_OPTIONS_INIT;
    options.texts = texts;
    options.text_count = count;
    options.modality = MEDALS_MODALITY_MRI;
    MedalsSegmentation *result = NULL;
    OK(medals_segment(&result, model, volume, &options, &error));
    uint8_t *labels = g_memdup2(
        medals_volume_peek_data(medals_segmentation_peek_labelmap(result)),
        VOXELS);
    medals_segmentation_free(&result);
    medals_volume_free(&volume);
    return labels;
}

/* The same bits as medals_segment(), fresh, from kept features, and for a
 * class that was asked later. */
static void test_predict(void)
{
    MedalsSession *session = open_session(NULL);
    set_classes(session, 2);
    g_autofree uint8_t *two = segmented(2);
    g_autofree uint8_t *three = segmented(3);
    for (int again = 0; again < 2; again++) {
        OK(medals_session_predict(session, NULL, 0, NULL, NULL, &error));
        g_autofree uint8_t *labels = labels_of(session);
        g_assert_cmpmem(labels, VOXELS, two, VOXELS);
    }
    size_t index = 9;
    OK(medals_session_add_class(session, texts[2], NULL, &index, NULL, &error));
    g_assert_cmpuint(index, ==, 2);
    OK(medals_session_predict(session, NULL, 0, NULL, NULL, &error));
    g_autofree uint8_t *labels = labels_of(session);
    g_assert_cmpmem(labels, VOXELS, three, VOXELS);
    medals_session_close(&session);
    g_assert_null(session);
}

static bool stop(void *cookie, const MedalsProgress *progress)
{
    return false;
}

static void test_cancel(void)
{
    MedalsSession *session = open_session(NULL);
    set_classes(session, 2);
    OK(click(session, 0, 20, 18, 15, true, MEDALS_ANSWER_INSTANT, NULL,
             &error));
    g_autofree uint8_t *before = labels_of(session);
    uint64_t revision = medals_session_revision(session);
    MedalsCall call = MEDALS_CALL_INIT;
    call.progress = stop;
    FAILS(MEDALS_E_CANCELLED,
          medals_session_predict(session, NULL, 0, &call, NULL, &error));
    FAILS(MEDALS_E_CANCELLED,
          medals_session_refine(session, 1, NULL, 0, &call, NULL, &error));
    g_assert_cmpuint(medals_session_revision(session), ==, revision);
    g_autofree uint8_t *after = labels_of(session);
    g_assert_cmpmem(before, VOXELS, after, VOXELS);
    medals_session_close(&session);
}

/* ---- prompts ------------------------------------------------------------ */

static void test_law(void)
{
    MedalsSession *session = open_session(NULL);
    set_classes(session, 3);
    OK(medals_session_predict(session, NULL, 0, NULL, NULL, &error));
    OK(click(session, 0, 12, 20, 9, true, MEDALS_ANSWER_BOTH, NULL, &error));
    OK(click(session, 2, 30, 18, 15, true, MEDALS_ANSWER_INSTANT, NULL,
             &error));
    OK(click(session, 2, 20, 10, 15, false, MEDALS_ANSWER_FULL, NULL, &error));
    OK(medals_session_predict(session, NULL, 0, NULL, NULL, &error));
    OK(medals_session_refine(session, 1, NULL, 0, NULL, NULL, &error));
    g_autofree uint8_t *labels = labels_of(session);
    g_assert_cmpint(labels[place(12, 20, 9)], ==, 1);
    g_assert_cmpint(labels[place(30, 18, 15)], ==, 3);
    g_assert_cmpint(labels[place(20, 10, 15)], !=, 3);
    /* The later mark wins: the voxel goes over to another class. */
    OK(click(session, 1, 12, 20, 9, true, MEDALS_ANSWER_INSTANT, NULL, &error));
    OK(medals_session_predict(session, NULL, 0, NULL, NULL, &error));
    g_autofree uint8_t *later = labels_of(session);
    g_assert_cmpint(later[place(12, 20, 9)], ==, 2);
    medals_session_close(&session);
}

/* Voxels that differ, and with them the 26 around each, if `wide`. */
static void differing(const uint8_t *a, const uint8_t *b, bool wide,
                      uint8_t *differ)
{
    int reach = wide ? 1 : 0;
    for (int k = 0; k < NK; k++)
        for (int j = 0; j < NJ; j++)
            for (int i = 0; i < NI; i++)
                for (int z = MAX(k - reach, 0); z <= MIN(k + reach, NK - 1);
                     z++)
                    for (int y = MAX(j - reach, 0); y <= MIN(j + reach, NJ - 1);
                         y++)
                        for (int x = MAX(i - reach, 0);
                             x <= MIN(i + reach, NI - 1); x++)
                            differ[place(i, j, k)] |=
                                a[place(x, y, z)] != b[place(x, y, z)];
}

/* The border that an answer drew is not decided again beside it: a click takes
 * a part of a block that came from elsewhere, refine moves the rest. */
static void test_refine_spares_answers(void)
{
    MedalsSession *session = open_session(NULL);
    set_classes(session, 1);
    const int64_t block[6] = {12, 26, 11, 24, 9, 21};
    uint8_t mask[14 * 13 * 12];
    memset(mask, 1, sizeof mask);
    OK(medals_session_mask(session, 0, MEDALS_MASK_LABELMAP, block, mask,
                           sizeof mask, NULL, NULL, &error));
    g_autofree uint8_t *before = labels_of(session);
    OK(click(session, 0, 14, 13, 11, false, MEDALS_ANSWER_INSTANT, NULL,
             &error));
    g_autofree uint8_t *clicked = labels_of(session);
    OK(medals_session_refine(session, 1, NULL, 0, NULL, NULL, &error));
    g_autofree uint8_t *refined = labels_of(session);
    g_autofree uint8_t *drawn = g_new0(uint8_t, VOXELS);
    g_autofree uint8_t *moved = g_new0(uint8_t, VOXELS);
    differing(before, clicked, true, drawn);
    differing(clicked, refined, false, moved);
    size_t all = 0;
    for (size_t n = 0; n < VOXELS; n++) {
        all += moved[n];
        g_assert_false(drawn[n] && moved[n]);
    }
    g_assert_cmpint(all, >, 0);
    medals_session_close(&session);
}

/* Nothing outside the windows that the answer lists moves. */
static void test_none_then_answer(void)
{
    MedalsSession *session = open_session(NULL);
    set_classes(session, 2);
    MedalsAnswer *answer = NULL;
    OK(click(session, 0, 25, 20, 12, true, MEDALS_ANSWER_NONE, &answer,
             &error));
    g_assert_cmpuint(medals_answer_change_count(answer), ==, 0);
    g_assert_cmpuint(medals_answer_window_count(answer), ==, 1);
    g_assert_cmpuint(medals_answer_revision(answer), ==, 2);
    medals_answer_free(&answer);
    g_autofree uint8_t *before = labels_of(session);
    g_assert_cmpint(before[place(25, 20, 12)], ==, 0);
    MedalsSessionStatistics statistics = {.struct_size = sizeof statistics};
    OK(medals_session_statistics(session, 0, &statistics, &error));
    g_assert_cmpuint(statistics.prompts, ==, 1);
    g_assert_cmpuint(statistics.voxels, ==, 0);
    OK(click(session, 0, 26, 20, 12, true, MEDALS_ANSWER_INSTANT, NULL,
             &error));
    g_autofree uint8_t *after = labels_of(session);
    g_assert_cmpint(after[place(25, 20, 12)], ==, 1);
    g_assert_cmpint(after[place(26, 20, 12)], ==, 1);
    medals_session_close(&session);
}

typedef struct Seen {
    int events;
    MedalsSession *session;
    uint8_t *labels;
    uint64_t revision;
} Seen;

static void see(void *cookie, const MedalsAnswer *provisional)
{
    Seen *seen = cookie;
    seen->events++;
    seen->revision = medals_answer_revision(provisional);
    seen->labels = labels_of(seen->session);
}

static void test_both(void)
{
    MedalsSession *session = open_session(NULL);
    set_classes(session, 2);
    Seen seen = {.session = session};
    const double at[3] = {22, 18, 20};
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.points = at;
    prompt.point_count = 1;
    MedalsCall call = MEDALS_CALL_INIT;
    call.instant = see;
    call.instant_cookie = &seen;
    MedalsAnswer *answer = NULL;
    OK(medals_session_prompt(session, &prompt, &call, &answer, &error));
    g_assert_cmpint(seen.events, ==, 1);
    g_assert_cmpuint(seen.revision, ==, 1);
    g_assert_cmpuint(medals_answer_revision(answer), ==, 2);
    g_assert_cmpint(seen.labels[place(22, 18, 20)], ==, 1);
    /* The answer's changes are relative to what the event showed. */
    g_autofree uint8_t *labels = labels_of(session);
    uint64_t moved = 0, told = 0;
    for (int v = 0; v < VOXELS; v++)
        moved += (labels[v] == 1) != (seen.labels[v] == 1);
    for (size_t n = 0; n < medals_answer_change_count(answer); n++) {
        MedalsChange change = {.struct_size = sizeof change};
        g_assert_true(medals_answer_change(answer, n, &change));
        if (change.class_index == 0)
            told = change.added + change.removed;
    }
    g_assert_cmpuint(moved, ==, told);
    g_free(seen.labels);
    medals_answer_free(&answer);
    medals_session_close(&session);
}

static void test_boxes_and_masks(void)
{
    MedalsSession *session = open_session(NULL);
    set_classes(session, 2);
    const double corners[6] = {10, 10, 10, 25, 22, 20};
    MedalsPrompt box = MEDALS_PROMPT_INIT;
    box.kind = MEDALS_PROMPT_BOX;
    box.points = corners;
    box.point_count = 2;
    OK(medals_session_prompt(session, &box, NULL, NULL, &error));
    g_autofree uint8_t *labels = labels_of(session);
    for (int v = 0; v < VOXELS; v++) {
        int i = v % NI, j = v / NI % NJ, k = v / NI / NJ;
        if (labels[v])
            g_assert_true(i >= 10 && i < 25 && j >= 10 && j < 22 && k >= 10 &&
                          k < 20);
    }
    const int64_t extent[6] = {12, 14, 12, 13, 12, 14};
    const uint8_t mask[4] = {1, 0, 1, 1};
    OK(medals_session_mask(session, 1, MEDALS_MASK_PROMPT, extent, mask, 4,
                           NULL, NULL, &error));
    OK(medals_session_predict(session, NULL, 0, NULL, NULL, &error));
    g_autofree uint8_t *marked = labels_of(session);
    g_assert_cmpint(marked[place(12, 12, 12)], ==, 2);
    g_assert_cmpint(marked[place(12, 12, 13)], ==, 2);
    g_assert_cmpint(marked[place(13, 12, 13)], ==, 2);
    box.positive = false;
    box.class_index = 1;
    OK(medals_session_prompt(session, &box, NULL, NULL, &error));
    g_autofree uint8_t *emptied = labels_of(session);
    for (int k = 10; k < 20; k++)
        for (int j = 10; j < 22; j++)
            for (int i = 10; i < 25; i++)
                g_assert_cmpint(emptied[place(i, j, k)], !=, 2);
    g_autofree uint8_t *whole = g_malloc0(VOXELS);
    whole[place(1, 1, 1)] = 1;
    OK(medals_session_mask(session, 0, MEDALS_MASK_LABELMAP, NULL, whole,
                           VOXELS, NULL, NULL, &error));
    MedalsSessionStatistics statistics = {.struct_size = sizeof statistics};
    OK(medals_session_statistics(session, 0, &statistics, &error));
    g_assert_cmpuint(statistics.voxels, ==, 1);
    medals_session_close(&session);
}

/* World points: LPS of voxel (i,j,k) by the geometry's own formula. */
static void world_of(const double index[3], double world[3])
{
    for (int r = 0; r < 3; r++) {
        world[r] = geometry.origin[r];
        for (int c = 0; c < 3; c++)
            world[r] +=
                geometry.direction[3 * r + c] * geometry.spacing[c] * index[c];
    }
}

static void test_stroke(void)
{
    MedalsSession *session = open_session(NULL);
    set_classes(session, 1);
    const double index[3][3] = {{15, 18, 15}, {20, 18, 15}, {24, 20, 15}};
    double world[9];
    for (int n = 0; n < 3; n++)
        world_of(index[n], world + 3 * n);
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.kind = MEDALS_PROMPT_SCRIBBLE;
    prompt.space = MEDALS_SPACE_LPS;
    prompt.points = world;
    prompt.point_count = 1;
    prompt.radius_mm = 2;
    g_autofree uint8_t *empty = labels_of(session);
    MedalsCall call = MEDALS_CALL_INIT;
    call.answer = MEDALS_ANSWER_INSTANT;
    MedalsAnswer *answer = NULL;
    OK(medals_session_stroke_begin(session, &prompt, &error));
    FAILS(MEDALS_E_USAGE, medals_session_undo(session, 1, NULL, &error));
    OK(medals_session_stroke_append(session, MEDALS_SPACE_LPS, world + 3, 1,
                                    NULL, 0, NULL, &call, &answer, &error));
    g_assert_cmpuint(medals_answer_revision(answer), ==, 1);
    g_assert_cmpuint(medals_answer_change_count(answer), ==, 1);
    medals_answer_free(&answer);
    g_autofree uint8_t *shown = labels_of(session);
    g_assert_cmpint(shown[place(18, 18, 15)], ==, 1);
    OK(medals_session_stroke_cancel(session, NULL, &error));
    g_autofree uint8_t *cancelled = labels_of(session);
    g_assert_cmpmem(cancelled, VOXELS, empty, VOXELS);
    OK(medals_session_stroke_begin(session, &prompt, &error));
    OK(medals_session_stroke_append(session, MEDALS_SPACE_LPS, world + 3, 2,
                                    NULL, 0, NULL, NULL, NULL, &error));
    OK(medals_session_stroke_end(session, &call, &answer, &error));
    g_assert_cmpuint(medals_answer_revision(answer), ==, 2);
    medals_answer_free(&answer);
    g_autofree uint8_t *drawn = labels_of(session);
    g_assert_cmpint(drawn[place(15, 18, 15)], ==, 1);
    g_assert_cmpint(drawn[place(22, 19, 15)], ==, 1);
    OK(medals_session_undo(session, 1, &answer, &error));
    g_assert_cmpuint(medals_answer_count(answer), ==, 1);
    medals_answer_free(&answer);
    g_autofree uint8_t *undone = labels_of(session);
    g_assert_cmpmem(undone, VOXELS, empty, VOXELS);
    medals_session_close(&session);
}

/* An object that no text names is clicked out of the image. */
static void test_without_text(void)
{
    MedalsSession *session = open_session(NULL);
    const char *const none[] = {NULL};
    const char *const names[] = {"lesion"};
    OK(medals_session_set_classes(session, none, names, 1, NULL, &error));
    OK(click(session, 0, 20, 18, 19, true, MEDALS_ANSWER_BOTH, NULL, &error));
    MedalsSessionStatistics statistics = {.struct_size = sizeof statistics};
    OK(medals_session_statistics(session, 0, &statistics, &error));
    g_assert_cmpuint(statistics.voxels, >, 1);
    g_assert_cmpuint(statistics.voxels, <, VOXELS / 4);
    FAILS(MEDALS_E_USAGE,
          medals_session_predict(session, NULL, 0, NULL, NULL, &error));
    medals_session_close(&session);
}

/* ---- history ------------------------------------------------------------ */

static void test_history(void)
{
    MedalsSession *session = open_session(NULL);
    MedalsAnswer *answer = NULL;
    OK(medals_session_undo(session, 5, &answer, &error));
    g_assert_cmpuint(medals_answer_count(answer), ==, 0);
    medals_answer_free(&answer);
    set_classes(session, 2);
    enum { STEPS = 4 };
    uint8_t *seen[STEPS + 1];
    seen[0] = labels_of(session);
    for (int n = 0; n < STEPS; n++) {
        OK(click(session, (size_t) n % 2, 14 + 3 * n, 18, 12 + n, true,
                 MEDALS_ANSWER_INSTANT, NULL, &error));
        seen[n + 1] = labels_of(session);
    }
    for (int n = STEPS - 1; n >= 0; n--) {
        OK(medals_session_undo(session, 1, NULL, &error));
        g_autofree uint8_t *labels = labels_of(session);
        g_assert_cmpmem(labels, VOXELS, seen[n], VOXELS);
    }
    OK(medals_session_redo(session, 100, &answer, &error));
    g_assert_cmpuint(medals_answer_count(answer), ==, STEPS);
    medals_answer_free(&answer);
    g_autofree uint8_t *last = labels_of(session);
    g_assert_cmpmem(last, VOXELS, seen[STEPS], VOXELS);
    OK(medals_session_undo(session, 2, NULL, &error));
    OK(medals_session_reset(session, MEDALS_RESET_ALL, NULL, &error));
    OK(medals_session_redo(session, 1, &answer, &error));
    g_assert_cmpuint(medals_answer_count(answer), ==, 0);
    medals_answer_free(&answer);
    OK(medals_session_undo(session, 1, NULL, &error));
    g_autofree uint8_t *back = labels_of(session);
    g_assert_cmpmem(back, VOXELS, seen[STEPS - 2], VOXELS);
    for (int n = 0; n <= STEPS; n++)
        g_free(seen[n]);
    medals_session_close(&session);
}

static void test_since(void)
{
    MedalsSession *session = open_session(NULL);
    set_classes(session, 1);
    uint64_t revision = medals_session_revision(session);
    int64_t extent[6];
    g_assert_false(medals_session_changed_since(session, revision, extent));
    g_autofree uint8_t *before = labels_of(session);
    OK(click(session, 0, 20, 18, 15, true, MEDALS_ANSWER_INSTANT, NULL,
             &error));
    OK(click(session, 0, 8, 18, 15, true, MEDALS_ANSWER_INSTANT, NULL, &error));
    g_assert_true(medals_session_changed_since(session, revision, extent));
    g_autofree uint8_t *after = labels_of(session);
    for (int v = 0; v < VOXELS; v++) {
        int i = v % NI, j = v / NI % NJ, k = v / NI / NJ;
        if (before[v] != after[v])
            g_assert_true(i >= extent[0] && i < extent[1] && j >= extent[2] &&
                          j < extent[3] && k >= extent[4] && k < extent[5]);
    }
    g_assert_false(medals_session_changed_since(
        session, medals_session_revision(session), extent));
    medals_session_close(&session);
}

/* ---- classes ------------------------------------------------------------ */

static uint32_t value_of(const MedalsSession *session, size_t index)
{
    MedalsSessionClass info = {.struct_size = sizeof info};
    g_assert_true(medals_session_class(session, index, &info));
    return info.value;
}

static void test_classes(void)
{
    MedalsSession *session = open_session(NULL);
    set_classes(session, 3);
    OK(click(session, 2, 20, 18, 15, true, MEDALS_ANSWER_INSTANT, NULL,
             &error));
    OK(medals_session_remove_class(session, 1, NULL, &error));
    g_assert_cmpuint(value_of(session, 1), ==, 3);
    const char *const swapped[] = {texts[2], texts[0], "brain stem"};
    OK(medals_session_set_classes(session, swapped, NULL, 3, NULL, &error));
    g_assert_cmpuint(value_of(session, 0), ==, 3);
    g_assert_cmpuint(value_of(session, 1), ==, 1);
    g_assert_cmpuint(value_of(session, 2), ==, 2);
    g_autofree uint8_t *labels = labels_of(session);
    g_assert_cmpint(labels[place(20, 18, 15)], ==, 3);
    MedalsAnswer *answer = NULL;
    OK(medals_session_remove_class(session, 0, &answer, &error));
    MedalsChange change = {.struct_size = sizeof change};
    g_assert_true(medals_answer_change(answer, 0, &change));
    g_assert_cmpuint(change.removed, >, 0);
    medals_answer_free(&answer);
    g_autofree uint8_t *gone = labels_of(session);
    g_assert_cmpint(gone[place(20, 18, 15)], ==, 0);
    OK(medals_session_undo(session, 1, NULL, &error));
    g_autofree uint8_t *back = labels_of(session);
    g_assert_cmpmem(back, VOXELS, labels, VOXELS);
    medals_session_close(&session);
}

static void test_initial_labelmap(void)
{
    MedalsVolume *volume = head(600), *labelmap = NULL;
    OK(medals_volume_new(&labelmap, &geometry, MEDALS_U16, &error));
    uint16_t *voxel = medals_volume_peek_data(labelmap);
    voxel[place(3, 4, 5)] = 300;
    voxel[place(6, 4, 5)] = 7;
    const MedalsInitialClass initial[] = {
        {sizeof *initial, 7, "left thalamus"}};
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.modality = MEDALS_MODALITY_MRI;
    options.labelmap = labelmap;
    options.initial = initial;
    options.initial_count = 1;
    MedalsSession *session = NULL;
    OK(medals_session_open(&session, model, volume, &options, &error));
    g_assert_cmpuint(medals_session_class_count(session), ==, 2);
    g_assert_cmpuint(value_of(session, 0), ==, 7);
    g_assert_cmpuint(value_of(session, 1), ==, 300);
    set_classes(session, 1); /* adopts by name; the other class goes */
    g_assert_cmpuint(value_of(session, 0), ==, 7);
    g_autofree uint8_t *labels = labels_of(session);
    g_assert_cmpint(labels[place(6, 4, 5)], ==, 7);
    g_assert_cmpint(labels[place(3, 4, 5)], ==, 0);
    medals_session_close(&session);
    medals_volume_free(&labelmap);
    medals_volume_free(&volume);
}

/* ---- refusals ----------------------------------------------------------- */

static void test_refusals(void)
{
    MedalsSession *session = open_session(NULL);
    set_classes(session, 2);
    OK(click(session, 0, 20, 18, 15, true, MEDALS_ANSWER_INSTANT, NULL,
             &error));
    g_autofree uint8_t *before = labels_of(session);
    uint64_t revision = medals_session_revision(session);
    FAILS(MEDALS_E_INPUT, click(session, 2, 1, 1, 1, true,
                                MEDALS_ANSWER_INSTANT, NULL, &error));
    FAILS(MEDALS_E_INPUT, click(session, 0, NI, 1, 1, true,
                                MEDALS_ANSWER_INSTANT, NULL, &error));
    const double nan_point[3] = {NAN, 1, 1};
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.points = nan_point;
    prompt.point_count = 1;
    FAILS(MEDALS_E_INPUT,
          medals_session_prompt(session, &prompt, NULL, NULL, &error));
    prompt.kind = MEDALS_PROMPT_SCRIBBLE;
    prompt.point_count = 0;
    FAILS(MEDALS_E_INPUT,
          medals_session_prompt(session, &prompt, NULL, NULL, &error));
    const double flat[6] = {3, 3, 3, 3, 5, 5};
    prompt.kind = MEDALS_PROMPT_BOX;
    prompt.points = flat;
    prompt.point_count = 2;
    FAILS(MEDALS_E_INPUT,
          medals_session_prompt(session, &prompt, NULL, NULL, &error));
    uint8_t mask[8] = {1};
    const int64_t extent[6] = {0, 2, 0, 2, 0, 3};
    FAILS(MEDALS_E_SHAPE,
          medals_session_mask(session, 0, MEDALS_MASK_LABELMAP, extent, mask, 8,
                              NULL, NULL, &error));
    FAILS(MEDALS_E_INPUT,
          medals_session_set_classes(session, texts, NULL, 0, NULL, &error));
    const char *const twice[] = {"a", "a"};
    FAILS(MEDALS_E_INPUT,
          medals_session_set_classes(session, twice, NULL, 2, NULL, &error));
    g_autofree const char **many = g_new(const char *, 256);
    for (int n = 0; n < 256; n++)
        many[n] = NULL;
    FAILS(MEDALS_E_INPUT,
          medals_session_set_classes(session, many, NULL, 256, NULL, &error));
    FAILS(MEDALS_E_INPUT,
          medals_session_refine(session, 0, NULL, 0, NULL, NULL, &error));
    g_assert_cmpuint(medals_session_revision(session), ==, revision);
    g_autofree uint8_t *after = labels_of(session);
    g_assert_cmpmem(before, VOXELS, after, VOXELS);
    OK(medals_session_set_classes(session, many, NULL, 255, NULL, &error));
    medals_session_close(&session);
}

/* ---- journal ------------------------------------------------------------ */

static void test_journal(void)
{
    g_autofree char *top = g_dir_make_tmp("medals-XXXXXX", NULL);
    g_autofree char *folder = g_build_filename(top, "journal", NULL);
    MedalsSession *session = open_session(folder);
    set_classes(session, 2);
    OK(medals_session_predict(session, NULL, 0, NULL, NULL, &error));
    OK(click(session, 0, 20, 18, 15, true, MEDALS_ANSWER_INSTANT, NULL,
             &error));
    g_autofree uint8_t *first = labels_of(session);
    OK(click(session, 1, 12, 18, 15, true, MEDALS_ANSWER_INSTANT, NULL,
             &error));
    g_autofree uint8_t *second = labels_of(session);
    OK(medals_session_undo(session, 1, NULL, &error));
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.journal = folder;
    MedalsSession *other = NULL;
    MedalsVolume *same = head(600), *different = head(601);
    FAILS(MEDALS_E_INPUT,
          medals_session_open(&other, model, same, &options, &error));
    uint64_t revision = medals_session_revision(session);
    medals_session_close(&session);
    FAILS(MEDALS_E_INPUT,
          medals_session_open(&other, model, different, &options, &error));
    session = open_session(folder);
    g_assert_true(medals_session_resumed(session));
    g_assert_cmpuint(medals_session_revision(session), ==, revision);
    g_autofree uint8_t *again = labels_of(session);
    g_assert_cmpmem(again, VOXELS, first, VOXELS);
    OK(medals_session_redo(session, 1, NULL, &error));
    g_autofree uint8_t *redone = labels_of(session);
    g_assert_cmpmem(redone, VOXELS, second, VOXELS);
    medals_session_close(&session);
    MedalsJournalInfo info = {.struct_size = sizeof info};
    OK(medals_journal_read(folder, &info, &error));
    g_assert_cmpuint(info.revision, ==, revision + 1);
    g_assert_cmpuint(info.steps, ==, 4);
    g_assert_cmpuint(info.classes, ==, 2);
    g_assert_false(info.damaged);
    OK(medals_journal_delete(folder, &error));
    g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
    medals_volume_free(&same);
    medals_volume_free(&different);
    g_rmdir(top);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    OK(medals_context_new(&context, NULL, &error));
    OK(medals_model_open(&model, context, MEDALS_COMPACT, NULL, &error));
    g_test_add_func("/session/predict", test_predict);
    g_test_add_func("/session/cancel", test_cancel);
    g_test_add_func("/session/law", test_law);
    g_test_add_func("/session/refine-spares", test_refine_spares_answers);
    g_test_add_func("/session/none", test_none_then_answer);
    g_test_add_func("/session/both", test_both);
    g_test_add_func("/session/boxes_and_masks", test_boxes_and_masks);
    g_test_add_func("/session/stroke", test_stroke);
    g_test_add_func("/session/without_text", test_without_text);
    g_test_add_func("/session/history", test_history);
    g_test_add_func("/session/since", test_since);
    g_test_add_func("/session/classes", test_classes);
    g_test_add_func("/session/initial_labelmap", test_initial_labelmap);
    g_test_add_func("/session/refusals", test_refusals);
    g_test_add_func("/session/journal", test_journal);
    int result = g_test_run();
    medals_model_free(&model);
    medals_context_free(&context);
    return result;
}

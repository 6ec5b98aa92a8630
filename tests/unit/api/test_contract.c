/*
 * test_contract.c - what holds for every public function, one line each
 *
 *   NULL where something is needed    MEDALS_E_USAGE, one line of text
 *   a call that fails                 what it hands out is NULL or 0
 *   struct_size 0, old, newer         refused; defaults; the rest ignored
 *   numbers that an enum lacks        MEDALS_E_USAGE
 *
 * A symbol of engine/symbols.txt that no line here names fails the test.
 */
#include <medals/bench.h>
#include <medals/medals.h>

#include <glib.h>
#include <math.h>
#include <string.h>

/* What an out parameter held before. */
#define POISON ((void *) (uintptr_t) 0x5a5a5a5a)

static GHashTable *seen; /* names of functions that were called */
static MedalsError *error;

static MedalsContext *context;
static MedalsModel *model;
static MedalsVolume *volume;
static MedalsSession *session;

static void note(const char *name)
{
    g_hash_table_add(seen, (gpointer) name);
}

/* One line of text, and the status that was returned. */
static void refused(const char *name, MedalsStatus status, MedalsStatus wanted)
{
    note(name);
    const char *line = medals_error_message(error);
    if (status != wanted || medals_error_status(error) != wanted || !line[0] ||
        strchr(line, '\n'))
        g_error("%s: status %d, \"%s\"; expected %d", name, status, line,
                wanted);
    medals_error_free(&error);
    g_assert_null(error);
}

/* A call that is refused, and hands out nothing. */
#define REFUSED(function, arguments)                                           \
    refused(#function, function arguments, MEDALS_E_USAGE)
#define NOTHING(function, out, arguments)                                      \
    do {                                                                       \
        out = POISON;                                                          \
        REFUSED(function, arguments);                                          \
        g_assert_null(out);                                                    \
    } while (0)
/* A function without a status. */
#define GIVES(function, arguments, value)                                      \
    do {                                                                       \
        note(#function);                                                       \
        g_assert_true((function arguments) == (value));                        \
    } while (0)
#define IS_NAN(function, arguments)                                            \
    do {                                                                       \
        note(#function);                                                       \
        g_assert_true(isnan(function arguments));                              \
    } while (0)
#define RUNS(function, arguments)                                              \
    do {                                                                       \
        note(#function);                                                       \
        function arguments;                                                    \
    } while (0)
#define OK(call) g_assert_cmpint((call), ==, MEDALS_OK)

/* A report as an older or newer caller holds it, with bytes behind it. */
typedef struct Report {
    uint32_t struct_size;
    uint8_t bytes[1020];
} Report;

static Report report_of(uint32_t size)
{
    Report report = {.struct_size = size};
    memset(report.bytes, 0x5a, sizeof report.bytes);
    return report;
}

/* Bytes of a report from `from` on still hold what they held. */
static bool untouched(const Report *report, size_t from)
{
    const uint8_t *byte = (const uint8_t *) report;
    for (size_t n = from; n < sizeof *report; n++)
        if (byte[n] != 0x5a)
            return false;
    return true;
}

static bool is_zero(const Report *report, size_t size)
{
    const uint8_t *byte = (const uint8_t *) report;
    for (size_t n = sizeof report->struct_size; n < size; n++)
        if (byte[n] != 0)
            return false;
    return true;
}

typedef bool Fill(Report *report, size_t index);

/* Reports of every size: none, a caller of long ago, one of the future. */
static void check_report(Fill *fill, size_t size)
{
    Report report = report_of(0);
    g_assert_false(fill(&report, 0));
    g_assert_true(untouched(&report, sizeof report.struct_size));
    report = report_of(sizeof report.struct_size);
    g_assert_true(fill(&report, 0));
    g_assert_true(untouched(&report, sizeof report.struct_size));
    report = report_of(UINT32_MAX);
    g_assert_true(fill(&report, 0));
    g_assert_true(untouched(&report, size));
    g_assert_cmpuint(report.struct_size, ==, UINT32_MAX);
    report = report_of((uint32_t) size);
    g_assert_false(fill(&report, SIZE_MAX)); /* out of range */
    g_assert_true(untouched(&report, sizeof report.struct_size) ||
                  is_zero(&report, size));
    g_assert_false(fill(NULL, 0));
}

/* ---- functions without a status ----------------------------------------- */

static void test_types(void)
{
    GIVES(medals_error_message, (NULL)[0], '\0');
    GIVES(medals_error_status, (NULL), MEDALS_OK);
    RUNS(medals_error_free, (NULL));
    for (int number = -3; number < 10000; number += 2500) {
        bool known = number == MEDALS_MODALITY_NONE;
        g_assert_null(medals_modality_name((MedalsModality) number));
        if (!known)
            GIVES(medals_dtype_size, ((MedalsDtype) (number + 100)), 0);
    }
    GIVES(medals_modality_name, ((MedalsModality) 9999), NULL);
    GIVES(medals_modality_parse, (NULL), MEDALS_MODALITY_NONE);
    g_assert_nonnull((note("medals_version"), medals_version()));
}

static void test_peeks(void)
{
    GIVES(medals_volume_ref, (NULL), NULL);
    GIVES(medals_volume_peek_geometry, (NULL), NULL);
    GIVES(medals_volume_peek_data, (NULL), NULL);
    GIVES(medals_volume_dtype, (NULL), MEDALS_F32);
    RUNS(medals_volume_free, (NULL));
    GIVES(medals_context_isa, (NULL), NULL);
    GIVES(medals_context_threads, (NULL), 0);
    GIVES(medals_context_has_bf16, (NULL), false);
    RUNS(medals_context_free, (NULL));
    g_assert_cmpuint((note("medals_peak_rss_bytes"), medals_peak_rss_bytes()),
                     >, 0);
    g_assert_cmpuint((note("medals_available_memory_bytes"),
                      medals_available_memory_bytes()),
                     >, 0);
    g_assert_nonnull((note("medals_program_folder"), medals_program_folder()));
    GIVES(medals_model_ref, (NULL), NULL);
    GIVES(medals_model_name, (NULL), NULL);
    GIVES(medals_model_license, (NULL), NULL);
    GIVES(medals_model_precision, (NULL), MEDALS_PRECISION_AUTO);
    GIVES(medals_model_default_modality, (NULL), MEDALS_MODALITY_NONE);
    GIVES(medals_model_stage_count, (NULL), 0);
    GIVES(medals_model_class_count, (NULL), 0);
    GIVES(medals_model_match, (NULL, MEDALS_MODALITY_CT, false, "liver"), -1);
    GIVES(medals_model_match, (model, MEDALS_MODALITY_CT, false, NULL), -1);
    GIVES(medals_model_match, (model, (MedalsModality) 99, false, "liver"), -1);
    RUNS(medals_model_free, (NULL));
    GIVES(medals_segmentation_peek_labelmap, (NULL), NULL);
    GIVES(medals_segmentation_peek_layer, (NULL, 0), NULL);
    GIVES(medals_segmentation_peek_probability, (NULL, 0), NULL);
    GIVES(medals_segmentation_class_count, (NULL), 0);
    GIVES(medals_segmentation_match_count, (NULL), 0);
    GIVES(medals_segmentation_match, (NULL, 0, NULL, NULL), false);
    GIVES(medals_reading_class_count, (NULL), 0);
    GIVES(medals_reading_match_count, (NULL), 0);
    GIVES(medals_reading_match, (NULL, 0, NULL, NULL), false);
    GIVES(medals_reading_warnings, (NULL), NULL);
    RUNS(medals_reading_free, (NULL));
    GIVES(medals_segmentation_stage_count, (NULL), 0);
    GIVES(medals_segmentation_warnings, (NULL), NULL);
    RUNS(medals_segmentation_info, (NULL, NULL));
    RUNS(medals_segmentation_free, (NULL));
}

static void test_more_peeks(void)
{
    double spacing[3] = {1, 1, 1};
    int64_t extent[6] = {1, 1, 1, 1, 1, 1};
    GIVES(medals_challenge_peek_volume, (NULL), NULL);
    GIVES(medals_challenge_peek_truth, (NULL), NULL);
    GIVES(medals_challenge_instance_label, (NULL), -1);
    GIVES(medals_challenge_prompt_count, (NULL), 0);
    RUNS(medals_challenge_spacing, (NULL, spacing));
    g_assert_true(spacing[0] == 0 && spacing[2] == 0);
    RUNS(medals_challenge_spacing, (NULL, NULL));
    RUNS(medals_challenge_free, (NULL));
    GIVES(medals_checkpoint_format, (NULL), NULL);
    GIVES(medals_checkpoint_step, (NULL), -1);
    GIVES(medals_checkpoint_parameters, (NULL), 0);
    GIVES(medals_checkpoint_tensor_count, (NULL), 0);
    RUNS(medals_checkpoint_free, (NULL));
    GIVES(medals_comparison_label_count, (NULL), 0);
    IS_NAN(medals_comparison_mean_dice, (NULL));
    IS_NAN(medals_comparison_mean_nsd, (NULL));
    RUNS(medals_comparison_free, (NULL));
    RUNS(medals_answer_free, (NULL));
    GIVES(medals_answer_revision, (NULL), 0);
    GIVES(medals_answer_saved, (NULL), false);
    GIVES(medals_answer_seconds, (NULL), 0);
    GIVES(medals_answer_warnings, (NULL), NULL);
    GIVES(medals_answer_change_count, (NULL), 0);
    GIVES(medals_answer_window_count, (NULL), 0);
    GIVES(medals_answer_window, (NULL, 0, extent), false);
    g_assert_true(extent[0] == 0 && extent[5] == 0);
    GIVES(medals_answer_count, (NULL), 0);
    GIVES(medals_answer_match_count, (NULL), 0);
    GIVES(medals_answer_match, (NULL, 0, NULL, NULL), false);
    IS_NAN(medals_answer_dice, (NULL, 0));
    GIVES(medals_session_class_count, (NULL), 0);
    GIVES(medals_session_stroke_is_open, (NULL), false);
    GIVES(medals_session_revision, (NULL), 0);
    GIVES(medals_session_resumed, (NULL), false);
    GIVES(medals_session_saved, (NULL), false);
    GIVES(medals_session_warnings, (NULL), NULL);
    GIVES(medals_session_modality, (NULL), MEDALS_MODALITY_NONE);
    GIVES(medals_session_peek_geometry, (NULL), NULL);
    extent[0] = 1;
    GIVES(medals_session_changed_since, (NULL, 0, extent), false);
    g_assert_true(extent[0] == 0);
    GIVES(medals_session_changed_since, (session, 0, NULL), false);
    RUNS(medals_session_close, (NULL));
    REFUSED(medals_session_lock, (NULL, 0, true, &error));
    refused("medals_session_lock",
            medals_session_lock(session, 255, true, &error), MEDALS_E_INPUT);
}

/* ---- NULL --------------------------------------------------------------- */

static void mark(void *cookie)
{
    *(bool *) cookie = true;
}

static void test_null_volume(void)
{
    const MedalsGeometry *g = medals_volume_peek_geometry(volume);
    void *data = medals_volume_peek_data(volume);
    MedalsVolume *out;
    bool released = false;
    NOTHING(medals_volume_new, out, (&out, NULL, MEDALS_U8, &error));
    NOTHING(medals_volume_new, out, (&out, g, (MedalsDtype) 99, &error));
    REFUSED(medals_volume_new, (NULL, g, MEDALS_U8, &error));
    NOTHING(medals_volume_wrap, out,
            (&out, NULL, MEDALS_U8, data, mark, &released, &error));
    g_assert_true(released);
    released = false;
    NOTHING(medals_volume_wrap, out,
            (&out, g, MEDALS_U8, NULL, mark, &released, &error));
    g_assert_true(released);
    REFUSED(medals_volume_wrap, (NULL, g, MEDALS_U8, data, NULL, NULL, &error));
}

static void test_null_files(void)
{
    MedalsContext *no_context;
    MedalsModel *no_model;
    MedalsChallenge *challenge;
    MedalsCheckpoint *checkpoint;
    MedalsJournalInfo info = {.struct_size = sizeof info};
    info.revision = 7;
    REFUSED(medals_context_new, (NULL, NULL, &error));
    MedalsContextOptions threads = MEDALS_CONTEXT_OPTIONS_INIT;
    threads.threads = UINT32_MAX;
    NOTHING(medals_context_new, no_context, (&no_context, &threads, &error));
    NOTHING(medals_model_open, no_model,
            (&no_model, NULL, MEDALS_COMPACT, NULL, &error));
    NOTHING(medals_model_open, no_model,
            (&no_model, context, NULL, NULL, &error));
    REFUSED(medals_model_open, (NULL, context, MEDALS_COMPACT, NULL, &error));
    NOTHING(medals_challenge_open, challenge, (&challenge, NULL, &error));
    REFUSED(medals_challenge_open, (NULL, "x.npz", &error));
    REFUSED(medals_challenge_write, (NULL, volume, NULL, &error));
    REFUSED(medals_challenge_write, ("x.npz", NULL, NULL, &error));
    NOTHING(medals_checkpoint_open, checkpoint, (&checkpoint, NULL, &error));
    REFUSED(medals_checkpoint_open, (NULL, "x.pth", &error));
    REFUSED(medals_journal_read, (NULL, &info, &error));
    g_assert_cmpuint(info.revision, ==, 0);
    REFUSED(medals_journal_read, ("x.journal", NULL, &error));
    REFUSED(medals_journal_delete, (NULL, &error));
    /* Files that are not there: no usage error, and nothing handed out. */
    checkpoint = POISON;
    refused("medals_checkpoint_open",
            medals_checkpoint_open(&checkpoint, "/nowhere.pth", &error),
            MEDALS_E_IO);
    g_assert_null(checkpoint);
    no_model = POISON;
    refused("medals_model_open",
            medals_model_open(&no_model, context, "/nowhere", NULL, &error),
            MEDALS_E_IO);
    g_assert_null(no_model);
}

static void test_null_requests(void)
{
    MedalsSegmentation *result;
    MedalsComparison *comparison;
    const char *text[] = {"liver"};
    MedalsSegmentOptions ask = MEDALS_SEGMENT_OPTIONS_INIT;
    ask.texts = text;
    ask.text_count = 1;
    NOTHING(medals_segment, result, (&result, NULL, volume, &ask, &error));
    NOTHING(medals_segment, result, (&result, model, NULL, &ask, &error));
    NOTHING(medals_segment, result, (&result, model, volume, NULL, &error));
    REFUSED(medals_segment, (NULL, model, volume, &ask, &error));
    MedalsReading *reading;
    const MedalsModality ct = MEDALS_MODALITY_CT;
    NOTHING(medals_reading_new, reading,
            (&reading, NULL, ct, false, text, 1, &error));
    NOTHING(medals_reading_new, reading,
            (&reading, model, ct, false, NULL, 1, &error));
    NOTHING(medals_reading_new, reading,
            (&reading, model, ct, false, text, 0, &error));
    NOTHING(medals_reading_new, reading,
            (&reading, model, (MedalsModality) 99, false, text, 1, &error));
    REFUSED(medals_reading_new, (NULL, model, ct, false, text, 1, &error));
    NOTHING(medals_compare, comparison,
            (&comparison, NULL, volume, NULL, &error));
    NOTHING(medals_compare, comparison,
            (&comparison, volume, NULL, NULL, &error));
    REFUSED(medals_compare, (NULL, volume, volume, NULL, &error));
    OK(medals_compare(&comparison, volume, volume, NULL, &error));
    medals_comparison_free(&comparison);
    REFUSED(medals_convert, (NULL, NULL, NULL, &error));
    REFUSED(medals_convert, (context, NULL, NULL, &error));
    MedalsBenchPeak peak = MEDALS_BENCH_PEAK_INIT;
    MedalsBenchResult run = MEDALS_BENCH_RESULT_INIT;
    MedalsBenchClasses classes = MEDALS_BENCH_CLASSES_INIT;
    REFUSED(medals_bench_peak, (NULL, &peak, &error));
    REFUSED(medals_bench_peak, (context, NULL, &error));
    REFUSED(medals_bench_network, (NULL, NULL, &run, &error));
    REFUSED(medals_bench_network, (context, NULL, NULL, &error));
    REFUSED(medals_bench_classes, (NULL, NULL, &classes, &error));
    REFUSED(medals_bench_classes, (context, NULL, NULL, &error));
    REFUSED(medals_bench_layers, (NULL, NULL, NULL, NULL, &error));
    REFUSED(medals_bench_layers, (context, NULL, NULL, NULL, &error));
}

/* Every call of a session: without one, and with one where a pointer that is
 * needed is missing. */
static void test_null_session(void)
{
    const double at[3] = {1, 1, 1};
    const uint8_t mask[1] = {1};
    const char *text[] = {"liver"};
    size_t index = 7;
    MedalsSession *opened;
    MedalsAnswer *a;
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.points = at;
    prompt.point_count = 1;
    NOTHING(medals_session_open, opened, (&opened, NULL, volume, NULL, &error));
    NOTHING(medals_session_open, opened, (&opened, model, NULL, NULL, &error));
    REFUSED(medals_session_open, (NULL, model, volume, NULL, &error));
    NOTHING(medals_session_set_classes, a, (NULL, text, NULL, 1, &a, &error));
    NOTHING(medals_session_set_classes, a,
            (session, NULL, NULL, 1, &a, &error));
    NOTHING(medals_session_add_class, a,
            (NULL, "liver", NULL, &index, &a, &error));
    g_assert_cmpuint(index, ==, 0);
    NOTHING(medals_session_remove_class, a, (NULL, 0, &a, &error));
    NOTHING(medals_session_predict, a, (NULL, NULL, 0, NULL, &a, &error));
    NOTHING(medals_session_refine, a, (NULL, 1, NULL, 0, NULL, &a, &error));
    NOTHING(medals_session_prompt, a, (NULL, &prompt, NULL, &a, &error));
    NOTHING(medals_session_prompt, a, (session, NULL, NULL, &a, &error));
    NOTHING(medals_session_mask, a,
            (NULL, 0, MEDALS_MASK_PROMPT, NULL, mask, 1, NULL, &a, &error));
    REFUSED(medals_session_stroke_begin, (NULL, &prompt, &error));
    REFUSED(medals_session_stroke_begin, (session, NULL, &error));
    NOTHING(medals_session_stroke_append, a,
            (NULL, MEDALS_SPACE_INDEX, at, 1, NULL, 0, NULL, NULL, &a, &error));
    NOTHING(
        medals_session_stroke_append, a,
        (session, MEDALS_SPACE_INDEX, at, 1, NULL, 0, NULL, NULL, &a, &error));
    NOTHING(medals_session_stroke_end, a, (NULL, NULL, &a, &error));
    NOTHING(medals_session_stroke_end, a, (session, NULL, &a, &error));
    NOTHING(medals_session_stroke_cancel, a, (NULL, &a, &error));
    NOTHING(medals_session_stroke_cancel, a, (session, &a, &error));
    NOTHING(medals_session_undo, a, (NULL, 1, &a, &error));
    NOTHING(medals_session_redo, a, (NULL, 1, &a, &error));
    NOTHING(medals_session_reset, a, (NULL, MEDALS_RESET_ALL, &a, &error));
}

static void test_null_readers(void)
{
    MedalsVolume *labelmap;
    uint8_t voxel[1];
    uint64_t revision = 7;
    MedalsSessionStatistics held = {.struct_size = sizeof held, .voxels = 7};
    REFUSED(medals_session_read,
            (NULL, -1, NULL, MEDALS_U8, voxel, 1, &revision, &error));
    g_assert_cmpuint(revision, ==, 0);
    REFUSED(medals_session_read,
            (session, -1, NULL, MEDALS_U8, NULL, 1, NULL, &error));
    NOTHING(medals_session_labelmap, labelmap,
            (NULL, NULL, 0, &labelmap, &error));
    REFUSED(medals_session_labelmap, (session, NULL, 0, NULL, &error));
    REFUSED(medals_session_statistics, (NULL, 0, &held, &error));
    g_assert_cmpuint(held.voxels, ==, 0);
    REFUSED(medals_session_statistics, (session, 0, NULL, &error));
    MedalsSessionPrompt list = {.struct_size = sizeof list};
    uint64_t undo = 7, redo = 7;
    size_t total = 7;
    revision = 7;
    REFUSED(medals_session_prompts,
            (NULL, 0, &list, 1, &total, &revision, &error));
    g_assert_true(total == 0 && revision == 0);
    total = 7;
    REFUSED(medals_session_prompts,
            (session, 0, NULL, 1, &total, NULL, &error));
    g_assert_cmpuint(total, ==, 0);
    static const uint32_t odd[] = {0, 4, sizeof list - 8, sizeof list + 1,
                                   UINT32_MAX};
    for (size_t n = 0; n < G_N_ELEMENTS(odd); n++) {
        list.struct_size = odd[n];
        REFUSED(medals_session_prompts,
                (session, 0, &list, 1, NULL, NULL, &error));
    }
    RUNS(medals_session_history, (NULL, &undo, &redo));
    g_assert_true(undo == 0 && redo == 0);
}

/* Calls that fail for other reasons hand out nothing either. */
static void test_early_failures(void)
{
    MedalsAnswer *a = POISON;
    const char *none[] = {""};
#define FAILS(call)                                                            \
    do {                                                                       \
        a = POISON;                                                            \
        refused(#call, call, MEDALS_E_INPUT);                                  \
        g_assert_null(a);                                                      \
    } while (0)
    FAILS(medals_session_set_classes(session, none, NULL, 0, &a, &error));
    FAILS(medals_session_set_classes(session, none, NULL, 1, &a, &error));
    FAILS(medals_session_add_class(session, "", NULL, NULL, &a, &error));
    FAILS(medals_session_remove_class(session, 99, &a, &error));
    FAILS(medals_session_refine(session, 0, NULL, 0, NULL, &a, &error));
    FAILS(medals_session_undo(session, 0, &a, &error));
    FAILS(medals_session_redo(session, 0, &a, &error));
    const size_t far[] = {99};
    FAILS(medals_session_predict(session, far, 1, NULL, &a, &error));
    FAILS(medals_session_refine(session, 1, far, 1, NULL, &a, &error));
#undef FAILS
}

/* ---- struct_size and enums ---------------------------------------------- */

/* Options of sizes that no header has: `call` is refused for 0 alone. */
#define SIZES(options, wanted, call)                                           \
    do {                                                                       \
        for (uint32_t size = 0; size < sizeof(uint32_t); size++) {             \
            (options).struct_size = size;                                      \
            refused(#call, call, MEDALS_E_USAGE);                              \
        }                                                                      \
        (options).struct_size = sizeof(uint32_t);                              \
        g_assert_cmpint((call), ==, wanted);                                   \
        medals_error_free(&error);                                             \
        (options).struct_size = UINT32_MAX;                                    \
        g_assert_cmpint((call), !=, MEDALS_E_USAGE);                           \
        medals_error_free(&error);                                             \
        (options).struct_size = sizeof(options);                               \
    } while (0)
/* Numbers that an enum does not name. */
#define NUMBERS(field, type, call)                                             \
    do {                                                                       \
        static const int odd[] = {-2, -1000, 9999, INT32_MAX, INT32_MIN};      \
        type kept = field;                                                     \
        for (size_t n = 0; n < G_N_ELEMENTS(odd); n++) {                       \
            field = (type) odd[n];                                             \
            refused(#field, call, MEDALS_E_USAGE);                             \
        }                                                                      \
        field = kept;                                                          \
    } while (0)

static MedalsStatus make_context(const MedalsContextOptions *options)
{
    MedalsContext *out = NULL;
    MedalsStatus status = medals_context_new(&out, options, &error);
    medals_context_free(&out);
    return status;
}

static MedalsStatus open_model(const MedalsModelOptions *options)
{
    MedalsModel *out = NULL;
    MedalsStatus status =
        medals_model_open(&out, context, MEDALS_COMPACT, options, &error);
    medals_model_free(&out);
    return status;
}

static MedalsStatus open_session(const MedalsSessionOptions *options)
{
    MedalsSession *out = POISON;
    MedalsStatus status =
        medals_session_open(&out, model, volume, options, &error);
    g_assert_true((status == MEDALS_OK) == (out != NULL));
    medals_session_close(&out);
    return status;
}

static MedalsStatus compare(const MedalsCompareOptions *options)
{
    MedalsComparison *out = NULL;
    MedalsStatus status = medals_compare(&out, volume, volume, options, &error);
    medals_comparison_free(&out);
    return status;
}

static MedalsStatus segment(const MedalsSegmentOptions *options)
{
    MedalsSegmentation *out = POISON;
    MedalsStatus status = medals_segment(&out, model, volume, options, &error);
    g_assert_true((status == MEDALS_OK) == (out != NULL));
    medals_segmentation_free(&out);
    return status;
}

static MedalsStatus convert(const MedalsConvertOptions *options)
{
    return medals_convert(context, options, NULL, &error);
}

static MedalsStatus bench(const MedalsBenchOptions *options)
{
    MedalsBenchResult result = MEDALS_BENCH_RESULT_INIT;
    return medals_bench_network(context, options, &result, &error);
}

static bool stop(void *cookie, const MedalsProgress *progress)
{
    (void) cookie;
    (void) progress;
    return false;
}

static void test_options(void)
{
    MedalsContextOptions lane = MEDALS_CONTEXT_OPTIONS_INIT;
    MedalsModelOptions package = MEDALS_MODEL_OPTIONS_INIT;
    MedalsSessionOptions open = MEDALS_SESSION_OPTIONS_INIT;
    MedalsCompareOptions score = MEDALS_COMPARE_OPTIONS_INIT;
    MedalsSegmentOptions ask = MEDALS_SEGMENT_OPTIONS_INIT;
    MedalsConvertOptions make = MEDALS_CONVERT_OPTIONS_INIT;
    MedalsBenchOptions time = MEDALS_BENCH_OPTIONS_INIT;
    const char *text[] = {"left thalamus"};
    lane.threads = 1;
    SIZES(lane, MEDALS_OK, make_context(&lane));
    SIZES(package, MEDALS_OK, open_model(&package));
    SIZES(open, MEDALS_OK, open_session(&open));
    SIZES(score, MEDALS_OK, compare(&score));
    OK(make_context(NULL));
    OK(open_model(NULL));
    OK(open_session(NULL));
    OK(compare(NULL));
    make.struct_size = 0;
    refused("medals_convert", convert(&make), MEDALS_E_USAGE);
    time.struct_size = 0;
    refused("medals_bench_network", bench(&time), MEDALS_E_USAGE);
    time.struct_size = sizeof time;
    ask.texts = text;
    ask.text_count = 1;
    ask.progress = stop;
    SIZES(ask, MEDALS_E_USAGE, segment(&ask));
    NUMBERS(package.precision, MedalsPrecision, open_model(&package));
    NUMBERS(open.modality, MedalsModality, open_session(&open));
    NUMBERS(open.header_modality, MedalsModality, open_session(&open));
    NUMBERS(ask.modality, MedalsModality, segment(&ask));
    NUMBERS(ask.header_modality, MedalsModality, segment(&ask));
    time.size[0] = time.size[1] = time.size[2] = 32;
    NUMBERS(time.precision, MedalsPrecision, bench(&time));
    ask.flags = 1u << 30;
    refused("flags", segment(&ask), MEDALS_E_USAGE);
}

/* A list grows by its elements' own size; an odd one is refused. */
static void test_initial_classes(void)
{
    struct Later {
        MedalsInitialClass now;
        uint64_t more;
    } later[2] = {{{sizeof *later, 300, "three hundred"}, 1},
                  {{sizeof *later, 7, "seven"}, 2}};
    MedalsVolume *labelmap = NULL;
    OK(medals_volume_new(&labelmap, medals_volume_peek_geometry(volume),
                         MEDALS_U16, &error));
    uint16_t *voxel = medals_volume_peek_data(labelmap);
    voxel[5] = 300;
    voxel[6] = 7;
    MedalsSessionOptions open = MEDALS_SESSION_OPTIONS_INIT;
    open.labelmap = labelmap;
    open.initial = &later[0].now;
    open.initial_count = 2;
    MedalsSession *out = NULL;
    OK(medals_session_open(&out, model, volume, &open, &error));
    MedalsSessionClass info = {.struct_size = sizeof info};
    g_assert_true(medals_session_class(out, 0, &info));
    g_assert_cmpstr(info.name, ==, "seven");
    g_assert_true(medals_session_class(out, 1, &info));
    g_assert_cmpstr(info.name, ==, "three hundred");
    medals_session_close(&out);
    later[1].now.struct_size = 0;
    refused("initial", open_session(&open), MEDALS_E_USAGE);
    later[0].now.struct_size = 4;
    refused("initial", open_session(&open), MEDALS_E_USAGE);
    open.initial = NULL;
    refused("initial", open_session(&open), MEDALS_E_USAGE);
    medals_volume_free(&labelmap);
}

static MedalsStatus click(const MedalsPrompt *prompt, const MedalsCall *call)
{
    MedalsAnswer *answer = POISON;
    MedalsStatus status =
        medals_session_prompt(session, prompt, call, &answer, &error);
    g_assert_true((status == MEDALS_OK) == (answer != NULL));
    medals_answer_free(&answer);
    return status;
}

static MedalsStatus predict(const MedalsCall *call)
{
    MedalsAnswer *answer = POISON;
    MedalsStatus status =
        medals_session_predict(session, NULL, 0, call, &answer, &error);
    g_assert_true((status == MEDALS_OK) == (answer != NULL));
    medals_answer_free(&answer);
    return status;
}

static void test_prompts(void)
{
    const double at[3] = {1, 1, 1};
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    MedalsCall call = MEDALS_CALL_INIT;
    call.answer = MEDALS_ANSWER_NONE;
    prompt.points = at;
    prompt.point_count = 1;
    SIZES(prompt, MEDALS_E_INPUT, click(&prompt, &call)); /* no points */
    SIZES(call, MEDALS_OK, click(&prompt, &call));
    NUMBERS(prompt.kind, MedalsPromptKind, click(&prompt, &call));
    NUMBERS(prompt.space, MedalsSpace, click(&prompt, &call));
    prompt.kind = MEDALS_PROMPT_MASK; /* has a call of its own */
    refused("mask", click(&prompt, &call), MEDALS_E_USAGE);
    NUMBERS(call.answer, MedalsAnswerKind, click(&prompt, &call));
    NUMBERS(call.answer, MedalsAnswerKind, predict(&call));
    prompt.kind = MEDALS_PROMPT_SCRIBBLE;
    SIZES(prompt, MEDALS_E_USAGE,
          medals_session_stroke_begin(session, &prompt, &error));
    if (medals_session_stroke_is_open(session))
        medals_session_stroke_cancel(session, NULL, NULL);
    prompt.point_count = 0;
    NUMBERS(prompt.kind, MedalsPromptKind,
            medals_session_stroke_begin(session, &prompt, &error));
    NUMBERS(prompt.space, MedalsSpace,
            medals_session_stroke_begin(session, &prompt, &error));
    prompt.points = NULL;
    prompt.point_count = 3;
    refused("points", medals_session_stroke_begin(session, &prompt, &error),
            MEDALS_E_USAGE);
    MedalsResetWhat what = MEDALS_RESET_ALL;
    NUMBERS(what, MedalsResetWhat,
            medals_session_reset(session, what, NULL, &error));
    MedalsMaskUse use = MEDALS_MASK_PROMPT;
    const int64_t one[6] = {1, 2, 1, 2, 1, 2};
    const uint8_t mask[1] = {1};
    NUMBERS(
        use, MedalsMaskUse,
        medals_session_mask(session, 0, use, one, mask, 1, NULL, NULL, &error));
}

/* Buffers that are smaller than what they are said to hold. */
static void test_buffers(void)
{
    const int64_t box[6] = {1, 3, 1, 3, 1, 3};
    uint8_t eight[8] = {1};
    MedalsPrompt stroke = MEDALS_PROMPT_INIT;
    stroke.kind = MEDALS_PROMPT_SCRIBBLE;
    stroke.mask = eight;
    memcpy(stroke.extent, box, sizeof box);
#define SHORT(call) refused(#call, call, MEDALS_E_SHAPE)
    SHORT(medals_session_read(session, -1, box, MEDALS_U8, eight, 7, NULL,
                              &error));
    SHORT(medals_session_read(session, 0, box, MEDALS_U16, eight, 8, NULL,
                              &error));
    OK(medals_session_read(session, 0, box, MEDALS_U8, eight, 8, NULL, &error));
    eight[0] = 1;
    SHORT(medals_session_mask(session, 0, MEDALS_MASK_PROMPT, box, eight, 7,
                              NULL, NULL, &error));
    SHORT(medals_session_mask(session, 0, MEDALS_MASK_PROMPT, NULL, eight, 8,
                              NULL, NULL, &error));
    for (size_t bytes = 0; bytes < 8; bytes += 7) {
        stroke.mask_bytes = bytes;
        SHORT(medals_session_prompt(session, &stroke, NULL, NULL, &error));
        SHORT(medals_session_stroke_begin(session, &stroke, &error));
    }
    stroke.mask_bytes = 8;
    OK(medals_session_stroke_begin(session, &stroke, &error));
    SHORT(medals_session_stroke_append(session, MEDALS_SPACE_INDEX, NULL, 0,
                                       eight, 9, box, NULL, NULL, &error));
    REFUSED(medals_session_stroke_append, (session, MEDALS_SPACE_INDEX, NULL, 0,
                                           eight, 8, NULL, NULL, NULL, &error));
    REFUSED(medals_session_stroke_append, (session, MEDALS_SPACE_INDEX, NULL, 3,
                                           NULL, 0, NULL, NULL, NULL, &error));
    OK(medals_session_stroke_cancel(session, NULL, &error));
    SHORT(medals_session_read(session, -1, NULL, MEDALS_U8, eight, 8, NULL,
                              &error));
#undef SHORT
}

/* ---- reports ------------------------------------------------------------ */

static MedalsSegmentation *segmentation;
static MedalsComparison *comparison, *instances;
static MedalsAnswer *answer;
static MedalsReading *reading;

#define FILL(word, handle)                                                     \
    static bool fill_##word(Report *report, size_t index)                      \
    {                                                                          \
        note("medals_" #word);                                                 \
        return medals_##word(handle, index, (void *) report);                  \
    }
FILL(model_stage, model)
FILL(model_class, model)
FILL(session_class, session)
FILL(answer_change, answer)
FILL(comparison_label, comparison)
FILL(segmentation_class, segmentation)
FILL(segmentation_stage, segmentation)
FILL(reading_class, reading)

static bool fill_instances(Report *report, size_t index)
{
    note("medals_comparison_instances");
    return medals_comparison_instances(index ? comparison : instances,
                                       (void *) report);
}

static bool fill_statistics(Report *report, size_t index)
{
    bool done = medals_session_statistics(session, index, (void *) report,
                                          &error) == MEDALS_OK;
    g_assert_true(done == (error == NULL));
    medals_error_free(&error);
    return done;
}

static bool fill_info(Report *report, size_t index)
{
    medals_segmentation_info(index ? NULL : segmentation, (void *) report);
    return report && report->struct_size && index == 0;
}

/* Those that no handle is made for here: only out of range. */
static void test_far_reports(void)
{
    MedalsTensorInfo tensor = {.struct_size = sizeof tensor, .bytes = 7};
    MedalsChallengePrompt prompt = {sizeof prompt, 7, "x"};
    GIVES(medals_checkpoint_tensor, (NULL, 0, &tensor), false);
    g_assert_cmpuint(tensor.bytes, ==, 7);
    GIVES(medals_challenge_prompt, (NULL, 0, &prompt), false);
    g_assert_cmpuint(prompt.label, ==, 7);
    GIVES(medals_checkpoint_tensor, (NULL, 0, NULL), false);
    GIVES(medals_challenge_prompt, (NULL, 0, NULL), false);
}

static void test_reports(void)
{
    const char *text[] = {"left thalamus"};
    const double at[3] = {3, 4, 5};
    MedalsVolume *labelmap = NULL;
    MedalsCompareOptions score = MEDALS_COMPARE_OPTIONS_INIT;
    MedalsSegmentOptions ask = MEDALS_SEGMENT_OPTIONS_INIT;
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    MedalsCall call = MEDALS_CALL_INIT;
    ask.texts = text;
    ask.text_count = 1;
    prompt.points = at;
    prompt.point_count = 1;
    call.answer = MEDALS_ANSWER_INSTANT;
    OK(medals_session_reset(session, MEDALS_RESET_ALL, NULL, &error));
    OK(medals_session_prompt(session, &prompt, &call, &answer, &error));
    OK(medals_session_labelmap(session, NULL, 0, &labelmap, &error));
    OK(medals_compare(&comparison, labelmap, labelmap, NULL, &error));
    score.instances = true;
    OK(medals_compare(&instances, labelmap, labelmap, &score, &error));
    OK(medals_segment(&segmentation, model, volume, &ask, &error));
    OK(medals_reading_new(&reading, model, MEDALS_MODALITY_MRI, false, text, 1,
                          &error));
    check_report(fill_reading_class, sizeof(MedalsReadClass));
    medals_reading_free(&reading);
    check_report(fill_model_stage, sizeof(MedalsStageInfo));
    check_report(fill_model_class, sizeof(MedalsClassInfo));
    check_report(fill_session_class, sizeof(MedalsSessionClass));
    check_report(fill_answer_change, sizeof(MedalsChange));
    check_report(fill_comparison_label, sizeof(MedalsLabelScore));
    check_report(fill_segmentation_class, sizeof(MedalsClassReport));
    check_report(fill_segmentation_stage, sizeof(MedalsStageReport));
    check_report(fill_instances, sizeof(MedalsInstanceReport));
    check_report(fill_statistics, sizeof(MedalsSessionStatistics));
    check_report(fill_info, sizeof(MedalsSegmentationInfo));
    medals_segmentation_free(&segmentation);
    medals_comparison_free(&comparison);
    medals_comparison_free(&instances);
    medals_answer_free(&answer);
    medals_volume_free(&labelmap);
}

/* ---- all of them -------------------------------------------------------- */

static void test_all_symbols(void)
{
    g_autofree char *symbols = NULL;
    g_assert_true(g_file_get_contents(MEDALS_SYMBOLS, &symbols, NULL, NULL));
    g_auto(GStrv) names = g_strsplit(g_strstrip(symbols), "\n", -1);
    g_assert_cmpuint(g_strv_length(names), >, 100);
    for (char **name = names; *name; name++)
        if (!g_hash_table_contains(seen, *name))
            g_error("%s: public, but not in this table", *name);
}

static void begin(void)
{
    const MedalsGeometry g = {
        {12, 11, 10}, {2, 2, 2}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    const char *text[] = {"left thalamus"};
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.modality = MEDALS_MODALITY_MRI;
    OK(medals_context_new(&context, NULL, NULL));
    OK(medals_model_open(&model, context, MEDALS_COMPACT, NULL, NULL));
    OK(medals_volume_new(&volume, &g, MEDALS_U8, NULL));
    uint8_t *voxel = medals_volume_peek_data(volume);
    for (int n = 0; n < 12 * 11 * 10; n++)
        voxel[n] = (uint8_t) (n * 7 % 251);
    OK(medals_session_open(&session, model, volume, &options, NULL));
    OK(medals_session_set_classes(session, text, NULL, 1, NULL, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    seen = g_hash_table_new(g_str_hash, g_str_equal);
    begin();
    g_test_add_func("/api/contract/types", test_types);
    g_test_add_func("/api/contract/peeks", test_peeks);
    g_test_add_func("/api/contract/more-peeks", test_more_peeks);
    g_test_add_func("/api/contract/null-volume", test_null_volume);
    g_test_add_func("/api/contract/null-files", test_null_files);
    g_test_add_func("/api/contract/null-requests", test_null_requests);
    g_test_add_func("/api/contract/null-session", test_null_session);
    g_test_add_func("/api/contract/null-readers", test_null_readers);
    g_test_add_func("/api/contract/early-failures", test_early_failures);
    g_test_add_func("/api/contract/options", test_options);
    g_test_add_func("/api/contract/initial-classes", test_initial_classes);
    g_test_add_func("/api/contract/prompts", test_prompts);
    g_test_add_func("/api/contract/buffers", test_buffers);
    g_test_add_func("/api/contract/far-reports", test_far_reports);
    g_test_add_func("/api/contract/reports", test_reports);
    g_test_add_func("/api/contract/all-symbols", test_all_symbols);
    int failed = g_test_run();
    medals_session_close(&session);
    medals_volume_free(&volume);
    medals_model_free(&model);
    medals_context_free(&context);
    g_hash_table_destroy(seen);
    return failed;
}

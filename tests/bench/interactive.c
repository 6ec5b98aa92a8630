/*
 * interactive.c - how long a user waits
 *
 *   medals-bench-interactive [--image FILE] [--size I,J,K] [--clicks N]
 *                            [--threads N] [--model DIR]
 *
 * Two sessions get the same clicks, one of them with a journal: the difference
 * is what the journal costs. Clicks correct something near the border of what
 * is there, as a user's do. One JSON line a case, milliseconds, with what the
 * processor multiplies at best beside it. Without a file the image is a
 * synthetic head; a file is brought to the size.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "head_image.h"
#include "image.h"
#include "medals/bench.h"
#include "medals/medals.h"
#include "splitmix.h"
#include "temp_folder.h"
#include "timings.h"

/* The last class has no text. */
static const char *const texts[] = {
    "left hippocampus",      "right thalamus", "left lateral ventricle",
    "right cerebral cortex", "brain stem",     NULL};
#define CLASSES G_N_ELEMENTS(texts)

typedef enum Case {
    OPEN,
    COLD,
    PREDICT,
    PREDICT_AGAIN,
    INSTANT,
    JOURNAL_WRITE,
    SHOWN,
    BOTH,
    FULL,
    NONE,
    REFINE,
    READ,
    UNDO,
    REDO,
    RESUME,
    CASES
} Case;

/* wanted_ms: 0 where nothing is asked for. */
static const struct {
    const char *name, *what;
    double wanted_ms;
} cases[CASES] = {
    [OPEN] = {"open", "a session on an image", 0},
    [COLD] = {"instant_cold", "a click where no features are kept", 0},
    [PREDICT] = {"predict", "texts over the whole image", 0},
    [PREDICT_AGAIN] = {"predict_again", "the same from kept features", 0},
    [INSTANT] = {"instant", "a click from kept features", 150},
    [JOURNAL_WRITE] = {"journal_write", "that with less without journal", 20},
    [SHOWN] = {"both_shown", "first answer of instant and full", 150},
    [BOTH] = {"both", "instant, then full", 0},
    [FULL] = {"full", "a click shown to the network", 2000},
    [NONE] = {"none", "a click only remembered, with journal", 0},
    [REFINE] = {"refine", "one pass, all classes", 0},
    [READ] = {"read", "labels of the whole image", 0},
    [UNDO] = {"undo", "one step, with journal", 50},
    [REDO] = {"redo", "one step, with journal", 50},
    [RESUME] = {"resume", "a session from its journal", 0}};

typedef struct Bench {
    char *image, *size_text, *model_path; /* options */
    int clicks, threads;
    int64_t size[3];
    size_t voxels;
    MedalsContext *context;
    MedalsModel *model;
    MedalsVolume *volume;
    char *folder;                 /* of the journal */
    MedalsSession *plain, *saved; /* without and with a journal */
    uint8_t *mask;                /* one class */
    uint64_t seed;
    Timings timings[CASES];
} Bench;

static void must(MedalsStatus status, MedalsError *error)
{
    if (status == MEDALS_OK)
        return;
    fprintf(stderr, "medals-bench-interactive: %s\n",
            error ? medals_error_message(error) : "failed");
    exit(1);
}
#define MUST(call)                                                             \
    do {                                                                       \
        MedalsError *error = NULL;                                             \
        MedalsStatus status = (call);                                          \
        must(status, error);                                                   \
    } while (0)

/* Adds what a call took to a case. */
#define TIME(bench, number, call)                                              \
    do {                                                                       \
        double begun = medals_now();                                           \
        MUST(call);                                                            \
        timings_add(&(bench)->timings[number], medals_now() - begun);          \
    } while (0)

/* ---- sessions ----------------------------------------------------------- */

static MedalsSession *open_session(Bench *bench, Case number,
                                   const char *journal, uint64_t feature_bytes)
{
    MedalsSession *session = NULL;
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.modality = MEDALS_MODALITY_MRI;
    options.journal = journal;
    options.feature_bytes = feature_bytes;
    TIME(bench, number,
         medals_session_open(&session, bench->model, bench->volume, &options,
                             &error));
    return session;
}

/* A ball where the text found nothing, so that there is something to mend. */
static void draw(Bench *bench, MedalsSession *session, size_t index)
{
    enum { EDGE = 15, VOXELS = EDGE * EDGE * EDGE };
    uint8_t ball[VOXELS];
    int64_t extent[6];
    for (int a = 0; a < 3; a++) {
        int64_t shift = (int64_t) (index + (size_t) a) % 3 - 1;
        int64_t middle = bench->size[a] / 2 + shift * bench->size[a] / 6;
        extent[2 * a] = middle - EDGE / 2;
        extent[2 * a + 1] = middle + EDGE / 2 + 1;
    }
    for (int n = 0; n < VOXELS; n++) {
        int x = n % EDGE - 7, y = n / EDGE % EDGE - 7, z = n / EDGE / EDGE - 7;
        ball[n] = x * x + y * y + z * z < 50;
    }
    MUST(medals_session_mask(session, index, MEDALS_MASK_LABELMAP, extent, ball,
                             VOXELS, NULL, NULL, &error));
}

static void prepare(Bench *bench, MedalsSession *session)
{
    MUST(medals_session_set_classes(session, texts, NULL, CLASSES, NULL,
                                    &error));
    TIME(bench, PREDICT,
         medals_session_predict(session, NULL, 0, NULL, NULL, &error));
    TIME(bench, PREDICT_AGAIN,
         medals_session_predict(session, NULL, 0, NULL, NULL, &error));
    for (size_t index = 0; index < CLASSES; index++) {
        MedalsSessionStatistics found = {.struct_size = sizeof found};
        MUST(medals_session_statistics(session, index, &found, &error));
        if (!found.voxels)
            draw(bench, session, index);
    }
}

/* ---- clicks ------------------------------------------------------------- */

static int64_t random_between(uint64_t *seed, int64_t low, int64_t high)
{
    return low +
           (int64_t) medals_splitmix_below(seed, (uint64_t) (high - low + 1));
}

typedef struct Click {
    size_t index;
    double at[3];
    bool positive;
} Click;

/* A few voxels off a random voxel of the class, and against what is there. */
static Click make_click(Bench *bench)
{
    Click click = {.index = medals_splitmix_below(&bench->seed, CLASSES)};
    MUST(medals_session_read(bench->plain, (int64_t) click.index, NULL,
                             MEDALS_U8, bench->mask, bench->voxels, NULL,
                             &error));
    size_t n = medals_splitmix_below(&bench->seed, bench->voxels);
    for (size_t seen = 0; seen < bench->voxels && !bench->mask[n]; seen++)
        n = (n + 1) % bench->voxels;
    int64_t rest = (int64_t) n, place = 0, step = 1;
    for (int a = 0; a < 3; a++) {
        int64_t x = rest % bench->size[a] + random_between(&bench->seed, -4, 4);
        x = CLAMP(x, 0, bench->size[a] - 1);
        click.at[a] = (double) x;
        place += step * x;
        step *= bench->size[a];
        rest /= bench->size[a];
    }
    click.positive = !bench->mask[place];
    return click;
}

static void note_shown(void *cookie, const MedalsAnswer *provisional)
{
    *(double *) cookie = medals_now();
}

/* @return seconds; *shown: until the first answer was shown */
static double give(MedalsSession *session, const Click *click,
                   MedalsAnswerKind kind, double *shown)
{
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.class_index = click->index;
    prompt.positive = click->positive;
    prompt.points = click->at;
    prompt.point_count = 1;
    MedalsCall call = MEDALS_CALL_INIT;
    double begun = medals_now(), first = begun;
    call.answer = kind;
    call.instant = note_shown;
    call.instant_cookie = &first;
    MUST(medals_session_prompt(session, &prompt, &call, NULL, &error));
    if (shown)
        *shown = first - begun;
    return medals_now() - begun;
}

/* The same click to both, the other one first each time. */
static void run_instant(Bench *bench)
{
    for (int n = 0; n < bench->clicks; n++) {
        Click click = make_click(bench);
        double with = 0, without = 0;
        for (int turn = 0; turn < 2; turn++) {
            if ((n + turn) % 2)
                with = give(bench->saved, &click, MEDALS_ANSWER_INSTANT, NULL);
            else
                without =
                    give(bench->plain, &click, MEDALS_ANSWER_INSTANT, NULL);
        }
        timings_add(&bench->timings[INSTANT], without);
        timings_add(&bench->timings[JOURNAL_WRITE], with - without);
    }
}

static void run_network(Bench *bench)
{
    for (int n = 0; n < MAX(bench->clicks / 6, 1); n++) {
        Click click = make_click(bench);
        timings_add(&bench->timings[FULL],
                    give(bench->plain, &click, MEDALS_ANSWER_FULL, NULL));
        click = make_click(bench);
        double shown = 0;
        timings_add(&bench->timings[BOTH],
                    give(bench->plain, &click, MEDALS_ANSWER_BOTH, &shown));
        timings_add(&bench->timings[SHOWN], shown);
    }
    for (int n = 0; n < MAX(bench->clicks / 40, 1); n++)
        TIME(bench, REFINE,
             medals_session_refine(bench->plain, 1, NULL, 0, NULL, NULL,
                                   &error));
}

/* One window fits, so that nearly every click finds none. */
static void run_cold(Bench *bench)
{
    MedalsSession *session = open_session(bench, OPEN, NULL, 1);
    MUST(medals_session_set_classes(session, texts, NULL, CLASSES, NULL,
                                    &error));
    for (int n = 0; n < MAX(bench->clicks / 10, 1); n++) {
        Click click = {.index = (size_t) n % CLASSES, .positive = true};
        for (int a = 0; a < 3; a++)
            click.at[a] = (double) random_between(
                &bench->seed, bench->size[a] / 5, bench->size[a] * 4 / 5);
        timings_add(&bench->timings[COLD],
                    give(session, &click, MEDALS_ANSWER_INSTANT, NULL));
    }
    medals_session_close(&session);
}

/* ---- history and journal ------------------------------------------------ */

static void run_history(Bench *bench)
{
    for (int n = 0; n < bench->clicks; n++) {
        Click click = make_click(bench);
        timings_add(&bench->timings[NONE],
                    give(bench->saved, &click, MEDALS_ANSWER_NONE, NULL));
    }
    for (int n = 0; n < 2 * bench->clicks; n++)
        TIME(bench, UNDO, medals_session_undo(bench->saved, 1, NULL, &error));
    for (int n = 0; n < 2 * bench->clicks; n++)
        TIME(bench, REDO, medals_session_redo(bench->saved, 1, NULL, &error));
    for (int n = 0; n < MIN(bench->clicks, 10); n++)
        TIME(bench, READ,
             medals_session_read(bench->saved, -1, NULL, MEDALS_U8, bench->mask,
                                 bench->voxels, NULL, &error));
    medals_session_close(&bench->saved);
    bench->saved = open_session(bench, RESUME, bench->folder, 0);
    if (!medals_session_resumed(bench->saved))
        must(MEDALS_E_INTERNAL, NULL);
}

/* ---- report ------------------------------------------------------------- */

static void report(const Bench *bench, const MedalsBenchPeak *peak)
{
    for (int n = 0; n < CASES; n++) {
        const Timings *timings = &bench->timings[n];
        printf("{\"bench\":\"interactive\",\"case\":\"%s\",\"what\":\"%s\","
               "\"n\":%u,\"median_ms\":%.2f,\"p95_ms\":%.2f,\"max_ms\":%.2f,",
               cases[n].name, cases[n].what, timings_count(timings),
               1e3 * timings_quantile(timings, 0.5),
               1e3 * timings_quantile(timings, 0.95),
               1e3 * timings_quantile(timings, 1));
        if (cases[n].wanted_ms > 0)
            printf("\"wanted_ms\":%.0f,", cases[n].wanted_ms);
        printf("\"size\":[%d,%d,%d],\"isa\":\"%s\",\"threads\":%u,"
               "\"peak_f32_tflops\":%.3f,\"peak_rss\":%.0f}\n",
               (int) bench->size[0], (int) bench->size[1], (int) bench->size[2],
               medals_context_isa(bench->context),
               medals_context_threads(bench->context), peak->f32 * 1e-12,
               (double) medals_peak_rss_bytes());
    }
}

/* ---- program ------------------------------------------------------------ */

static void parse(Bench *bench, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        {"image", 0, 0, G_OPTION_ARG_FILENAME, &bench->image,
         "an MR of a head instead of the synthetic one", "FILE"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &bench->size_text,
         "voxels; default 256,256,180", "I,J,K"},
        {"clicks", 0, 0, G_OPTION_ARG_INT, &bench->clicks,
         "instant answers; default 40", "N"},
        {"threads", 0, 0, G_OPTION_ARG_INT, &bench->threads,
         "default: one a core", "N"},
        {"model", 0, 0, G_OPTION_ARG_FILENAME, &bench->model_path,
         "default: the compact model", "DIR"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
    g_autoptr(GOptionContext) options = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    int size[3] = {256, 256, 180};
    g_option_context_add_main_entries(options, entries, NULL);
    bool good =
        g_option_context_parse(options, argc, argv, &error) &&
        (!bench->size_text || sscanf(bench->size_text, "%d,%d,%d", &size[0],
                                     &size[1], &size[2]) == 3) &&
        *argc == 1 && bench->clicks > 0 && bench->threads >= 0;
    for (int a = 0; a < 3; a++) {
        bench->size[a] = size[a];
        good = good && size[a] >= 48 && size[a] <= 1024;
    }
    if (!good) {
        fprintf(stderr, "medals-bench-interactive: %s\n",
                error ? error->message
                      : "options; expected sizes from 48 to 1024, clicks");
        exit(2);
    }
}

static MedalsVolume *make_volume(const Bench *bench)
{
    if (!bench->image)
        return head_image_new(bench->size, 0.9, 1);
    MedalsImage *image = NULL;
    char *message = NULL;
    if (medals_image_read(&image, bench->image, NULL, &message) != MEDALS_OK) {
        fprintf(stderr, "medals-bench-interactive: %s\n", message);
        exit(1);
    }
    MedalsVolume *volume =
        head_image_resized(medals_image_peek_volume(image), bench->size);
    medals_image_free(&image);
    return volume;
}

static void open_all(Bench *bench)
{
    MedalsContextOptions lane = MEDALS_CONTEXT_OPTIONS_INIT;
    lane.threads = (uint32_t) bench->threads;
    MUST(medals_context_new(&bench->context, &lane, &error));
    MUST(medals_model_open(
        &bench->model, bench->context,
        bench->model_path ? bench->model_path : MEDALS_COMPACT, NULL, &error));
    bench->volume = make_volume(bench);
    bench->voxels = (size_t) (bench->size[0] * bench->size[1] * bench->size[2]);
    bench->mask = g_malloc(bench->voxels);
    bench->folder = temp_folder_new();
    bench->plain = open_session(bench, OPEN, NULL, 0);
    bench->saved = open_session(bench, OPEN, bench->folder, 0);
}

static void close_all(Bench *bench)
{
    medals_session_close(&bench->plain);
    medals_session_close(&bench->saved);
    temp_folder_remove(bench->folder);
    for (int n = 0; n < CASES; n++)
        timings_clear(&bench->timings[n]);
    medals_volume_free(&bench->volume);
    medals_model_free(&bench->model);
    medals_context_free(&bench->context);
    g_free(bench->mask);
    g_free(bench->folder);
    g_free(bench->image);
    g_free(bench->size_text);
    g_free(bench->model_path);
}

int main(int argc, char **argv)
{
    Bench bench = {.clicks = 40, .seed = 5};
    MedalsBenchPeak peak = MEDALS_BENCH_PEAK_INIT;
    parse(&bench, &argc, &argv);
    open_all(&bench);
    MUST(medals_bench_peak(bench.context, &peak, &error));
    run_cold(&bench);
    prepare(&bench, bench.plain);
    prepare(&bench, bench.saved);
    run_instant(&bench);
    run_history(&bench);
    run_network(&bench);
    report(&bench, &peak);
    close_all(&bench);
    return 0;
}

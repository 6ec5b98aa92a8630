/*
 * clicks.c - how much each corrective click gains
 *
 *   medals-bench-clicks [ct|hippocampus|pet|pet-clicks|head] [instant|full|
 *                       both|refine|together] [scans] [clicks] [model folder]
 *
 * Text alone, then one click after the other, each in the deepest voxel of the
 * largest error component; every organ begins from the text's answer. In the
 * mode `together` all organs are mended in one session, a click each in turn,
 * and what clicks did to other organs is counted. One JSON line an organ, then
 * one with the means. Without the volumes it says so and ends with 0.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "click_cases.h"
#include "image.h"
#include "labelmap.h"
#include "medals/medals.h"
#include "simulated_user.h"

#define MOST_CLICKS 20
/* A click that lowers the DSC by more than this did harm. */
#define HARM 0.02
#define REFINE_HARM 0.005

typedef enum Mode { INSTANT, FULL, BOTH, REFINE, TOGETHER } Mode;
static const char *const mode_words[] = {"instant", "full", "both", "refine",
                                         "together"};

typedef struct Bench {
    MedalsContext *context;
    MedalsModel *model;
    const char *data;
    Mode mode;
    int clicks;
    /* sums over organs: all, and those whose text alone is below 0.5 */
    double sum[2][MOST_CLICKS + 1];
    uint64_t organs[2], harmed[MOST_CLICKS + 1], given[MOST_CLICKS + 1];
    uint64_t others_harmed; /* clicks that lowered another organ's DSC so */
    double refined[MOST_CLICKS + 1]; /* what refine added after each click */
    uint64_t refines, refines_harmed;
} Bench;

/* One scan with its session. */
typedef struct Scan {
    const ClickCase *what;
    MedalsSession *session;
    const MedalsGeometry *geometry;
    const MedalsVolume *truth;
    size_t voxels;
    uint8_t *wanted, *mask; /* of one organ */
    GString *signs;         /* of its clicks so far: + or - */
} Scan;

static void die(const char *what, MedalsError *error)
{
    fprintf(stderr, "medals-bench-clicks: %s: %s\n", what,
            error ? medals_error_message(error) : "failed");
    exit(1);
}
#define DO(what, call)                                                         \
    do {                                                                       \
        MedalsError *error = NULL;                                             \
        if ((call) != MEDALS_OK)                                               \
            die(what, error);                                                  \
    } while (0)

static uint32_t value_at(const MedalsVolume *labelmap, size_t n)
{
    const void *data = medals_volume_peek_data((MedalsVolume *) labelmap);
    switch (medals_volume_dtype(labelmap)) {
    case MEDALS_U8:
        return ((const uint8_t *) data)[n];
    case MEDALS_U16:
        return ((const uint16_t *) data)[n];
    default:
        return ((const uint32_t *) data)[n];
    }
}

/* The organ's truth; false: it was not contoured. */
static bool take_organ(Scan *scan, size_t organ)
{
    bool any = false;
    for (size_t n = 0; n < scan->voxels; n++) {
        scan->wanted[n] = value_at(scan->truth, n) == scan->what->values[organ];
        any = any || scan->wanted[n];
    }
    return any;
}

static double look(Scan *scan, size_t organ)
{
    DO("read",
       medals_session_read(scan->session, (int64_t) organ, NULL, MEDALS_U8,
                           scan->mask, scan->voxels, NULL, &error));
    return simulated_user_dice(scan->wanted, scan->mask, scan->voxels);
}

static void give_click(const Bench *bench, Scan *scan, size_t organ,
                       const SimulatedClick *click)
{
    static const MedalsAnswerKind kinds[] = {
        MEDALS_ANSWER_INSTANT, MEDALS_ANSWER_FULL, MEDALS_ANSWER_BOTH,
        MEDALS_ANSWER_INSTANT, MEDALS_ANSWER_INSTANT};
    const double at[3] = {(double) click->voxel[0], (double) click->voxel[1],
                          (double) click->voxel[2]};
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.class_index = organ;
    prompt.positive = click->positive;
    prompt.points = at;
    prompt.point_count = 1;
    MedalsCall call = MEDALS_CALL_INIT;
    call.answer = kinds[bench->mode];
    DO("click",
       medals_session_prompt(scan->session, &prompt, &call, NULL, &error));
}

/* Clicks into what is wrong with the mask that was looked at last; false:
 * nothing is. */
static bool mend_once(const Bench *bench, Scan *scan, size_t organ)
{
    SimulatedClick click;
    bool found = false;
    GError *failure = NULL;
    if (!simulated_user_click(scan->wanted, scan->mask, scan->geometry->size,
                              scan->geometry->spacing, &click, &found,
                              &failure))
        die(failure->message, NULL);
    if (found) {
        give_click(bench, scan, organ, &click);
        g_string_append_c(scan->signs, click.positive ? '+' : '-');
    }
    return found;
}

/* One pass over an organ that has a text, and what it changed. */
static double refine(Bench *bench, Scan *scan, size_t organ, int n,
                     double before)
{
    if (!scan->what->texts[organ])
        return before;
    DO("refine",
       medals_session_refine(scan->session, 1, &organ, 1, NULL, NULL, &error));
    double after = look(scan, organ);
    bench->refined[n] += after - before;
    bench->refines++;
    bench->refines_harmed += after < before - REFINE_HARM;
    return after;
}

/* @return clicks given; dice[0..clicks of the bench] */
static int mend(Bench *bench, Scan *scan, size_t organ, double *dice)
{
    int given = 0;
    g_string_truncate(scan->signs, 0);
    for (int n = 0; n <= bench->clicks; n++) {
        bool found = n > 0 && mend_once(bench, scan, organ);
        given += found;
        dice[n] = n == 0 || found ? look(scan, organ) : dice[n - 1];
        if (bench->mode == REFINE)
            dice[n] = refine(bench, scan, organ, n, dice[n]);
    }
    return given;
}

static void report_organ(const Scan *scan, const Bench *bench, size_t organ,
                         const double *dice)
{
    const char *text = scan->what->texts[organ];
    printf("{\"scan\":\"%s\",\"organ\":\"%s\",\"mode\":\"%s\",\"dsc\":[",
           scan->what->name, text ? text : "", mode_words[bench->mode]);
    for (int n = 0; n <= bench->clicks; n++)
        printf("%s%.4f", n ? "," : "", dice[n]);
    printf("]");
    if (bench->mode != TOGETHER)
        printf(",\"signs\":\"%s\"", scan->signs->str);
    printf("}\n");
    fflush(stdout);
}

static void count_organ(Bench *bench, const double *dice, int given)
{
    for (int set = 0; set < 2; set++) {
        if (set == 1 && dice[0] >= 0.5)
            continue;
        bench->organs[set]++;
        for (int n = 0; n <= bench->clicks; n++)
            bench->sum[set][n] += dice[n];
    }
    for (int n = 1; n <= given; n++) {
        bench->given[n]++;
        bench->harmed[n] += dice[n] < dice[n - 1] - HARM;
    }
}

static void ask(Scan *scan)
{
    DO("classes",
       medals_session_set_classes(scan->session, scan->what->texts, NULL,
                                  scan->what->count, NULL, &error));
    if (scan->what->texts[0])
        DO("predict",
           medals_session_predict(scan->session, NULL, 0, NULL, NULL, &error));
}

/* Back to the text's answer: the steps after classes and predict. */
static void go_back(Scan *scan, uint64_t revision)
{
    uint64_t steps = medals_session_revision(scan->session) - revision;
    if (steps)
        DO("undo", medals_session_undo(scan->session, steps, NULL, &error));
}

static void run_organs(Bench *bench, Scan *scan)
{
    ask(scan);
    for (size_t organ = 0; organ < scan->what->count; organ++) {
        double dice[MOST_CLICKS + 1];
        if (!take_organ(scan, organ))
            continue;
        uint64_t revision = medals_session_revision(scan->session);
        int given = mend(bench, scan, organ, dice);
        go_back(scan, revision);
        report_organ(scan, bench, organ, dice);
        count_organ(bench, dice, given);
    }
}

static void look_at_all(Scan *scan, double *dice)
{
    for (size_t organ = 0; organ < scan->what->count; organ++) {
        take_organ(scan, organ);
        dice[organ] = look(scan, organ);
    }
}

/* A click into one organ, and what it did to all. */
static bool mend_among(Bench *bench, Scan *scan, size_t organ, double *dice)
{
    size_t count = scan->what->count;
    g_autofree double *before = g_memdup2(dice, count * sizeof *dice);
    take_organ(scan, organ);
    look(scan, organ);
    if (!mend_once(bench, scan, organ))
        return false;
    look_at_all(scan, dice);
    bool harm = false;
    for (size_t n = 0; n < count; n++)
        harm = harm || (n != organ && dice[n] < before[n] - HARM);
    bench->others_harmed += harm;
    return true;
}

/* Every organ's curve ends each round with what the others' clicks left. */
static void run_together(Bench *bench, Scan *scan)
{
    size_t count = scan->what->count, row = MOST_CLICKS + 1;
    g_autofree double *dice = g_new0(double, count);
    g_autofree double *curve = g_new0(double, count *row);
    g_autofree int *given = g_new0(int, count);
    ask(scan);
    look_at_all(scan, dice);
    for (int n = 0; n <= bench->clicks; n++) {
        for (size_t organ = 0; n > 0 && organ < count; organ++)
            given[organ] += mend_among(bench, scan, organ, dice);
        for (size_t organ = 0; organ < count; organ++)
            curve[organ * row + (size_t) n] = dice[organ];
    }
    for (size_t organ = 0; organ < count; organ++) {
        if (!take_organ(scan, organ))
            continue;
        report_organ(scan, bench, organ, curve + organ * row);
        count_organ(bench, curve + organ * row, given[organ]);
    }
}

static void run_scan(Bench *bench, const ClickCase *what)
{
    char *message = NULL;
    MedalsImage *image = NULL;
    MedalsLabelmap *truth = NULL;
    if (medals_image_read(&image, what->image, NULL, &message) != MEDALS_OK ||
        medals_labelmap_read(&truth, what->truth, &message) != MEDALS_OK) {
        fprintf(stderr, "medals-bench-clicks: %s\n", message);
        exit(1);
    }
    MedalsVolume *volume = medals_image_peek_volume(image);
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.modality = what->modality;
    Scan scan = {.what = what,
                 .geometry = medals_volume_peek_geometry(volume),
                 .truth = medals_labelmap_peek_layer(truth, 0)};
    const int64_t *size = scan.geometry->size;
    scan.signs = g_string_new(NULL);
    scan.voxels = (size_t) (size[0] * size[1] * size[2]);
    scan.wanted = g_malloc(scan.voxels);
    scan.mask = g_malloc(scan.voxels);
    DO("open", medals_session_open(&scan.session, bench->model, volume,
                                   &options, &error));
    if (bench->mode == TOGETHER)
        run_together(bench, &scan);
    else
        run_organs(bench, &scan);
    medals_session_close(&scan.session);
    g_string_free(scan.signs, TRUE);
    g_free(scan.wanted);
    g_free(scan.mask);
    medals_labelmap_free(&truth);
    medals_image_free(&image);
}

static void print_means(const char *name, const double *sum, uint64_t organs,
                        int clicks)
{
    printf("\"%s\":[", name);
    for (int n = 0; n <= clicks && organs; n++)
        printf("%s%.4f", n ? "," : "", sum[n] / (double) organs);
    printf("]");
}

/* What five clicks brought, for both sets of organs. */
static void print_gain(const Bench *bench)
{
    int n = MIN(5, bench->clicks);
    printf(",\"gain_at_%d\":[", n);
    for (int set = 0; set < 2; set++) {
        double gain = bench->sum[set][n] - bench->sum[set][0];
        printf("%s%.4f", set ? "," : "",
               gain / (double) MAX(bench->organs[set], 1));
    }
    printf("]");
}

static void report(const Bench *bench)
{
    uint64_t given = 0, harmed = 0;
    printf("{\"data\":\"%s\",\"mode\":\"%s\",\"organs\":%" G_GUINT64_FORMAT
           ",\"organs_below_0.5\":%" G_GUINT64_FORMAT ",",
           bench->data, mode_words[bench->mode], bench->organs[0],
           bench->organs[1]);
    print_means("mean_dsc", bench->sum[0], bench->organs[0], bench->clicks);
    printf(",");
    print_means("mean_dsc_below_0.5", bench->sum[1], bench->organs[1],
                bench->clicks);
    print_gain(bench);
    printf(",\"share_harmed\":[");
    for (int n = 1; n <= bench->clicks; n++) {
        printf("%s%.3f", n > 1 ? "," : "",
               bench->given[n]
                   ? (double) bench->harmed[n] / (double) bench->given[n]
                   : 0);
        given += bench->given[n];
        harmed += bench->harmed[n];
    }
    printf("],\"share_harmed_all\":%.4f",
           given ? (double) harmed / (double) given : 0);
    if (bench->mode == REFINE) {
        printf(",");
        print_means("refine_added", bench->refined, bench->organs[0],
                    bench->clicks);
        printf(",\"share_refines_harmed\":%.4f",
               (double) bench->refines_harmed /
                   (double) MAX(bench->refines, 1));
    }
    if (bench->mode == TOGETHER)
        printf(",\"share_harmed_others\":%.4f",
               given ? (double) bench->others_harmed / (double) given : 0);
    printf("}\n");
}

static Mode mode_of(const char *word)
{
    for (int n = 0; n < (int) G_N_ELEMENTS(mode_words); n++)
        if (!strcmp(word, mode_words[n]))
            return (Mode) n;
    fprintf(stderr,
            "medals-bench-clicks: mode %s; expected instant, full, "
            "both, refine or together\n",
            word);
    exit(2);
}

int main(int argc, char **argv)
{
    const char *shared = g_getenv("MEDALS_SHARED");
    Bench bench = {.data = argc > 1 ? argv[1] : "hippocampus",
                   .mode = mode_of(argc > 2 ? argv[2] : "instant"),
                   .clicks = argc > 4 ? atoi(argv[4]) : 10};
    bench.clicks = CLAMP(bench.clicks, 1, MOST_CLICKS);
    size_t scans = argc > 3 ? (size_t) MAX(atoi(argv[3]), 1) : 40;
    g_autoptr(GPtrArray) list =
        click_cases(bench.data, shared ? shared : MEDALS_SHARED_DEFAULT, scans);
    if (!list->len) {
        printf("SKIP %s: no volumes (MEDALS_SHARED)\n", bench.data);
        return 0;
    }
    DO("context", medals_context_new(&bench.context, NULL, &error));
    DO("model",
       medals_model_open(&bench.model, bench.context,
                         argc > 5 ? argv[5] : MEDALS_COMPACT, NULL, &error));
    for (guint n = 0; n < list->len; n++)
        run_scan(&bench, list->pdata[n]);
    report(&bench);
    medals_model_free(&bench.model);
    medals_context_free(&bench.context);
    return 0;
}

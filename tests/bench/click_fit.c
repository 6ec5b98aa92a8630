/*
 * click_fit.c - makes resources/click_head.json, and says what it is worth
 *
 *   medals-click-fit teach HEAD.json     simulated users of scans that teach
 *   medals-click-fit curve KIND          dice over clicks on the other scans
 *
 * Teaching takes three rounds: users first get balls for answers, then those
 * of the head so far, so that it learns from the masks that it leaves behind.
 * KIND: ct, hippocampus, pet (classes with texts), pet-click, ct-click,
 * hippocampus-click (without). Scans come from the folder of shared data; the
 * network's answers are kept in a cache folder, a few GB.
 */
#include <stdio.h>
#include <string.h>

#include "click_fit_lesson.h"

/* Negative answers are held back by this logit: taking an object away that is
 * right costs more than leaving one that is wrong. */
#define HELD_BACK -0.6
#define ROUNDS 3

static const FitLesson lessons[] = {
    {"hippocampus", 60, 6, 2, 1}, {"pet", 21, 6, 2, 1},
    {"ct", 36, 6, 2, 1},          {"ct-near", 150, 5, 2, 1},
    {"pet-click", 21, 7, 0, 3},   {"torso", 2, 6, 0, 3},
    {"ct-click", 16, 6, 0, 3},    {"hippocampus-click", 20, 6, 0, 3}};

typedef struct Options {
    char *shared, *model, *cache, *head;
    int scans, clicks;
    gboolean teaching; /* curve on the scans that teach */
} Options;

static MedalsClickHead *read_head(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;
    if (!g_file_get_contents(path, &text, &length, error))
        return NULL;
    return medals_click_head_parse(text, length, error);
}

/* Nets of both signs, as a file. */
static bool write_head(const char *path, const FitRows rows[2], GError **error)
{
    cJSON *root = cJSON_CreateObject();
    for (int sign = 0; sign < 2; sign++) {
        FitPlan plan = {.hidden = {32, 16},
                        .epochs = 8,
                        .rate = 3e-3,
                        .decay = 1e-3,
                        .noise = 0.1,
                        .bias = sign ? 0 : HELD_BACK,
                        .seed = 11};
        double loss;
        cJSON *net = fit_net(&rows[sign], &plan, &loss);
        cJSON_AddItemToObject(root, sign ? "positive" : "negative", net);
        printf("%s: %u rows, loss %.4f\n", sign ? "positive" : "negative",
               rows[sign].target->len, loss);
    }
    char *text = cJSON_PrintUnformatted(root);
    bool ok = g_file_set_contents(path, text, -1, error);
    cJSON_free(text);
    cJSON_Delete(root);
    return ok;
}

/* Rows of one round; the round before it may stay in them. */
static bool one_round(FitModel *model, const Options *options,
                      const MedalsClickHead *head, uint64_t *state,
                      FitRows rows[2], GError **error)
{
    bool ok = true;
    for (size_t i = 0; ok && i < G_N_ELEMENTS(lessons); i++) {
        FitLesson lesson = lessons[i];
        lesson.scans = MIN(lesson.scans, (guint) options->scans);
        ok = fit_lesson_teach(model, options->shared, &lesson, head, state,
                              rows, error);
        printf("%s: %u rows by now\n", lesson.kind,
               rows[0].target->len + rows[1].target->len);
        fflush(stdout);
    }
    return ok;
}

static bool teach(FitModel *model, const Options *options, const char *path,
                  GError **error)
{
    FitRows rows[2];
    uint64_t state = 7;
    MedalsClickHead *head = NULL;
    bool ok = true;
    for (int sign = 0; sign < 2; sign++)
        fit_rows_init(&rows[sign]);
    for (int round = 0; ok && round < ROUNDS; round++) {
        if (round == ROUNDS - 1) /* balls taught enough */
            for (int sign = 0; sign < 2; sign++)
                fit_rows_empty(&rows[sign]);
        ok = one_round(model, options, head, &state, rows, error) &&
             write_head(path, rows, error);
        medals_click_head_free(head);
        head = ok ? read_head(path, error) : NULL;
        ok = head != NULL;
    }
    medals_click_head_free(head);
    for (int sign = 0; sign < 2; sign++)
        fit_rows_clear(&rows[sign]);
    return ok;
}

/* One JSON line. */
static void print_curve(const Options *options, const FitLesson *lesson,
                        const FitCurve *c)
{
    printf("{\"kind\": \"%s\", \"users\": %zu, \"dice\": [", lesson->kind,
           c->users);
    for (int k = 0; k <= lesson->clicks; k++)
        printf("%s%.3f", k ? ", " : "", c->dice[k] / (double) c->users);
    printf("], \"low\": %zu, \"dice_low\": [", c->low);
    for (int k = 0; k <= lesson->clicks; k++)
        printf("%s%.3f", k ? ", " : "",
               c->dice_low[k] / (double) MAX(c->low, 1));
    size_t worse = 0;
    printf("], \"worse_percent\": [");
    for (int k = 1; k <= lesson->clicks; k++) {
        printf("%s%.1f", k > 1 ? ", " : "",
               100 * (double) c->worse[k] / (double) c->users);
        worse += c->worse[k];
    }
    double answers = (double) MAX(c->answers, 1);
    printf("], \"worse_percent_all\": %.2f, \"ms\": %.1f, \"ms_most\": %.1f}\n",
           100 * (double) worse / answers, 1e3 * c->seconds / answers,
           1e3 * c->slowest);
}

static bool curve(FitModel *model, const Options *options, const char *kind,
                  GError **error)
{
    FitLesson lesson = {.kind = kind,
                        .scans = (guint) options->scans,
                        .clicks = CLAMP(options->clicks, 1, FIT_CLICKS)};
    FitCurve result;
    MedalsClickHead *own =
        options->head ? read_head(options->head, error) : NULL;
    const MedalsClickHead *head =
        options->head ? own : medals_click_head_own(error);
    bool ok = head && fit_lesson_curve(model, options->shared, &lesson,
                                       options->teaching, head, &result, error);
    if (ok && result.users)
        print_curve(options, &lesson, &result);
    else if (ok)
        printf("skipped: no scans of kind %s in %s\n", kind, options->shared);
    medals_click_head_free(own);
    return ok;
}

static bool run(const Options *options, char **words, GError **error)
{
    FitModel model = {0};
    g_mkdir_with_parents(options->cache, 0755);
    bool ok = fit_model_open(&model, options->model, options->cache, error);
    if (ok && g_str_equal(words[0], "teach"))
        ok = teach(&model, options, words[1], error);
    else if (ok)
        ok = curve(&model, options, words[1], error);
    fit_model_close(&model);
    return ok;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = NULL;
    Options o = {.scans = 1000, .clicks = FIT_CLICKS};
    const GOptionEntry entries[] = {
        {"shared", 0, 0, G_OPTION_ARG_FILENAME, &o.shared, "data, models", "D"},
        {"model", 0, 0, G_OPTION_ARG_FILENAME, &o.model, "package", "D"},
        {"cache", 0, 0, G_OPTION_ARG_FILENAME, &o.cache, "kept answers", "D"},
        {"head", 0, 0, G_OPTION_ARG_FILENAME, &o.head, "another head", "F"},
        {"scans", 0, 0, G_OPTION_ARG_INT, &o.scans, "at most", "N"},
        {"clicks", 0, 0, G_OPTION_ARG_INT, &o.clicks, "1 to 10", "N"},
        {"teaching", 0, 0, G_OPTION_ARG_NONE, &o.teaching,
         "curve on the scans that teach", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL,
         "teach HEAD.json | curve KIND"},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || !words ||
        g_strv_length(words) != 2 ||
        (!g_str_equal(words[0], "teach") && !g_str_equal(words[0], "curve"))) {
        fprintf(stderr, "%s\n",
                error ? error->message : "expected: teach FILE | curve KIND");
        return 2;
    }
    const char *shared = g_getenv("MEDALS_SHARED");
    o.shared = o.shared ? o.shared : g_strdup(shared ? shared : "../shared");
    o.model = o.model ? o.model : g_strdup(MEDALS_COMPACT);
    o.cache = o.cache ? o.cache : g_strdup("click-fit-cache");
    if (run(&o, words, &error))
        return 0;
    fprintf(stderr, "%s\n", error->message);
    return 1;
}

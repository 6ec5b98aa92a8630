#include <math.h>
#include <string.h>

#include "command.h"
#include "eval_scores.h"
#include "failure.h"
#include "json.h"
#include "label_names.h"
#include "label_source.h"
#include "medals/metrics.h"
#include "options.h"

typedef struct {
    const char *prediction_path, *truth_path;
    const char *labels, *map, *tolerance;
    MedalsCompareOptions options;
    bool json;
    GHashTable *keep_prediction, *keep_truth; /* value -> value, or NULL */
    LabelSource prediction, truth;
    EvalScores scores;
} Evaluation;

static void keep(GHashTable *table, int64_t from, int64_t to)
{
    g_hash_table_insert(table, GUINT_TO_POINTER((guint) from),
                        GUINT_TO_POINTER((guint) to));
}

/* "1:37,2:38": value of the prediction, value of the truth; or "1,2". */
static bool parse_pairs(Evaluation *e, const char *list, bool is_map,
                        GError **error)
{
    g_auto(GStrv) items = g_strsplit(list, ",", -1);
    bool good = *items != NULL;
    for (char **item = items; *item && good; item++) {
        g_auto(GStrv) sides = g_strsplit(*item, ":", -1);
        guint count = g_strv_length(sides);
        int64_t from = 0, to = 0;
        good = count == (is_map ? 2 : 1) &&
               integer_parse(sides[0], 1, UINT32_MAX, &from) &&
               integer_parse(sides[count - 1], 1, UINT32_MAX, &to);
        if (good) {
            keep(e->keep_prediction, from, to);
            keep(e->keep_truth, to, to);
        }
    }
    return good || failure_set(error, EXIT_USAGE, "--%s: \"%s\"; expected %s",
                               is_map ? "map" : "labels", list,
                               is_map ? "PREDICTION:TRUTH,... of positive "
                                        "values"
                                      : "positive values, divided by commas");
}

static bool parse(Evaluation *e, char *const *arguments, GError **error)
{
    bool quiet = false;
    const Option table[] = {
        {"labels", 0, OPTION_STRING, &e->labels},
        {"map", 0, OPTION_STRING, &e->map},
        {"tolerance", 0, OPTION_STRING, &e->tolerance},
        {"instances", 0, OPTION_FLAG, &e->options.instances},
        {"literal", 0, OPTION_FLAG, &e->options.literal},
        {"json", 0, OPTION_FLAG, &e->json},
        {"quiet", 'q', OPTION_FLAG, &quiet},
        {NULL, 0, 0, NULL}};
    g_autoptr(GPtrArray) positionals = g_ptr_array_new();
    if (!options_parse(table, arguments, positionals, error))
        return false;
    if (positionals->len != 2)
        return failure_set(error, EXIT_USAGE,
                           "eval: %u files given; expected PREDICTION and "
                           "TRUTH",
                           positionals->len);
    e->prediction_path = positionals->pdata[0];
    e->truth_path = positionals->pdata[1];
    if (e->tolerance &&
        (!number_parse(e->tolerance, &e->options.tolerance_mm) ||
         e->options.tolerance_mm < 0))
        return failure_set(error, EXIT_USAGE,
                           "--tolerance: \"%s\"; expected millimetres",
                           e->tolerance);
    if (e->labels && e->map)
        return failure_set(error, EXIT_USAGE,
                           "--labels: given together with --map; expected one "
                           "of them");
    if (!e->labels && !e->map)
        return true;
    e->keep_prediction = g_hash_table_new(NULL, NULL);
    e->keep_truth = g_hash_table_new(NULL, NULL);
    return parse_pairs(e, e->map ? e->map : e->labels, e->map != NULL, error);
}

/* The comparison speaks of "truth" and "result"; a user knows files. */
static void name_file(const Evaluation *e, GError *error)
{
    static const char *const roles[] = {"truth: ", "result: "};
    const char *files[] = {e->truth_path, e->prediction_path};
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
        if (!g_str_has_prefix(error->message, roles[i]))
            continue;
        char *text = g_strdup_printf("%s: %s", files[i],
                                     error->message + strlen(roles[i]));
        g_free(error->message);
        error->message = text;
        return;
    }
}

static bool compare(Evaluation *e, GError **error)
{
    if (!label_source_open(&e->prediction, e->prediction_path, error) ||
        !label_source_open(&e->truth, e->truth_path, error))
        return false;
    if (eval_scores_of(&e->scores, &e->truth, e->keep_truth, &e->prediction,
                       e->keep_prediction, &e->options, error))
        return true;
    name_file(e, *error);
    return false;
}

/* The name of a value of the truth: its own, else that of the prediction. */
static const char *name_of(const Evaluation *e, uint32_t label)
{
    const char *name = label_names_get(e->truth.names, label);
    if (name || !e->keep_prediction)
        return name ? name : label_names_get(e->prediction.names, label);
    GHashTableIter iter;
    gpointer from, to;
    g_hash_table_iter_init(&iter, e->keep_prediction);
    while (!name && g_hash_table_iter_next(&iter, &from, &to))
        if (GPOINTER_TO_UINT(to) == label)
            name = label_names_get(e->prediction.names, GPOINTER_TO_UINT(from));
    return name;
}

static void labels_json(const Evaluation *e, cJSON *root)
{
    cJSON *list = cJSON_AddArrayToObject(root, "classes");
    guint count = e->scores.labels->len;
    for (guint i = 0; i < count; i++) {
        MedalsLabelScore score =
            g_array_index(e->scores.labels, MedalsLabelScore, i);
        cJSON *class = cJSON_CreateObject();
        json_number(class, "label", score.label);
        json_text(class, "name", name_of(e, score.label));
        json_number(class, "dsc", score.dice);
        json_number(class, "nsd", score.nsd);
        json_number(class, "voxels_truth", (double) score.voxels_truth);
        json_number(class, "voxels_prediction", (double) score.voxels_result);
        cJSON_AddItemToArray(list, class);
    }
    json_number(root, "dsc", e->scores.mean_dice);
    json_number(root, "nsd", e->scores.mean_nsd);
}

static void instances_json(const MedalsInstanceReport *report, cJSON *root)
{
    json_number(root, "tp", (double) report->tp);
    json_number(root, "fp", (double) report->fp);
    json_number(root, "fn", (double) report->fn);
    json_number(root, "precision", report->precision);
    json_number(root, "recall", report->recall);
    json_number(root, "f1", report->f1);
    json_number(root, "dsc_tp", report->dsc_tp);
}

static void put_score(GString *out, double score)
{
    if (isfinite(score))
        g_string_append_printf(out, "  %6.4f", score);
    else
        g_string_append(out, "       -");
}

static void labels_table(const Evaluation *e, GString *out)
{
    g_string_append_printf(out, "%10s  %6s  %6s  %10s  %10s  %s\n", "label",
                           "DSC", "NSD", "truth", "prediction", "name");
    guint count = e->scores.labels->len;
    for (guint i = 0; i < count; i++) {
        MedalsLabelScore score =
            g_array_index(e->scores.labels, MedalsLabelScore, i);
        const char *name = name_of(e, score.label);
        g_string_append_printf(out, "%10u", score.label);
        put_score(out, score.dice);
        put_score(out, score.nsd);
        g_string_append_printf(
            out, "  %10" G_GUINT64_FORMAT "  %10" G_GUINT64_FORMAT "  %s\n",
            score.voxels_truth, score.voxels_result, name ? name : "");
    }
    g_string_append_printf(out, "%10s", "mean");
    put_score(out, e->scores.mean_dice);
    put_score(out, e->scores.mean_nsd);
    g_string_append_printf(out, "  of %u, NSD at %g mm\n", count,
                           e->options.tolerance_mm);
}

static void report(const Evaluation *e, GString *out)
{
    MedalsInstanceReport instances = e->scores.instances;
    bool has_instances = e->scores.has_instances;
    if (!e->json && has_instances) {
        g_string_append_printf(
            out,
            "F1 %.4f   DSC TP %.4f   found %" G_GUINT64_FORMAT
            ", false %" G_GUINT64_FORMAT ", missed %" G_GUINT64_FORMAT "\n",
            instances.f1, instances.dsc_tp, instances.tp, instances.fp,
            instances.fn);
        return;
    }
    if (!e->json) {
        labels_table(e, out);
        return;
    }
    cJSON *root = cJSON_CreateObject();
    json_text(root, "prediction", e->prediction_path);
    json_text(root, "truth", e->truth_path);
    json_number(root, "tolerance_mm", e->options.tolerance_mm);
    cJSON_AddBoolToObject(root, "literal", e->options.literal);
    if (has_instances)
        instances_json(&instances, root);
    else
        labels_json(e, root);
    json_take_line(root, out);
}

bool command_eval(char *const *arguments, GString *out, GError **error)
{
    Evaluation e = {.options = MEDALS_COMPARE_OPTIONS_INIT};
    bool done = parse(&e, arguments, error) && compare(&e, error);
    if (done)
        report(&e, out);
    eval_scores_clear(&e.scores);
    label_source_clear(&e.prediction);
    label_source_clear(&e.truth);
    g_clear_pointer(&e.keep_prediction, g_hash_table_unref);
    g_clear_pointer(&e.keep_truth, g_hash_table_unref);
    return done;
}

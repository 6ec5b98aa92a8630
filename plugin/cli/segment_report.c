/* What a run found and used: the object of command.md 2, and a table. */
#include <math.h>

#include "json.h"
#include "segment_job.h"

static const char *source_name(MedalsModalitySource source)
{
    static const char *const names[] = {"option", "header", "text", "model",
                                        "values"};
    return (unsigned) source < G_N_ELEMENTS(names) ? names[source] : "model";
}

static MedalsSegmentationInfo info_of(const Job *job)
{
    MedalsSegmentationInfo info = {.struct_size = sizeof info};
    medals_segmentation_info(job->result, &info);
    return info;
}

static MedalsClassReport class_of(const Job *job, size_t index)
{
    MedalsClassReport report = {.struct_size = sizeof report};
    medals_segmentation_class(job->result, index, &report);
    if (job->request.instances)
        report.mean_probability = NAN;
    return report;
}

/* Is each text one class, and each class of one text? */
static bool is_one_to_one(const Job *job)
{
    size_t count = medals_segmentation_match_count(job->result);
    bool one = count == medals_segmentation_class_count(job->result);
    for (size_t n = 0, text, class; one && n < count; n++)
        one = medals_segmentation_match(job->result, n, &text, &class) &&
              text == n && class == n;
    return one;
}

/* Only where a text is several classes or shares one they need to be told
 * apart. */
static void add_origin(const MedalsClassReport *report, cJSON *class)
{
    json_text(class, "name", report->name);
    json_number(class, "text_index", (double) report->text_index);
}

static void add_classes(const Job *job, cJSON *root)
{
    bool plain = is_one_to_one(job);
    cJSON *list = cJSON_AddArrayToObject(root, "classes");
    size_t count = medals_segmentation_class_count(job->result);
    for (size_t c = 0; c < count; c++) {
        MedalsClassReport report = class_of(job, c);
        cJSON *class = cJSON_CreateObject();
        json_text(class, "text", report.text);
        json_number(class, "label", report.label);
        json_text(class, "class", report.class_name);
        cJSON_AddBoolToObject(class, "known", report.known);
        json_number(class, "voxels", (double) report.voxels);
        json_number(class, "ml", report.ml);
        json_number(class, "mean_probability", report.mean_probability);
        if (!plain)
            add_origin(&report, class);
        cJSON_AddItemToArray(list, class);
    }
}

/* Which classes each text came to. */
static void add_texts(const Job *job, cJSON *root)
{
    const GPtrArray *texts = job->request.texts;
    cJSON *list = cJSON_AddArrayToObject(root, "texts");
    size_t count = medals_segmentation_match_count(job->result), n = 0;
    for (guint t = 0; t < texts->len; t++) {
        cJSON *text = cJSON_CreateObject();
        json_text(text, "text", texts->pdata[t]);
        cJSON *classes = cJSON_AddArrayToObject(text, "classes");
        size_t of, class;
        for (;
             n < count &&
             medals_segmentation_match(job->result, n, &of, &class) && of == t;
             n++)
            cJSON_AddItemToArray(classes, cJSON_CreateNumber((double) class));
        cJSON_AddItemToArray(list, text);
    }
}

static void add_stages(const Job *job, cJSON *root)
{
    cJSON *list = cJSON_AddArrayToObject(root, "stages");
    size_t count = medals_segmentation_stage_count(job->result);
    for (size_t s = 0; s < count; s++) {
        MedalsStageReport report = {.struct_size = sizeof report};
        medals_segmentation_stage(job->result, s, &report);
        cJSON *stage = cJSON_CreateObject();
        json_text(stage, "model", report.name);
        json_doubles(stage, "spacing", report.spacing, 3);
        json_integers(stage, "grid", report.grid, 3);
        json_number(stage, "windows", (double) report.windows);
        json_number(stage, "skipped", (double) report.skipped);
        json_number(stage, "seconds", report.seconds);
        cJSON_AddItemToArray(list, stage);
    }
}

static void add_seconds(const Job *job, const MedalsSegmentationInfo *info,
                        cJSON *root)
{
    cJSON *seconds = cJSON_AddObjectToObject(root, "seconds");
    json_number(seconds, "read", job->seconds_read);
    json_number(seconds, "text", info->seconds_text);
    json_number(seconds, "resample", info->seconds_resample);
    json_number(seconds, "network", info->seconds_network);
    json_number(seconds, "postprocess", info->seconds_postprocess);
    json_number(seconds, "write", job->seconds_write);
    json_number(seconds, "total", job->seconds_total);
}

/* Warnings of the file, then those of the library. */
static char **all_warnings(const Job *job)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    const char *const *of_file =
        job->image ? medals_image_warnings(job->image) : NULL;
    const char *const *of_library = medals_segmentation_warnings(job->result);
    for (const char *const *w = of_file; w && *w; w++)
        g_ptr_array_add(list, g_strdup(*w));
    for (const char *const *w = of_library; w && *w; w++)
        g_ptr_array_add(list, g_strdup(*w));
    g_ptr_array_add(list, NULL);
    return (char **) g_ptr_array_free(g_steal_pointer(&list), FALSE);
}

void job_report_json(const Job *job, const char *status, GString *out)
{
    MedalsSegmentationInfo info = info_of(job);
    const Request *request = &job->request;
    cJSON *root = cJSON_CreateObject();
    json_text(root, "image", request->image);
    if (status)
        json_text(root, "status", status);
    json_texts(root, "output", (const char *const *) request->outputs->pdata,
               request->outputs->len);
    cJSON *modality = cJSON_AddObjectToObject(root, "modality");
    json_text(modality, "value", medals_modality_name(info.modality));
    json_text(modality, "source", source_name(info.modality_source));
    if (info.has_window)
        json_doubles(root, "window", info.window, 2);
    else
        cJSON_AddNullToObject(root, "window");
    add_classes(job, root);
    if (!is_one_to_one(job))
        add_texts(job, root);
    add_stages(job, root);
    add_seconds(job, &info, root);
    json_text(root, "precision",
              precision_name(medals_model_precision(job->model)));
    json_text(root, "isa", medals_context_isa(job->context));
    json_number(root, "threads", medals_context_threads(job->context));
    json_number(root, "peak_rss_bytes", (double) medals_peak_rss_bytes());
    g_auto(GStrv) warnings = all_warnings(job);
    json_texts(root, "warnings", (const char *const *) warnings,
               g_strv_length(warnings));
    json_take_line(root, out);
}

static void put_column(GString *out, const char *text, int width)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    glong length = g_utf8_strlen(valid, -1);
    if (length > width) {
        g_autofree char *cut = g_utf8_substring(valid, 0, width - 1);
        g_string_append_printf(out, "%s+", cut);
    } else {
        g_string_append_printf(out, "%s%*s", valid, (int) (width - length), "");
    }
    g_string_append(out, "  ");
}

static void put_class(const Job *job, size_t index, GString *out)
{
    MedalsClassReport report = class_of(job, index);
    g_string_append_printf(out, "%6u  ", report.label);
    put_column(out, report.name, 26);
    put_column(out, report.class_name ? report.class_name : "-", 20);
    g_string_append_printf(out, "%10" G_GUINT64_FORMAT " %9.3f  ",
                           report.voxels, report.ml);
    if (isfinite(report.mean_probability))
        g_string_append_printf(out, "%.3f\n", report.mean_probability);
    else
        g_string_append(out, "    -\n");
}

static void put_heading(const Job *job, GString *out)
{
    MedalsSegmentationInfo info = info_of(job);
    const char *modality = medals_modality_name(info.modality);
    g_string_append_printf(out, "modality  %s (from the %s)",
                           modality ? modality : "none",
                           source_name(info.modality_source));
    if (info.has_window)
        g_string_append_printf(out, ", window %g..%g HU", info.window[0],
                               info.window[1]);
    g_string_append_printf(out, "\nmodel     %s, %s on %s, %u threads\n",
                           medals_model_name(job->model),
                           precision_name(medals_model_precision(job->model)),
                           medals_context_isa(job->context),
                           medals_context_threads(job->context));
    size_t stages = medals_segmentation_stage_count(job->result);
    for (size_t s = 0; s < stages; s++) {
        MedalsStageReport stage = {.struct_size = sizeof stage};
        medals_segmentation_stage(job->result, s, &stage);
        g_string_append_printf(
            out,
            "stage     %s, %g x %g x %g mm, grid %d x %d x %d, %d windows, "
            "%d skipped, %.1f s\n",
            stage.name, stage.spacing[0], stage.spacing[1], stage.spacing[2],
            (int) stage.grid[0], (int) stage.grid[1], (int) stage.grid[2],
            (int) stage.windows, (int) stage.skipped, stage.seconds);
    }
    g_string_append_printf(out, "time      %.1f s, of it network %.1f s\n",
                           job->seconds_total, info.seconds_network);
    if (job->request.instances)
        g_string_append_printf(out, "instances %" G_GUINT64_FORMAT "\n",
                               info.instances);
}

void job_report_table(const Job *job, GString *out)
{
    put_heading(job, out);
    g_string_append_printf(out, "\n%6s  %-26s  %-20s  %10s %9s  %s\n", "label",
                           "text", "class", "voxels", "ml", "probability");
    size_t count = medals_segmentation_class_count(job->result);
    for (size_t c = 0; c < count; c++)
        put_class(job, c, out);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < job->request.outputs->len; i++)
        g_string_append_printf(out, "written   %s\n",
                               (char *) job->request.outputs->pdata[i]);
    g_auto(GStrv) warnings = all_warnings(job);
    for (char **w = warnings; *w; w++)
        g_string_append_printf(out, "warning   %s\n", *w);
}

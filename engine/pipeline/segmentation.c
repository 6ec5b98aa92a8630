/*
 * segmentation.c - the whole request, step by step
 */
#include "segmentation.h"

#include <math.h>
#include <string.h>

#include "block_mask.h"
#include "clock.h"
#include "intensity.h"
#include "memory.h"
#include "memory_need.h"
#include "region.h"
#include "result_volume.h"

/* Every bit of MedalsSegmentFlags. */
#define ALL_FLAGS                                                              \
    (MEDALS_SEGMENT_INSTANCES | MEDALS_SEGMENT_TTA |                           \
     MEDALS_SEGMENT_KEEP_OVERLAP | MEDALS_SEGMENT_PROBABILITIES |              \
     MEDALS_SEGMENT_REFERENCE | MEDALS_SEGMENT_PREPARED |                      \
     MEDALS_SEGMENT_WHOLE_TEXTS)

/* One request while it runs. */
typedef struct Run {
    MedalsExec exec;
    MedalsTask task;
    MedalsModel *model;
    const MedalsVolume *volume;
    const MedalsSegmentOptions *options;
    MedalsSegmentationExtras extras;
    MedalsHounsfield hounsfield; /* what the values look like */
    MedalsSegmentation *out;
    MedalsGeometry geometry; /* of the part that is segmented */
    uint8_t *image;          /* 0..255, image order, that part */
    float *queries;          /* [count,Q]; then [asked,Q] */
    uint16_t *values;        /* [count] labels inside the pipeline */
    /* What the network is asked: all classes but those that stay empty. */
    size_t asked;
    size_t *place;        /* [asked] in the list of classes */
    uint16_t *ask_values; /* [asked] */
    uint32_t *ask_flags;  /* [asked] MedalsClassFlags */
    uint64_t seed;
} Run;

static void warn(Run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void warn(Run *run, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_ptr_array_add(run->out->warnings, g_strdup_vprintf(format, args));
    va_end(args);
}

static bool flag(const Run *run, MedalsSegmentFlags which)
{
    return run->options->flags & which;
}

/* ---- texts -------------------------------------------------------------- */

static MedalsTextClass *class_at(const Run *run, size_t i)
{
    return medals_text_class_at(&run->out->request.list, i);
}

/* The first other modality in which the model was trained on what a text
 * names; NONE: in no other. */
static MedalsModality known_elsewhere(const Run *run, const char *text)
{
    bool lesion = flag(run, MEDALS_SEGMENT_INSTANCES);
    for (int m = MEDALS_MODALITY_CT; m <= MEDALS_MODALITY_MICROSCOPY; m++)
        if (m != (int) run->out->request.modality &&
            medals_model_class_trained(
                run->model, medals_model_match(run->model, (MedalsModality) m,
                                               lesion, text)))
            return (MedalsModality) m;
    return MEDALS_MODALITY_NONE;
}

static bool is_other_side(MedalsSide asked, const char *name)
{
    MedalsSide side = medals_side_of_name(name);
    return (asked == MEDALS_SIDE_LEFT && side == MEDALS_SIDE_RIGHT) ||
           (asked == MEDALS_SIDE_RIGHT && side == MEDALS_SIDE_LEFT);
}

/* Says that free text is answered; empties what would be the other side. */
static void warn_unknown(Run *run, size_t i)
{
    MedalsModality modality = run->out->request.modality;
    MedalsTextClass *class = class_at(run, i);
    const char *text = class->name;
    MedalsModality other = known_elsewhere(run, text);
    if (other != MEDALS_MODALITY_NONE) {
        warn(
            run,
            "text \"%.200s\": the model knows it in %s, not in %s; answered as "
            "free text",
            text, medals_modality_name(other), medals_modality_name(modality));
        return;
    }
    char *const *trained = run->model->package->trained[modality];
    const char *nearest[3];
    size_t count = 0;
    if (trained && *trained)
        count = medals_query_encoder_nearest(
            &run->exec, run->model->encoder, class->query,
            (const char *const *) trained, nearest, G_N_ELEMENTS(nearest),
            NULL);
    if (count && is_other_side(class->side, nearest[0])) {
        class->empty = true;
        warn(run,
             "text \"%.200s\": the nearest class that the model knows is "
             "\"%s\", "
             "of the other side; left empty",
             text, nearest[0]);
        return;
    }
    g_autoptr(GString) list = g_string_new(NULL);
    for (size_t k = 0; k < count; k++)
        g_string_append_printf(list, "%s%s", k ? ", " : "", nearest[k]);
    warn(run,
         "text \"%.200s\": the model was not trained on this; answered as free "
         "text; nearest known classes in %s: %s",
         text, medals_modality_name(modality), count ? list->str : "none");
}

/* A text tower with a NaN among its weights gives such a query. */
static bool check_query(const Run *run, size_t i, int64_t width, GError **error)
{
    for (int64_t q = 0; q < width; q++)
        if (!isfinite(run->queries[(int64_t) i * width + q]))
            return medals_fail(error, MEDALS_E_INPUT,
                               "model: its text encoder answers text %zu with "
                               "NaN or infinity; expected finite numbers",
                               i + 1);
    return true;
}

static bool encode_texts(Run *run, GError **error)
{
    size_t n = run->out->count;
    int64_t width = medals_query_encoder_width(run->model->encoder);
    double begun = medals_now();
    medals_task_phase(&run->task, "text");
    g_autofree const char **texts = g_new(const char *, n);
    for (size_t i = 0; i < n; i++)
        texts[i] = class_at(run, i)->query;
    run->queries = medals_alloc(n * (size_t) width, sizeof *run->queries,
                                "queries", error);
    bool *cut =
        run->queries ? medals_alloc_zero(n, sizeof *cut, "texts", error) : NULL;
    bool ok = cut && medals_query_encoder_run(
                         &run->exec, run->model->encoder, texts, n,
                         run->out->request.modality, run->queries, cut, error);
    for (size_t i = 0; ok && i < n; i++) {
        size_t text = class_at(run, i)->text;
        if (cut[i] || medals_query_encoder_is_cut(run->model->encoder,
                                                  run->options->texts[text]))
            warn(run,
                 "text %zu: longer than %" G_GINT64_FORMAT
                 " tokens; the rest was cut",
                 text + 1, run->model->package->text_max_tokens);
        if (!class_at(run, i)->known && !class_at(run, i)->empty)
            warn_unknown(run, i);
        ok = check_query(run, i, width, error);
    }
    medals_free(cut);
    run->out->info.seconds_text = medals_now() - begun;
    return ok;
}

/* ---- image -------------------------------------------------------------- */

/* Geometry and voxels of the region of interest. */
static bool crop_to_roi(Run *run, GError **error)
{
    const int64_t *roi = run->options->roi;
    uint8_t *part = medals_region_cut(&run->geometry, roi, run->image, error);
    if (!part)
        return false;
    medals_free(run->image);
    run->image = part;
    for (int a = 0; a < 3; a++)
        run->geometry.size[a] = roi[2 * a + 1] - roi[2 * a];
    return true;
}

/* Voxels that are network intensities already say nothing. */
static bool look_at_values(Run *run, GError **error)
{
    if (run->extras.hounsfield) {
        run->hounsfield = *run->extras.hounsfield;
        return true;
    }
    if (flag(run, MEDALS_SEGMENT_PREPARED)) {
        run->hounsfield.constant = true;
        return true;
    }
    return medals_hounsfield_look(run->volume, &run->hounsfield, error);
}

static void warn_of_values(Run *run)
{
    if (run->extras.hounsfield)
        return;
    const MedalsTextRequest *request = &run->out->request;
    g_autofree char *line = medals_hounsfield_warning(
        &run->hounsfield, request->modality, request->source);
    if (line)
        warn(run, "%s", line);
}

static void warn_constant(Run *run, const MedalsIntensityReport *report)
{
    if (report->low == report->high)
        warn(run, "image: all voxels are equal; the labelmap is empty");
    else
        warn(run,
             "image: voxels of %g to %g, all on one side of the window %g to "
             "%g; the labelmap is empty",
             report->low, report->high, report->window[0], report->window[1]);
}

static bool prepare_image(Run *run, GError **error)
{
    MedalsIntensityReport report = {0};
    double window[2];
    const MedalsTextRequest *request = &run->out->request;
    run->geometry = run->volume->geometry;
    medals_hounsfield_window(&run->hounsfield, request->window, window);
    medals_task_phase(&run->task, "intensity");
    run->image =
        medals_alloc(medals_geometry_voxels(&run->geometry), 1, "image", error);
    if (!run->image ||
        !medals_intensity_prepare(&run->exec, run->volume, request->modality,
                                  window, flag(run, MEDALS_SEGMENT_PREPARED),
                                  run->image, &report, error))
        return false;
    if (report.not_finite)
        warn(run,
             "image: %" G_GUINT64_FORMAT " voxels are not finite; they "
             "became the smallest finite value",
             report.not_finite);
    warn_of_values(run);
    if (report.constant)
        warn_constant(run, &report);
    if (report.constant)
        return true;
    return !run->options->has_roi || crop_to_roi(run, error);
}

static bool is_constant(const Run *run)
{
    size_t n = medals_geometry_voxels(&run->geometry);
    for (size_t i = 1; i < n; i++)
        if (run->image[i] != run->image[0])
            return false;
    return true;
}

/* ---- network ------------------------------------------------------------ */

static bool draw_mask(void *cookie, size_t count, uint8_t *blocks)
{
    medals_block_mask_draw(cookie, count, blocks);
    return true;
}

/* Axes and working spacing (5.3): the header's, or the literal guess. */
static bool settle_axes(Run *run, MedalsCase *request, GError **error)
{
    if (!flag(run, MEDALS_SEGMENT_REFERENCE)) {
        if (!medals_canonical_init(&request->canonical, &run->geometry,
                                   run->model->package->axes, error))
            return false;
        for (int a = 0; a < 3; a++)
            request->spacing[a] = (float) request->canonical.spacing[a];
        return true;
    }
    const int64_t *size = run->geometry.size;
    int64_t dhw[3] = {size[2], size[1], size[0]};
    float spacing[3];
    medals_spacing_from_npz(run->geometry.spacing, dhw, spacing);
    medals_canonical_literal(&request->canonical, &run->geometry);
    request->spacing[0] = spacing[1];
    request->spacing[1] = spacing[2];
    request->spacing[2] = spacing[0];
    return true;
}

static size_t stages_asked(const Run *run)
{
    size_t asked = run->options->stages;
    return asked ? asked : run->model->package->stage_count;
}

static bool settle_stages(Run *run, MedalsStage stages[2], GError **error)
{
    const MedalsPackage *package = run->model->package;
    MedalsModality modality = run->out->request.modality;
    for (size_t i = 0; i < stages_asked(run); i++) {
        stages[i] = (MedalsStage){.number = (int) i + 1, .package = package};
        memcpy(stages[i].crop, package->stages[i].crop, sizeof stages[i].crop);
        memcpy(stages[i].target, package->stages[i].spacing[modality],
               sizeof stages[i].target);
        stages[i].network = medals_model_network(run->model, i, error);
        if (!stages[i].network)
            return false;
    }
    return true;
}

/* Labels inside the pipeline: the user's own in literal mode (their order
 * decides ties), else 1, 2, ... */
static bool settle_values(Run *run, GError **error)
{
    size_t n = run->out->count;
    run->values = medals_alloc(n, sizeof *run->values, "labels", error);
    for (size_t i = 0; run->values && i < n; i++) {
        bool own = flag(run, MEDALS_SEGMENT_REFERENCE) &&
                   run->out->labels[i] <= UINT16_MAX;
        run->values[i] =
            own ? (uint16_t) run->out->labels[i] : (uint16_t) (i + 1);
    }
    return run->values != NULL;
}

/* Leaves out the classes that stay empty. */
static bool settle_asked(Run *run, GError **error)
{
    size_t n = run->out->count;
    size_t width = (size_t) medals_query_encoder_width(run->model->encoder);
    run->place = medals_alloc(n, sizeof *run->place, "labels", error);
    if (run->place)
        run->ask_values =
            medals_alloc(n, sizeof *run->ask_values, "labels", error);
    if (run->ask_values)
        run->ask_flags =
            medals_alloc(n, sizeof *run->ask_flags, "labels", error);
    for (size_t i = 0; run->ask_flags && i < n; i++) {
        if (class_at(run, i)->empty)
            continue;
        size_t at = run->asked++;
        run->place[at] = i;
        run->ask_values[at] = run->values[i];
        run->ask_flags[at] = run->out->request.flags[i];
        memmove(run->queries + at * width, run->queries + i * width,
                width * sizeof *run->queries);
    }
    return run->ask_flags != NULL;
}

static bool run_case(Run *run, MedalsCaseResult *result, GError **error)
{
    MedalsStage stages[2];
    MedalsCase request = {
        .image = run->image,
        .annotation = run->extras.annotation,
        .stages = stages,
        .stage_count = stages_asked(run),
        .show_labels =
            run->model->package->stages[stages_asked(run) - 1].prompt,
        .class_flags = run->ask_flags,
        .mode = {.n = (int64_t) run->asked,
                 .values = run->ask_values,
                 .queries = run->queries,
                 .classes = run->out->request.set,
                 .instance = flag(run, MEDALS_SEGMENT_INSTANCES),
                 .tta = flag(run, MEDALS_SEGMENT_TTA),
                 .want_probabilities =
                     flag(run, MEDALS_SEGMENT_PROBABILITIES) ||
                     flag(run, MEDALS_SEGMENT_KEEP_OVERLAP),
                 .masks = {draw_mask, &run->seed},
                 .store = run->extras.store}};
    return settle_axes(run, &request, error) &&
           settle_stages(run, stages, error) &&
           medals_memory_check(&request, error) &&
           medals_case_run(&run->exec, &request, result, error);
}

/* ---- result ------------------------------------------------------------- */

static void take_stages(Run *run, const MedalsCaseResult *result)
{
    MedalsSegmentation *out = run->out;
    out->stage_count = result->stage_count;
    memcpy(out->stages, result->stages, sizeof out->stages);
    out->info.seconds_network = result->seconds_network;
    out->info.seconds_resample = result->seconds_resample;
    for (size_t i = 0; result->mean && i < run->asked; i++)
        out->mean[run->place[i]] = result->mean[i];
}

/* Labels inside the pipeline -> values of the caller, on the whole grid. */
static bool make_labelmap(Run *run, const uint16_t *labels, GError **error)
{
    MedalsSegmentation *out = run->out;
    const MedalsGeometry *whole = &run->volume->geometry;
    bool roi = run->options->has_roi && labels;
    if (flag(run, MEDALS_SEGMENT_INSTANCES))
        out->labelmap = medals_result_of_instances(
            whole, roi ? run->options->roi : NULL, labels,
            flag(run, MEDALS_SEGMENT_REFERENCE), &out->info.instances, error);
    else
        out->labelmap = medals_result_of_classes(
            whole, roi ? run->options->roi : NULL, labels, run->values,
            out->labels, out->count, error);
    return out->labelmap != NULL;
}

/* Binary layers and probability volumes on the whole grid. */
static bool make_maps(Run *run, const float *probabilities, GError **error)
{
    MedalsSegmentation *out = run->out;
    size_t part = medals_geometry_voxels(&run->geometry);
    const int64_t *roi = run->options->has_roi ? run->options->roi : NULL;
    bool layers = flag(run, MEDALS_SEGMENT_KEEP_OVERLAP);
    bool maps = flag(run, MEDALS_SEGMENT_PROBABILITIES);
    if (layers)
        out->layers = g_new0(MedalsVolume *, out->count);
    if (maps)
        out->probabilities = g_new0(MedalsVolume *, out->count);
    for (size_t i = 0, at = 0; i < out->count; i++) {
        bool there = probabilities && at < run->asked && run->place[at] == i;
        const float *p = there ? probabilities + at++ * part : NULL;
        if (layers && !(out->layers[i] = medals_result_layer(
                            &run->volume->geometry, roi, p, error)))
            return false;
        if (maps && !(out->probabilities[i] = medals_result_probability(
                          &run->volume->geometry, roi, p, error)))
            return false;
    }
    return true;
}

static void count_voxels(MedalsSegmentation *out, bool instances)
{
    if (instances) {
        out->voxels[0] = medals_result_count(out->labelmap, 0, true);
        out->mean[0] = NAN;
        return;
    }
    for (size_t i = 0; i < out->count; i++)
        out->voxels[i] =
            out->layers
                ? medals_result_count(out->layers[i], 1, false)
                : medals_result_count(out->labelmap, out->labels[i], false);
    for (size_t i = 0; i < out->count; i++)
        if (out->voxels[i] == 0)
            out->mean[i] = NAN;
}

static bool run_request(Run *run, GError **error)
{
    MedalsCaseResult result = {0};
    if (!prepare_image(run, error) || !encode_texts(run, error) ||
        !settle_values(run, error) || !settle_asked(run, error))
        return false;
    if (run->asked && !is_constant(run)) {
        if (!run_case(run, &result, error))
            return false;
        take_stages(run, &result);
    }
    double begun = medals_now();
    if (run->options->has_roi && !result.labels)
        run->geometry = run->volume->geometry;
    bool ok = make_labelmap(run, result.labels, error) &&
              make_maps(run, result.probabilities, error);
    if (ok)
        count_voxels(run->out, flag(run, MEDALS_SEGMENT_INSTANCES));
    run->out->info.seconds_postprocess =
        result.seconds_postprocess + medals_now() - begun;
    medals_case_result_clear(&result);
    return ok && medals_task_check(&run->task, error);
}

/* ---- life --------------------------------------------------------------- */

static bool fill_classes(Run *run, GError **error)
{
    MedalsSegmentation *out = run->out;
    const MedalsSegmentOptions *options = run->options;
    const MedalsTextClasses *list = &out->request.list;
    size_t n = out->request.count;
    out->count = n;
    out->texts = g_new0(char *, n + 1);
    out->class_names = g_new0(char *, n + 1);
    out->labels = medals_alloc(n, sizeof *out->labels, "classes", error);
    if (out->labels)
        memcpy(out->labels, out->request.labels, n * sizeof *out->labels);
    if (out->labels)
        out->voxels =
            medals_alloc_zero(n, sizeof *out->voxels, "classes", error);
    if (out->voxels)
        out->mean = medals_alloc(n, sizeof *out->mean, "classes", error);
    for (size_t i = 0; out->mean && i < n; i++) {
        const MedalsTextClass *class = medals_text_class_at(list, i);
        out->texts[i] = g_strdup(options->texts[class->text]);
        out->mean[i] = NAN;
        out->class_names[i] =
            medals_model_class_label(run->model, class->class_index);
    }
    for (guint i = 0; i < list->notes->len; i++)
        warn(run, "%s", (const char *) list->notes->pdata[i]);
    return out->mean != NULL;
}

static void fill_info(Run *run)
{
    MedalsSegmentation *out = run->out;
    const double *spacing = run->volume->geometry.spacing;
    out->voxel_ml = spacing[0] * spacing[1] * spacing[2] / 1000;
    out->info.modality = out->request.modality;
    out->info.modality_source = out->request.source;
    out->info.has_window = out->request.has_window;
    memcpy(out->info.window, out->request.window, sizeof out->info.window);
}

/* What can be refused before any work. */
static bool check_request(const Run *run, GError **error)
{
    size_t all = run->model->package->stage_count;
    if (run->options->flags & ~(uint32_t) ALL_FLAGS)
        return medals_fail(error, MEDALS_E_USAGE,
                           "flags: %#x; expected bits of MedalsSegmentFlags",
                           run->options->flags);
    if (run->options->stages > all)
        return medals_fail(error, MEDALS_E_USAGE,
                           "stages: %u of them; expected at most %zu, those of "
                           "the model package",
                           run->options->stages, all);
    return !run->options->has_roi ||
           medals_region_check(&run->volume->geometry, run->options->roi,
                               error);
}

MedalsSegmentation *
medals_segmentation_run(MedalsModel *model, const MedalsVolume *volume,
                        const MedalsSegmentOptions *options,
                        const MedalsSegmentationExtras *extras, GError **error)
{
    Run run = {.model = model,
               .volume = volume,
               .options = options,
               .seed = options->seed};
    if (extras)
        run.extras = *extras;
    medals_task_init(&run.task, options->progress, options->progress_cookie);
    run.exec = (MedalsExec){model->lane, model->kernels, &run.task};
    run.out = g_new0(MedalsSegmentation, 1);
    run.out->warnings = g_ptr_array_new_with_free_func(g_free);
    run.out->model = medals_model_ref(model);
    bool ok = check_request(&run, error) && look_at_values(&run, error) &&
              medals_text_request_settle(
                  model, options, medals_hounsfield_modality(&run.hounsfield),
                  &run.out->request, error) &&
              fill_classes(&run, error);
    if (ok && (ok = medals_lane_enter(model->lane, &run.task, error))) {
        ok = run_request(&run, error);
        medals_lane_leave(model->lane);
    }
    if (ok) {
        fill_info(&run);
        g_ptr_array_add(run.out->warnings, NULL);
    } else {
        medals_segmentation_free(&run.out);
    }
    medals_free(run.image);
    medals_free(run.queries);
    medals_free(run.values);
    medals_free(run.place);
    medals_free(run.ask_values);
    medals_free(run.ask_flags);
    return run.out;
}

static void free_volumes(MedalsVolume **list, size_t count)
{
    for (size_t i = 0; list && i < count; i++)
        medals_volume_free(&list[i]);
    g_free(list);
}

void medals_segmentation_free(MedalsSegmentation **segmentation)
{
    if (!segmentation || !*segmentation)
        return;
    MedalsSegmentation *gone = *segmentation;
    *segmentation = NULL;
    medals_model_free(&gone->model);
    g_strfreev(gone->texts);
    g_strfreev(gone->class_names);
    medals_free(gone->labels);
    medals_free(gone->voxels);
    medals_free(gone->mean);
    medals_text_request_clear(&gone->request);
    medals_volume_free(&gone->labelmap);
    free_volumes(gone->layers, gone->count);
    free_volumes(gone->probabilities, gone->count);
    g_ptr_array_unref(gone->warnings);
    g_free(gone);
}

#include "segment_job.h"

#include <string.h>

#include "failure.h"
#include "interrupt.h"
#include "model_folder.h"

/* Shares of the progress bar. */
static const double read_end = 0.05, network_end = 0.93;

static double seconds_since(int64_t begin_us)
{
    return (double) (g_get_monotonic_time() - begin_us) / 1e6;
}

static bool fail_cancelled(const Job *job, GError **error)
{
    return failure_set(error, EXIT_CANCELLED,
                       "%s: cancelled by a signal; nothing was written",
                       job->request.image);
}

static bool check_interrupt(const Job *job, GError **error)
{
    return !interrupt_asked() || fail_cancelled(job, error);
}

/* Ends a run that does not notice the signal. */
static void give_up(void *cookie)
{
    const Job *job = cookie;
    g_autoptr(GError) error = NULL;
    output_set_abandon(job->output_set);
    progress_clear(job->progress);
    fail_cancelled(job, &error);
    failure_report(error);
}

bool job_open_model(Job *job, GError **error)
{
    MedalsError *cause = NULL;
    MedalsContextOptions context = MEDALS_CONTEXT_OPTIONS_INIT;
    context.threads = (uint32_t) job->request.threads;
    if (medals_context_new(&job->context, &context, &cause) != MEDALS_OK)
        return failure_take(error, cause);
    g_autofree char *folder = model_folder(job->request.model);
    MedalsModelOptions model = MEDALS_MODEL_OPTIONS_INIT;
    model.precision = job->request.precision;
    if (medals_model_open(&job->model, job->context, folder, &model, &cause) !=
        MEDALS_OK)
        return failure_take(error, cause);
    return true;
}

static uint32_t segment_flags(const Job *job)
{
    const Request *request = &job->request;
    uint32_t flags = 0;
    if (request->instances)
        flags |= MEDALS_SEGMENT_INSTANCES;
    if (request->tta)
        flags |= MEDALS_SEGMENT_TTA;
    if (request->keep_overlap)
        flags |= MEDALS_SEGMENT_KEEP_OVERLAP;
    if (request->probabilities)
        flags |= MEDALS_SEGMENT_PROBABILITIES;
    if (job->challenge)
        flags |= MEDALS_SEGMENT_PREPARED;
    if (request->reference)
        flags |= MEDALS_SEGMENT_REFERENCE;
    if (request->whole_texts)
        flags |= MEDALS_SEGMENT_WHOLE_TEXTS;
    return flags;
}

static bool run_network(Job *job, GError **error)
{
    const Request *request = &job->request;
    MedalsSegmentOptions options = MEDALS_SEGMENT_OPTIONS_INIT;
    options.flags = segment_flags(job);
    options.texts = (const char *const *) request->texts->pdata;
    options.text_count = request->texts->len;
    options.labels = request->labels;
    options.label_count = request->label_count;
    options.modality = request->modality;
    options.header_modality = job->header_modality;
    options.has_window = request->has_window;
    memcpy(options.window, request->window, sizeof options.window);
    options.stages = (uint32_t) request->stages;
    options.seed = request->seed;
    options.has_roi = request->has_roi || request->has_region;
    options.progress = progress_callback;
    options.progress_cookie = job->progress;
    if (options.has_roi &&
        !request_resolve_roi(request, medals_volume_peek_geometry(job->volume),
                             options.roi, error))
        return false;
    MedalsError *cause = NULL;
    if (medals_segment(&job->result, job->model, job->volume, &options,
                       &cause) != MEDALS_OK)
        return failure_take(error, cause);
    return true;
}

/* What the library says of a text that it answered as free text, or NULL. */
static const char *warning_of(const Job *job, const char *text)
{
    g_autofree char *begin = g_strdup_printf("text \"%.200s\": ", text);
    const char *const *w = medals_segmentation_warnings(job->result);
    for (; w && *w; w++)
        if (g_str_has_prefix(*w, begin))
            return *w;
    return NULL;
}

static bool fail_unknown(const Job *job, const char *text, GError **error)
{
    static const char expected[] =
        "expected, with --known-only, a class that it knows";
    const char *warning = warning_of(job, text);
    if (!warning)
        return failure_set(error, EXIT_INPUT,
                           "text \"%.200s\": the model was not trained on "
                           "this; %s",
                           text, expected);
    g_autoptr(GString) message = g_string_new(warning);
    if (!g_string_replace(message, "answered as free text", expected, 1) &&
        !g_string_replace(message, "left empty", expected, 1))
        g_string_append_printf(message, "; %s", expected);
    return failure_set(error, EXIT_INPUT, "%s", message->str);
}

static bool check_known(const Job *job, GError **error)
{
    size_t count = medals_segmentation_class_count(job->result);
    for (size_t c = 0; c < count && job->request.known_only; c++) {
        MedalsClassReport report = {.struct_size = sizeof report};
        if (medals_segmentation_class(job->result, c, &report) && !report.known)
            return fail_unknown(job, report.name, error);
    }
    return true;
}

static bool read_input(Job *job, GError **error)
{
    int64_t begin = g_get_monotonic_time();
    progress_span(job->progress, 0, read_end);
    progress_show(job->progress, "read", 0, -1);
    if (!job_read_source(job, error))
        return false;
    job->seconds_read = seconds_since(begin);
    return true;
}

static bool write_outputs(Job *job, GError **error)
{
    int64_t begin = g_get_monotonic_time();
    progress_span(job->progress, network_end, 1);
    if (!job_write_files(job, error)) {
        output_set_reword(job->output_set, *error);
        return false;
    }
    interrupt_settle();
    if (!check_interrupt(job, error) ||
        !output_set_commit(job->output_set, error))
        return false;
    progress_show(job->progress, "done", 1, 0);
    job->seconds_write = seconds_since(begin);
    return true;
}

static bool run_steps(Job *job, GError **error)
{
    if ((!job->model && !job_open_model(job, error)) ||
        !read_input(job, error) || !check_interrupt(job, error))
        return false;
    progress_span(job->progress, read_end, network_end);
    progress_after(job->progress, job->seconds_read); /* writing, about */
    return run_network(job, error) && check_interrupt(job, error) &&
           check_known(job, error) && write_outputs(job, error);
}

void job_init(Job *job)
{
    memset(job, 0, sizeof *job);
    job->header_modality = MEDALS_MODALITY_NONE;
    job->started_us = g_get_monotonic_time();
}

Progress *job_new_progress(const Request *request, bool is_slicer_module)
{
    ProgressStyle style = request->quiet     ? PROGRESS_NONE
                          : is_slicer_module ? PROGRESS_FILTER
                                             : PROGRESS_STDERR;
    return progress_new(style, "MedalSSegment");
}

bool job_run(Job *job, Progress *progress, GError **error)
{
    job->progress = progress;
    interrupt_watch(give_up, job);
    bool done = run_steps(job, error);
    interrupt_settle();
    if (!done && g_error_matches(*error, FAILURE, EXIT_CANCELLED)) {
        g_clear_error(error);
        fail_cancelled(job, error);
    }
    job->seconds_total = seconds_since(job->started_us);
    return done;
}

void job_clear(Job *job)
{
    g_clear_pointer(&job->output_set, output_set_free);
    g_clear_pointer(&job->staged, g_ptr_array_unref);
    medals_segmentation_free(&job->result);
    medals_model_free(&job->model);
    medals_context_free(&job->context);
    medals_image_free(&job->image);
    medals_challenge_free(&job->challenge);
    request_clear(&job->request);
}

/* Several images in one run: each is done, skipped or failed by itself. */
#include <errno.h>
#include <stdio.h>

#include "batch_inputs.h"
#include "failure.h"
#include "file_name.h"
#include "interrupt.h"
#include "json.h"
#include "labelmap.h"
#include "output_set.h"
#include "segment_job.h"
#include "segment_stats.h"

typedef struct {
    const Request *request;
    GPtrArray *inputs; /* BatchInput * */
    Progress *progress;
    Job opened;       /* holds the model once it is needed */
    GHashTable *rows; /* image -> its rows of --stats, older ones too; NULL */
    guint done, skipped, failed;
    int first_code; /* of the failures */
} Batch;

static const char *word_of(int exit_code)
{
    switch (exit_code) {
    case EXIT_USAGE:
        return "usage";
    case EXIT_NO_ROOM:
        return "no_room";
    case EXIT_CANCELLED:
        return "cancelled";
    default:
        return "bad_input";
    }
}

/* Prints a line of the report, now: the run may take hours. */
static bool print_line(const GString *line, GError **error)
{
    errno = 0;
    size_t written = fwrite(line->str, 1, line->len, stdout);
    if (fflush(stdout) == 0 && written == line->len)
        return true;
    return failure_set(error, failure_of_errno(errno),
                       "standard output: cannot be written: %s; expected room "
                       "for %zu bytes",
                       g_strerror(errno), line->len);
}

/* The line of an image that has no result of this run. */
static bool report_other(const Batch *batch, const BatchInput *input,
                         const GError *failure, GError **error)
{
    g_autoptr(GString) line = g_string_new(NULL);
    const char *status = failure ? "failed" : "skipped";
    if (!batch->request->json) {
        g_string_printf(line, "%-8s  %s: %s\n", status, input->image,
                        failure ? failure->message : "its output exists");
        return print_line(line, error);
    }
    const char *outputs[] = {input->output};
    cJSON *root = cJSON_CreateObject();
    json_text(root, "image", input->image);
    json_text(root, "status", status);
    json_texts(root, "output", outputs, failure ? 0 : 1);
    if (failure) {
        cJSON *object = cJSON_AddObjectToObject(root, "error");
        json_text(object, "code", word_of(failure->code));
        json_text(object, "message", failure->message);
    }
    json_take_line(root, line);
    return print_line(line, error);
}

static bool report_done(const Batch *batch, const BatchInput *input,
                        const Job *job, GError **error)
{
    g_autoptr(GString) line = g_string_new(NULL);
    if (batch->request->json)
        job_report_json(job, "done", line);
    else
        g_string_printf(line, "%-8s  %s: %s, %.1f s\n", "done", input->image,
                        input->output, job->seconds_total);
    return print_line(line, error);
}

/* The model is opened for the first image that needs it. */
static bool lend_model(Batch *batch, Job *job, GError **error)
{
    batch->opened.request.model = batch->request->model;
    batch->opened.request.threads = batch->request->threads;
    batch->opened.request.precision = batch->request->precision;
    if (!batch->opened.model && !job_open_model(&batch->opened, error))
        return false;
    job->model = batch->opened.model;
    job->context = batch->opened.context;
    return true;
}

static bool segment_input(Batch *batch, const BatchInput *input, Job *job,
                          GError **error)
{
    return request_derive(&job->request, batch->request, input->image,
                          input->output, error) &&
           job_stage_files(job, error) && job_run(job, batch->progress, error);
}

/* Replaces the table, so that a run that is cut short leaves what it has: the
 * images in order; of those not done now, what an older table said. */
static bool write_stats(const Batch *batch, GError **error)
{
    if (!batch->rows)
        return true;
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < batch->inputs->len; i++) {
        const BatchInput *input = batch->inputs->pdata[i];
        const char *rows = g_hash_table_lookup(batch->rows, input->image);
        g_string_append(all, rows ? rows : "");
    }
    g_autoptr(OutputSet) set = output_set_new();
    const char *target = batch->request->stats;
    const char *staged = output_set_add(set, target, error);
    return staged && stats_write(staged, target, all, error) &&
           output_set_commit(set, error);
}

static bool keep_rows(Batch *batch, const BatchInput *input, GString *rows,
                      GError **error)
{
    if (batch->rows)
        g_hash_table_insert(batch->rows, g_strdup(input->image),
                            g_strdup(rows->str));
    return write_stats(batch, error);
}

/* @return false: the whole run ends */
static bool take_input(Batch *batch, const BatchInput *input, GError **error)
{
    if (!batch->request->overwrite &&
        g_file_test(input->output, G_FILE_TEST_IS_REGULAR)) {
        batch->skipped++;
        return report_other(batch, input, NULL, error);
    }
    Job job;
    job_init(&job);
    if (!lend_model(batch, &job, error))
        return false;
    g_autoptr(GError) failure = NULL;
    g_autoptr(GString) rows = g_string_new(NULL);
    job.rows = batch->rows ? rows : NULL;
    bool done = segment_input(batch, input, &job, &failure);
    bool go_on;
    if (done) {
        batch->done++;
        go_on = keep_rows(batch, input, rows, error) &&
                report_done(batch, input, &job, error);
    } else {
        progress_clear(batch->progress);
        int code = failure_report(failure);
        batch->first_code = batch->failed++ ? batch->first_code : code;
        go_on = report_other(batch, input, failure, error);
    }
    job.model = NULL;
    job.context = NULL;
    job_clear(&job);
    return go_on;
}

static bool check_cancelled(const Batch *batch, GError **error)
{
    return !interrupt_asked() ||
           failure_set(error, EXIT_CANCELLED,
                       "segment: cancelled by a signal after %u of %u images; "
                       "those that are done are written",
                       batch->done + batch->skipped, batch->inputs->len);
}

static bool run_inputs(Batch *batch, GError **error)
{
    for (guint i = 0; i < batch->inputs->len; i++) {
        progress_part(batch->progress, i, batch->inputs->len);
        if (!take_input(batch, batch->inputs->pdata[i], error) ||
            !check_cancelled(batch, error))
            return false;
    }
    return batch->failed == 0 ||
           failure_set(error, batch->first_code,
                       "segment: %u of %u images failed; expected none",
                       batch->failed, batch->inputs->len);
}

static bool check_suffix(const char *suffix, GError **error)
{
    g_autofree char *name = g_strconcat("name", suffix, NULL);
    return file_name_ends(name, ".npz") ||
           medals_labelmap_can_write(name, false) ||
           failure_set(error, EXIT_USAGE,
                       "--suffix: \"%s\": no format has this ending; expected "
                       ".nii.gz, .nii, .nrrd, .mha or .seg.nrrd",
                       suffix);
}

static bool make_folder(const char *folder, GError **error)
{
    if (g_mkdir_with_parents(folder, 0777) == 0)
        return true;
    int code = errno;
    return failure_set(error, failure_of_errno(code),
                       "%s: cannot be made: %s; expected a folder to write to",
                       folder, g_strerror(code));
}

bool batch_run(const Request *request, bool is_slicer_module, GError **error)
{
    Batch batch = {.request = request};
    if (!check_suffix(request->suffix, error) ||
        !(batch.inputs = batch_inputs_list(request->images, request->out_dir,
                                           request->suffix, error)))
        return false;
    job_init(&batch.opened);
    if (request->stats)
        batch.rows = stats_read(request->stats);
    bool done =
        make_folder(request->out_dir, error) && write_stats(&batch, error);
    if (done) {
        batch.progress = job_new_progress(request, is_slicer_module);
        done = run_inputs(&batch, error);
        progress_free(batch.progress);
    }
    job_clear(&batch.opened);
    g_clear_pointer(&batch.rows, g_hash_table_unref);
    g_ptr_array_unref(batch.inputs);
    return done;
}

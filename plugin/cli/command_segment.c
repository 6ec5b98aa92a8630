#include "command.h"
#include "interrupt.h"
#include "segment_job.h"

static bool run_one(Job *job, bool is_slicer_module, GString *out,
                    GError **error)
{
    if (!job_stage_files(job, error))
        return false;
    Progress *progress = job_new_progress(&job->request, is_slicer_module);
    bool done = job_run(job, progress, error);
    progress_free(progress);
    if (done && job->request.json)
        job_report_json(job, NULL, out);
    else if (done)
        job_report_table(job, out);
    return done;
}

bool segment_run(char *const *arguments, bool is_slicer_module, GString *out,
                 GError **error)
{
    Job job;
    job_init(&job);
    interrupt_install();
    bool done = request_parse(&job.request, arguments, is_slicer_module, error);
    if (done && job.request.out_dir)
        done = batch_run(&job.request, is_slicer_module, error);
    else if (done)
        done = run_one(&job, is_slicer_module, out, error);
    job_clear(&job);
    return done;
}

bool command_segment(char *const *arguments, GString *out, GError **error)
{
    return segment_run(arguments, false, out, error);
}

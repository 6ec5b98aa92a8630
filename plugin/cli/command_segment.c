#include "command.h"
#include "segment_job.h"

bool segment_run(char *const *arguments, bool is_slicer_module, GString *out,
                 GError **error)
{
    Job job;
    bool done = job_run(&job, arguments, is_slicer_module, error);
    if (done && job.request.json)
        job_report_json(&job, out);
    else if (done)
        job_report_table(&job, out);
    job_clear(&job);
    return done;
}

bool command_segment(char *const *arguments, GString *out, GError **error)
{
    return segment_run(arguments, false, out, error);
}

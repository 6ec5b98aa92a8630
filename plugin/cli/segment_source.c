/* What a run segments: an image with its geometry, or a challenge .npz. */
#include "failure.h"
#include "interrupt.h"
#include "segment_job.h"

static bool read_image(Job *job, GError **error)
{
    MedalsImageReadOptions options = MEDALS_IMAGE_READ_OPTIONS_INIT;
    if (job->request.series && *job->request.series)
        options.series = job->request.series;
    options.progress = interrupt_not_asked;
    char *message = NULL;
    MedalsStatus status =
        medals_image_read(&job->image, job->request.image, &options, &message);
    if (status != MEDALS_OK)
        return failure_take_bridge(error, status, message);
    MedalsImageInfo info = {.struct_size = sizeof info};
    medals_image_info(job->image, &info);
    job->header_modality = info.modality;
    job->volume = medals_image_peek_volume(job->image);
    return true;
}

/* The sentences of the case, whole, with their label values. */
static bool take_prompts(Job *job, GError **error)
{
    Request *request = &job->request;
    size_t count = medals_challenge_prompt_count(job->challenge);
    g_autofree uint32_t *labels = g_new0(uint32_t, count + 1);
    for (size_t p = 0; p < count; p++) {
        MedalsChallengePrompt prompt = {.struct_size = sizeof prompt};
        medals_challenge_prompt(job->challenge, p, &prompt);
        g_ptr_array_add(request->texts, g_strdup(prompt.text));
        labels[p] = prompt.label;
    }
    if (medals_challenge_instance_label(job->challenge) == 1)
        request->instances = true;
    if (!request_check_texts(request, error))
        return false;
    request->whole_texts = true;
    if (request->labels || request->instances)
        return true;
    request->labels = g_steal_pointer(&labels);
    request->label_count = count;
    return true;
}

static bool read_challenge(Job *job, GError **error)
{
    MedalsError *cause = NULL;
    if (medals_challenge_open(&job->challenge, job->request.image, &cause) !=
        MEDALS_OK)
        return failure_take(error, cause);
    job->volume = medals_challenge_peek_volume(job->challenge);
    return job->request.texts->len > 0 || take_prompts(job, error);
}

bool job_read_source(Job *job, GError **error)
{
    return job->request.is_challenge ? read_challenge(job, error)
                                     : read_image(job, error);
}

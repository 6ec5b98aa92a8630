/* `save`: the labelmap as a file, with names and colours. */
#include <glib/gstdio.h>

#include "failure.h"
#include "interact.h"
#include "interact_failure.h"
#include "labelmap.h"
#include "segment_names.h"

/* What functions of the programs fail with, as requests do. */
static bool take_failure(GError **error, GError *of_program)
{
    static const struct {
        int exit_code;
        MedalsStatus status;
    } meanings[] = {{EXIT_USAGE, MEDALS_E_USAGE},
                    {EXIT_NO_ROOM, MEDALS_E_NOSPACE},
                    {EXIT_CANCELLED, MEDALS_E_CANCELLED}};
    MedalsStatus status = MEDALS_E_INPUT;
    for (size_t n = 0; n < G_N_ELEMENTS(meanings); n++)
        if (g_error_matches(of_program, FAILURE, meanings[n].exit_code))
            status = meanings[n].status;
    interact_fail(error, status, "%s", of_program->message);
    g_error_free(of_program);
    return false;
}

static bool check_name(const Interact *interact, const char *file,
                       GError **error)
{
    GStatBuf image, target;
    if (!medals_labelmap_can_write(file, false))
        return interact_fail(error, MEDALS_E_USAGE,
                             "%s: no format has this ending; expected "
                             ".nii.gz, .nii, .nrrd, .mha or .seg.nrrd",
                             file);
    bool same = g_stat(interact->options.image, &image) == 0 &&
                g_stat(file, &target) == 0 && image.st_ino == target.st_ino &&
                image.st_dev == target.st_dev;
    return !same ||
           interact_fail(error, MEDALS_E_INPUT,
                         "%s: is the image; expected another file", file);
}

static bool check_labels(const InteractTask *task, GError **error)
{
    size_t count = medals_session_class_count(task->interact->session);
    const InteractRequest *request = &task->request;
    return !request->has_labels || request->labels->len == count ||
           interact_fail(error, MEDALS_E_USAGE,
                         "labels: %u values; expected one a class, %zu",
                         request->labels->len, count);
}

/* One entry a class, with the file's values. Names are the session's. */
static MedalsSegment *describe_classes(const InteractTask *task, size_t *count)
{
    const Interact *interact = task->interact;
    const InteractRequest *request = &task->request;
    *count = medals_session_class_count(interact->session);
    MedalsSegment *segments = g_new0(MedalsSegment, *count + 1);
    for (size_t c = 0; c < *count; c++) {
        MedalsSessionClass info = {.struct_size = sizeof info};
        medals_session_class(interact->session, c, &info);
        uint32_t value = request->has_labels
                             ? g_array_index(request->labels, uint32_t, c)
                             : info.value;
        segment_describe(&segments[c], interact->model, info.model_class, c);
        segments[c].label = value;
        segments[c].name = info.name;
    }
    return segments;
}

static bool write_staged(const InteractTask *task, const char *staged,
                         const MedalsVolume *labelmap, GError **error)
{
    size_t count = 0;
    g_autofree MedalsSegment *segments = describe_classes(task, &count);
    MedalsLabelmapWriteOptions options = MEDALS_LABELMAP_WRITE_OPTIONS_INIT;
    options.source = task->interact->image;
    options.segments = segments;
    options.segment_count = count;
    options.label_file = true;
    char *message = NULL;
    MedalsStatus status =
        medals_labelmap_write(staged, labelmap, &options, &message);
    return status == MEDALS_OK || task_take_bridge(error, status, message);
}

/* Reserves the names of the file and of what is written beside it. */
static const char *stage(OutputSet *set, const char *file, GError **error)
{
    GError *cause = NULL;
    const char *staged = output_set_add(set, file, &cause);
    char *beside = staged ? medals_labelmap_label_file(file) : NULL;
    char *staged_beside = staged ? medals_labelmap_label_file(staged) : NULL;
    if (beside && staged_beside &&
        !output_set_add_pair(set, staged_beside, beside, &cause))
        staged = NULL;
    medals_bridge_free(beside);
    medals_bridge_free(staged_beside);
    if (cause)
        take_failure(error, cause);
    return staged;
}

/* The watchdog may look at the set whenever it is not locked. */
static const char *begin(Interact *interact, const char *file, GError **error)
{
    g_mutex_lock(&interact->saving);
    interact->output_set = output_set_new();
    const char *staged = stage(interact->output_set, file, error);
    g_mutex_unlock(&interact->saving);
    return staged;
}

static bool end(Interact *interact, bool done, GError **error)
{
    GError *cause = NULL;
    g_mutex_lock(&interact->saving);
    if (!done && *error)
        output_set_reword(interact->output_set, *error);
    if (done && !output_set_commit(interact->output_set, &cause))
        done = take_failure(error, cause);
    g_clear_pointer(&interact->output_set, output_set_free);
    g_mutex_unlock(&interact->saving);
    return done;
}

bool task_save(InteractTask *task, GError **error)
{
    Interact *interact = task->interact;
    const InteractRequest *request = &task->request;
    if (!check_name(interact, request->file, error) ||
        !check_labels(task, error))
        return false;
    MedalsError *cause = NULL;
    MedalsVolume *labelmap = NULL;
    if (medals_session_labelmap(
            interact->session,
            request->has_labels ? (const uint32_t *) request->labels->data
                                : NULL,
            request->labels->len, &labelmap, &cause) != MEDALS_OK)
        return task_take(error, cause);
    const char *staged = begin(interact, request->file, error);
    bool done = staged && write_staged(task, staged, labelmap, error);
    done = end(interact, done, error);
    medals_volume_free(&labelmap);
    return done;
}

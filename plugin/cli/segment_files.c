/* The files of a run: checked and named before the network, written after. */
#include <glib/gstdio.h>
#include <string.h>

#include "failure.h"
#include "file_name.h"
#include "labelmap.h"
#include "montage.h"
#include "png_file.h"
#include "segment_job.h"
#include "segment_names.h"
#include "segment_stats.h"

static bool is_challenge_name(const char *path)
{
    return file_name_ends(path, ".npz");
}

static bool check_format(const Request *request, const char *path,
                         GError **error)
{
    if (is_challenge_name(path))
        return request->is_challenge ||
               failure_set(error, EXIT_USAGE,
                           "%s: .npz for an image that is none; expected "
                           ".nii.gz, .nii, .nrrd, .mha or .seg.nrrd",
                           path);
    return medals_labelmap_can_write(path, false) ||
           failure_set(error, EXIT_USAGE,
                       "%s: no format has this ending; expected .nii.gz, "
                       ".nii, .nrrd, .mha or .seg.nrrd",
                       path);
}

static bool check_probabilities(const char *path, GError **error)
{
    bool good = medals_labelmap_can_write(path, false) &&
                !file_name_ends(path, ".seg.nrrd");
    return good || failure_set(error, EXIT_USAGE,
                               "%s: no format has this ending; expected "
                               ".nii.gz, .nii, .nrrd or .mha",
                               path);
}

/* An output must not replace the image that it is made from. */
static bool check_not_image(const Job *job, const char *path, GError **error)
{
    GStatBuf image, target;
    bool same = g_stat(job->request.image, &image) == 0 &&
                g_stat(path, &target) == 0 && image.st_ino == target.st_ino &&
                image.st_dev == target.st_dev;
    return !same ||
           failure_set(error, EXIT_USAGE,
                       "%s: is the image; expected another file", path);
}

static bool stage_outputs(Job *job, GError **error)
{
    const Request *request = &job->request;
    for (guint i = 0; i < request->outputs->len; i++) {
        const char *target = request->outputs->pdata[i];
        const char *staged =
            check_not_image(job, target, error)
                ? output_set_add(job->output_set, target, error)
                : NULL;
        if (!staged)
            return false;
        g_ptr_array_add(job->staged, (gpointer) staged);
        char *label_target = medals_labelmap_label_file(target);
        char *label_staged = medals_labelmap_label_file(staged);
        bool good = !label_target || !label_staged || request->no_names ||
                    output_set_add_pair(job->output_set, label_staged,
                                        label_target, error);
        medals_bridge_free(label_target);
        medals_bridge_free(label_staged);
        if (!good)
            return false;
    }
    return true;
}

bool job_stage_files(Job *job, GError **error)
{
    const Request *request = &job->request;
    for (guint i = 0; i < request->outputs->len; i++)
        if (!check_format(request, request->outputs->pdata[i], error))
            return false;
    if (request->probabilities &&
        !check_probabilities(request->probabilities, error))
        return false;
    job->output_set = output_set_new();
    job->staged = g_ptr_array_new();
    if (!stage_outputs(job, error))
        return false;
    if (request->probabilities &&
        !(job->staged_probabilities =
              output_set_add(job->output_set, request->probabilities, error)))
        return false;
    if (request->stats && (!check_not_image(job, request->stats, error) ||
                           !(job->staged_stats = output_set_add(
                                 job->output_set, request->stats, error))))
        return false;
    return !request->png || (job->staged_png = output_set_add(
                                 job->output_set, request->png, error));
}

static bool write_labelmap(Job *job, const char *staged,
                           const SegmentNames *names, GError **error)
{
    bool overlapping =
        job->request.keep_overlap && file_name_ends(staged, ".seg.nrrd");
    g_autofree const MedalsVolume **layers =
        g_new(const MedalsVolume *, names->count + 1);
    for (size_t c = 0; c < names->count && overlapping; c++)
        layers[c] = medals_segmentation_peek_layer(job->result, c);
    MedalsLabelmapWriteOptions options = MEDALS_LABELMAP_WRITE_OPTIONS_INIT;
    options.source = job->image;
    options.segments = names->segments;
    options.segment_count = names->count;
    options.layers = overlapping ? layers : NULL;
    options.label_file = !job->request.no_names;
    char *message = NULL;
    MedalsStatus status = medals_labelmap_write(
        staged, medals_segmentation_peek_labelmap(job->result), &options,
        &message);
    return status == MEDALS_OK || failure_take_bridge(error, status, message);
}

static bool write_output(Job *job, guint index, const SegmentNames *names,
                         GError **error)
{
    const char *staged = job->staged->pdata[index];
    if (!is_challenge_name(staged))
        return write_labelmap(job, staged, names, error);
    MedalsError *cause = NULL;
    if (medals_challenge_write(staged,
                               medals_segmentation_peek_labelmap(job->result),
                               job->challenge, &cause) != MEDALS_OK)
        return failure_take(error, cause);
    return true;
}

static bool write_probabilities(Job *job, GError **error)
{
    size_t count = medals_segmentation_class_count(job->result);
    g_autofree const MedalsVolume **maps = g_new(const MedalsVolume *, count);
    for (size_t c = 0; c < count; c++)
        maps[c] = medals_segmentation_peek_probability(job->result, c);
    char *message = NULL;
    MedalsStatus status = medals_probabilities_write(
        job->staged_probabilities, maps, count, job->image, &message);
    return status == MEDALS_OK || failure_take_bridge(error, status, message);
}

/* Draws the names that have voxels first, so that the legend shows them. */
static MontageClass *montage_classes(const SegmentNames *names)
{
    MontageClass *classes = g_new0(MontageClass, names->count + 1);
    size_t n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t c = 0; c < names->count; c++) {
            const MedalsSegment *segment = &names->segments[c];
            if (names->present[c] != (pass == 0))
                continue;
            classes[n++] = (MontageClass){
                segment->label,
                {segment->rgb[0], segment->rgb[1], segment->rgb[2]},
                segment->name,
                names->present[c]};
        }
    return classes;
}

static bool write_png(Job *job, const SegmentNames *names, GError **error)
{
    MedalsSegmentationInfo info = {.struct_size = sizeof info};
    medals_segmentation_info(job->result, &info);
    g_autofree MontageClass *classes = montage_classes(names);
    Montage montage = {.image = job->volume,
                       .labelmap =
                           medals_segmentation_peek_labelmap(job->result),
                       .has_window = info.has_window && !job->challenge,
                       .window = {info.window[0], info.window[1]},
                       .classes = classes,
                       .class_count = names->count};
    Canvas canvas;
    if (!montage_draw(&montage, &canvas, error))
        return false;
    char *message = NULL;
    MedalsStatus status =
        medals_png_write(job->staged_png, canvas.rgb, (uint32_t) canvas.width,
                         (uint32_t) canvas.height, &message);
    canvas_clear(&canvas);
    return status == MEDALS_OK || failure_take_bridge(error, status, message);
}

static bool write_stats(const Job *job, const SegmentNames *names,
                        GError **error)
{
    g_autoptr(GString) rows = g_string_new(NULL);
    stats_rows(job, names, rows);
    return stats_write(job->staged_stats, job->request.stats, rows, error);
}

bool job_write_files(Job *job, GError **error)
{
    SegmentNames names;
    segment_names_init(&names, job->result, job->model, job->request.instances);
    bool good = true;
    for (guint i = 0; i < job->staged->len && good; i++) {
        double fraction = (double) i / job->staged->len;
        progress_show(job->progress, "write", fraction,
                      (1 - fraction) * job->seconds_read);
        good = write_output(job, i, &names, error);
    }
    good = good &&
           (!job->staged_probabilities || write_probabilities(job, error)) &&
           (!job->staged_png || write_png(job, &names, error)) &&
           (!job->staged_stats || write_stats(job, &names, error));
    if (good && job->rows)
        stats_rows(job, &names, job->rows);
    segment_names_clear(&names);
    return good;
}

/*
 * segment_api.c - the request and what it came to
 */
#include <string.h>

#include "error_api.h"
#include "segmentation.h"

MedalsStatus medals_segment(MedalsSegmentation **out, MedalsModel *model,
                            const MedalsVolume *volume,
                            const MedalsSegmentOptions *options,
                            MedalsError **error)
{
    MedalsSegmentOptions full = MEDALS_SEGMENT_OPTIONS_INIT;
    memcpy(&full, options, MIN(options->struct_size, sizeof full));
    GError *inner = NULL;
    *out = medals_segmentation_run(model, volume, &full, NULL, &inner);
    return *out ? MEDALS_OK : medals_error_take(inner, error);
}

const MedalsVolume *
medals_segmentation_peek_labelmap(const MedalsSegmentation *segmentation)
{
    return segmentation->labelmap;
}

static const MedalsVolume *peek(MedalsVolume *const *list, size_t index,
                                size_t count)
{
    return list && index < count ? list[index] : NULL;
}

const MedalsVolume *
medals_segmentation_peek_layer(const MedalsSegmentation *segmentation,
                               size_t class_index)
{
    return peek(segmentation->layers, class_index, segmentation->count);
}

const MedalsVolume *
medals_segmentation_peek_probability(const MedalsSegmentation *segmentation,
                                     size_t class_index)
{
    return peek(segmentation->probabilities, class_index, segmentation->count);
}

size_t medals_segmentation_class_count(const MedalsSegmentation *segmentation)
{
    return segmentation->count;
}

bool medals_segmentation_class(const MedalsSegmentation *segmentation,
                               size_t index, MedalsClassReport *report)
{
    const MedalsSegmentation *s = segmentation;
    if (index >= s->count)
        return false;
    const char *name = s->class_names[index];
    MedalsClassReport out = {.struct_size = report->struct_size,
                             .text = s->texts[index],
                             .label = s->labels[index],
                             .class_index = s->request.class_index[index],
                             .class_name = *name ? name : NULL,
                             .known = s->request.known[index],
                             .voxels = s->voxels[index],
                             .ml = (double) s->voxels[index] * s->voxel_ml,
                             .mean_probability = s->mean[index]};
    memcpy(report, &out, MIN(report->struct_size, sizeof out));
    return true;
}

size_t medals_segmentation_stage_count(const MedalsSegmentation *segmentation)
{
    return segmentation->stage_count;
}

bool medals_segmentation_stage(const MedalsSegmentation *segmentation,
                               size_t index, MedalsStageReport *report)
{
    if (index >= segmentation->stage_count)
        return false;
    const MedalsStageSummary *stage = &segmentation->stages[index];
    const MedalsPackage *package = segmentation->model->package;
    MedalsStageReport out = {.struct_size = report->struct_size,
                             .name = package->stages[stage->number - 1].name,
                             .windows = stage->windows,
                             .skipped = stage->skipped,
                             .seconds = stage->seconds};
    memcpy(out.spacing, stage->grid.target, sizeof out.spacing);
    memcpy(out.grid, stage->grid.shape, sizeof out.grid);
    memcpy(report, &out, MIN(report->struct_size, sizeof out));
    return true;
}

void medals_segmentation_info(const MedalsSegmentation *segmentation,
                              MedalsSegmentationInfo *info)
{
    MedalsSegmentationInfo out = segmentation->info;
    out.struct_size = info->struct_size;
    memcpy(info, &out, MIN(info->struct_size, sizeof out));
}

const char *const *
medals_segmentation_warnings(const MedalsSegmentation *segmentation)
{
    return (const char *const *) segmentation->warnings->pdata;
}

/*
 * segment_api.c - the request and what it came to
 */
#include <string.h>

#include "error_api.h"
#include "model_data.h"
#include "segmentation.h"
#include "versioned.h"

MedalsStatus medals_segment(MedalsSegmentation **out, MedalsModel *model,
                            const MedalsVolume *volume,
                            const MedalsSegmentOptions *options,
                            MedalsError **error)
{
    MedalsSegmentOptions full = MEDALS_SEGMENT_OPTIONS_INIT;
    GError *inner = NULL;
    if (out)
        *out = NULL;
    if (medals_check_given(out, "out", &inner) &&
        medals_check_given(model, "model", &inner) &&
        medals_check_given(volume, "volume", &inner) &&
        medals_versioned_read(&full, sizeof full, options, "options", &inner))
        *out = medals_segmentation_run(model, volume, &full, NULL, &inner);
    if (inner)
        return medals_error_take(inner, error);
    medals_log_warnings(&model->log, medals_segmentation_warnings(*out));
    return MEDALS_OK;
}

const MedalsVolume *
medals_segmentation_peek_labelmap(const MedalsSegmentation *segmentation)
{
    return segmentation ? segmentation->labelmap : NULL;
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
    return segmentation
               ? peek(segmentation->layers, class_index, segmentation->count)
               : NULL;
}

const MedalsVolume *
medals_segmentation_peek_probability(const MedalsSegmentation *segmentation,
                                     size_t class_index)
{
    return segmentation ? peek(segmentation->probabilities, class_index,
                               segmentation->count)
                        : NULL;
}

size_t medals_segmentation_class_count(const MedalsSegmentation *segmentation)
{
    return segmentation ? segmentation->count : 0;
}

bool medals_segmentation_class(const MedalsSegmentation *segmentation,
                               size_t index, MedalsClassReport *report)
{
    const MedalsSegmentation *s = segmentation;
    if (!s || index >= s->count)
        return false;
    const char *name = s->class_names[index];
    const MedalsTextClass *class =
        medals_text_class_at(&s->request.list, index);
    MedalsClassReport out = {.text = s->texts[index],
                             .label = s->labels[index],
                             .class_index = class->class_index,
                             .class_name = *name ? name : NULL,
                             .known = class->known,
                             .voxels = s->voxels[index],
                             .ml = (double) s->voxels[index] * s->voxel_ml,
                             .mean_probability = s->mean[index],
                             .name = class->name,
                             .text_index = class->text};
    return medals_versioned_write(report, &out, sizeof out);
}

size_t medals_segmentation_match_count(const MedalsSegmentation *segmentation)
{
    return segmentation ? segmentation->request.list.matches->len : 0;
}

bool medals_segmentation_match(const MedalsSegmentation *segmentation,
                               size_t index, size_t *text_index,
                               size_t *class_index)
{
    return segmentation &&
           medals_text_match_get(segmentation->request.list.matches, index,
                                 text_index, class_index);
}

size_t medals_segmentation_stage_count(const MedalsSegmentation *segmentation)
{
    return segmentation ? segmentation->stage_count : 0;
}

bool medals_segmentation_stage(const MedalsSegmentation *segmentation,
                               size_t index, MedalsStageReport *report)
{
    if (!segmentation || index >= segmentation->stage_count)
        return false;
    const MedalsStageSummary *stage = &segmentation->stages[index];
    const MedalsPackage *package = segmentation->model->package;
    MedalsStageReport out = {.name = package->stages[stage->number - 1].name,
                             .windows = stage->windows,
                             .skipped = stage->skipped,
                             .seconds = stage->seconds};
    memcpy(out.spacing, stage->grid.target, sizeof out.spacing);
    memcpy(out.grid, stage->grid.shape, sizeof out.grid);
    return medals_versioned_write(report, &out, sizeof out);
}

void medals_segmentation_info(const MedalsSegmentation *segmentation,
                              MedalsSegmentationInfo *info)
{
    medals_versioned_clear(info, sizeof *info);
    if (segmentation)
        medals_versioned_write(info, &segmentation->info, sizeof *info);
}

const char *const *
medals_segmentation_warnings(const MedalsSegmentation *segmentation)
{
    return segmentation ? (const char *const *) segmentation->warnings->pdata
                        : NULL;
}

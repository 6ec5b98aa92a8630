/*
 * segmentation.h - one request from volume and texts to labelmap and reports
 *
 *   texts  --> text_request --> modality, classes, window --> query encoder
 *   volume --> intensity --> [ROI] --> two_stage --> labels --> labelmap
 */
#ifndef MEDALS_SEGMENTATION_H
#define MEDALS_SEGMENTATION_H

#include "hounsfield.h"
#include "medals/segment.h"
#include "model_data.h"
#include "text_request.h"
#include "two_stage.h"
#include "volume_data.h"

struct MedalsSegmentation {
    MedalsModel *model; /* keeps names alive */
    size_t count;
    char **texts;       /* [count+1] as given, the first that asks for it */
    uint32_t *labels;   /* [count] value in the labelmap */
    char **class_names; /* [count+1] "CT_Liver", or "" */
    uint64_t *voxels;   /* [count] */
    double *mean;       /* [count], NaN: none */
    MedalsTextRequest request;
    MedalsVolume *labelmap;
    MedalsVolume **layers;        /* [count] or NULL */
    MedalsVolume **probabilities; /* [count] or NULL */
    size_t stage_count;
    MedalsStageSummary stages[2];
    MedalsSegmentationInfo info;
    double voxel_ml;
    GPtrArray *warnings; /* char *, NULL-terminated once finished */
};

/** What a session adds to a request. */
typedef struct MedalsSegmentationExtras {
    /* [volume] i fastest: 1 + index of the text that a user marked there, or
     * 0; NULL: none. With whole texts; not with a region of interest. */
    const uint16_t *annotation;
    const MedalsFeatureStore *store; /* or NULL */
    /* What the image's values look like, when the user was told of it; NULL:
     * looked at and warned of here. */
    const MedalsHounsfield *hounsfield;
} MedalsSegmentationExtras;

/** See medals_segment(). @param extras NULL: none */
MedalsSegmentation *
medals_segmentation_run(MedalsModel *model, const MedalsVolume *volume,
                        const MedalsSegmentOptions *options,
                        const MedalsSegmentationExtras *extras, GError **error);

#endif

/*
 * two_stage.h - all stages of a model on one image
 *
 *   image -> stage 1 -> L1 -> drop specks -> ROI box -> stage 2 with L1 as
 *   prompt -> paste -> largest components -> labels in image order
 *
 * A model of one stage ends after stage 1.
 * @source spec 9, 10
 */
#ifndef MEDALS_TWO_STAGE_H
#define MEDALS_TWO_STAGE_H

#include "canonical.h"
#include "stage.h"

/** One image and what is asked of it. */
typedef struct MedalsCase {
    const uint8_t *image;       /* image order (i fastest), 0..255 */
    const uint16_t *annotation; /* image order, values as labels; or NULL */
    MedalsCanonical canonical;  /* to network axes h,w,d */
    float spacing[3];           /* Bsp of 5.3: h,w,d */
    const MedalsStage *stages;
    size_t stage_count;          /* 1 or 2 */
    bool show_labels;            /* stage 2 sees the labels of stage 1 */
    MedalsStageMode mode;        /* want_best is set by the driver */
    const uint32_t *class_flags; /* [n] MedalsClassFlags */
} MedalsCase;

typedef struct MedalsStageSummary {
    int number;
    MedalsStageGrid grid;
    uint64_t windows, skipped;
    double seconds;
} MedalsStageSummary;

typedef struct MedalsCaseResult {
    uint16_t *labels;     /* image order */
    float *probabilities; /* [n] maps in image order, or NULL */
    double *mean;         /* [n], NaN: no voxel */
    size_t stage_count;   /* that were run */
    MedalsStageSummary stages[2];
    double seconds_resample, seconds_network, seconds_postprocess;
} MedalsCaseResult;

/** @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED (result cleared) */
bool medals_case_run(const MedalsExec *exec, const MedalsCase *request,
                     MedalsCaseResult *result, GError **error);
void medals_case_result_clear(MedalsCaseResult *result);

#endif

/*
 * stage.h - one stage: image in, labels out, on the image's own grid
 *
 *   image [h,w,d] 0..255 --spacing rules--> grid --pad--> windows
 *     for each window: network -> logits -> slab (probabilities)
 *   labels on the grid --unpad, resample back--> labels [h,w,d]
 *
 * @source spec 8
 */
#ifndef MEDALS_STAGE_H
#define MEDALS_STAGE_H

#include "label_table.h"
#include "network.h"
#include "package.h"
#include "spacing_rules.h"

/** Hands out the block masks of masked pairs (8.1), one a call, in order. */
typedef struct MedalsMaskSource {
    /** blocks has count entries. @return false: there is none left */
    bool (*next)(void *cookie, size_t count, uint8_t *blocks);
    void *cookie;
} MedalsMaskSource;

/** For tests: sees what no result keeps. */
typedef struct MedalsStageObserver {
    void (*grid)(void *cookie, int stage, const MedalsStageGrid *grid,
                 const int64_t padded[3], const float *padded_image);
    void (*window)(void *cookie, int stage, const int64_t start[3]);
    /** labels and best on the array given to the stage, [h,w,d] */
    void (*result)(void *cookie, int stage, const int64_t shape[3],
                   const uint16_t *labels, const float *best);
    void *cookie;
} MedalsStageObserver;

/**
 * Where a session keeps what windows leave behind when they were run without
 * prompts. It serves a stage whose grid has the shape that it was made for.
 */
typedef struct MedalsFeatureStore {
    int stage;       /* number of the stage */
    int64_t grid[3]; /* shape */
    /** @return borrowed until the next call, or NULL; its embeddings are not
     * looked at */
    const MedalsFeatures *(*find)(void *cookie, const int64_t start[3]);
    /** Takes the features. */
    void (*keep)(void *cookie, const int64_t start[3],
                 MedalsFeatures *features);
    void *cookie;
} MedalsFeatureStore;

/** How a request wants every stage to run. */
typedef struct MedalsStageMode {
    int64_t n;
    const uint16_t *values; /* [n], all different, not 0 */
    const float *queries;   /* [n,Q] */
    MedalsClassSet classes;
    bool instance; /* with the refinement pass of section 8 */
    bool tta;
    bool want_best;
    bool want_probabilities;
    MedalsMaskSource masks;
    const MedalsStageObserver *observer; /* or NULL */
    const MedalsFeatureStore *store;     /* or NULL */
    /* What a user marked, values as labels, on the array given to the stage;
     * or NULL. Windows that hold a mark are run with the marks as prompt. */
    const uint16_t *annotation;
} MedalsStageMode;

/** One stage of a package, ready to run. */
typedef struct MedalsStage {
    int number; /* 1 or 2: which rules of section 6 */
    const MedalsNetwork *network;
    const MedalsPackage *package;
    int64_t crop[3];
    double target[3];
} MedalsStage;

typedef struct MedalsStageResult {
    MedalsStageGrid grid;
    uint64_t windows, skipped;
    uint16_t *labels;     /* [shape of the image], owned */
    float *best;          /* same; NULL unless asked for */
    float *probabilities; /* [n, shape]; NULL unless asked for */
    double *mean;         /* [n] mean probability; NaN: no voxel */
    double seconds_resample, seconds_network;
} MedalsStageResult;

/**
 * @shape image [shape], prompt [shape] labels out of values or NULL
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED (result cleared)
 */
bool medals_stage_run(const MedalsExec *exec, const MedalsStage *stage,
                      const MedalsStageMode *mode, const uint8_t *image,
                      const int64_t shape[3], const float spacing[3],
                      const uint16_t *prompt, MedalsStageResult *result,
                      GError **error);
void medals_stage_result_clear(MedalsStageResult *result);

/** The image on the stage's grid, padded with zeros at the far ends.
 *  @shape image [shape], padded_image [padded] of the caller
 *  @source spec 7.4, 7.7 */
bool medals_stage_grid_image(const MedalsExec *exec,
                             const MedalsStageGrid *grid, const uint8_t *image,
                             const int64_t shape[3], const int64_t padded[3],
                             float *padded_image, GError **error);

/** Windows and grid that a stage would need, without running it. */
void medals_stage_plan(const MedalsStage *stage, const MedalsStageMode *mode,
                       const int64_t shape[3], const float spacing[3],
                       MedalsStageGrid *grid, int64_t padded[3]);

#endif

/*
 * click_fit_case.h - a labelled scan as the simulated user meets it
 *
 *   scan, truth --network axes--> image, truth, labels by text alone
 *   window of the stage's lattice --> X, embeddings, image on the grid
 *
 * Labels and windows are kept in a cache folder: the network runs once.
 */
#ifndef CLICK_FIT_CASE_H
#define CLICK_FIT_CASE_H

#include "canonical.h"
#include "context_data.h"
#include "model_data.h"
#include "spacing_rules.h"

/** What a case is made of. */
typedef struct FitSource {
    char *name; /* unique: of the cache files */
    char *image, *truth;
    MedalsModality modality;
    GPtrArray *texts; /* class k+1; NULL entry: a class without text */
    GArray *values;   /* uint8_t: value of class k+1 in the truth */
} FitSource;

typedef struct FitModel {
    MedalsContext *context;
    MedalsModel *model;
    MedalsExec exec; /* in the lane's turn only */
    char *cache;     /* folder */
} FitModel;

typedef struct FitWindow {
    int64_t start[3]; /* on the padded grid */
    MedalsTensor x;
    float *embeddings; /* [texts, C] */
    float *image;      /* [crop] */
} FitWindow;

typedef struct FitCase {
    const FitSource *source;
    FitModel *model;
    int64_t shape[3]; /* of the scan, network axes */
    double spacing[3];
    uint8_t *truth, *base; /* [shape] class numbers */
    MedalsStageGrid grid;
    int64_t padded[3], crop[3];
    float *image;       /* [padded] 0..255 */
    int64_t text_count; /* queries */
    float *queries;
    GHashTable *windows; /* key string -> FitWindow */
} FitCase;

bool fit_model_open(FitModel *model, const char *folder, const char *cache,
                    GError **error);
void fit_model_close(FitModel *model);

/** @param whole run the texts on the whole scan unless the cache has that;
 *         else base is left empty */
FitCase *fit_case_open(FitModel *model, const FitSource *source, bool whole,
                       GError **error);
void fit_case_free(FitCase *sample);
/** The lattice window whose middle is nearest to a voxel of the scan. */
const FitWindow *fit_case_window(FitCase *sample, const int64_t voxel[3],
                                 GError **error);
/** Centre of a scan voxel on the grid of a window, in its voxels. */
void fit_case_to_window(const FitCase *sample, const FitWindow *window,
                        const double voxel[3], double at[3]);
/** Share of each window voxel in which mask has `value`; not_value: the share
 * of all values but 0 and `value`. */
void fit_case_share(const FitCase *sample, const FitWindow *window,
                    const uint8_t *mask, uint8_t value, bool not_value,
                    float *share);

#endif

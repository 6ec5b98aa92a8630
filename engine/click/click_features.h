/*
 * click_features.h - what X and the image say about the voxels of a scene
 *
 *   X --principal axes, unit variance--> white [count, 16]
 *   white --ridge on the marks--------> text:  logit, moved by the clicks
 *         --ridge on what is certain--> local: in (+1) or out (-1), fitted here
 *   white, image, local --from the seeds outward--> extremes along the way
 */
#ifndef MEDALS_CLICK_FEATURES_H
#define MEDALS_CLICK_FEATURES_H

#include "click_scene.h"

/** Principal axes that are kept: one block of the multiply kernel. */
#define MEDALS_CLICK_AXES MEDALS_BLOCK

typedef struct MedalsClickFeatures {
    float *white;  /* [count, AXES] */
    float *logit;  /* [count] X.m; 0 without text */
    float *moved;  /* [count] logit after the correction of m by all marks */
    float *local;  /* [count] */
    float *unlike; /* [count] rms difference of white from the seeds' */
    float *bright; /* [count] |image - seeds'| in standard deviations */
    float *way_unlike; /* [count] largest on the way from the seeds */
    float *way_bright; /* [count] likewise */
    float *way_local;  /* [count] smallest, in the sense of the prompt */
    float *way_wrong;  /* [count] smallest depth on the wrong side */
    float seed_logit, seed_local; /* means over the seeds */
} MedalsClickFeatures;

/** @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED (features cleared) */
bool medals_click_features_init(MedalsClickFeatures *features,
                                const MedalsExec *exec,
                                const MedalsClickScene *scene, GError **error);
void medals_click_features_clear(MedalsClickFeatures *features);

#endif

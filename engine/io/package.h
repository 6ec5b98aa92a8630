/*
 * package.h - model.json of a model package, parsed and checked
 *
 *   FOLDER/model.json       this struct; resources/models/README.md explains
 *         ....safetensors   weights; stages may share one file
 *         /vocab.txt        WordPiece vocabulary
 *         /labels.json      the package's own classes (text/label_table.h)
 *         /LICENSE README.md
 *
 * No code may know the numbers of one model: all of them are here.
 */
#ifndef MEDALS_PACKAGE_H
#define MEDALS_PACKAGE_H

#include "error.h"

typedef enum MedalsSpacingRules {
    MEDALS_SPACING_MEDAL_S, /* all of spec 6 */
    MEDALS_SPACING_ENLARGE  /* only the second half of 6.2 e */
} MedalsSpacingRules;

typedef struct MedalsPackageStage {
    char *name;
    char *weights;        /* absolute path of the file */
    int64_t crop[3];      /* voxels, network axes, multiples of 32 */
    double spacing[5][3]; /* mm, by MedalsModality, network axes */
    bool prompt;          /* shown the previous stage's labels (8.1) */
} MedalsPackageStage;

typedef struct MedalsPackage {
    char *folder;
    char *name;
    char *license; /* SPDX name */
    char axes[4];  /* direction of each network axis, e.g. "RAS" */
    MedalsModality default_modality;

    size_t stage_count; /* 1 or 2 */
    MedalsPackageStage *stages;
    MedalsSpacingRules spacing_rules;

    int64_t heads;           /* of the query decoder */
    bool mask_mlp_last_gelu; /* GELU after the last layer of the mask MLP */

    /* windows */
    bool importance_half;   /* rounded to half (7.9); else floor 1e-6 */
    bool skip_flat_windows; /* flat = voxels differ by less than 1 */

    /* intensity (5.2) */
    double ct_window[2]; /* default HU bounds */

    /* text */
    bool text_is_mpnet;    /* else BERT */
    char *text_weights;    /* absolute path; NULL: no tower in the package */
    char *text_vocab;      /* absolute path */
    char *text_projection; /* absolute path: projection + modality_embed */
    char *text_vectors;    /* absolute path or NULL: sentence vectors of
                                  known texts, tensor name = text */
    int64_t text_heads;
    double text_norm_eps;
    int64_t text_max_tokens;
    bool text_l2_normalise;

    char *labels;          /* absolute path of labels.json or NULL */
    char **trained[5];     /* by MedalsModality, NULL-terminated: texts that
                                  the model was trained on */
    bool trained_on_table; /* also on every class of the 243-class table */
    bool resample_probabilities; /* "resample_back": labels from interpolated
                                    probabilities, else 7.6 */
} MedalsPackage;

/** @return NULL: MEDALS_E_IO a file is missing; MEDALS_E_INPUT model.json is
 *          not valid: names the field, what it holds, what was expected */
MedalsPackage *medals_package_open(const char *folder, GError **error);
void medals_package_free(MedalsPackage *package);

/** Whether a file name of model.json stays inside the package: relative, with
 * no "..", no empty part, no backslash, no control character. */
bool medals_package_name_ok(const char *name);

#endif

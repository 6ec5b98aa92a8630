/*
 * golden.h - shared words of medals-golden
 *
 * One file a kind: golden_<kind>.c. A kind reads its group's JSON object and
 * reports one line a case through golden_case().
 */
#ifndef MEDALS_GOLDEN_H
#define MEDALS_GOLDEN_H

#include <cjson/cJSON.h>

#include "kernels.h"
#include "weights.h"

typedef struct GoldenRun {
    const char *folder;     /* of golden.json */
    const char *weights;    /* --weights: instead of the group's own */
    const char *text_tower; /* --text-tower: folder of the BERT tower */
    MedalsExec exec;        /* lane entered, task NULL */
    unsigned passed, failed, skipped;
    const char *kind; /* of the group being run */
} GoldenRun;

typedef void (*GoldenFn)(GoldenRun *run, const cJSON *group);

/** One line: "ok|FAIL kind/case detail". */
void golden_case(GoldenRun *run, bool ok, const char *name, const char *format,
                 ...) G_GNUC_PRINTF(4, 5);
/** Counts as failed with the error's text; frees the error. */
void golden_error(GoldenRun *run, const char *name, GError *error);
void golden_skip(GoldenRun *run, const char *name, const char *why);

/** "FOLDER/name"; @owner g_free */
char *golden_path(const GoldenRun *run, const char *name);
/** The n-th file of a group. NULL: reported as failed. */
MedalsWeights *golden_open(GoldenRun *run, const cJSON *group, int n);
/** The JSON file of a group (rows in the file itself). @owner cJSON_Delete */
cJSON *golden_open_json(GoldenRun *run, const cJSON *group, int n);
/** The group's "weights" file, or --weights. NULL: reported as failed. */
MedalsWeights *golden_open_weights(GoldenRun *run, const cJSON *group);

/** group.limits[name]; a missing limit fails the case: returns -1. */
double golden_limit(const cJSON *group, const char *name);
/** object[name] as text / number / three numbers. */
const char *golden_text(const cJSON *object, const char *name);
double golden_number(const cJSON *object, const char *name, double fallback);
bool golden_numbers(const cJSON *object, const char *name, double *out, int n);

/** A tensor, any stored type, as float32; count receives its size.
 *  @owner medals_free; NULL: no such tensor */
float *golden_f32(const MedalsWeights *file, const char *name, size_t *count);
/** Largest |a-b|, and where; NaN counts as infinite. */
double golden_max_abs(const float *a, const float *b, size_t n);

/** MEDALS_GOLDEN_PRECISION=bf16 runs the networks in bf16 storage: then only
 * end_to_end is expected to hold, with Dice 0.98. Default: float32. */
MedalsDtype golden_storage(void);
/** MEDALS_GOLDEN_CASES=a,b runs only these end-to-end cases (slow machines);
 * the others are printed skips. */
bool golden_wanted(GoldenRun *run, const cJSON *item);

void golden_text_extraction(GoldenRun *run, const cJSON *group);
void golden_text_encoder(GoldenRun *run, const cJSON *group);
void golden_bert_sentence_encoder(GoldenRun *run, const cJSON *group);
void golden_spacing_rules(GoldenRun *run, const cJSON *group);
void golden_resampling(GoldenRun *run, const cJSON *group);
void golden_importance_map(GoldenRun *run, const cJSON *group);
void golden_sliding_windows(GoldenRun *run, const cJSON *group);
void golden_positional_encoding(GoldenRun *run, const cJSON *group);
void golden_postprocess(GoldenRun *run, const cJSON *group);
void golden_weights(GoldenRun *run, const cJSON *group);
void golden_torch_checkpoint(GoldenRun *run, const cJSON *group);
void golden_network_forward(GoldenRun *run, const cJSON *group);
void golden_masked_pair_and_mirror(GoldenRun *run, const cJSON *group);
void golden_end_to_end(GoldenRun *run, const cJSON *group);
void golden_metrics(GoldenRun *run, const cJSON *group);

#endif

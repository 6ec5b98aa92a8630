/*
 * click_head.h - from the inputs of a voxel to whether it follows the prompt
 *
 *   row --(x - mean)*scale--> 16 or 32 units --ReLU--> 16 --ReLU--> flip
 *
 * One such net a sign. Its numbers are resources/click_head.json, which
 * tests/bench/click_fit.c makes from simulated users.
 */
#ifndef MEDALS_CLICK_HEAD_H
#define MEDALS_CLICK_HEAD_H

#include "click_answer.h"

/** Widest hidden layer. */
#define MEDALS_CLICK_HIDDEN 64

typedef struct MedalsClickHead MedalsClickHead;

/** @return NULL: MEDALS_E_INPUT not the JSON of a head for our inputs,
 *          MEDALS_E_NOMEM */
MedalsClickHead *medals_click_head_parse(const char *json, size_t length,
                                         GError **error);
void medals_click_head_free(MedalsClickHead *head);
/** The library's own; lives as long as the program. NULL: MEDALS_E_NOMEM */
const MedalsClickHead *medals_click_head_own(GError **error);

/**
 * flip [n] of rows [n, MEDALS_CLICK_INPUTS], n at most MEDALS_CLICK_ROWS.
 * One thread; rows are overwritten.
 */
#define MEDALS_CLICK_ROWS 256
void medals_click_head_run(const MedalsClickHead *head,
                           const MedalsKernels *kernels, bool positive,
                           float *rows, size_t n, float *flip);

/** medals_click_answer() by another head than the library's own. */
bool medals_click_answer_by(const MedalsExec *exec, const MedalsClickHead *head,
                            const MedalsClickField *field, float *flip,
                            int64_t box[6], GError **error);

#endif

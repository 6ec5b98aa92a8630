/*
 * click_fit_net.h - fits one net of the click head (session/click_head.h)
 *
 *   rows, targets, weights --Adam on the logistic loss--> numbers as JSON
 */
#ifndef CLICK_FIT_NET_H
#define CLICK_FIT_NET_H

#include <cjson/cJSON.h>
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct FitRows {
    GArray *input;  /* float [n, inputs] */
    GArray *target; /* float [n] 0..1 */
    GArray *weight; /* float [n] */
} FitRows;

void fit_rows_init(FitRows *rows);
void fit_rows_empty(FitRows *rows);
void fit_rows_clear(FitRows *rows);

typedef struct FitPlan {
    int hidden[2];
    int epochs;
    double rate, decay; /* Adam's step; pull of the weights towards 0 */
    double noise;       /* spread added to the inputs, in their own */
    double bias;        /* added to the answer afterwards */
    uint64_t seed;
} FitPlan;

/** @param loss receives the mean loss of the last epoch
 *  @owner cJSON_Delete */
cJSON *fit_net(const FitRows *rows, const FitPlan *plan, double *loss);

#endif

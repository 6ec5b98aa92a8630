/*
 * click_ridge.h - least squares with a few unknowns, held down
 *
 *   minimise sum_i weight_i (row_i . x - target_i)^2 + hold |x|^2
 */
#ifndef MEDALS_CLICK_RIDGE_H
#define MEDALS_CLICK_RIDGE_H

#include <stdbool.h>

#define MEDALS_RIDGE_MAX 20

typedef struct MedalsClickRidge {
    int n; /* unknowns, at most MEDALS_RIDGE_MAX */
    double matrix[MEDALS_RIDGE_MAX][MEDALS_RIDGE_MAX]; /* lower half */
    double side[MEDALS_RIDGE_MAX];
} MedalsClickRidge;

void medals_click_ridge_init(MedalsClickRidge *ridge, int n, double hold);
/** Adds an equation: n-1 numbers and a constant 1 as the last. */
void medals_click_ridge_add(MedalsClickRidge *ridge, const float *row,
                            double target, double weight);
/** Solves, by Cholesky. @param x [n]; zeros where it cannot be solved */
void medals_click_ridge_solve(MedalsClickRidge *ridge, double *x);

#endif

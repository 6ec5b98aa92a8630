/*
 * click_ridge.c - normal equations
 */
#include "click_ridge.h"

#include <math.h>
#include <string.h>

void medals_click_ridge_init(MedalsClickRidge *ridge, int n, double hold)
{
    memset(ridge, 0, sizeof *ridge);
    ridge->n = n;
    for (int i = 0; i < n; i++)
        ridge->matrix[i][i] = hold;
}

void medals_click_ridge_add(MedalsClickRidge *ridge, const float *row,
                            double target, double weight)
{
    int last = ridge->n - 1;
    for (int i = 0; i <= last; i++) {
        double a = weight * (i < last ? (double) row[i] : 1);
        for (int j = 0; j < i; j++)
            ridge->matrix[i][j] += a * (double) row[j];
        ridge->matrix[i][i] += a * (i < last ? (double) row[i] : 1);
        ridge->side[i] += a * target;
    }
}

/* The lower triangle L of matrix = L L', in place; false: not positive. */
static bool factor(MedalsClickRidge *ridge)
{
    for (int i = 0; i < ridge->n; i++)
        for (int j = 0; j <= i; j++) {
            double sum = ridge->matrix[i][j];
            for (int k = 0; k < j; k++)
                sum -= ridge->matrix[i][k] * ridge->matrix[j][k];
            if (i == j && !(sum > 0))
                return false;
            ridge->matrix[i][j] =
                i == j ? sqrt(sum) : sum / ridge->matrix[j][j];
        }
    return true;
}

void medals_click_ridge_solve(MedalsClickRidge *ridge, double *x)
{
    int n = ridge->n;
    memset(x, 0, (size_t) n * sizeof *x);
    if (!factor(ridge))
        return;
    for (int i = 0; i < n; i++) {
        double sum = ridge->side[i];
        for (int k = 0; k < i; k++)
            sum -= ridge->matrix[i][k] * x[k];
        x[i] = sum / ridge->matrix[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
        double sum = x[i];
        for (int k = i + 1; k < n; k++)
            sum -= ridge->matrix[k][i] * x[k];
        x[i] = sum / ridge->matrix[i][i];
    }
}

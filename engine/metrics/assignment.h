/*
 * assignment.h - best one-to-one pairing of rows and columns
 */
#ifndef MEDALS_ASSIGNMENT_H
#define MEDALS_ASSIGNMENT_H

#include "error.h"

/** A pair that may be taken, and what taking it is worth (above 0). */
typedef struct MedalsPairing {
    uint32_t row, column;
    double gain;
} MedalsPairing;

/**
 * Chooses pairs, each row and each column at most once, so that the sum of
 * gains is largest. Pairs not listed gain nothing. Sparse: shortest augmenting
 * paths over the listed pairs only.
 * @param pairs  [pair_count], sorted by row, every (row, column) once
 * @param column_of [rows] receives the column, or UINT32_MAX
 * @return false: MEDALS_E_NOMEM
 */
bool medals_assign(const MedalsPairing *pairs, size_t pair_count, size_t rows,
                   size_t columns, uint32_t *column_of, GError **error);

#endif

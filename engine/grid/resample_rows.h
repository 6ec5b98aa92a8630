/*
 * resample_rows.h - what image and labels share on their way between grids
 *
 *   taps of the three axes -> pieces of some rows of dst -> row(), one by one
 */
#ifndef MEDALS_RESAMPLE_ROWS_H
#define MEDALS_RESAMPLE_ROWS_H

#include "axis_taps.h"
#include "kernels.h"

typedef struct MedalsResampleRows MedalsResampleRows;
struct MedalsResampleRows {
    const void *src; /* [from] */
    void *dst;       /* [to] */
    const int64_t *from, *to;
    size_t element; /* bytes of a voxel */
    /** Fills row number `row` = h*to[1] + w of dst.
     *  @param line scratch for from[2] numbers of 4 bytes */
    void (*row)(const MedalsResampleRows *rows, int64_t row, void *line);
    MedalsTaps taps; /* while it runs */
};

/**
 * Runs all rows on the lane; an unchanged shape is copied.
 * @param separate_axis as medals_taps_init()
 * @return false: MEDALS_E_SHAPE, MEDALS_E_NOMEM, MEDALS_E_CANCELLED
 */
bool medals_resample_rows(const MedalsExec *exec, MedalsResampleRows *rows,
                          int separate_axis, GError **error);

#endif

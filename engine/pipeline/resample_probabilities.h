/*
 * resample_probabilities.h - labels from probabilities interpolated to the
 * image's grid
 *
 *   label(v) = arg-max_n p_n(v) where it is at least 0.5, p_n by 7.2
 *
 * Finer borders than resampling labels. A voxel whose eight neighbours on the
 * network's grid carry one label needs no look at the probabilities: where all
 * best classes agree, or all are below 0.5, interpolation cannot change that.
 */
#ifndef MEDALS_RESAMPLE_PROBABILITIES_H
#define MEDALS_RESAMPLE_PROBABILITIES_H

#include "slab.h"

/**
 * @param grid with probabilities
 * @shape dst [shape], axes h,w,d
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED
 */
bool medals_resample_probabilities(const MedalsExec *exec,
                                   const MedalsGridResult *grid, uint16_t *dst,
                                   const int64_t shape[3], GError **error);

#endif

/*
 * spacing_rules.h - from the image's spacing to the network's grid
 * @source spec 5.3, 6, 9.4
 */
#ifndef MEDALS_SPACING_RULES_H
#define MEDALS_SPACING_RULES_H

#include "error.h"

/** What the rules ask about the set K of classes: the OR of the MedalsClass
 * flags of its members, and whether it has exactly one. */
typedef struct MedalsClassSet {
    uint32_t flags; /* MedalsClassFlags */
    bool single;
} MedalsClassSet;

/** 5.3: stored npz spacing (s0,s1,s2) and shape [d,h,w] -> A [d,h,w] float32,
 * with the sanitising of tiny values and the swap rule 6.1. */
void medals_spacing_from_npz(const double stored[3], const int64_t shape[3],
                             float spacing[3]);

typedef struct MedalsStageGrid {
    float spacing[3];  /* S, axes h,w,d */
    double target[3];  /* T */
    int64_t shape[3];  /* n' */
    int separate_axis; /* 7.1: -1 joint, else the axis resampled alone */
} MedalsStageGrid;

/** 6.2 and 7.1, all of the Medal S rules.
 * @param shape [h,w,d] of the array given to this stage */
void medals_spacing_stage(const int64_t shape[3], const float spacing[3],
                          const int64_t crop[3], const double target[3],
                          const MedalsClassSet *classes, bool stage1,
                          MedalsStageGrid *grid);
/** Only the second half of 6.2 e (a volume smaller than the crop is enlarged):
 * MEDALS_SPACING_ENLARGE. */
void medals_spacing_enlarge(const int64_t shape[3], const float spacing[3],
                            const int64_t crop[3], const double target[3],
                            MedalsStageGrid *grid);

/** 6.3: ROI spacing R [d,h,w]. */
void medals_spacing_roi(const int64_t shape_dhw[3], const float spacing_dhw[3],
                        const int64_t crop[3], const double target[3],
                        const MedalsClassSet *classes, float roi_spacing[3]);
/** 9.4: the box (inclusive start and end) around foreground lo..hi
 * (inclusive), all in axes [d,h,w]. */
void medals_spacing_roi_box(const int64_t shape_dhw[3], const int64_t lo[3],
                            const int64_t hi[3], const int64_t crop[3],
                            const double target[3], const float roi_spacing[3],
                            const MedalsClassSet *classes, int64_t start[3],
                            int64_t end[3]);

#endif

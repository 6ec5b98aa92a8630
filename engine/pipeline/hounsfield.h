/*
 * hounsfield.h - do the voxels look like a CT in Hounsfield units?
 *
 *      air              lung      fat water muscle        bone, metal
 *   ----|-----------------|----------|--|--|------------------|--->  HU
 *     -1000             -700       -120 0  60            700 .. 3000
 *
 * A CT that was not rescaled keeps the distance of a thousand between air and
 * soft tissue, but has both elsewhere: that offset is found. What was scaled,
 * turned about or has no air at all cannot be told apart, and is said.
 */
#ifndef MEDALS_HOUNSFIELD_H
#define MEDALS_HOUNSFIELD_H

#include "medals/segment.h"
#include "volume_data.h"

typedef enum MedalsHounsfieldLook {
    MEDALS_HU_NONE,    /**< nothing of the kind, or one value only */
    MEDALS_HU_NO_AIR,  /**< might be: fat and soft tissue, no air */
    MEDALS_HU_SHIFTED, /**< air and soft tissue, `shift` above their places */
    MEDALS_HU_CERTAIN  /**< air and soft tissue at their places */
} MedalsHounsfieldLook;

typedef struct MedalsHounsfield {
    MedalsHounsfieldLook look;
    double shift;    /**< voxel = HU + shift; 0 but for SHIFTED */
    float low, high; /**< 0.1 % of the voxels lie below and above */
    bool constant;   /**< low and high are the image's only value */
} MedalsHounsfield;

/**
 * Looks at up to 65 536 voxels, spread evenly; the same image gives the same
 * answer. Voxels that are not finite do not count.
 * @return false: MEDALS_E_NOMEM
 */
bool medals_hounsfield_look(const MedalsVolume *volume, MedalsHounsfield *found,
                            GError **error);

/** The modality that the voxels alone tell: CT when CERTAIN, else NONE. */
MedalsModality medals_hounsfield_modality(const MedalsHounsfield *found);

/**
 * What a user has to know about voxels that are taken as `modality`, which
 * `source` named; one line, g_free. NULL: nothing.
 */
char *medals_hounsfield_warning(const MedalsHounsfield *found,
                                MedalsModality modality,
                                MedalsModalitySource source);

/** The bounds of a window in HU, as values of the voxels. */
void medals_hounsfield_window(const MedalsHounsfield *found,
                              const double window[2], double bounds[2]);

#endif

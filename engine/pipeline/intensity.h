/*
 * intensity.h - raw voxels to the 0..255 that the network was trained on
 * @source spec 5.2
 */
#ifndef MEDALS_INTENSITY_H
#define MEDALS_INTENSITY_H

#include "kernels.h"
#include "volume_data.h"

/** What was odd about the voxels. */
typedef struct MedalsIntensityReport {
    uint64_t not_finite; /* NaN and infinite voxels, set to the smallest */
    bool constant;       /* all voxels equal: the result is zeros */
    float low, high;     /* least and largest finite voxel */
    bool has_window;
    double window[2]; /* bounds used (CT) */
} MedalsIntensityReport;

/**
 * Maps a volume of any scalar type to uint8 as 5.2: CT by a window (HU
 * bounds), other modalities by percentiles of the positive voxels.
 * @param dst product(size) bytes, same order as the volume
 * @param prepared voxels are already 0..255: clamped and truncated only
 */
bool medals_intensity_prepare(const MedalsExec *exec,
                              const MedalsVolume *volume,
                              MedalsModality modality, const double window[2],
                              bool prepared, uint8_t *dst,
                              MedalsIntensityReport *report, GError **error);

#endif

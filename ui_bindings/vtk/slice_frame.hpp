/*
 * slice_frame.hpp - how a slice of an image is turned for a radiologist
 *
 *   axial       coronal      sagittal
 *      A           S            S
 *    R   L       R   L        A   P      the patient's right is on the left
 *      P           I            I
 *
 * A slice shows the image's own voxels, along the index axes that lie nearest
 * to the patient's; an oblique image is shown as it was acquired, and the
 * letters say so. No VTK in here: plain arithmetic, tested alone.
 */
#ifndef MEDALS_SLICE_FRAME_HPP
#define MEDALS_SLICE_FRAME_HPP

#include <string>

#include "medals/volume.h"

namespace medals::ui
{

enum class Plane { axial, coronal, sagittal };

/** "axial", "coronal", "sagittal" */
const char *plane_name(Plane plane);

/** Which index axis runs where on the screen. */
struct SliceFrame {
    int axis[3]; /**< index axis to the right, upwards, through the slice */
    bool reversed[3];  /**< right and up: the index falls that way; through: it
                           falls towards Left, Posterior or Superior */
    int64_t size[3];   /**< voxels along the three */
    double spacing[3]; /**< mm along the three */
    std::string letters[4]; /**< at the right, top, left, bottom edge: "L", or
                                 "LA" where the image is oblique */

    /** Voxel index of a point of the slice: u and v in pixels from its lower
     * left one, n the through index. */
    void to_index(double u, double v, double n, double index[3]) const;
    /** The opposite; at[2] is the through index. */
    void from_index(const double index[3], double at[3]) const;
};

SliceFrame slice_frame(const MedalsGeometry &geometry, Plane plane);

} // namespace medals::ui
#endif

/*
 * vtk_labels.hpp - a session's labelmap in a viewer's vtkImageData
 *
 *   labels_new()     the whole labelmap, once
 *   labels_update()  after an answer: only the box that it names, in place
 *
 *   session grid  |--------[ changed box ]-----------|
 *   viewer image       |---[ piece ]------|             extent with an offset
 *
 * The viewer's image may be a cut of the session's grid (vtkOrientedImageData
 * keeps segments so) or larger than it; it must lie on the same lattice.
 */
#ifndef MEDALS_BRIDGE_VTK_LABELS_HPP
#define MEDALS_BRIDGE_VTK_LABELS_HPP

#include "medals/session.h"
#include "vtk_space.hpp"

namespace medals::bridge
{

/** All classes with their values, where a class index is asked for. */
constexpr int64_t all_classes = -1;

/**
 * Fills the image with a copy of the labelmap on the session's grid.
 * @param class_index 0/1 of one class, or all_classes: the classes' values
 * @param dtype MEDALS_U8, _U16 or _U32
 * @return as medals_session_read(); MEDALS_E_INPUT an axis too long;
 *         MEDALS_E_NOMEM (image untouched)
 */
MedalsStatus labels_new(vtkImageData *image, const MedalsSession *session,
                        int64_t class_index, MedalsDtype dtype, World world,
                        std::string *message);

/** What labels_update() wrote. */
struct LabelPiece {
    int extent[6]; /**< VTK's: both ends inside; of the image's indices */
    bool empty;    /**< the box lies outside the image: nothing was written */
    size_t copied; /**< bytes that went through a buffer on their way; 0 where
                        the box is one run of the image's memory */
};

/**
 * Writes a box of the session's labelmap into the image, in place: no other
 * voxel is read or written. The scalars and the image are marked Modified
 * (VTK knows no smaller mark); what a view must redraw is the piece.
 * @param extent half open, of the session, such as MedalsChange.extent
 * @param piece receives what was written
 * @thread the image's own thread; the session may go on meanwhile: a box that
 *         changes during the call is named by a later answer again
 * @return MEDALS_E_INPUT the image is not on the session's lattice, or has no
 *         unsigned scalars of 8, 16 or 32 bits, one a voxel; as
 *         medals_session_read()
 */
MedalsStatus labels_update(vtkImageData *image, const MedalsSession *session,
                           int64_t class_index, const int64_t extent[6],
                           World world, LabelPiece *piece,
                           std::string *message);

} // namespace medals::bridge
#endif

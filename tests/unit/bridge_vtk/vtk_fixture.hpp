/*
 * vtk_fixture.hpp - grids in all 48 orientations and sessions on them
 */
#ifndef MEDALS_VTK_FIXTURE_HPP
#define MEDALS_VTK_FIXTURE_HPP

#include <glib.h>

#include "medals/medals.h"
#include "vtk_space.hpp"

class vtkImageData;

constexpr int fixture_orientations = 48;
/** Voxels along Left, Posterior, Superior; all different, as the spacings. */
constexpr int fixture_size[3] = {9, 8, 7};
constexpr double fixture_spacing[3] = {1.5, 2, 2.5};
/** LPS mm of the voxel farthest right, anterior, inferior. */
constexpr double fixture_corner[3] = {-20, 10, 5};

/** The same box of the patient, stored in one of 48 ways. */
MedalsGeometry fixture_grid(int orientation);
/** Place of an index of that grid along Left, Posterior, Superior, 0.. */
void fixture_place(int orientation, const int index[3], int place[3]);
/** What the phantom holds there: different everywhere. */
int fixture_value(const int place[3]);
/** LPS mm of a place. */
void fixture_point(const int place[3], double lps[3]);
/** The phantom in that orientation, i16. */
MedalsVolume *fixture_phantom(int orientation);

/** A session on a volume, with `count` classes and no voxel in them; the model
 * is never run. Takes the volume's reference. */
MedalsSession *fixture_session(MedalsVolume *volume, size_t count);
/** Gives the voxels of a box to a class. */
void fixture_fill(MedalsSession *session, size_t class_index,
                  const int64_t extent[6]);
void fixture_end();

/** Ends the test with the message unless the call succeeded. */
void fixture_ok(MedalsStatus status, const std::string &message);
/** Expects this failure, one line that holds `part`. */
void fixture_refused(MedalsStatus status, MedalsStatus expected,
                     const std::string &message, const char *part);

#endif

/*
 * shape_fixture.h - geometries with fixed seeds, and shapes on them
 */
#ifndef SHAPE_FIXTURE_H
#define SHAPE_FIXTURE_H

#include "shape.h"

/** What a reference may not decide, in voxels or shares of a radius. */
#define NEAR 1e-5

double shape_uniform(uint64_t *seed, double low, double high);
/** A rotation, of random order and mirrored half the time. */
void shape_random_direction(uint64_t *seed, double m[9]);
/** Up to 24 voxels a side, any axes at right angles, mirrored or not. */
MedalsGeometry shape_random_geometry(uint64_t *seed);
/** Axial, 1 x 1 x 3 mm, i to the patient's right, j to anterior. */
MedalsGeometry shape_plain_geometry(void);
/** A continuous index inside the image. */
void shape_random_index(uint64_t *seed, const MedalsGeometry *g,
                        double index[3]);
/** Of a point from the segment a b. */
double shape_squared_distance(const double p[3], const double a[3],
                              const double b[3]);

bool shape_holds(const MedalsVoxelSet *set, int64_t i, int64_t j, int64_t k);
/** Whether the voxel holds one of `count` continuous indices. */
bool shape_is_nearest(const double *index, size_t count, const int64_t v[3]);
/** A shape that is taken. @owner set: medals_voxel_set_clear() */
void shape_draw(const MedalsGeometry *g, MedalsPromptKind kind,
                MedalsSpace space, const double *points, size_t count,
                double radius, MedalsVoxelSet *set);
/** Asserts that a prompt is refused as bad input, in one line that says what
 * was expected. */
void shape_refused(const MedalsGeometry *g, const MedalsPrompt *prompt);
void shape_refused_points(const MedalsGeometry *g, MedalsPromptKind kind,
                          MedalsSpace space, const double *points,
                          size_t count);

#endif

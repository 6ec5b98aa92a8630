/*
 * pipeline_fixture.h - a lane to run on, and repeatable random numbers
 */
#ifndef PIPELINE_FIXTURE_H
#define PIPELINE_FIXTURE_H

#include "kernels.h"
#include "volume_data.h"

/** The lane is entered; kernels are NULL. */
MedalsExec fixture_exec(unsigned threads);
void fixture_exec_free(MedalsExec *exec);

/** Next number of a sequence that `state` carries. */
uint32_t fixture_random(uint64_t *state);

/** Labels 0..values-1 in blobs: cubes of edge 3 share a value.
 *  @owner medals_free */
uint16_t *fixture_labels(const int64_t shape[3], unsigned values,
                         uint64_t seed);

/** Size i,j,k, spacing 1,1,1, origin 0, identity direction. */
MedalsGeometry fixture_geometry(int64_t i, int64_t j, int64_t k);

/** Asserts that it failed with that status; clears the error. */
void fixture_assert_failed(bool ok, GError **error, MedalsStatus status);

#endif

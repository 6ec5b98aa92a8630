/*
 * lattice_fixture.h - a lattice without a network, on an image turned oddly
 */
#ifndef LATTICE_FIXTURE_H
#define LATTICE_FIXTURE_H

#include "lattice.h"

/** Image axes i,j,k run to the patient's superior, left, posterior: against a
 * RAS network two of three are flipped and all are permuted. Network grid 0.6
 * times the image's, crop 8. */
void lattice_fixture(MedalsLattice *lattice, const int64_t size[3]);

#endif

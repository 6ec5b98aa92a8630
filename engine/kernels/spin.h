/*
 * spin.h - what the matrix units beyond float32 reach on registers alone
 *
 * The limit that a convolution in bf16 is measured against; MedalsKernels has
 * the float32 one.
 */
#ifndef MEDALS_SPIN_H
#define MEDALS_SPIN_H

#include "cpu.h"

/** Dot products of bf16 pairs (VDPBF16PS).
 * @return operations done, two a multiply-add; 0 where the level lacks them */
double medals_spin_bf16(MedalsIsa isa, int64_t rounds);
/** Tile products of bf16 (TDPBF16PS); the same terms. */
double medals_spin_amx(MedalsIsa isa, int64_t rounds);

#endif

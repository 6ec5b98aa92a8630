/*
 * kernels.h - the one table of compute kernels, chosen at run time
 *
 * ref first, then each instruction set overwrites what it does better. A
 * kernel is a plain function of one thread on checked shapes; who calls it
 * cuts the work into pieces (lane.h). Values inside are float32; tensors may
 * be stored as float32 or bf16.
 */
#ifndef MEDALS_KERNELS_H
#define MEDALS_KERNELS_H

#include "cpu.h"
#include "lane.h"
#include "tensor.h"

typedef struct MedalsKernels MedalsKernels;

/** The table of one instruction set. Never freed. */
const MedalsKernels *medals_kernels_get(MedalsIsa isa);

/** What every layer needs to run. */
typedef struct MedalsExec {
    MedalsLane *lane;
    const MedalsKernels *kernels;
    MedalsTask *task; /* NULL: no progress, cannot be cancelled */
} MedalsExec;

#endif

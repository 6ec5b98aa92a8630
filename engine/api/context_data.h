/*
 * context_data.h - what a MedalsContext holds
 */
#ifndef MEDALS_CONTEXT_DATA_H
#define MEDALS_CONTEXT_DATA_H

#include "kernels.h"
#include "medals/context.h"

struct MedalsContext {
    MedalsIsa isa;
    MedalsLane *lane;
    const MedalsKernels *kernels;
};

#endif

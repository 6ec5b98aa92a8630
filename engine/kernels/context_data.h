/*
 * context_data.h - what a MedalsContext holds
 */
#ifndef MEDALS_CONTEXT_DATA_H
#define MEDALS_CONTEXT_DATA_H

#include "kernels.h"
#include "log.h"
#include "medals/model.h"

struct MedalsContext {
    MedalsIsa isa;
    MedalsLane *lane;
    const MedalsKernels *kernels;
    MedalsLog log;
};

/** @return false: MEDALS_E_USAGE none of MedalsPrecision */
bool medals_precision_check(MedalsPrecision precision, GError **error);

#endif

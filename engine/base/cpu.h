/*
 * cpu.h - what the processor can do
 */
#ifndef MEDALS_CPU_H
#define MEDALS_CPU_H

#include "error.h"

/** Each level includes those before it. */
typedef enum MedalsIsa {
    MEDALS_ISA_REF = 0,         /* plain C */
    MEDALS_ISA_AVX2 = 1,        /* AVX2 + FMA + F16C */
    MEDALS_ISA_AVX512 = 2,      /* F, BW, DQ, VL */
    MEDALS_ISA_AVX512_BF16 = 3, /* + VDPBF16PS */
    MEDALS_ISA_AMX = 4          /* + AMX-TILE, AMX-BF16, allowed by the OS */
} MedalsIsa;

/** Best level of this processor and operating system. */
MedalsIsa medals_cpu_best(void);
const char *medals_isa_name(MedalsIsa isa);
/**
 * @param name one of the names, or NULL: $MEDALS_ISA, else the best
 * @return false: MEDALS_E_USAGE unknown word, or the processor lacks it
 */
bool medals_isa_choose(const char *name, MedalsIsa *isa, GError **error);
/** Cores that this process may run on, at least 1. */
unsigned medals_cpu_cores(void);

#endif

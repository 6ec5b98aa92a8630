/*
 * kernels.c - which table an instruction set gets
 */
#include "kernels.h"

#include "kernel_tables.h"

const int64_t medals_one_segment[1] = {0};

const MedalsKernels *medals_kernels_get(MedalsIsa isa)
{
#if defined(__x86_64__)
    if (isa >= MEDALS_ISA_AVX2)
        return &medals_kernels_avx2;
#endif
    return &medals_kernels_ref;
}

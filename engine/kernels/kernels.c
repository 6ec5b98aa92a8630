/*
 * kernels.c - which table an instruction set gets
 */
#include "kernels.h"

#include "kernel_tables.h"

const int64_t medals_one_segment[1] = {0};

const MedalsKernels *medals_kernels_get(MedalsIsa isa)
{
    static const MedalsKernels *const tables[] = {
        [MEDALS_ISA_REF] = &medals_kernels_ref,
#if defined(__x86_64__)
        [MEDALS_ISA_AVX2] = &medals_kernels_avx2,
        [MEDALS_ISA_AVX512] = &medals_kernels_avx512,
        [MEDALS_ISA_AVX512_BF16] = &medals_kernels_avx512_bf16,
        [MEDALS_ISA_AMX] = &medals_kernels_amx,
#endif
    };
    return (size_t) isa < G_N_ELEMENTS(tables) ? tables[isa] : tables[0];
}

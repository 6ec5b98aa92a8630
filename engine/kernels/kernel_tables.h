/*
 * kernel_tables.h - the tables that medals_kernels_get() chooses from
 */
#ifndef MEDALS_KERNEL_TABLES_H
#define MEDALS_KERNEL_TABLES_H

#include "kernels.h"

extern const MedalsKernels medals_kernels_ref;
#if defined(__x86_64__)
extern const MedalsKernels medals_kernels_avx2;
extern const MedalsKernels medals_kernels_avx512;
extern const MedalsKernels medals_kernels_avx512_bf16;
extern const MedalsKernels medals_kernels_amx;
#endif

#endif

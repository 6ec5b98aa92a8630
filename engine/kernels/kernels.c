/*
 * kernels.c - which table an instruction set gets
 */
#include "kernels.h"

#include "kernel_tables.h"

const MedalsKernels *medals_kernels_get(MedalsIsa isa)
{
    return &medals_kernels_ref;
}

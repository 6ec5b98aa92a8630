/*
 * kernels_avx2.c - 8 lanes, fused multiply-add: six rows by sixteen columns
 * are twelve sums, which hide the latency and leave four registers
 */
#define LANES 8
#define ROWS 6
#include "vector_tmpl.h"

/* Our own convolution beats oneDNN's in every layer of the network here. */
const MedalsKernels medals_kernels_avx2 =
    FILE_TABLE("avx2", MEDALS_ISA_AVX2, &medals_conv_packed, &medals_conv_ref);

/*
 * kernels_avx2.c - 8 lanes, fused multiply-add: six rows by sixteen columns
 * are twelve sums, which hide the latency and leave four registers
 */
#define LANES 8
#define ROWS 6
#define FILE_TABLE medals_kernels_avx2
#define FILE_NAME "avx2"
#define FILE_ISA MEDALS_ISA_AVX2
#define FILE_CONV                                                              \
    {                                                                          \
        &medals_conv_packed, &medals_conv_ref                                  \
    }
#include "vector_tmpl.h"

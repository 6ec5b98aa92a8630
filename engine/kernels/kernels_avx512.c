/*
 * kernels_avx512.c - 16 lanes: eight rows by sixteen columns are eight sums,
 * just enough to hide the latency, with a general register for each row
 *
 * oneDNN convolves; what it does not serve falls to our packed kernel. The
 * levels differ in what oneDNN may use.
 */
#define LANES 16
#define ROWS 8
#include "vector_tmpl.h"

const MedalsKernels medals_kernels_avx512 =
    FILE_TABLE("avx512", MEDALS_ISA_AVX512, &medals_conv_onednn,
               &medals_conv_packed, &medals_conv_ref);

const MedalsKernels medals_kernels_avx512_bf16 =
    FILE_TABLE("avx512_bf16", MEDALS_ISA_AVX512_BF16, &medals_conv_onednn,
               &medals_conv_packed, &medals_conv_ref);

const MedalsKernels medals_kernels_amx =
    FILE_TABLE("amx", MEDALS_ISA_AMX, &medals_conv_onednn, &medals_conv_packed,
               &medals_conv_ref);

/*
 * conv_proof.h - a convolution kernel shows that it is right before it is used
 *
 * Kernels of instruction sets that few machines have can be wrong in a way
 * that no test of ours saw: another library version, another processor. Before
 * the first layer takes such a kernel, it computes two small maps, which are
 * compared with the naive one. It takes milliseconds, once a process.
 */
#ifndef MEDALS_CONV_PROOF_H
#define MEDALS_CONV_PROOF_H

#include "conv_kernel.h"

/**
 * @param proves whether kernel and naive convolution agree, stride 1 and 2;
 *        false also where the kernel does not serve this storage. Always true
 *        for the instruction sets that every test run covers (ref, AVX2).
 * @return false: MEDALS_E_NOMEM; nothing is known then, the next call asks
 *         again
 * @thread any; an answer is kept for the process
 */
bool medals_conv_proves(const MedalsConvKernel *kernel,
                        const MedalsKernels *kernels, MedalsDtype storage,
                        bool *proves, GError **error);

/** The comparison itself, not kept. @param stride 1 or 2
 *  @return false: MEDALS_E_NOMEM */
bool medals_conv_agrees(const MedalsConvKernel *kernel,
                        const MedalsKernels *kernels, MedalsDtype storage,
                        int stride, bool *agrees, GError **error);

#endif

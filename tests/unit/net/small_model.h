/*
 * small_model.h - a tiny network with seeded weights, as file and as handle
 */
#ifndef MEDALS_SMALL_MODEL_H
#define MEDALS_SMALL_MODEL_H

#include "network.h"
#include "widths.h"

/** What to spoil when the file is written; zeros: nothing. */
typedef struct SmallModelChange {
    const char *drop;     /* leave this tensor out */
    const char *reshape;  /* this tensor gets one more row */
    const char *integers; /* this tensor is stored as int32 */
    const char *extra;    /* a tensor [3] of this name is added */
    const char *prefix;   /* before every name, e.g. "module." */
} SmallModelChange;

/** F 4 4 8 8 16 16, tokens 56-20-24, Q 24, 4 heads, 2 layers, feed forward 40,
 * MLP 24-12-4. */
MedalsWidths small_model_widths(void);

/** Writes a .safetensors file into a fresh temporary folder and opens it. */
MedalsWeights *small_model_open(const SmallModelChange *change);

/** The table that $MEDALS_ISA names, else the best of this machine. */
const MedalsKernels *small_model_kernels(void);

/** The unspoilt file as a network. */
MedalsNetwork *small_model_network(MedalsDtype storage);

/** A lane of `threads` that was entered. */
MedalsExec small_model_exec(unsigned threads);
void small_model_exec_clear(MedalsExec *exec);

/** A window 32 x 64 x 32 with grey values, two prompts, and queries. */
typedef struct SmallWindow {
    MedalsWindow window;
    float *image, *queries;
    uint8_t *union_prompt, *class_prompts;
} SmallWindow;
void small_window_init(SmallWindow *small, int64_t n, uint64_t seed);
void small_window_clear(SmallWindow *small);
size_t small_window_voxels(const SmallWindow *small);

#endif

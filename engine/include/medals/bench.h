/*
 * bench.h - how fast this machine runs the network (unstable tier)
 *
 *   medals_bench_peak      what the processor can multiply at best
 *   medals_bench_network   one window through the whole network
 *   medals_bench_layers    every convolution of that network alone
 *   medals_bench_classes   N classes in one pass against N passes
 *
 * Work is counted from the layer table: two operations a multiply-add, with
 * prompts passed. Norms, activations and copies count nothing, their time
 * does. peak_rss is the largest resident set during the case; where the system
 * cannot begin it anew, of the process so far. Names and fields may change between versions; medals.h does not
 * include this file.
 */
#ifndef MEDALS_BENCH_H
#define MEDALS_BENCH_H

#include "medals/model.h"

MEDALS_BEGIN_DECLS

/** Operations a second of all threads together, on registers alone. */
typedef struct MedalsBenchPeak {
    uint32_t struct_size; /**< set by the caller */
    double f32;           /**< fused multiply-add of the context's level */
    double bf16_dot;      /**< dot products of bf16; 0: not at this level */
    double amx;           /**< bf16 tiles; 0: not at this level */
    uint64_t peak_rss;    /**< of this case, bytes */
} MedalsBenchPeak;
#define MEDALS_BENCH_PEAK_INIT                                                 \
    {                                                                          \
        sizeof(MedalsBenchPeak), 0, 0, 0, 0                                    \
    }

/** Takes about a second. @return MEDALS_E_CANCELLED never; MEDALS_OK */
MEDALS_API MedalsStatus medals_bench_peak(MedalsContext *context,
                                          MedalsBenchPeak *peak,
                                          MedalsError **error);

typedef struct MedalsBenchOptions {
    uint32_t struct_size;
    /** Whose network; NULL: the published widths with random weights. */
    MedalsModel *model;
    uint32_t stage;  /**< of the model */
    int64_t size[3]; /**< window, multiples of 32; network axes */
    int64_t classes; /**< N, at least 1 */
    MedalsPrecision
        precision;    /**< of the random network; a model has its own */
    uint32_t repeats; /**< the fastest counts; 0: 1 */
    /** medals_bench_classes: run the N passes instead of multiplying */
    bool run_singles;
    MedalsProgressFn progress; /**< may be NULL */
    void *progress_cookie;
} MedalsBenchOptions;
#define MEDALS_BENCH_OPTIONS_INIT                                              \
    {                                                                          \
        sizeof(MedalsBenchOptions), NULL, 0, {96, 96, 96}, 8,                  \
            MEDALS_PRECISION_AUTO, 1, false, NULL, NULL                        \
    }

typedef struct MedalsBenchResult {
    uint32_t struct_size; /**< set by the caller */
    MedalsPrecision precision;
    uint64_t parameters; /**< numbers in the network */
    double seconds;      /**< one window, logits and sigmoid included */
    double operations;   /**< of the window */
    double share;        /**< operations/seconds of the peak of precision */
    uint64_t peak_rss;   /**< of this case, bytes */
} MedalsBenchResult;
#define MEDALS_BENCH_RESULT_INIT                                               \
    {                                                                          \
        sizeof(MedalsBenchResult), MEDALS_PRECISION_AUTO, 0, 0, 0, 0, 0        \
    }

/**
 * One window with N classes, each with a prompt, as the pipeline runs it.
 * @return MEDALS_E_USAGE options out of range; MEDALS_E_NOMEM;
 *         MEDALS_E_CANCELLED
 */
MEDALS_API MedalsStatus medals_bench_network(MedalsContext *context,
                                             const MedalsBenchOptions *options,
                                             MedalsBenchResult *result,
                                             MedalsError **error);

/** One convolution (block with norm, or transposed) on random numbers. */
typedef struct MedalsBenchLayer {
    uint32_t struct_size;
    const char *name;   /**< "encoder 0.1", "decoder 4.0", "up 4", "fusion" */
    const char *kernel; /**< "packed", "onednn", "ref", "multiply" */
    int64_t cin, cout;
    int stride;      /**< 1 or 2 */
    int64_t size[3]; /**< of the layer's input */
    double seconds;  /**< the fastest of some runs */
    double operations;
    double share; /**< of the peak of the precision */
    MedalsPrecision precision;
    uint64_t peak_rss; /**< of this layer, bytes */
} MedalsBenchLayer;
/** @thread the one that made the call, within it, one layer at a time; a call
 *          that computes on the same context may not be made from here
 * @return false to stop; the layer is borrowed */
typedef bool (*MedalsBenchLayerFn)(void *cookie, const MedalsBenchLayer *layer);

/** Layer by layer in the network's order; the widths are those of the model,
 * or the published ones. @return as medals_bench_network() */
MEDALS_API MedalsStatus medals_bench_layers(MedalsContext *context,
                                            const MedalsBenchOptions *options,
                                            MedalsBenchLayerFn fn, void *cookie,
                                            MedalsError **error);

typedef struct MedalsBenchClasses {
    uint32_t struct_size;   /**< set by the caller */
    double one_seconds;     /**< one class, one pass */
    double all_seconds;     /**< N classes, one pass */
    double singles_seconds; /**< N passes of one class */
    bool singles_run;       /**< measured; else N times one_seconds */
    MedalsPrecision precision;
    double operations; /**< of the pass with N classes */
    double share;      /**< of that pass: operations/seconds of the peak */
    uint64_t peak_rss; /**< of this case, bytes */
} MedalsBenchClasses;
#define MEDALS_BENCH_CLASSES_INIT                                              \
    {                                                                          \
        sizeof(MedalsBenchClasses), 0, 0, 0, false, MEDALS_PRECISION_AUTO, 0,  \
            0, 0                                                               \
    }

/** @return as medals_bench_network() */
MEDALS_API MedalsStatus medals_bench_classes(MedalsContext *context,
                                             const MedalsBenchOptions *options,
                                             MedalsBenchClasses *result,
                                             MedalsError **error);

MEDALS_END_DECLS
#endif

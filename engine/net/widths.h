/*
 * widths.h - the sizes of a network, and the list of its parameters
 *
 * Everything but the number of heads is read off the tensors of a file. The
 * same list of names and shapes checks a file before memory is taken, counts
 * the parameters, and names them.
 */
#ifndef MEDALS_WIDTHS_H
#define MEDALS_WIDTHS_H

#include "weights.h"

#define MEDALS_LEVELS 6      /* resolutions of the encoder: 1, 1/2, ... 1/32 */
#define MEDALS_IN_CHANNELS 2 /* image, union prompt */
#define MEDALS_SHRINK 32     /* voxels of an edge of one image token */

typedef struct MedalsWidths {
    int64_t level[MEDALS_LEVELS]; /* F0..F5; C = F0 */
    int64_t token_hidden;         /* F0+..+F5 -> token_hidden -> Q */
    int64_t query;                /* Q */
    int64_t heads;
    int64_t layers; /* of the query decoder */
    int64_t feed_forward;
    int64_t mask_hidden; /* Q -> mask_hidden -> C */
} MedalsWidths;

/** F0+..+F5: channels of an image token before its projection. */
int64_t medals_widths_tokens(const MedalsWidths *widths);

/** The widths of the published model (spec 1.1). */
MedalsWidths medals_widths_full(void);

/** One parameter. Returns false (error set) to stop the walk. */
typedef bool (*MedalsParameterFn)(void *cookie, const char *name, int ndim,
                                  const int64_t *shape, GError **error);

/** Calls fn with every parameter of the inference network (spec 2.1), the
 * unused norm1 included, the training-only mid_mask_embed_proj not. */
bool medals_widths_walk(const MedalsWidths *widths, MedalsParameterFn fn,
                        void *cookie, GError **error);

uint64_t medals_widths_parameters(const MedalsWidths *widths);

/**
 * Reads the widths off a file and compares every name and shape: all must be
 * there, nothing else may be. Takes no memory that grows with the shapes.
 * Ignored: mid_mask_embed_proj, the duplicates called all_modules.
 *
 * @param heads of the query decoder
 * @source spec 2.2
 * @return false: MEDALS_E_SHAPE
 */
bool medals_widths_read(MedalsWidths *widths, const MedalsWeights *weights,
                        int64_t heads, GError **error);

#endif

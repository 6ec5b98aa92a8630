/*
 * delta.h - the difference of two versions of a layer, in both directions
 *
 *   before XOR after, inside the blocks that differ, compressed (zlib)
 *
 * Applying it to `before` gives `after` and the reverse: undo and redo are the
 * same thing.
 */
#ifndef MEDALS_DELTA_H
#define MEDALS_DELTA_H

#include "buffer.h"
#include "layer.h"

typedef struct MedalsDelta MedalsDelta;

/** NULL layers stand for zeros; equal layers give an empty delta.
 *  NULL: MEDALS_E_NOMEM */
MedalsDelta *medals_delta_new(const int64_t size[3], const MedalsLayer *before,
                              const MedalsLayer *after, GError **error);
void medals_delta_free(MedalsDelta *delta);
bool medals_delta_is_empty(const MedalsDelta *delta);
/** Bytes that it takes. */
size_t medals_delta_bytes(const MedalsDelta *delta);
/** @return false: MEDALS_E_INPUT damaged or of another size; MEDALS_E_NOMEM
 *         (the layer is then to be thrown away) */
bool medals_delta_apply(const MedalsDelta *delta, MedalsLayer *layer,
                        GError **error);
/** Appends little-endian bytes. Format in JOURNAL.md. */
void medals_delta_encode(const MedalsDelta *delta, MedalsBuffer *bytes);
/** Reads one delta from the front of hostile bytes; *used receives its length.
 *  Sizes are bounded before memory is taken.
 *  NULL: MEDALS_E_INPUT, MEDALS_E_NOMEM */
MedalsDelta *medals_delta_decode(const uint8_t *data, size_t size,
                                 const int64_t volume[3], size_t *used,
                                 GError **error);

#endif

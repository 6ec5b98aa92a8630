/*
 * label_segments.h - the segments of a label map's layers, one at a time
 */
#ifndef CLI_LABEL_SEGMENTS_H
#define CLI_LABEL_SEGMENTS_H

#include "label_source.h"

/** Values that a label map holds, ascending.
 * @param map value -> value, or NULL: what is not in it is left out
 * @return of uint32_t; g_array_unref() */
GArray *label_segments_values(const LabelSource *source, GHashTable *map);

/**
 * The voxels of one value, from whichever layers have it.
 * @param map as above: all values that it makes `value` of
 * @param voxels receives their number, or NULL
 * @return uint8, 0 and 1; owned; NULL: EXIT_NO_ROOM
 */
MedalsVolume *label_segments_mask(const LabelSource *source, GHashTable *map,
                                  uint32_t value, uint64_t *voxels,
                                  GError **error);

#endif

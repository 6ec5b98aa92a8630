/*
 * label_source.h - a label map to compare, from any file that holds one
 */
#ifndef CLI_LABEL_SOURCE_H
#define CLI_LABEL_SOURCE_H

#include <glib.h>

#include "labelmap.h"
#include "medals/challenge.h"

typedef struct {
    MedalsLabelmap *labelmap;   /* or */
    MedalsChallenge *challenge; /* .npz: segs, else gts */
    MedalsVolume *volume;       /* borrowed of them, or relabelled */
    bool owns_volume;
    GHashTable *names; /* label_names.h */
} LabelSource;

/** @return false: EXIT_INPUT, EXIT_NO_ROOM; label_source_clear() either way */
bool label_source_open(LabelSource *source, const char *path, GError **error);
void label_source_clear(LabelSource *source);

/** Replaces the voxels by uint32 ones: value -> of the table, else 0.
 * @param table value -> value, GUINT_TO_POINTER both */
bool label_source_map(LabelSource *source, GHashTable *table, GError **error);

#endif

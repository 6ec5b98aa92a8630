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
    MedalsVolume *volume;       /* borrowed of them, or relabelled; of several
                                   layers the first */
    bool owns_volume;
    GHashTable *names; /* label_names.h */
} LabelSource;

/** @return false: EXIT_INPUT, EXIT_NO_ROOM; label_source_clear() either way */
bool label_source_open(LabelSource *source, const char *path, GError **error);
void label_source_clear(LabelSource *source);

/** @return layers that may overlap; 1 for most files */
size_t label_source_layers(const LabelSource *source);

/** Puts a segmentation that 3D Slicer has cropped onto a grid; other files are
 * left as they are. @return false: EXIT_INPUT, EXIT_NO_ROOM */
bool label_source_place(LabelSource *source, const MedalsGeometry *grid,
                        GError **error);

/** The same for any label map that was read from a file. */
bool label_source_extend(LabelSource *source, const MedalsGeometry *grid,
                         GError **error);

/** Makes one layer of several: the volume then has the segments' own values,
 * where they overlap that of the last.
 * @param overlap receives how many voxels were in more than one segment
 * @return false: EXIT_NO_ROOM */
bool label_source_join(LabelSource *source, uint64_t *overlap, GError **error);

/** Replaces the voxels by uint32 ones: value -> of the table, else 0.
 * @param table value -> value, GUINT_TO_POINTER both */
bool label_source_map(LabelSource *source, GHashTable *table, GError **error);

#endif

/*
 * segment_names.h - values, names and colours of a result
 */
#ifndef CLI_SEGMENT_NAMES_H
#define CLI_SEGMENT_NAMES_H

#include "labelmap.h"
#include "medals/segment.h"

typedef struct {
    size_t count;
    MedalsSegment *segments;
    bool *present; /* has voxels */
    char **owned;  /* names of instances, NULL-terminated; or NULL */
} SegmentNames;

/** One entry a class, or one an instance ("tumor 1", "tumor 2", ...). Texts
 * are borrowed of the result and the model, which must outlive it. */
void segment_names_init(SegmentNames *names, const MedalsSegmentation *result,
                        const MedalsModel *model, bool instances);
void segment_names_clear(SegmentNames *names);

/** Colour and terminology of a class of the model; without one, the colour of
 * its place in the list.
 * @param class_index of medals_model_class(), or -1 */
void segment_describe(MedalsSegment *segment, const MedalsModel *model,
                      int64_t class_index, size_t place);

#endif

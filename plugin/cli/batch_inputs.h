/*
 * batch_inputs.h - the images of a run over several, and the file of each
 *
 *   scan.nii.gz            OUT/scan.SUFFIX
 *   folder of images       one each, by name; results (.seg.nrrd) left out
 *   DICOM folder ct01/     OUT/ct01.SUFFIX
 *   folder of folders      each of them as a DICOM folder
 */
#ifndef CLI_BATCH_INPUTS_H
#define CLI_BATCH_INPUTS_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *image;  /* path, as given or below a folder as given */
    char *output; /* OUT/NAME.suffix */
} BatchInput;

/**
 * Lists the inputs and names their outputs; nothing is read or made.
 * @param given paths, at least one
 * @return BatchInput *, freed with the array; NULL: EXIT_USAGE, two inputs
 *         would be one output, or an output is one of the inputs
 */
GPtrArray *batch_inputs_list(const GPtrArray *given, const char *out_dir,
                             const char *suffix, GError **error);

#endif

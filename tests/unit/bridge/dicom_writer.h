/*
 * dicom_writer.h - small DICOM files for tests
 */
#ifndef MEDALS_TEST_DICOM_WRITER_H
#define MEDALS_TEST_DICOM_WRITER_H

#include <glib.h>

/** An enhanced MR image in memory: frames of 3 x 2 uint16 pixels, frame n full
 * of n + 1. */
typedef struct EnhancedMr {
    guint frames;
    const double (*position)[3]; /* one a frame, mm */
    const double *slope;         /* one a frame, or NULL */
    gboolean without_groups;     /* a film: no functional groups */
} EnhancedMr;

/** Rows run along x, columns along -z, so that frames stack along y. */
GByteArray *enhanced_mr_bytes(const EnhancedMr *mr);

#endif

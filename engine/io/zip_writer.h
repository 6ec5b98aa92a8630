/*
 * zip_writer.h - a zip archive written front to back
 */
#ifndef MEDALS_ZIP_WRITER_H
#define MEDALS_ZIP_WRITER_H

#include "file.h"

typedef struct MedalsZipWriter MedalsZipWriter;

/** @param writer borrowed, at its beginning; commit it after the end */
MedalsZipWriter *medals_zip_writer_new(MedalsWriter *writer);
void medals_zip_writer_free(MedalsZipWriter *zip);

/**
 * One entry in one go: head and tail are joined, then deflated.
 * @param name ASCII
 * @return false: MEDALS_E_IO, MEDALS_E_NOSPACE, MEDALS_E_NOMEM
 */
bool medals_zip_writer_add(MedalsZipWriter *zip, const char *name,
                           const void *head, size_t head_size, const void *tail,
                           size_t tail_size, GError **error);
/** Writes the directory. */
bool medals_zip_writer_end(MedalsZipWriter *zip, GError **error);

#endif

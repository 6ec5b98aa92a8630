/*
 * segment_stats.h - what --stats writes: a row an image and class
 *
 *   image,label,class,voxels,ml,mean,sd,min,max,confidence
 *
 * RFC 4180 with line ends of one byte, numbers with a point. mean, sd (n - 1),
 * min and max are of the image's own values, of those that are finite; a field
 * is empty where its number does not exist.
 */
#ifndef CLI_SEGMENT_STATS_H
#define CLI_SEGMENT_STATS_H

#include "segment_job.h"
#include "segment_names.h"

extern const char stats_header[];

/** Appends the rows of a result, one an entry of the names. */
void stats_rows(const Job *job, const SegmentNames *names, GString *rows);
/** Reads the rows of an older file by image.
 * @return char * -> char *, both owned; empty without a file of this header */
GHashTable *stats_read(const char *path);
/** Writes header and rows to a staged name.
 * @param target for the message
 * @return false: EXIT_INPUT or EXIT_NO_ROOM */
bool stats_write(const char *staged, const char *target, const GString *rows,
                 GError **error);

#endif

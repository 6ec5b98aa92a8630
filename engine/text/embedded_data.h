/*
 * embedded_data.h - files of resources/ that the build puts into the library
 */
#ifndef MEDALS_EMBEDDED_DATA_H
#define MEDALS_EMBEDDED_DATA_H

#include <stddef.h>

extern const unsigned char medals_labels_json[];
extern const size_t medals_labels_json_size;
extern const unsigned char medals_terminology_json[];
extern const size_t medals_terminology_json_size;

#endif

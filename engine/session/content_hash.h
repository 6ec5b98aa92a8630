/*
 * content_hash.h - the name of an image in a journal
 */
#ifndef MEDALS_CONTENT_HASH_H
#define MEDALS_CONTENT_HASH_H

#include "volume_data.h"

/** SHA-256, hex, of the geometry's numbers (size, spacing, origin, direction,
 * little-endian, -0 as 0), the element type and the voxels. 64 characters. */
void medals_content_hash(const MedalsVolume *volume, char hash[65]);

#endif

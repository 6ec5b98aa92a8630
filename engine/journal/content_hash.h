/*
 * content_hash.h - the name of an image in a journal
 */
#ifndef MEDALS_CONTENT_HASH_H
#define MEDALS_CONTENT_HASH_H

#include "task.h"
#include "volume_data.h"

/** SHA-256, hex, of the geometry's numbers (size, spacing, origin, direction,
 * little-endian, -0 as 0), the element type and the voxels. 64 characters.
 *  @param task a unit a slice; may be NULL @return false: cancelled */
bool medals_content_hash(const MedalsVolume *volume, MedalsTask *task,
                         char hash[65]);

#endif

/*
 * interact_voxels.h - voxels as text: base64 of zlib, i fastest
 */
#ifndef CLI_INTERACT_VOXELS_H
#define CLI_INTERACT_VOXELS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Unpacks exactly `size` bytes; no memory is taken but dst.
 * @param dst size bytes, belongs to the caller; undefined on failure
 * @return false: MEDALS_E_INPUT not base64, not zlib, fewer or more bytes
 */
bool voxels_unpack(const char *text, uint8_t *dst, size_t size, GError **error);

/** Packs bytes that come in pieces. */
typedef struct VoxelsPacker VoxelsPacker;
/** @return NULL: MEDALS_E_NOMEM */
VoxelsPacker *voxels_packer_new(GError **error);
/** @return false: MEDALS_E_NOMEM */
bool voxels_packer_add(VoxelsPacker *packer, const void *bytes, size_t size,
                       GError **error);
/** Ends the stream. @return the text, borrowed; NULL: MEDALS_E_NOMEM */
const char *voxels_packer_end(VoxelsPacker *packer, GError **error);
void voxels_packer_free(VoxelsPacker *packer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VoxelsPacker, voxels_packer_free)

#endif

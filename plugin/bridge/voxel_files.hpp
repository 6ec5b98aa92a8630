/*
 * voxel_files.hpp - the voxels that a text header describes
 *
 *   nrrd_image      --+
 *   metaimage_image --+--> VoxelFiles --check--> --read--> array of voxels
 *
 * Voxels may lie in the header's own file or in others, one or many, each of
 * which holds the same number of them. What is missing or too short is an
 * error that names the file; nothing is ever filled up.
 */
#ifndef MEDALS_BRIDGE_VOXEL_FILES_HPP
#define MEDALS_BRIDGE_VOXEL_FILES_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "medals/volume.h"

namespace medals::bridge
{

enum class Packing { raw, deflate, text, hex };

struct VoxelFiles {
    std::string header;             /* whose voxels they are, for messages */
    std::vector<std::string> paths; /* in order, each an equal share */
    MedalsDtype dtype = MEDALS_U8;
    Packing packing = Packing::raw;
    bool big_endian = false;
    uint64_t offset = 0; /* bytes of each file before anything else */
    uint64_t lines = 0;  /* lines to skip then */
    uint64_t bytes = 0;  /* bytes to skip then, of what deflate unpacks */
    bool at_end = false; /* raw: the voxels are the last bytes of each file */
    uint64_t packed = UINT64_MAX; /* deflate: at most so many bytes */
};

/** At most this many files hold one image. */
constexpr uint64_t voxel_files_most = 100000;

/**
 * Throws unless all files are there and can hold count voxels together:
 * MEDALS_E_IO, MEDALS_E_INPUT.
 * @param warnings takes one if raw files hold more than that
 */
void check_voxel_files(const VoxelFiles &files, size_t count,
                       std::vector<std::string> &warnings);

/** Reads count voxels in the machine's byte order; after the check above.
 * Throws MEDALS_E_IO, MEDALS_E_INPUT (damaged, cut off, no number). */
void read_voxel_files(const VoxelFiles &files, void *dst, size_t count);

/** The path of a file that a header names, seen from the header's folder. */
std::string beside(const std::string &header, const std::string &name);

/** A text for a message: cut after 100 bytes. */
std::string shortened(const std::string &text);

} // namespace medals::bridge
#endif

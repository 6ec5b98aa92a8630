/*
 * nrrd_header.hpp - an NRRD file but for its voxels
 *
 *   text --read--> NrrdHeader --axes--> NrrdAxes --+--> read_nrrd()
 *                      |                           |
 *                      +-------- type, files ------+
 *
 * The whole header is understood here, or the file is refused: what a library
 * skips or takes for something else puts voxels at the wrong place.
 * Format: teem.sourceforge.net/nrrd/format.html
 */
#ifndef MEDALS_BRIDGE_NRRD_HEADER_HPP
#define MEDALS_BRIDGE_NRRD_HEADER_HPP

#include <array>
#include <cstdint>
#include <istream>
#include <map>
#include <string>
#include <vector>

#include "medals/volume.h"

namespace medals::bridge
{

struct NrrdHeader {
    std::string path;                          /* for messages */
    std::map<std::string, std::string> fields; /* "sizes" -> "2 3 4" */
    std::map<std::string, std::string> keys;   /* of "key:=value" lines */
    std::vector<std::string> list; /* file names below "data file: LIST" */
    uint64_t bytes = 0;            /* up to the voxels */

    /** Throws MEDALS_E_IO, MEDALS_E_INPUT. */
    static NrrdHeader read(const std::string &path);
    static NrrdHeader read(const std::string &path, std::istream &text);
    /** A field, "" if it is absent. */
    std::string field(const std::string &name) const;
    std::string key(const std::string &name) const;
    /** The voxels lie in other files. */
    bool detached() const
    {
        return fields.count("data file") > 0;
    }
};

/** Where the voxels of an NRRD lie in space, and which of its axes are not of
 * space. */
struct NrrdAxes {
    std::vector<uint64_t> sizes; /* of all axes, the fastest first */
    /** size, spacing, origin, direction of the three axes of space */
    MedalsGeometry geometry = {};
    bool has_vectors = false; /* of three axes, from "space directions" */
    std::array<double, 9> vectors = {}; /* one after the other, LPS mm */
    bool has_space = false;             /* the header says where left is */
    /** The one axis of several numbers a voxel: how many, how many entries lie
     * between two of them, what kind it is. */
    uint64_t components = 1, stride = 1;
    std::string kind;
    std::vector<std::string> warnings;
};

/** Throws MEDALS_E_INPUT unless the header describes one volume of one or
 * several numbers a voxel. */
NrrdAxes nrrd_axes(const NrrdHeader &header);

/** "5 x 4 x 3" */
std::string nrrd_shape(const std::vector<uint64_t> &sizes);

} // namespace medals::bridge
#endif

/*
 * nrrd_header.hpp - the text header of an NRRD file
 *
 * ITK reads the voxels. The text is read here too: for the keys of .seg.nrrd,
 * for the exact space directions, and because ITK takes a spacing that is not
 * a number for 1.
 */
#ifndef MEDALS_BRIDGE_NRRD_HEADER_HPP
#define MEDALS_BRIDGE_NRRD_HEADER_HPP

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace medals::bridge
{

struct NrrdHeader {
    std::map<std::string, std::string> fields; /* "sizes" -> "2 3 4" */
    std::map<std::string, std::string> keys;   /* of "key:=value" lines */
    uint64_t bytes = 0;                        /* up to the voxels */

    /** Throws MEDALS_E_IO, MEDALS_E_INPUT. */
    static NrrdHeader read(const std::string &path);
    /** A field, "" if it is absent. */
    std::string field(const std::string &name) const;
    std::string key(const std::string &name) const;
    /** The space directions of three domain axes, LPS, one axis after the
     * other; false if the file has others or another space. */
    bool axes(std::array<double, 9> &axes) const;
    /** The voxels lie in another file. */
    bool detached() const;
};

} // namespace medals::bridge
#endif

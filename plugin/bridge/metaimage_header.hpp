/*
 * metaimage_header.hpp - a MetaImage file but for its voxels
 *
 * The header is understood here and the voxels are read here: MetaIO copies
 * values of any length into arrays of 255, gives names of files to printf and
 * fills what is missing with zeros. Format: itk.org/Wiki/MetaIO/Documentation
 */
#ifndef MEDALS_BRIDGE_METAIMAGE_HEADER_HPP
#define MEDALS_BRIDGE_METAIMAGE_HEADER_HPP

#include <istream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "medals/volume.h"
#include "voxel_files.hpp"

namespace medals::bridge
{

struct MetaHeader {
    std::string path; /* for messages */
    std::map<std::string, std::string> fields;
    std::set<std::string> twice;   /* stated again with another value */
    std::vector<std::string> list; /* lines below "ElementDataFile = LIST" */
    uint64_t bytes = 0;            /* up to the voxels */

    /** Throws MEDALS_E_IO, MEDALS_E_INPUT. */
    static MetaHeader read(const std::string &path);
    static MetaHeader read(const std::string &path, std::istream &text);
    bool has(const char *name) const
    {
        return fields.count(name) > 0;
    }
    /** A field, "" if it is absent; throws if it was stated twice. */
    std::string field(const char *name) const;
};

/** What a header describes: one volume of one number a voxel. */
struct MetaLayout {
    MedalsGeometry geometry = {};
    VoxelFiles files;
    std::vector<std::string> warnings;
};

/** Throws MEDALS_E_INPUT. */
MetaLayout meta_layout(const MetaHeader &header);

} // namespace medals::bridge
#endif

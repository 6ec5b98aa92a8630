/*
 * voxel_stream.hpp - volumes on their way into a file
 *
 * One or several volumes of one grid, narrowed to the type of the file, a
 * chunk at a time.
 */
#ifndef MEDALS_BRIDGE_VOXEL_STREAM_HPP
#define MEDALS_BRIDGE_VOXEL_STREAM_HPP

#include <vector>

#include "medals/volume.h"
#include "output_file.hpp"

namespace medals::bridge
{

/** How several components lie in a file. */
enum class VoxelOrder {
    interleaved, /* NRRD, MetaImage: all components of a voxel together */
    planar       /* NIfTI: one component after the other */
};

struct VoxelStream {
    MedalsGeometry geometry;
    MedalsDtype dtype; /* in the file: uint8, uint16, uint32, float32 */
    size_t components = 1;
    std::vector<const MedalsVolume *> sources; /* one a component */
    /** Labels of binary layers: component c writes value[c] where its source
     * is not 0. Empty: the sources' own values. */
    std::vector<uint32_t> values;

    /** A label map, or one float32 volume a component. */
    explicit VoxelStream(const std::vector<const MedalsVolume *> &sources);

    /** Writes all voxels in little-endian order, or big-endian. */
    void write(OutputFile &file, VoxelOrder order, bool big_endian) const;
};

/** The smallest of uint8, uint16, uint32 that holds the value. */
MedalsDtype label_dtype(uint32_t largest);
/** Largest value of a uint16 or uint32 volume; 255 for any uint8 one. */
uint32_t largest_label(const MedalsVolume *labelmap);
/** Element index of a uint8, uint16 or uint32 volume. */
uint32_t label_at(const void *data, MedalsDtype dtype, size_t index);
/** Reverses the bytes of each of count items. */
void swap_items(void *data, size_t count, size_t width);
/** Most significant byte first. */
bool machine_is_big_endian();
/** Voxels of a grid. */
size_t voxel_count(const MedalsGeometry &geometry);

} // namespace medals::bridge
#endif

/*
 * label_format.hpp - the writers of one file format each
 *
 *   labelmap_write.cpp --by name--> nifti_file, nrrd_file, metaimage_file
 */
#ifndef MEDALS_BRIDGE_LABEL_FORMAT_HPP
#define MEDALS_BRIDGE_LABEL_FORMAT_HPP

#include "labelmap.h"
#include "output_file.hpp"
#include "voxel_stream.hpp"

namespace medals::bridge
{

/** What a label map's file says besides its voxels. */
struct LabelContext {
    const MedalsImage *source = nullptr; /* or NULL */
    const MedalsSegment *segments = nullptr;
    size_t segment_count = 0;
};

/** .nii, or .nii.gz if packed. Keeps the header of a NIfTI source. */
void write_nifti(OutputFile &file, const VoxelStream &voxels,
                 const MedalsImage *source, bool packed,
                 const std::string &path);
/** .nrrd; several components become a first axis "vector". */
void write_nrrd(OutputFile &file, const VoxelStream &voxels,
                const MedalsImage *source);
/** Slicer's .seg.nrrd; several components are layers. */
void write_seg_nrrd(OutputFile &file, const VoxelStream &voxels,
                    const LabelContext &context);
/** .mha */
void write_metaimage(OutputFile &file, const VoxelStream &voxels);

} // namespace medals::bridge
#endif

/*
 * nifti_file.cpp - writes NIfTI
 *
 * By hand, since ITK writes a header of its own: the label map of a NIfTI
 * image carries that image's header, in its byte order, and differs in the
 * fields that describe voxels.
 */
#include "failure.hpp"
#include "image_data.hpp"
#include "label_format.hpp"
#include "nifti_header.hpp"

namespace medals::bridge
{

/* nifti1.h */
static const int intent_none = 0, intent_label = 1002, intent_vector = 1007;

static void check_axes(const std::string &path, const MedalsGeometry &geometry,
                       size_t components)
{
    for (int64_t size : geometry.size) {
        if (size > 32767 || components > 32767)
            fail(MEDALS_E_USAGE,
                 "%s: an axis of %lld voxels; at most 32767 in NIfTI-1 "
                 "expected, choose .nrrd or .mha",
                 path.c_str(), (long long) size);
    }
}

static bool keeps_header(const MedalsImage *source)
{
    return source && !source->nifti_header.empty();
}

void write_nifti(OutputFile &file, const VoxelStream &voxels,
                 const MedalsImage *source, bool packed,
                 const std::string &path)
{
    NiftiHeader header;
    if (keeps_header(source))
        header = NiftiHeader(path, source->nifti_header);
    else
        header.set_geometry(voxels.geometry);
    if (header.version() == 1)
        check_axes(path, voxels.geometry, voxels.components);
    bool vector = voxels.components > 1;
    if (vector) {
        header.set(NiftiField::dim, 5);
        header.set(NiftiField::dim, 1, 4);
        header.set(NiftiField::dim, double(voxels.components), 5);
        for (int a = 1; a <= 3; a++)
            header.set(NiftiField::dim, double(voxels.geometry.size[a - 1]), a);
    }
    int intent = voxels.dtype != MEDALS_F32 ? intent_label
                 : vector                   ? intent_vector
                                            : intent_none;
    header.describe_voxels(voxels.dtype, intent);
    const uint8_t no_extension[4] = {};
    if (packed)
        file.begin_zlib(true);
    file.write(header.data().data(), header.data().size());
    file.write(no_extension, sizeof no_extension);
    voxels.write(file, VoxelOrder::planar,
                 header.swapped() != machine_is_big_endian());
    if (packed)
        file.end_zlib();
}

} // namespace medals::bridge

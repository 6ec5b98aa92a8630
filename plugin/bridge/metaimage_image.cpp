/*
 * metaimage_image.cpp - reads MetaImage
 */
#include "failure.hpp"
#include "image_data.hpp"
#include "metaimage_header.hpp"
#include "voxel_stream.hpp"

namespace medals::bridge
{

ImagePointer read_metaimage(const std::string &path)
{
    MetaHeader header = MetaHeader::read(path);
    MetaLayout layout = meta_layout(header);
    const MedalsGeometry &geometry = layout.geometry;
    const VoxelFiles &files = layout.files;
    auto image = std::make_unique<MedalsImage>();
    size_t count = voxel_count(geometry);
    check_voxel_files(files, count, layout.warnings);
    check_size(path, geometry.size, medals_dtype_size(files.dtype), 1);
    check_geometry(path, geometry);
    image->volume = new_volume(path, geometry, files.dtype);
    read_voxel_files(files, medals_volume_peek_data(image->volume), count);
    image->format = "metaimage";
    image->stored = dtype_name(files.dtype);
    image->files = files.paths.size();
    image->warnings = layout.warnings;
    return image;
}

} // namespace medals::bridge

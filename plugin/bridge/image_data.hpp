/*
 * image_data.hpp - what stands behind a MedalsImage
 *
 *   nifti_image      --+
 *   nrrd_image       --+
 *   metaimage_image  --+--> MedalsImage --> image.cpp (the C functions)
 *   dicom_apart      --+
 */
#ifndef MEDALS_BRIDGE_IMAGE_DATA_HPP
#define MEDALS_BRIDGE_IMAGE_DATA_HPP

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "image.h"

struct MedalsImage {
    MedalsVolume *volume = nullptr;
    std::string format, stored, orientation_from = "header";
    std::string modality_tag, series_uid, series_description;
    MedalsModality modality = MEDALS_MODALITY_NONE;
    uint64_t files = 1;
    uint64_t layers = 1; /* of the segmentation whose first one volume is */
    std::vector<std::string> warnings;
    std::vector<const char *> warning_list; /* warnings and a NULL */
    /** NIfTI: the header's bytes as they stand in the file; else empty. */
    std::vector<uint8_t> nifti_header;
    /** NRRD: the three space directions, one after the other, LPS mm. */
    bool has_nrrd_axes = false;
    bool is_segmentation = false; /* NRRD of 3D Slicer, with segments */
    std::array<double, 9> nrrd_axes = {};

    MedalsImage() = default;
    MedalsImage(const MedalsImage &) = delete;
    MedalsImage &operator=(const MedalsImage &) = delete;
    ~MedalsImage()
    {
        medals_volume_free(&volume);
    }
};

namespace medals::bridge
{

using ImagePointer = std::unique_ptr<MedalsImage>;

/** A NIfTI file, .hdr + .img included. */
ImagePointer read_nifti(const std::string &path);
/** NRRD or MetaImage. layers: takes a 4-D file whose first axis is a list
 * apart into one volume a layer; NULL: such a file is refused. */
ImagePointer read_nrrd(const std::string &path,
                       std::vector<MedalsVolume *> *layers);
ImagePointer read_metaimage(const std::string &path);

/** Picks the reader by the file's content. options may be NULL; whether the
 * first layer is enough is not looked at. */
ImagePointer read_image(const std::string &path,
                        const MedalsImageReadOptions *options,
                        std::vector<MedalsVolume *> *layers);

/** The first bytes of a file, at most count, gunzipped if need be.
 * Throws MEDALS_E_IO if it cannot be opened. */
std::vector<uint8_t> file_beginning(const std::string &path, size_t count);
/** Bytes of a file on disk. */
uint64_t file_size(const std::string &path);

/** Throws unless every size is positive and size * item bytes fits in memory:
 * MEDALS_E_INPUT without voxels, MEDALS_E_NOMEM beyond what is available.
 * copies: how often the reader holds the voxels at the same time. */
void check_size(const std::string &path, const int64_t size[3], size_t item,
                double copies);
/** Throws MEDALS_E_INPUT unless spacing is positive, everything finite and
 * the direction a rotation or reflection. */
void check_geometry(const std::string &path, const MedalsGeometry &geometry);

/** A new volume; throws. */
MedalsVolume *new_volume(const std::string &path,
                         const MedalsGeometry &geometry, MedalsDtype dtype);
/** Lower-case name of an element type: "int16". */
const char *dtype_name(MedalsDtype dtype);

} // namespace medals::bridge
#endif

/*
 * nifti_header.hpp - the bytes of a NIfTI-1 or NIfTI-2 header
 *
 * ITK tells the geometry of a file but drops the header, and the label map has
 * to carry the same bytes. So the header is kept as it stands in the file, in
 * its byte order, and only fields that speak of voxels are changed.
 */
#ifndef MEDALS_BRIDGE_NIFTI_HEADER_HPP
#define MEDALS_BRIDGE_NIFTI_HEADER_HPP

#include <string>
#include <vector>

#include "medals/volume.h"

namespace medals::bridge
{

/** Fields used here, named as in nifti1.h and nifti2.h. */
enum class NiftiField {
    dim,
    intent_p1,
    intent_code,
    datatype,
    bitpix,
    pixdim,
    vox_offset,
    scl_slope,
    scl_inter,
    cal_max,
    cal_min,
    aux_file,
    qform_code,
    sform_code,
    quatern,
    qoffset,
    srow,
    intent_name,
    xyzt_units,
    magic
};

class NiftiHeader
{
  public:
    /** A new NIfTI-1 header in the machine's byte order, all fields 0 but
     * sizeof_hdr and magic. */
    NiftiHeader();
    /** From a file's first bytes (at least 348 or 540); throws
     * MEDALS_E_INPUT. @param path names the file in messages */
    NiftiHeader(const std::string &path, const std::vector<uint8_t> &bytes);

    int version() const
    {
        return bytes.size() == 540 ? 2 : 1;
    }
    /** The byte order is not the machine's. */
    bool swapped() const
    {
        return is_swapped;
    }
    /** Header and voxels are one file. */
    bool single() const;
    const std::vector<uint8_t> &data() const
    {
        return bytes;
    }
    /** Element index of a field of numbers, whatever its stored type. */
    double number(NiftiField field, int index = 0) const;
    int64_t integer(NiftiField field, int index = 0) const;
    void set(NiftiField field, double value, int index = 0);
    void set_text(NiftiField field, const std::string &text);

    /** Makes it the header of one .nii with other voxels: type, no scaling,
     * no display range, no colour table, no extensions. The fields that say
     * where the voxels lie are not touched. */
    void describe_voxels(MedalsDtype dtype, int intent_code);
    /** Fills dim, pixdim, qform, sform and units from a geometry. */
    void set_geometry(const MedalsGeometry &geometry);

  private:
    std::vector<uint8_t> bytes;
    bool is_swapped = false;
};

/** NIfTI's datatype code, 0 if it has none. */
int nifti_datatype(MedalsDtype dtype);

} // namespace medals::bridge
#endif

/*
 * image.h - reads a medical image into a volume
 *
 * Formats, told apart by content: NIfTI (.nii, .nii.gz, .hdr + .img), NRRD
 * (.nrrd, .nhdr, .seg.nrrd), MetaImage (.mha, .mhd), DICOM (one file, also
 * enhanced multi-frame, or a folder with a series, searched with its
 * subfolders). A challenge .npz is recognised only: medals/challenge.h reads
 * it.
 *
 * Geometry is what ITK makes of the file, in LPS millimetres, where ITK reads
 * it right. Of a NIfTI file the spacing comes from pixdim, place and axes from
 * the sform if its code is 1 (scanner) or there is no qform or both say the
 * same, else from the qform, as ITK 5.2 chooses (see
 * MedalsImageInfo.orientation_from; a warning says by how much they differ); an
 * sform alone whose spacing is not that of pixdim gives the spacing. Of NRRD
 * all spaces that say where left, back and head are become LPS, also those with
 * time. Units of length become millimetres (NIfTI's xyzt_units, NRRD's space
 * units and units, MetaImage's DistanceUnits); unknown ones are an error. Of a
 * DICOM series the slices are sorted along the normal of their rows and
 * columns, and the distance of the first and last gives the spacing. Its numbers
 * are numbers or an error (a decimal comma is read, with a warning), a compressed
 * frame has the size that the header states, padding of a CT becomes air. A file
 * at which a decoder crashes, hangs or takes more memory than there is is
 * refused like any other.
 *
 * NIfTI, NRRD and MetaImage are read here, not by ITK: whatever the header says
 * is understood or refused, and voxels that lie in other files (NRRD's data
 * file, MetaImage's ElementDataFile) must all be there: nothing is filled up.
 *
 * Voxels are in the units that the file states: NIfTI's scl_slope and DICOM's
 * rescale are applied and MONOCHROME1 is inverted (but in a CT). Not-a-number and infinite
 * voxels stay; the library replaces them. One axis without extent is one
 * slice; axes past the third are dropped if they have one entry. (spec
 * command.md 2)
 */
#ifndef MEDALS_BRIDGE_IMAGE_H
#define MEDALS_BRIDGE_IMAGE_H

#include "bridge.h"
#include "medals/volume.h"

MEDALS_BEGIN_DECLS

typedef struct MedalsImage MedalsImage;

typedef struct MedalsImageReadOptions {
    uint32_t struct_size;
    /** Which DICOM series of a folder: its number in the list, from 1, or the
     * beginning of its UID (with a dot); NULL: there must be one only. */
    const char *series;
    /** A segmentation of several layers gives its first one; else, as every
     * other file of several numbers a voxel, it is refused. */
    bool first_layer;
    /** Asked several times a second while DICOM is read, on the caller's
     * thread; false: stop. NULL: none. The other formats are read at once. */
    bool (*progress)(void *cookie);
    void *progress_cookie;
} MedalsImageReadOptions;
#define MEDALS_IMAGE_READ_OPTIONS_INIT                                         \
    {                                                                          \
        sizeof(MedalsImageReadOptions), NULL, false, NULL, NULL                \
    }

/**
 * Reads one image.
 * @param path UTF-8, a file or a DICOM folder
 * @param options may be NULL
 * @owner *out belongs to the caller
 * @return MEDALS_E_IO the file cannot be opened or read;
 *         MEDALS_E_INPUT it is no image, damaged, truncated, real 4-D, colour,
 *         vector or complex, without voxels, its spacing not positive, its
 *         direction singular or sheared, slices missing, double or tilted,
 *         several series and no choice (the message lists them);
 *         MEDALS_E_USAGE options->series names none or several of them;
 *         MEDALS_E_NOMEM it would not fit into the available memory;
 *         MEDALS_E_CANCELLED options->progress said stop
 */
MedalsStatus medals_image_read(MedalsImage **out, const char *path,
                               const MedalsImageReadOptions *options,
                               char **message);
void medals_image_free(MedalsImage **image);

/** The voxels and their place; valid while the image lives. */
MedalsVolume *medals_image_peek_volume(const MedalsImage *image);
/** Another owner of the volume, which then outlives the image. */
MedalsVolume *medals_image_ref_volume(const MedalsImage *image);
/** NULL-terminated list of warnings, one line each. Borrowed. */
const char *const *medals_image_warnings(const MedalsImage *image);

/** What the file says about itself. All texts are borrowed, none is NULL. */
typedef struct MedalsImageInfo {
    uint32_t struct_size;     /**< set by the caller */
    const char *format;       /**< nifti, nrrd, metaimage, dicom */
    const char *stored;       /**< type of the stored voxels: "int16", ... */
    MedalsModality modality;  /**< by the DICOM header, else NONE */
    const char *modality_tag; /**< "CT", "MR", "PT", ...; "" without DICOM */
    const char *series_uid;   /**< DICOM; "" else */
    const char *series_description; /**< DICOM; "" else */
    uint64_t files;                 /**< number of files the voxels came from */
    /** where axes and origin came from: sform, qform, pixdim (NIfTI without
     * either), header (the others), none (the file states no orientation) */
    const char *orientation_from;
    /** of a segmentation whose first layer this is; 1 else */
    uint64_t layers;
} MedalsImageInfo;
void medals_image_info(const MedalsImage *image, MedalsImageInfo *info);

/** @return whether the name or the first bytes say that this is an .npz. */
bool medals_image_is_npz(const char *path);

/** The DICOM series of a folder, sorted by series number, then UID. */
typedef struct MedalsSeriesList MedalsSeriesList;
typedef struct MedalsSeriesInfo {
    uint32_t struct_size;    /**< set by the caller */
    const char *uid;         /**< borrowed from the list, never NULL */
    const char *description; /**< "" if none */
    const char *modality;    /**< "CT", ...; "" if none */
    uint64_t files;          /**< slices, or multi-frame files */
} MedalsSeriesInfo;
/**
 * Lists without reading voxels; series that hold no image (structure sets,
 * reports, segmentations) are left out.
 * @return MEDALS_E_IO the folder cannot be read; MEDALS_E_INPUT no DICOM image
 */
MedalsStatus medals_series_list_new(MedalsSeriesList **out, const char *folder,
                                    char **message);
void medals_series_list_free(MedalsSeriesList **list);
size_t medals_series_list_count(const MedalsSeriesList *list);
/** @return false if index is out of range (info untouched). */
bool medals_series_list_get(const MedalsSeriesList *list, size_t index,
                            MedalsSeriesInfo *info);

MEDALS_END_DECLS
#endif

/*
 * labelmap.h - label maps, their names and probability maps, as files
 *
 * The format goes by the name: .nii, .nii.gz, .nrrd, .mha, .seg.nrrd.
 *
 * Geometry is the volume's. NIfTI from a NIfTI source keeps the bytes of
 * pixdim, qform, sform and xyzt_units of the source's header, in its byte
 * order; NRRD from an NRRD source keeps the space directions. All other pairs
 * round once: to float32 in NIfTI, to the product of spacing and direction in
 * NRRD; MetaImage keeps every bit. (spec command.md 2, "Geometry out")
 */
#ifndef MEDALS_BRIDGE_LABELMAP_H
#define MEDALS_BRIDGE_LABELMAP_H

#include "bridge.h"
#include "image.h"
#include "medals/volume.h"

MEDALS_BEGIN_DECLS

/** One named object of a label map. Texts are borrowed. */
typedef struct MedalsSegment {
    uint32_t label;   /**< voxel value, not 0 */
    uint32_t layer;   /**< of a .seg.nrrd; 0 if nothing overlaps */
    const char *name; /**< UTF-8; line breaks become blanks */
    uint8_t rgb[3];
    const char *terminology; /**< Slicer's entry (slicer.md 4), or NULL */
    /** Of a label map that was read: no other segment of the file has it. The
     * label, or where layers use the same labels, the place in the file from
     * 1. Writers do not look at it. */
    uint32_t value;
} MedalsSegment;

typedef struct MedalsLabelmapWriteOptions {
    uint32_t struct_size;
    /** image the map belongs to: its header is kept as said above; or NULL */
    const MedalsImage *source;
    const MedalsSegment *segments; /**< may be NULL */
    size_t segment_count;
    /** Overlapping segments, .seg.nrrd only: one map a segment on the grid of
     * the label map, uint8, not 0 where the segment is (any label value).
     * Written as one layer each; MedalsSegment.layer is ignored. NULL: the
     * label map itself is written. */
    const MedalsVolume *const *layers; /**< segment_count of them */
    /** also write NAME.label.txt beside .nii and .nii.gz: values, colours and
     * names in ITK-SNAP's label description format */
    bool label_file;
} MedalsLabelmapWriteOptions;
#define MEDALS_LABELMAP_WRITE_OPTIONS_INIT                                     \
    {                                                                          \
        sizeof(MedalsLabelmapWriteOptions), NULL, NULL, 0, NULL, false         \
    }

/**
 * Writes a label map with the smallest type that holds its values: uint8,
 * uint16 or uint32.
 * @param labelmap uint8, uint16 or uint32
 * @param options may be NULL
 * @return MEDALS_E_USAGE the name has none of the endings above, layers and
 *         another format than .seg.nrrd, or an axis too long for NIfTI-1;
 *         MEDALS_E_SHAPE a layer is on another grid or not uint8;
 *         MEDALS_E_IO the file cannot be written; MEDALS_E_NOSPACE the disk
 *         is full; MEDALS_E_NOMEM
 */
MedalsStatus medals_labelmap_write(const char *path,
                                   const MedalsVolume *labelmap,
                                   const MedalsLabelmapWriteOptions *options,
                                   char **message);

/** @return "FOLDER/NAME.label.txt" for FOLDER/NAME.nii or .nii.gz, the file
 * that label_file writes; NULL for other names. Free with
 * medals_bridge_free(). */
char *medals_labelmap_label_file(const char *path);

/** @return whether a label map can be written under this name; with_layers:
 * whether overlapping layers can. Needs no file: for checks before work. */
bool medals_labelmap_can_write(const char *path, bool with_layers);

/**
 * Writes one float32 component a class on the image's grid: a vector image
 * (.nii: 5-D; .nrrd: first axis "vector"; .mha: channels). One map makes a
 * scalar image.
 * @param maps count volumes, float32, of one geometry
 * @param source as in MedalsLabelmapWriteOptions, may be NULL
 * @return as medals_labelmap_write()
 */
MedalsStatus medals_probabilities_write(const char *path,
                                        const MedalsVolume *const *maps,
                                        size_t count, const MedalsImage *source,
                                        char **message);

/** A label map that was read, with the names that .seg.nrrd has. */
typedef struct MedalsLabelmap MedalsLabelmap;

/**
 * Reads a label map of any format of image.h. Stored floats are accepted if
 * every value is a whole number. A 4-D .seg.nrrd has one volume a layer, and
 * segments for all that the layers hold, without a name ("") where the file
 * has none. Segments of one layer that state no label are the values 1, 2, ...
 * in order.
 * @return as medals_image_read(); MEDALS_E_INPUT also a value that is negative,
 *         not whole or above 2^32-1, or two segments of one label and layer
 */
MedalsStatus medals_labelmap_read(MedalsLabelmap **out, const char *path,
                                  char **message);
void medals_labelmap_free(MedalsLabelmap **labelmap);

size_t medals_labelmap_layer_count(const MedalsLabelmap *labelmap);
/** uint8, uint16 or uint32; valid while the label map lives; NULL if layer is
 * out of range. */
MedalsVolume *medals_labelmap_peek_layer(const MedalsLabelmap *labelmap,
                                         size_t layer);
/** Named segments, in the file's order; 0 for other formats. */
size_t medals_labelmap_segment_count(const MedalsLabelmap *labelmap);
/** @return false if index is out of range. Texts live with the label map. */
bool medals_labelmap_segment(const MedalsLabelmap *labelmap, size_t index,
                             MedalsSegment *segment);

/** @return whether the file is a segmentation of 3D Slicer, which may be cropped
 * to the box of its segments. */
bool medals_labelmap_is_segmentation(const MedalsLabelmap *labelmap);

/**
 * Puts all layers onto a grid of the same axes and spacing, at the place where
 * they are: what the file does not hold becomes 0.
 * @return MEDALS_E_INPUT the axes or the spacing differ, the offset is no whole
 *         number of voxels, or a segment has voxels beyond the grid;
 *         MEDALS_E_NOMEM. The layers that peek gave are then not valid either.
 */
MedalsStatus medals_labelmap_place(MedalsLabelmap *labelmap,
                                   const MedalsGeometry *grid, char **message);

/** The smallest grid with the axes of a that holds a and b.
 * @return false: the axes or the spacing differ, or the offset is no whole
 *         number of voxels (out untouched) */
bool medals_labelmap_common_grid(const MedalsGeometry *a,
                                 const MedalsGeometry *b, MedalsGeometry *out);

/**
 * One uint32 map of all layers, of MedalsSegment.value; where segments overlap
 * that of the last layer.
 * @param overlap receives how many times a voxel lay in one more segment
 * @owner *out belongs to the caller
 * @return MEDALS_E_NOMEM
 */
MedalsStatus medals_labelmap_join(const MedalsLabelmap *labelmap,
                                  MedalsVolume **out, uint64_t *overlap,
                                  char **message);

MEDALS_END_DECLS
#endif

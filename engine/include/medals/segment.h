/*
 * segment.h - texts in, labelmap out
 *
 *     volume + texts --> medals_segment() --> labelmap + one report a class
 */
#ifndef MEDALS_SEGMENT_H
#define MEDALS_SEGMENT_H

#include "medals/model.h"
#include "medals/types.h"
#include "medals/volume.h"

MEDALS_BEGIN_DECLS

/** Where the modality came from. */
typedef enum MedalsModalitySource {
    MEDALS_FROM_OPTION = 0,
    MEDALS_FROM_HEADER = 1,
    MEDALS_FROM_TEXT = 2,
    MEDALS_FROM_MODEL = 3,
    MEDALS_FROM_VALUES = 4 /**< they look like Hounsfield units */
} MedalsModalitySource;

typedef enum MedalsSegmentFlags {
    MEDALS_SEGMENT_INSTANCES = 1, /**< lesion rules, values = instances */
    MEDALS_SEGMENT_TTA = 2,       /**< mean over 8 mirrored passes (8.2) */
    /** one binary layer a class as well; texts of one class are not merged */
    MEDALS_SEGMENT_KEEP_OVERLAP = 4,
    MEDALS_SEGMENT_PROBABILITIES = 8, /**< float32 map a class as well */
    /** literal behaviour of the reference for challenge .npz input */
    MEDALS_SEGMENT_REFERENCE = 16,
    /** voxels are already 0..255 network intensities; geometry is unknown */
    MEDALS_SEGMENT_PREPARED = 32,
    /** each text is one class as it stands: none is taken apart, refused or
     * merged with another */
    MEDALS_SEGMENT_WHOLE_TEXTS = 64
} MedalsSegmentFlags;

/** Texts of one request. */
#define MEDALS_SEGMENT_MAX_TEXTS 4096

typedef struct MedalsSegmentOptions {
    uint32_t struct_size;
    uint32_t flags;           /**< MedalsSegmentFlags */
    const char *const *texts; /**< UTF-8, at least one, all different */
    size_t text_count;        /**< at most MEDALS_SEGMENT_MAX_TEXTS */
    /** label value a class, or one a text where each is one class; NULL: 1,
     * 2, ... */
    const uint32_t *labels;
    MedalsModality modality;        /**< the user's choice, or NONE */
    MedalsModality header_modality; /**< what the file says, or NONE */
    bool has_window;                /**< CT only */
    double window[2];               /**< lower, upper bound in HU */
    uint32_t stages;                /**< the first N; 0: all; too many: USAGE */
    bool has_roi;
    int64_t roi[6]; /**< i0,i1,j0,j1,k0,k1 half open, voxels */
    uint64_t seed;  /**< of the block masks (8.1) */
    MedalsProgressFn progress;
    void *progress_cookie;
    size_t label_count; /**< of labels; 0: as many as texts */
} MedalsSegmentOptions;
#define MEDALS_SEGMENT_OPTIONS_INIT                                            \
    {                                                                          \
        sizeof(MedalsSegmentOptions), 0, NULL, 0, NULL, MEDALS_MODALITY_NONE,  \
            MEDALS_MODALITY_NONE, false, {0, 0}, 0, false, {0, 0, 0, 0, 0, 0}, \
            0, NULL, NULL, 0                                                   \
    }

typedef struct MedalsSegmentation MedalsSegmentation;

/**
 * Segments one volume. A text may name several classes ("both kidneys", "liver
 * and spleen", a sided organ without its side), texts of one class are merged:
 * the warnings say so, medals_segmentation_match() tells which is whose.
 * @param volume any scalar type; not changed
 * @return MEDALS_E_USAGE, MEDALS_E_INPUT (text not UTF-8, too long, twice, or
 *         it says what is not wanted),
 *         MEDALS_E_NOMEM (also by estimate, before work starts),
 *         MEDALS_E_CANCELLED
 * @thread may be called from several threads on one model; requests queue
 */
MEDALS_API MedalsStatus medals_segment(MedalsSegmentation **out,
                                       MedalsModel *model,
                                       const MedalsVolume *volume,
                                       const MedalsSegmentOptions *options,
                                       MedalsError **error);
MEDALS_API void medals_segmentation_free(MedalsSegmentation **segmentation);

/** Labelmap on the volume's grid: uint8, or uint16 if a value exceeds 255, or
 * uint32. Borrowed. */
MEDALS_API const MedalsVolume *
medals_segmentation_peek_labelmap(const MedalsSegmentation *segmentation);
/** Binary uint8 map of one class, before exclusion; NULL unless KEEP_OVERLAP
 * was set. Borrowed. */
MEDALS_API const MedalsVolume *
medals_segmentation_peek_layer(const MedalsSegmentation *segmentation,
                               size_t class_index);
/** float32 probability of one class; NULL unless PROBABILITIES was set. */
MEDALS_API const MedalsVolume *
medals_segmentation_peek_probability(const MedalsSegmentation *segmentation,
                                     size_t class_index);

typedef struct MedalsClassReport {
    uint32_t struct_size; /**< set by the caller */
    const char *text;     /**< as given, the first that asks for it */
    uint32_t label;       /**< value in the labelmap */
    int64_t class_index;  /**< of medals_model_class(), or -1 */
    /** "CT_Left kidney" (table) or "mri_left hippocampus" (package); NULL */
    const char *class_name;
    bool known; /**< the model was trained on it */
    uint64_t voxels;
    double ml;
    double mean_probability; /**< NaN: none */
    /** what names it alone: the text, or of several the class */
    const char *name;
    size_t text_index; /**< of the text */
} MedalsClassReport;
MEDALS_API size_t
medals_segmentation_class_count(const MedalsSegmentation *segmentation);
MEDALS_API bool
medals_segmentation_class(const MedalsSegmentation *segmentation, size_t index,
                          MedalsClassReport *report);

/** Pairs of a text and a class of its, by text; a text that names several has
 * several pairs, a text that is merged shares the class of another. */
MEDALS_API size_t
medals_segmentation_match_count(const MedalsSegmentation *segmentation);
/** @return false: out of range. NULL: that number is not wanted */
MEDALS_API bool
medals_segmentation_match(const MedalsSegmentation *segmentation, size_t index,
                          size_t *text_index, size_t *class_index);

typedef struct MedalsStageReport {
    uint32_t struct_size; /**< set by the caller */
    const char *name;
    double spacing[3]; /**< mm, network axes */
    int64_t grid[3];   /**< resampled grid, voxels, network axes */
    uint64_t windows;  /**< all of them */
    uint64_t skipped;  /**< of these, not run */
    double seconds;
} MedalsStageReport;
MEDALS_API size_t
medals_segmentation_stage_count(const MedalsSegmentation *segmentation);
MEDALS_API bool
medals_segmentation_stage(const MedalsSegmentation *segmentation, size_t index,
                          MedalsStageReport *report);

typedef struct MedalsSegmentationInfo {
    uint32_t struct_size; /**< set by the caller */
    MedalsModality modality;
    MedalsModalitySource modality_source;
    bool has_window;
    double window[2];   /**< HU bounds that were used (CT) */
    uint64_t instances; /**< number of them with INSTANCES, else 0 */
    double seconds_text;
    double seconds_resample;
    double seconds_network;
    double seconds_postprocess;
} MedalsSegmentationInfo;
MEDALS_API void medals_segmentation_info(const MedalsSegmentation *segmentation,
                                         MedalsSegmentationInfo *info);
/** @return NULL-terminated list of warnings, one line each. Borrowed. */
MEDALS_API const char *const *
medals_segmentation_warnings(const MedalsSegmentation *segmentation);

MEDALS_END_DECLS
#endif

/*
 * model.h - a model package: a folder with model.json, weights, vocabulary,
 * labels.json, LICENSE and README. resources/models/README.md describes it.
 */
#ifndef MEDALS_MODEL_H
#define MEDALS_MODEL_H

#include "medals/context.h"
#include "medals/types.h"

MEDALS_BEGIN_DECLS

typedef struct MedalsModel MedalsModel;

/** How the network stores weights and activations; sums are always float32. */
typedef enum MedalsPrecision {
    MEDALS_PRECISION_AUTO = 0, /**< bf16 where the processor multiplies it */
    MEDALS_PRECISION_F32 = 1,
    MEDALS_PRECISION_BF16 = 2 /**< works everywhere, fast where native */
} MedalsPrecision;

typedef struct MedalsModelOptions {
    uint32_t struct_size;
    MedalsPrecision precision;
} MedalsModelOptions;
#define MEDALS_MODEL_OPTIONS_INIT                                              \
    {                                                                          \
        sizeof(MedalsModelOptions), MEDALS_PRECISION_AUTO                      \
    }

/**
 * Opens a package. Weights are mapped; a stage's network is prepared when it
 * is first used.
 * @param folder UTF-8 path of the package
 * @return MEDALS_E_IO a file is missing or unreadable; MEDALS_E_INPUT a file
 *         is not what model.json says; MEDALS_E_SHAPE a tensor is missing or
 *         has another shape; MEDALS_E_NOMEM
 */
MEDALS_API MedalsStatus medals_model_open(MedalsModel **out,
                                          MedalsContext *context,
                                          const char *folder,
                                          const MedalsModelOptions *options,
                                          MedalsError **error);
MEDALS_API MedalsModel *medals_model_ref(MedalsModel *model);
MEDALS_API void medals_model_free(MedalsModel **model);

MEDALS_API const char *medals_model_name(const MedalsModel *model);
MEDALS_API const char *medals_model_license(const MedalsModel *model);
/** What "auto" came to: MEDALS_PRECISION_F32 or _BF16. */
MEDALS_API MedalsPrecision medals_model_precision(const MedalsModel *model);
MEDALS_API MedalsModality
medals_model_default_modality(const MedalsModel *model);

typedef struct MedalsStageInfo {
    uint32_t struct_size; /**< set by the caller */
    const char *name;     /**< borrowed from the model */
    int64_t crop[3];      /**< window, voxels, network axes */
    double spacing[3];    /**< base target spacing of the default modality */
    uint64_t parameters;  /**< numbers in the stage's weight file */
} MedalsStageInfo;
MEDALS_API size_t medals_model_stage_count(const MedalsModel *model);
/** @return false if index is out of range (info untouched). */
MEDALS_API bool medals_model_stage(const MedalsModel *model, size_t index,
                                   MedalsStageInfo *info);

/** A class that the package knows, or one of the 243-class table. */
typedef struct MedalsClassInfo {
    uint32_t struct_size;    /**< set by the caller */
    const char *name;        /**< "left hippocampus" */
    MedalsModality modality; /**< a class is known per modality */
    bool trained;            /**< the model was trained on it */
    bool lesion;             /**< of the instance table */
    uint8_t rgb[3];          /**< display colour */
    /** Slicer's terminology entry (spec slicer.md 4), or NULL. */
    const char *terminology;
    const char *const *synonyms; /**< NULL-terminated */
    /** an earlier class of this modality has the name: lists leave it out */
    bool repeated;
} MedalsClassInfo;
/** Classes of the package's labels.json first, then the 243-class table. */
MEDALS_API size_t medals_model_class_count(const MedalsModel *model);
MEDALS_API bool medals_model_class(const MedalsModel *model, size_t index,
                                   MedalsClassInfo *info);
/**
 * Finds the class that a text names in a modality: the package's labels.json
 * first, then the 243-class table (command.md 2). medals/reading.h tells of a
 * text that names several.
 * @return index for medals_model_class(), or -1: none or several
 */
MEDALS_API int64_t medals_model_match(const MedalsModel *model,
                                      MedalsModality modality, bool lesion,
                                      const char *text);

MEDALS_END_DECLS
#endif

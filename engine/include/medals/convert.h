/*
 * convert.h - checkpoints in, model package out
 *
 *   recipe (model.json) ----------+
 *   network of each stage (.pth) -+--> FOLDER/model.json, *.safetensors,
 *   text projection (.pth) -------+    vocab.txt, labels.json, LICENSE,
 *   sentence encoder (folder) ----+    README.md
 *
 * The folder is made under a temporary name and renamed when it is whole and
 * opens as a model; until then nothing of that name changes.
 */
#ifndef MEDALS_CONVERT_H
#define MEDALS_CONVERT_H

#include "medals/context.h"
#include "medals/types.h"

MEDALS_BEGIN_DECLS

/** How a part of the package is stored. */
typedef enum MedalsStorage {
    MEDALS_STORE_AS_IS = 0, /**< the numbers of the checkpoint, untouched */
    MEDALS_STORE_F32 = 1,
    MEDALS_STORE_BF16 = 2,
    MEDALS_STORE_NONE = 3 /**< left out (sentence encoder only) */
} MedalsStorage;

typedef struct MedalsConvertOptions {
    uint32_t struct_size;
    /** "medal-s", "compact", or the path of a model.json to start from; its
     * file names are taken, its stages are as many as there are checkpoints
     * (fewer checkpoints: the first stages; one checkpoint given twice is
     * stored once). NULL: "medal-s". */
    const char *recipe;
    const char *const *stages; /**< network checkpoints, in stage order */
    size_t stage_count;
    /** Checkpoint with projection_layer.* and modality_embed.weight; the
     * published text_encoder.pth holds the sentence encoder as well. */
    const char *text_encoder;
    /** Folder of the sentence encoder: model.safetensors, vocab.txt and
     * config.json; NULL where text_encoder has its weights, or where
     * tower_storage is NONE and the sentence vectors beside the recipe's
     * model.json are to be taken over. */
    const char *tower;
    const char *vocab;   /**< NULL: TOWER/vocab.txt */
    const char *labels;  /**< labels.json; NULL: none */
    const char *license; /**< NULL: LICENSE beside the first checkpoint */
    const char *readme;  /**< model card; NULL: a short one is written */
    MedalsStorage network_storage;
    MedalsStorage tower_storage;
    /** The new folder. An existing model package is replaced, any other
     * existing folder or file refused. */
    const char *output;
    MedalsProgressFn progress;
    void *progress_cookie;
} MedalsConvertOptions;
#define MEDALS_CONVERT_OPTIONS_INIT                                            \
    {                                                                          \
        sizeof(MedalsConvertOptions), NULL, NULL, 0, NULL, NULL, NULL, NULL,   \
            NULL, NULL, MEDALS_STORE_AS_IS, MEDALS_STORE_BF16, NULL, NULL,     \
            NULL                                                               \
    }

/** What medals_convert() made. */
typedef struct MedalsConvertReport {
    uint32_t struct_size; /**< set by the caller */
    size_t stages;
    uint64_t tensors;    /**< stored, all files together */
    uint64_t bytes;      /**< of all files together */
    uint64_t vectors;    /**< texts whose sentence vector is stored */
    uint64_t parameters; /**< numbers in the networks' files */
} MedalsConvertReport;

/**
 * Makes a model package. Training-only layers (mid_mask_embed_proj) and second
 * names of one tensor are dropped; every other tensor must be one the network
 * knows. The sentence vectors of the texts that the model was trained on are
 * computed and stored, so that they need no sentence encoder.
 * @param report may be NULL
 * @return MEDALS_E_USAGE options are missing or contradict themselves;
 *         MEDALS_E_INPUT, MEDALS_E_SHAPE a file is not what the recipe needs;
 *         MEDALS_E_IO, MEDALS_E_NOSPACE, MEDALS_E_NOMEM, MEDALS_E_CANCELLED
 */
MEDALS_API MedalsStatus medals_convert(MedalsContext *context,
                                       const MedalsConvertOptions *options,
                                       MedalsConvertReport *report,
                                       MedalsError **error);

MEDALS_END_DECLS
#endif

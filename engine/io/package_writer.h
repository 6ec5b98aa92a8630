/*
 * package_writer.h - checkpoints into the files of a package
 */
#ifndef MEDALS_PACKAGE_WRITER_H
#define MEDALS_PACKAGE_WRITER_H

#include "medals/convert.h"
#include "recipe.h"
#include "task.h"
#include "weights.h"

/** What a package is made of; all borrowed. */
typedef struct MedalsPackageParts {
    const MedalsRecipe *recipe; /* names the files */
    const char *folder;         /* that is being filled */
    MedalsWeights *stages[2];   /* one object twice: one file */
    size_t stage_count;
    MedalsWeights *projection; /* projection_layer.*, modality_embed; may hold
                                  the tower as well */
    MedalsWeights *tower;      /* may be the same object; NULL with NONE */
    MedalsStorage network_storage, tower_storage;
} MedalsPackageParts;

/** Whether a checkpoint holds a sentence encoder (spec 3.4 names). */
bool medals_package_has_tower(const MedalsWeights *weights);

/**
 * Writes the networks, the projection and the tower (unless NONE). Left out:
 * mid_mask_embed_proj, second names, what no inference needs.
 * @param report tensors and parameters are added to
 * @return false: MEDALS_E_SHAPE a tensor that belongs to no part, or none
 *         that is needed; MEDALS_E_INPUT a file name twice; as
 *         medals_safetensors_write()
 */
bool medals_package_write_weights(const MedalsPackageParts *parts,
                                  MedalsTask *task, MedalsConvertReport *report,
                                  GError **error);
/** Bytes that medals_package_write_weights() will read. */
double medals_package_weight_bytes(const MedalsPackageParts *parts);

/** Sentence vectors [count,width] of texts, as FOLDER/`vectors`. */
bool medals_package_write_vectors(const MedalsPackageParts *parts,
                                  char *const *texts, size_t count,
                                  const float *vectors, int64_t width,
                                  GError **error);

/** Copies a file of at most 64 MB into FOLDER under a plain name. */
bool medals_package_copy(const char *folder, const char *name,
                         const char *source, GError **error);
bool medals_package_write_text(const char *folder, const char *name,
                               const char *text, GError **error);

#endif

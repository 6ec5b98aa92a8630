/*
 * weights.h - named tensors of a file, read in place
 *
 * One look for all formats: safetensors and the weights of a PyTorch zip
 * checkpoint. Data stays in the mapped file.
 */
#ifndef MEDALS_WEIGHTS_H
#define MEDALS_WEIGHTS_H

#include "error.h"

#define MEDALS_STORED_MAX_DIMS 8

typedef struct MedalsStoredTensor {
    const char *name; /* borrowed from the MedalsWeights */
    MedalsDtype dtype;
    int ndim;
    int64_t shape[MEDALS_STORED_MAX_DIMS];
    const void *data; /* C order; may be unaligned; borrowed */
    size_t bytes;
    const char *alias_of; /* an earlier tensor with the same storage, type and
                             shape, or NULL; borrowed */
} MedalsStoredTensor;

typedef struct MedalsWeights MedalsWeights;

/** Opens .safetensors, .pth or .pt by content (not by name).
 * @return NULL: MEDALS_E_IO; MEDALS_E_INPUT a header, zip or pickle that is
 *         not what the format allows (nothing is ever executed) */
MedalsWeights *medals_weights_open(const char *path, GError **error);
MedalsWeights *medals_weights_ref(MedalsWeights *weights);
void medals_weights_unref(MedalsWeights *weights);

size_t medals_weights_count(const MedalsWeights *weights);
/** Tensors in file order. */
const MedalsStoredTensor *medals_weights_at(const MedalsWeights *weights,
                                            size_t index);
/** @return NULL when there is none of that name. Borrowed. */
const MedalsStoredTensor *medals_weights_find(const MedalsWeights *weights,
                                              const char *name);
/**
 * The tensor of that name and shape (ndim numbers; -1 = any).
 * @return NULL: MEDALS_E_SHAPE "FILE: tensor NAME: missing" or
 *         "FILE: tensor NAME: found [..]; expected [..]"
 */
const MedalsStoredTensor *medals_weights_need(const MedalsWeights *weights,
                                              const char *name, int ndim,
                                              const int64_t *shape,
                                              GError **error);
/** The same as a fresh float32 copy. @owner medals_free */
float *medals_weights_need_f32(const MedalsWeights *weights, const char *name,
                               int ndim, const int64_t *shape, GError **error);
/** Tells the system that the mapped pages may go (weights were copied). */
void medals_weights_forget(const MedalsWeights *weights);
const char *medals_weights_path(const MedalsWeights *weights);
/** Whether the file is a PyTorch checkpoint. Its tensors are those of
 * `model_state_dict`, or of the dict itself, without one leading "module.". */
bool medals_weights_is_torch(const MedalsWeights *weights);
/** The training step of a checkpoint, -1 when it tells none. */
int64_t medals_weights_step(const MedalsWeights *weights);
/** "[2,3]"; negative numbers become "*". @owner g_free */
char *medals_shape_text(int ndim, const int64_t *shape);

#endif

/*
 * checkpoint.h - what a weight file holds
 *
 *     FILE.pth, FILE.safetensors --> names, types and shapes of its tensors
 *
 * A PyTorch checkpoint is a pickle, which could run programs. Here nothing is
 * run: only the few words that tensors need are known, any other is refused.
 */
#ifndef MEDALS_CHECKPOINT_H
#define MEDALS_CHECKPOINT_H

#include "medals/types.h"

MEDALS_BEGIN_DECLS

typedef struct MedalsCheckpoint MedalsCheckpoint;

#define MEDALS_TENSOR_MAX_DIMS 8

typedef struct MedalsTensorInfo {
    uint32_t struct_size; /**< set by the caller */
    const char *name;     /**< UTF-8, without "module."; borrowed */
    MedalsDtype dtype;
    uint32_t ndim;
    int64_t shape[MEDALS_TENSOR_MAX_DIMS];
    uint64_t bytes;
    /** Name of an earlier tensor that has the same storage, or NULL. */
    const char *alias_of;
} MedalsTensorInfo;

/**
 * Opens a .safetensors, .pth or .pt file; its content tells which.
 * @return MEDALS_E_IO cannot be read; MEDALS_E_INPUT is neither, is damaged,
 *         or is a pickle that asks for anything but tensors; MEDALS_E_NOMEM
 */
MEDALS_API MedalsStatus medals_checkpoint_open(MedalsCheckpoint **out,
                                               const char *path,
                                               MedalsError **error);
MEDALS_API void medals_checkpoint_free(MedalsCheckpoint **checkpoint);

/** @return "safetensors" or "pytorch". Static. */
MEDALS_API const char *
medals_checkpoint_format(const MedalsCheckpoint *checkpoint);
/** @return the training step that the file names, or -1. */
MEDALS_API int64_t medals_checkpoint_step(const MedalsCheckpoint *checkpoint);
/** @return numbers in all tensors, aliases counted once. */
MEDALS_API uint64_t
medals_checkpoint_parameters(const MedalsCheckpoint *checkpoint);
MEDALS_API size_t
medals_checkpoint_tensor_count(const MedalsCheckpoint *checkpoint);
/** Tensors in file order. @return false: index out of range. */
MEDALS_API bool medals_checkpoint_tensor(const MedalsCheckpoint *checkpoint,
                                         size_t index, MedalsTensorInfo *info);

MEDALS_END_DECLS
#endif

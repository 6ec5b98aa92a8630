/*
 * safetensors_writer.h - tensors out to a .safetensors file, one at a time
 */
#ifndef MEDALS_SAFETENSORS_WRITER_H
#define MEDALS_SAFETENSORS_WRITER_H

#include "task.h"
#include "weights.h"

/** One tensor to be written. */
typedef struct MedalsTensorOut {
    const char *name;          /* UTF-8; all different */
    MedalsStoredTensor tensor; /* what it is now; its own name is not used */
    MedalsDtype dtype;         /* what it becomes: its own type, or
                                 MEDALS_F32 or MEDALS_BF16 of a float type */
} MedalsTensorOut;

/**
 * Writes all of them in the given order, under a temporary name first; data
 * begin at a multiple of 64 bytes.
 * @param task NULL, or advances by the bytes read
 * @return false: MEDALS_E_IO, MEDALS_E_NOSPACE, MEDALS_E_CANCELLED;
 *         MEDALS_E_USAGE a type that cannot become the other
 */
bool medals_safetensors_write(const char *path, const MedalsTensorOut *tensors,
                              size_t count, MedalsTask *task, GError **error);

#endif

/*
 * npy.h - NumPy's .npy: one array with a small header
 *
 *   \x93NUMPY major minor length {'descr': '<i2', 'fortran_order': False,
 *   'shape': (3, 4), }\n data
 */
#ifndef MEDALS_NPY_H
#define MEDALS_NPY_H

#include "error.h"

#define MEDALS_NPY_MAX_DIMS 8

typedef struct MedalsNpy {
    MedalsDtype dtype; /* of numbers; booleans are MEDALS_U8 */
    bool is_object;    /* data are a pickle; dtype and shape do not count */
    bool swapped;      /* big-endian numbers */
    bool fortran;      /* first axis fastest */
    int ndim;
    int64_t shape[MEDALS_NPY_MAX_DIMS];
    size_t count;        /* product of shape */
    const uint8_t *data; /* inside the bytes that were parsed */
    size_t bytes;
} MedalsNpy;

/**
 * @param name stands in messages
 * @return false: MEDALS_E_INPUT no .npy, a type that is none of ours, shape
 *         that overflows or does not fit the data
 */
bool medals_npy_parse(MedalsNpy *npy, const char *name, const uint8_t *bytes,
                      size_t size, GError **error);

/** The numbers in C order and in this machine's byte order; dst [bytes]. */
void medals_npy_copy(const MedalsNpy *npy, void *dst);

/** The header of a C-order array, version 1.0, padded to 64 bytes.
 * @return g_free'd bytes */
uint8_t *medals_npy_header(MedalsDtype dtype, int ndim, const int64_t *shape,
                           size_t *size);

#endif

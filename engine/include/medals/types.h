/*
 * types.h - words that every other header of libmedals uses
 *
 * Every function that can fail returns a MedalsStatus and takes an optional
 * `MedalsError **error` as its last argument. On failure, and only then,
 * *error is set; free it with medals_error_free(). Passing NULL is allowed.
 *
 * What a call that fails with a status would have handed out is NULL or 0:
 * answers, handles, numbers, and a report's fields behind struct_size. A
 * function that answers false, as for an index out of range, leaves a report
 * as it was and zeroes a box.
 *
 * Handles are opaque. `medals_x_free(&x)` releases and sets the handle to
 * NULL; NULL and pointers to NULL are accepted. Elsewhere NULL for what is
 * not said to be optional is MEDALS_E_USAGE; functions without a status answer
 * NULL, 0, false or NaN.
 *
 * Option structs and reports start with `struct_size`; set it with the *_INIT
 * macro or to sizeof. New fields are added at the end only, so an older or
 * newer caller works. Options that are NULL are the defaults; a struct_size of
 * 0 is MEDALS_E_USAGE in options and false for reports. Numbers that an enum
 * does not name are MEDALS_E_USAGE.
 */
#ifndef MEDALS_TYPES_H
#define MEDALS_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define MEDALS_BEGIN_DECLS extern "C" {
#define MEDALS_END_DECLS }
#else
#define MEDALS_BEGIN_DECLS
#define MEDALS_END_DECLS
#endif

#if defined(_WIN32)
#define MEDALS_API
#else
#define MEDALS_API __attribute__((visibility("default")))
#endif

MEDALS_BEGIN_DECLS

/** What a call came to. The numbers are part of the ABI. */
typedef enum MedalsStatus {
    MEDALS_OK = 0,
    MEDALS_E_USAGE = 1,     /**< the caller's options contradict themselves */
    MEDALS_E_INPUT = 2,     /**< an image, text, model or prompt is bad */
    MEDALS_E_SHAPE = 3,     /**< a tensor or volume has the wrong shape */
    MEDALS_E_IO = 4,        /**< a file cannot be read or written */
    MEDALS_E_NOMEM = 5,     /**< memory is out, or would not suffice */
    MEDALS_E_NOSPACE = 6,   /**< the disk is full */
    MEDALS_E_CANCELLED = 7, /**< the progress callback said stop */
    MEDALS_E_INTERNAL = 8,  /**< a bug of ours */
    MEDALS_E_BUSY = 9       /**< too many requests wait for the processor */
} MedalsStatus;

/** One failure: a status and one line of text. */
typedef struct MedalsError MedalsError;

/** @return the line: "THING: what was found; what was expected". Borrowed. */
MEDALS_API const char *medals_error_message(const MedalsError *error);
/** @return the status that the failing call returned. */
MEDALS_API MedalsStatus medals_error_status(const MedalsError *error);
MEDALS_API void medals_error_free(MedalsError **error);

/** Element types of volumes and stored tensors. The numbers are ABI. */
typedef enum MedalsDtype {
    MEDALS_F32 = 0,
    MEDALS_BF16 = 1,
    MEDALS_F16 = 2,
    MEDALS_F64 = 3,
    MEDALS_U8 = 4,
    MEDALS_I8 = 5,
    MEDALS_U16 = 6,
    MEDALS_I16 = 7,
    MEDALS_U32 = 8,
    MEDALS_I32 = 9,
    MEDALS_U64 = 10,
    MEDALS_I64 = 11
} MedalsDtype;

/** @return bytes of one element, 0 for an unknown type. */
MEDALS_API size_t medals_dtype_size(MedalsDtype dtype);

/** Imaging modality; the numbers are the modality codes of the text encoder
 * (spec 3.3). */
typedef enum MedalsModality {
    MEDALS_MODALITY_NONE = -1,
    MEDALS_MODALITY_CT = 0,
    MEDALS_MODALITY_MRI = 1,
    MEDALS_MODALITY_US = 2,
    MEDALS_MODALITY_PET = 3,
    MEDALS_MODALITY_MICROSCOPY = 4
} MedalsModality;

/** @return "ct", "mri", "us", "pet", "microscopy"; NULL for NONE. */
MEDALS_API const char *medals_modality_name(MedalsModality modality);
/** Accepts ct, mr, mri, us, pet, pt, microscopy in any case.
 * @return MEDALS_MODALITY_NONE for anything else. */
MEDALS_API MedalsModality medals_modality_parse(const char *name);

/** State of a long call, handed to MedalsProgressFn. */
typedef struct MedalsProgress {
    uint32_t struct_size;
    const char *phase;   /**< "text", "resample", "network", "labels", ... */
    double fraction;     /**< 0..1 of the whole call; never decreases */
    double seconds_left; /**< estimate; negative while unknown */
} MedalsProgress;

/**
 * Progress and cancel in one, a few times a second at most; must return
 * quickly, by a return: no exception and no longjmp may pass through.
 * @thread the one that made the call, within it; never two at a time. No lock
 *         of a session is held, so that readers of sessions may be called; a
 *         call that computes on the same context waits for this one's turn to
 *         end, and so may not be made from here
 * @return true to go on, false to cancel (the call then fails with
 *         MEDALS_E_CANCELLED and leaves nothing behind)
 */
typedef bool (*MedalsProgressFn)(void *cookie, const MedalsProgress *progress);

/** The version of these headers; equal to the build's project version. */
#define MEDALS_VERSION_MAJOR 0
#define MEDALS_VERSION_MINOR 1
#define MEDALS_VERSION_PATCH 0
/** One number for #if: grows with every version, 100 = 0.1.0. */
#define MEDALS_VERSION_NUMBER                                                  \
    (MEDALS_VERSION_MAJOR * 10000 + MEDALS_VERSION_MINOR * 100 +               \
     MEDALS_VERSION_PATCH)

/** @return the version of the library that runs, "0.1.0"; it may be another
 * than that of the headers a program was compiled with. Static. @thread any */
MEDALS_API const char *medals_version(void);

MEDALS_END_DECLS
#endif

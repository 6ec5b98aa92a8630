/*
 * context.h - the processor as the library uses it
 *
 * A context owns one compute lane: a fixed set of threads that runs one
 * request at a time. Calls from several threads queue, first come first
 * served, so they never fight for the cores. One context a process is enough.
 */
#ifndef MEDALS_CONTEXT_H
#define MEDALS_CONTEXT_H

#include "medals/types.h"

MEDALS_BEGIN_DECLS

typedef struct MedalsContext MedalsContext;

typedef enum MedalsLogLevel {
    MEDALS_LOG_WARNING = 1, /**< something is not as it was asked for */
    MEDALS_LOG_INFO = 2     /**< what the library did by itself */
} MedalsLogLevel;

/**
 * What is worth a line in a host's log: each warning that an opened session,
 * an answer or a segmentation carries, and what no answer tells: features
 * dropped to make room, undo steps forgotten, a journal that could not be
 * compacted. The library itself prints nothing.
 * @param line one line of UTF-8 without its end, borrowed for the call
 * @thread the one that made the call of which it tells, within it; calls on
 *         several threads may log at the same time. No lock is held, sessions
 *         may be read; a call that computes on the same context, or changes
 *         the session, may not be made from here. Return: no exception and no
 *         longjmp may pass through.
 */
typedef void (*MedalsLogFn)(void *cookie, MedalsLogLevel level,
                            const char *line);

typedef struct MedalsContextOptions {
    uint32_t struct_size;
    uint32_t threads; /**< 0: one per core this process may use */
    /** ref | avx2 | avx512 | avx512_bf16 | amx: the highest instruction set
     * to use; NULL: the environment variable MEDALS_ISA, else the best the
     * processor has. */
    const char *isa;
    MedalsLogFn log; /**< of all that is made from the context; NULL: silent */
    void *log_cookie;
} MedalsContextOptions;
#define MEDALS_CONTEXT_OPTIONS_INIT                                            \
    {                                                                          \
        sizeof(MedalsContextOptions), 0, NULL, NULL, NULL                      \
    }

/**
 * @owner *out belongs to the caller; free it after all models made from it
 * @return MEDALS_E_USAGE isa is unknown or the processor lacks it;
 *         MEDALS_E_NOMEM
 */
MEDALS_API MedalsStatus medals_context_new(MedalsContext **out,
                                           const MedalsContextOptions *options,
                                           MedalsError **error);
MEDALS_API void medals_context_free(MedalsContext **context);

/** @return the instruction set in use, one of the words above. Borrowed. */
MEDALS_API const char *medals_context_isa(const MedalsContext *context);
MEDALS_API uint32_t medals_context_threads(const MedalsContext *context);
/** @return whether the processor multiplies bf16 natively at this level;
 * precision "auto" then means bf16. */
MEDALS_API bool medals_context_has_bf16(const MedalsContext *context);
/** @return largest resident set of this process so far, in bytes. */
MEDALS_API uint64_t medals_peak_rss_bytes(void);
/** @return main memory in bytes that this process could still take: what the
 * system calls available, or what its control groups leave if that is less
 * (page cache is not used memory). */
MEDALS_API uint64_t medals_available_memory_bytes(void);
/** @return the folder of the file that this process runs, links resolved, for
 * what is installed beside it; "" where the system does not tell. Static.
 * @thread any */
MEDALS_API const char *medals_program_folder(void);

MEDALS_END_DECLS
#endif

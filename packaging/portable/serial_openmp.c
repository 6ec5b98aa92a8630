/*
 * serial_openmp.c - the part of GCC's OpenMP that oneDNN asks for, on one
 * thread
 *
 * The library cuts its work itself and lets oneDNN use one thread only (see
 * engine/kernels/onednn.c), so that a bundle for older systems needs no
 * OpenMP: a parallel region is run by the thread that enters it, a loop is one
 * piece. Names and parameters are those of libgomp; serial_openmp.map gives
 * them its versions.
 */
#include <stdbool.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT void GOMP_barrier(void);
EXPORT void GOMP_parallel_start(void (*region)(void *), void *data,
                                unsigned threads);
EXPORT void GOMP_parallel_end(void);
EXPORT bool GOMP_loop_static_start(long start, long end, long step, long chunk,
                                   long *first, long *last);
EXPORT bool GOMP_loop_static_next(long *first, long *last);
EXPORT void GOMP_loop_end_nowait(void);
EXPORT int omp_get_max_threads(void);
EXPORT int omp_get_num_threads(void);
EXPORT int omp_get_thread_num(void);
EXPORT int omp_in_parallel(void);

void GOMP_barrier(void)
{
}

/* The caller runs the region itself, as one of the threads. */
void GOMP_parallel_start(void (*region)(void *), void *data, unsigned threads)
{
    (void) region;
    (void) data;
    (void) threads;
}

void GOMP_parallel_end(void)
{
}

bool GOMP_loop_static_start(long start, long end, long step, long chunk,
                            long *first, long *last)
{
    (void) chunk;
    *first = start;
    *last = end;
    return step > 0 ? start < end : start > end;
}

bool GOMP_loop_static_next(long *first, long *last)
{
    (void) first;
    (void) last;
    return false;
}

void GOMP_loop_end_nowait(void)
{
}

int omp_get_max_threads(void)
{
    return 1;
}

int omp_get_num_threads(void)
{
    return 1;
}

int omp_get_thread_num(void)
{
    return 0;
}

int omp_in_parallel(void)
{
    return 0;
}

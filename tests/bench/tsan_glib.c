/*
 * tsan_glib.c - tells the thread sanitizer what GLib's locks order
 *
 * GLib's mutex is a futex inside a library that is not instrumented: without
 * this every lock of ours reads as a race. The calls of the program come here
 * first; each does GLib's work and says what happened before what.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <glib.h>

void __tsan_acquire(void *place);
void __tsan_release(void *place);

/* Of the next library that has it: GLib. */
static void *next(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    g_assert(function);
    return function;
}

void g_mutex_lock(GMutex *mutex)
{
    static void (*lock)(GMutex *);
    if (!__atomic_load_n(&lock, __ATOMIC_ACQUIRE))
        __atomic_store_n(&lock, (void (*)(GMutex *)) next("g_mutex_lock"),
                         __ATOMIC_RELEASE);
    lock(mutex);
    __tsan_acquire(mutex);
}

void g_mutex_unlock(GMutex *mutex)
{
    static void (*unlock)(GMutex *);
    if (!__atomic_load_n(&unlock, __ATOMIC_ACQUIRE))
        __atomic_store_n(&unlock, (void (*)(GMutex *)) next("g_mutex_unlock"),
                         __ATOMIC_RELEASE);
    __tsan_release(mutex);
    unlock(mutex);
}

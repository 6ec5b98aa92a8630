/*
 * mutex.h - a lock between threads
 *
 * Not GLib's: ThreadSanitizer does not see those, and every use of one looks
 * like a race.
 */
#ifndef MEDALS_MUTEX_H
#define MEDALS_MUTEX_H

#include <pthread.h>

typedef pthread_mutex_t MedalsMutex;
#define MEDALS_MUTEX_INIT PTHREAD_MUTEX_INITIALIZER

static inline void medals_mutex_init(MedalsMutex *mutex)
{
    pthread_mutex_init(mutex, NULL);
}

static inline void medals_mutex_clear(MedalsMutex *mutex)
{
    pthread_mutex_destroy(mutex);
}

static inline void medals_mutex_lock(MedalsMutex *mutex)
{
    pthread_mutex_lock(mutex);
}

static inline void medals_mutex_unlock(MedalsMutex *mutex)
{
    pthread_mutex_unlock(mutex);
}

#endif

#include "interrupt.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"

enum { GRACE_US = 500000 };

static volatile sig_atomic_t asked;

static struct {
    sem_t signalled;
    pthread_mutex_t end; /* held by who decides how the run ends */
    void (*give_up)(void *cookie);
    void *cookie;
    bool started, settled;
} watchdog = {.end = PTHREAD_MUTEX_INITIALIZER};

static void on_signal(int number)
{
    if (asked) {
        signal(number, SIG_DFL);
        raise(number);
    }
    asked = 1;
    if (watchdog.started)
        sem_post(&watchdog.signalled);
}

void interrupt_install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

bool interrupt_asked(void)
{
    return asked != 0;
}

bool interrupt_not_asked(void *unused)
{
    return !interrupt_asked();
}

static void *watch(void *unused)
{
    while (sem_wait(&watchdog.signalled) != 0 && errno == EINTR)
        ;
    g_usleep(GRACE_US);
    pthread_mutex_lock(&watchdog.end);
    if (!watchdog.settled) {
        watchdog.give_up(watchdog.cookie);
        _exit(EXIT_CANCELLED);
    }
    pthread_mutex_unlock(&watchdog.end);
    return unused;
}

void interrupt_watch(void (*give_up)(void *cookie), void *cookie)
{
    pthread_t thread;
    pthread_mutex_lock(&watchdog.end);
    watchdog.give_up = give_up;
    watchdog.cookie = cookie;
    watchdog.settled = false;
    pthread_mutex_unlock(&watchdog.end);
    if (watchdog.started || sem_init(&watchdog.signalled, 0, 0) != 0)
        return;
    watchdog.started = pthread_create(&thread, NULL, watch, NULL) == 0;
    if (watchdog.started)
        pthread_detach(thread);
    if (watchdog.started && asked)
        sem_post(&watchdog.signalled);
}

void interrupt_settle(void)
{
    pthread_mutex_lock(&watchdog.end);
    watchdog.settled = true;
    pthread_mutex_unlock(&watchdog.end);
}

/*
 * disk.c - system calls, and the hook that can make them fail
 */
#define _GNU_SOURCE
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
    _Atomic(MedalsDiskHook *) ask;
    void *cookie;
} hook;

void medals_disk_hook(MedalsDiskHook *ask, void *cookie)
{
    hook.cookie = cookie;
    atomic_store(&hook.ask, ask);
}

bool medals_disk_may(const char *call, const char *name)
{
    MedalsDiskHook *ask = atomic_load(&hook.ask);
    int code = ask ? ask(hook.cookie, call, name) : 0;
    if (code)
        errno = code;
    return code == 0;
}

int medals_disk_open_folder(const char *path)
{
    if (!medals_disk_may("open folder", path))
        return -1;
    int flags = O_DIRECTORY | O_CLOEXEC;
    int folder = open(path, O_RDONLY | flags);
    return folder < 0 && errno == EACCES ? open(path, O_PATH | flags) : folder;
}

int medals_disk_open(int folder, const char *name, int flags, mode_t mode)
{
    if (!medals_disk_may("open", name))
        return -1;
    return openat(folder, name, flags | O_CLOEXEC | O_NOFOLLOW, mode);
}

ssize_t medals_disk_read(int file, const char *name, void *dst, size_t size)
{
    if (!medals_disk_may("read", name))
        return -1;
    ssize_t got;
    do {
        got = read(file, dst, size);
    } while (got < 0 && errno == EINTR);
    return got;
}

int medals_disk_sync(int file, const char *name)
{
    return medals_disk_may("sync", name) ? fsync(file) : -1;
}

int medals_disk_sync_folder(int folder, const char *name)
{
    if (medals_disk_sync(folder, name) == 0 || errno == EINVAL ||
        errno == EBADF || errno == ENOTSUP || errno == EROFS)
        return 0;
    return -1;
}

int medals_disk_make_folder(int folder, const char *name, mode_t mode)
{
    return medals_disk_may("make folder", name) ? mkdirat(folder, name, mode)
                                                : -1;
}

int medals_disk_rename(int folder, const char *from, const char *to)
{
    return medals_disk_may("rename", from) ? renameat(folder, from, folder, to)
                                           : -1;
}

int medals_disk_exchange(int folder, const char *one, const char *other)
{
    if (!medals_disk_may("exchange", one))
        return -1;
#if defined(SYS_renameat2) && defined(RENAME_EXCHANGE)
    return (int) syscall(SYS_renameat2, folder, one, folder, other,
                         RENAME_EXCHANGE);
#else
    errno = ENOSYS;
    return -1;
#endif
}

int medals_disk_link(int folder, const char *from, const char *to)
{
    return medals_disk_may("link", from) ? linkat(folder, from, folder, to, 0)
                                         : -1;
}

int medals_disk_unlink(int folder, const char *name, int flags)
{
    return medals_disk_may("unlink", name) ? unlinkat(folder, name, flags) : -1;
}

/*
 * disk.h - the system calls that files are made, replaced and removed with
 *
 * Each is the call of its name, and each can be told to fail: tests try what
 * happens when any one of them does. Names are entries of an open folder, so
 * that nothing is followed to where a link leads.
 */
#ifndef MEDALS_DISK_H
#define MEDALS_DISK_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/** For tests: asked before each call. @return an errno to fail with, or 0 */
typedef int MedalsDiskHook(void *cookie, const char *call, const char *name);
/** Sets the hook; NULL: none. Not while other threads write files. */
void medals_disk_hook(MedalsDiskHook *hook, void *cookie);
/** Whether a call may be made; false: errno says why not. For calls that go
 * by a stream. */
bool medals_disk_may(const char *call, const char *name);

/** A folder for the calls below; where it may not be listed, one that can be
 * written to all the same. */
int medals_disk_open_folder(const char *path);
/** O_CLOEXEC and O_NOFOLLOW are added. */
int medals_disk_open(int folder, const char *name, int flags, mode_t mode);
ssize_t medals_disk_read(int file, const char *name, void *dst, size_t size);
int medals_disk_sync(int file, const char *name);
/** Brings the entries of a folder to the disk. A file system that cannot do
 * so is no failure. */
int medals_disk_sync_folder(int folder, const char *name);
int medals_disk_make_folder(int folder, const char *name, mode_t mode);
int medals_disk_rename(int folder, const char *from, const char *to);
/** Two entries change places at once. EINVAL, ENOSYS: not on this system. */
int medals_disk_exchange(int folder, const char *one, const char *other);
int medals_disk_link(int folder, const char *from, const char *to);
/** @param flags 0 or AT_REMOVEDIR */
int medals_disk_unlink(int folder, const char *name, int flags);

#endif

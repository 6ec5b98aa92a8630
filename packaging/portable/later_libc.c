/*
 * later_libc.c - functions of the C library that GLib's objects call and that
 * older ones lack
 */
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* glibc 2.34. Where the kernel lacks it, too, errno is ENOSYS, upon which GLib
 * closes one by one. */
int close_range(unsigned first, unsigned last, int flags);

int close_range(unsigned first, unsigned last, int flags)
{
    return (int) syscall(SYS_close_range, first, last, flags);
}

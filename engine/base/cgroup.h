/*
 * cgroup.h - what the control groups of this process still allow
 *
 *   limit - (used - page cache), the least of all groups up to the root
 *
 * Files that were read stay in the page cache and count as used; the kernel
 * gives those pages back when memory is asked for.
 */
#ifndef MEDALS_CGROUP_H
#define MEDALS_CGROUP_H

#include <stdint.h>

/**
 * @param groups text of /proc/self/cgroup: version 1, 2, or both
 * @param root where the groups are mounted, /sys/fs/cgroup
 * @return bytes; UINT64_MAX where no group sets a limit
 */
uint64_t medals_cgroup_available(const char *groups, const char *root);

#endif

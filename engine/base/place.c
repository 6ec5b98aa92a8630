/*
 * place.c - temporary names, and what is left of them
 */
#define _GNU_SOURCE
#include "place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"

#define INFIX ".medals-"
/* Folders in folders that are removed: a package has one level. */
#define DEEPEST 40

bool medals_place_fail(GError **error, const char *path, const char *did)
{
    int code = errno;
    return medals_fail(error, medals_errno_status(code), "%s: %s: %s", path,
                       did, g_strerror(code));
}

/* Slashes and "/." at the end go. */
static void strip(char *path)
{
    size_t length = strlen(path);
    for (;;) {
        if (length > 1 && path[length - 1] == '/')
            length--;
        else if (length > 2 && strncmp(path + length - 2, "/.", 2) == 0)
            length--;
        else
            break;
        path[length] = '\0';
    }
}

static bool is_name(const char *name)
{
    return *name && strcmp(name, "/") && strcmp(name, ".") &&
           strcmp(name, "..");
}

bool medals_place_open(MedalsPlace *place, const char *path, GError **error)
{
    *place = (MedalsPlace){.folder = -1};
    g_autofree char *plain = g_strdup(path);
    strip(plain);
    g_autofree char *name = g_path_get_basename(plain);
    if (!*plain || !is_name(name))
        return medals_fail(error, MEDALS_E_IO,
                           "%s: ends in no name; expected a path whose last "
                           "part can be replaced",
                           path);
    g_autofree char *folder = g_path_get_dirname(plain);
    place->folder = medals_disk_open_folder(folder);
    if (place->folder < 0)
        return medals_place_fail(error, path, "cannot be written");
    place->path = g_strdup(path);
    place->name = g_steal_pointer(&name);
    return true;
}

void medals_place_close(MedalsPlace *place)
{
    int code = errno;
    if (place->folder >= 0)
        close(place->folder);
    g_free(place->path);
    g_free(place->name);
    *place = (MedalsPlace){.folder = -1};
    errno = code;
}

unsigned medals_place_kind(const MedalsPlace *place)
{
    struct stat status;
    if (fstatat(place->folder, place->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    return status.st_mode & S_IFMT;
}

char *medals_place_temporary(const MedalsPlace *place, const char *ending)
{
    static atomic_uint counter;
    return g_strdup_printf(".%s" INFIX "%ld-%u.%s", place->name,
                           (long) getpid(), atomic_fetch_add(&counter, 1),
                           ending);
}

/* ---- leftovers ---------------------------------------------------------- */

/* Digits at the front, as a number up to 2^31-1; NULL: none, or more. */
static const char *skip_number(const char *text, long *number)
{
    const char *at = text;
    for (*number = 0; g_ascii_isdigit(*at); at++) {
        *number = 10 * *number + (*at - '0');
        if (*number > INT32_MAX)
            return NULL;
    }
    return at > text ? at : NULL;
}

/* ".tmp" or ".old" of a temporary name of the place, and who made it; NULL:
 * no such name. */
static const char *parse(const MedalsPlace *place, const char *entry,
                         long *owner)
{
    size_t length = strlen(place->name);
    long count;
    if (entry[0] != '.' || strncmp(entry + 1, place->name, length) != 0 ||
        !g_str_has_prefix(entry + 1 + length, INFIX))
        return NULL;
    const char *at = skip_number(entry + 1 + length + strlen(INFIX), owner);
    if (!at || *at != '-' || !(at = skip_number(at + 1, &count)))
        return NULL;
    return strcmp(at, ".tmp") == 0 || strcmp(at, ".old") == 0 ? at : NULL;
}

static bool is_dead(long owner)
{
    return owner > 0 && kill((pid_t) owner, 0) != 0 && errno == ESRCH;
}

/* A file or folder, and of this user. */
static bool is_own(int folder, const char *entry)
{
    struct stat status;
    return fstatat(folder, entry, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) &&
           status.st_uid == geteuid();
}

static void look_after(const MedalsPlace *place, const char *entry)
{
    long owner;
    const char *ending = parse(place, entry, &owner);
    if (!ending || !is_dead(owner) || !is_own(place->folder, entry))
        return;
    if (strcmp(ending, ".old") == 0 && medals_place_kind(place) == 0)
        medals_disk_rename(place->folder, entry, place->name);
    else
        medals_place_remove(place->folder, entry);
}

/* The entries of a folder, read before any of them is touched. */
static GPtrArray *entries_of(int folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    int file = medals_disk_open(folder, ".", O_RDONLY | O_DIRECTORY, 0);
    DIR *listing = file >= 0 ? fdopendir(file) : NULL;
    const struct dirent *entry;
    while (listing && (entry = readdir(listing)))
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            g_ptr_array_add(names, g_strdup(entry->d_name));
    if (listing)
        closedir(listing);
    else if (file >= 0)
        close(file);
    return names;
}

void medals_place_sweep(const MedalsPlace *place)
{
    g_autoptr(GPtrArray) names = entries_of(place->folder);
    for (guint n = 0; n < names->len; n++)
        look_after(place, names->pdata[n]);
}

static void remove_entry(int folder, const char *name, int deep);

/* Empties a folder of the same file system. */
static void empty(int outer, const char *name, int deep)
{
    struct stat above, here;
    int folder = medals_disk_open(outer, name, O_RDONLY | O_DIRECTORY, 0);
    if (folder < 0)
        return;
    if (fstat(outer, &above) == 0 && fstat(folder, &here) == 0 &&
        above.st_dev == here.st_dev) {
        g_autoptr(GPtrArray) names = entries_of(folder);
        for (guint n = 0; n < names->len; n++)
            remove_entry(folder, names->pdata[n], deep);
    }
    close(folder);
}

static void remove_entry(int folder, const char *name, int deep)
{
    struct stat status;
    if (deep > DEEPEST ||
        fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    bool inner = S_ISDIR(status.st_mode);
    if (inner)
        empty(folder, name, deep + 1);
    medals_disk_unlink(folder, name, inner ? AT_REMOVEDIR : 0);
}

void medals_place_remove(int folder, const char *name)
{
    remove_entry(folder, name, 0);
}

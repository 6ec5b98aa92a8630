/*
 * folder.c - folders made whole under a temporary name, and private ones
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "file.h"
#include "place.h"

/* Only nothing and a folder, or a link to one, can be replaced by a folder. */
static bool check_kind(const MedalsPlace *place, GError **error)
{
    if (medals_place_kind(place) == 0 ||
        g_file_test(place->path, G_FILE_TEST_IS_DIR))
        return true;
    return medals_fail(error, MEDALS_E_IO,
                       "%s: not a folder; expected one, or none", place->path);
}

static char *beside(const MedalsPlace *place, const char *name)
{
    g_autofree char *plain = g_strdup(place->path);
    char *end = g_strrstr(plain, place->name);
    *end = '\0';
    return g_strconcat(plain, name, NULL);
}

char *medals_folder_begin(const char *path, GError **error)
{
    MedalsPlace place;
    char *made = NULL;
    if (!medals_place_open(&place, path, error))
        return NULL;
    medals_place_sweep(&place);
    g_autofree char *name = medals_place_temporary(&place, "tmp");
    if (!check_kind(&place, error))
        ;
    else if (medals_disk_make_folder(place.folder, name, 0777) != 0)
        medals_place_fail(error, path, "cannot be made");
    else
        made = beside(&place, name);
    medals_place_close(&place);
    return made;
}

static bool sync_in(const MedalsPlace *place, const char *name)
{
    int file = medals_disk_open(place->folder, name, O_RDONLY | O_DIRECTORY, 0);
    bool done = file >= 0 && medals_disk_sync_folder(file, name) == 0;
    int code = errno;
    if (file >= 0)
        close(file);
    errno = code;
    return done;
}

/* Two steps where two folders cannot change places at once. When the process
 * ends between them the old one is left as ".old": the next sweep brings it
 * back. */
static bool replace_in_steps(const MedalsPlace *place, const char *name)
{
    g_autofree char *old = medals_place_temporary(place, "old");
    if (medals_disk_rename(place->folder, place->name, old) != 0)
        return false;
    if (medals_disk_rename(place->folder, name, place->name) == 0 &&
        medals_disk_sync_folder(place->folder, place->path) == 0) {
        medals_place_remove(place->folder, old);
        return true;
    }
    int code = errno;
    medals_disk_rename(place->folder, place->name, name);
    medals_disk_rename(place->folder, old, place->name);
    errno = code;
    return false;
}

/* The new folder gets its name, the old one the temporary name. */
static bool exchange(const MedalsPlace *place, const char *name)
{
    if (medals_disk_exchange(place->folder, name, place->name) != 0)
        return (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) &&
               replace_in_steps(place, name);
    if (medals_disk_sync_folder(place->folder, place->path) == 0)
        return true;
    int code = errno;
    medals_disk_exchange(place->folder, name, place->name);
    errno = code;
    return false;
}

static bool appear(const MedalsPlace *place, const char *name)
{
    if (medals_disk_rename(place->folder, name, place->name) != 0)
        return false;
    if (medals_disk_sync_folder(place->folder, place->path) == 0)
        return true;
    int code = errno;
    medals_disk_rename(place->folder, place->name, name);
    errno = code;
    return false;
}

bool medals_folder_commit(const char *temporary, const char *path,
                          GError **error)
{
    MedalsPlace place;
    g_autofree char *name = g_path_get_basename(temporary);
    if (!medals_place_open(&place, path, error)) {
        medals_folder_abort(temporary);
        return false;
    }
    bool done = sync_in(&place, name) &&
                (medals_place_kind(&place) ? exchange(&place, name)
                                           : appear(&place, name));
    if (!done)
        medals_place_fail(error, path, "cannot be written");
    medals_place_remove(place.folder, name);
    medals_place_close(&place);
    return done;
}

void medals_folder_abort(const char *temporary)
{
    MedalsPlace place;
    if (!temporary || !medals_place_open(&place, temporary, NULL))
        return;
    medals_place_remove(place.folder, place.name);
    medals_place_close(&place);
}

/* ---- private ------------------------------------------------------------ */

bool medals_folder_private(const char *path, GError **error)
{
    if (!medals_disk_may("make folder", path) ||
        g_mkdir_with_parents(path, 0700) != 0)
        return medals_place_fail(error, path, "cannot be made");
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return true;
    return medals_fail(error, MEDALS_E_IO, "%s: no folder; expected one", path);
}

bool medals_file_private(const char *path, GError **error)
{
    MedalsPlace place;
    if (!medals_place_open(&place, path, error))
        return false;
    unsigned kind = medals_place_kind(&place);
    bool done = kind == 0 || kind == S_IFREG;
    if (!done)
        medals_fail(error, MEDALS_E_IO,
                    "%s: no file of its own; expected one, and no link", path);
    int file = done ? medals_disk_open(place.folder, place.name,
                                       O_RDWR | O_CREAT | O_NONBLOCK, 0600)
                    : -1;
    if (done && file < 0)
        done = medals_place_fail(error, path, "cannot be written");
    if (file >= 0)
        close(file);
    medals_place_close(&place);
    return done;
}

bool medals_file_remove(const char *path, GError **error)
{
    MedalsPlace place;
    if (!medals_place_open(&place, path, error))
        return false;
    bool done = medals_disk_unlink(place.folder, place.name, 0) == 0 ||
                errno == ENOENT ||
                medals_place_fail(error, path, "cannot be removed");
    medals_place_close(&place);
    return done;
}

/* The old file under its name and `aside` and a number, too; or only there,
 * where a file has one name. */
static char *keep_aside(const MedalsPlace *place, const char *aside)
{
    for (int n = 1; n < 100000; n++) {
        g_autofree char *name =
            g_strdup_printf("%s%s%d", place->name, aside, n);
        if (medals_disk_link(place->folder, place->name, name) == 0)
            return g_steal_pointer(&name);
        struct stat status;
        bool free_name =
            errno != EEXIST &&
            fstatat(place->folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0;
        if (free_name &&
            medals_disk_rename(place->folder, place->name, name) == 0)
            return g_steal_pointer(&name);
        if (free_name)
            return NULL;
    }
    return NULL;
}

/* The old file has its name again, or still; the kept one goes. */
static void take_back(const MedalsPlace *place, const char *kept)
{
    struct stat one, other;
    if (fstatat(place->folder, place->name, &one, AT_SYMLINK_NOFOLLOW) == 0 &&
        fstatat(place->folder, kept, &other, AT_SYMLINK_NOFOLLOW) == 0 &&
        one.st_dev == other.st_dev && one.st_ino == other.st_ino)
        medals_disk_unlink(place->folder, kept, 0);
    else
        medals_disk_rename(place->folder, kept, place->name);
}

bool medals_file_replace(const char *path, const char *fresh, const char *aside,
                         GError **error)
{
    MedalsPlace place;
    if (!medals_place_open(&place, path, error))
        return false;
    g_autofree char *name = g_path_get_basename(fresh);
    g_autofree char *kept = keep_aside(&place, aside);
    bool done = kept &&
                medals_disk_rename(place.folder, name, place.name) == 0 &&
                medals_disk_sync_folder(place.folder, path) == 0;
    if (!done)
        medals_place_fail(error, path, "cannot be replaced");
    if (!done && kept)
        take_back(&place, kept);
    medals_place_close(&place);
    return done;
}

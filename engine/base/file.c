/*
 * file.c - mapped reading, whole-or-nothing writing
 */
#define _GNU_SOURCE
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"

/* Temporary names: ".NAME.medals-PID-COUNT.tmp" beside NAME. */
#define TEMPORARY_INFIX ".medals-"
#define TEMPORARY_SUFFIX ".tmp"

struct MedalsMap {
    atomic_int references;
    uint8_t *data;
    size_t size;
};

MedalsStatus medals_errno_status(int code)
{
    if (code == ENOMEM)
        return MEDALS_E_NOMEM;
    return code == ENOSPC || code == EDQUOT || code == EFBIG ? MEDALS_E_NOSPACE
                                                             : MEDALS_E_IO;
}

static bool fail_errno(GError **error, const char *path, const char *did)
{
    int code = errno;
    return medals_fail(error, medals_errno_status(code), "%s: %s: %s", path,
                       did, g_strerror(code));
}

/* Opens a regular file; size receives its length. */
static int open_regular(const char *path, size_t *size, GError **error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
        fail_errno(error, path, "cannot be opened");
        if (file >= 0)
            close(file);
        return -1;
    }
    if (!S_ISREG(status.st_mode)) {
        medals_fail(error, MEDALS_E_IO, "%s: not a file; expected one", path);
        close(file);
        return -1;
    }
    *size = (size_t) status.st_size;
    return file;
}

MedalsMap *medals_map_open(const char *path, GError **error)
{
    size_t size;
    int file = open_regular(path, &size, error);
    if (file < 0)
        return NULL;
    void *data = NULL;
    if (size > 0)
        data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (data == MAP_FAILED) {
        fail_errno(error, path, "cannot be mapped");
        close(file);
        return NULL;
    }
    close(file);
    MedalsMap *map = medals_alloc(1, sizeof *map, path, error);
    if (!map) {
        if (data)
            munmap(data, size);
        return NULL;
    }
    *map = (MedalsMap){1, data, size};
    return map;
}

MedalsMap *medals_map_ref(MedalsMap *map)
{
    atomic_fetch_add(&map->references, 1);
    return map;
}

void medals_map_unref(MedalsMap *map)
{
    if (!map || atomic_fetch_sub(&map->references, 1) != 1)
        return;
    if (map->data)
        munmap(map->data, map->size);
    medals_free(map);
}

const uint8_t *medals_map_peek(const MedalsMap *map, size_t *size)
{
    *size = map->size;
    return map->data;
}

void medals_map_forget(const MedalsMap *map, size_t offset, size_t size)
{
    size_t page = (size_t) sysconf(_SC_PAGESIZE);
    if (offset >= map->size)
        return;
    size = MIN(size, map->size - offset);
    size_t begin = (offset + page - 1) / page * page;
    size_t end = (offset + size) / page * page;
    if (end > begin)
        madvise(map->data + begin, end - begin, MADV_DONTNEED);
}

char *medals_file_read(const char *path, size_t limit, size_t *size,
                       GError **error)
{
    int file = open_regular(path, size, error);
    if (file < 0)
        return NULL;
    if (*size > limit) {
        medals_fail(error, MEDALS_E_INPUT,
                    "%s: %zu bytes; expected at most %zu", path, *size, limit);
        close(file);
        return NULL;
    }
    char *text = g_try_malloc(*size + 1);
    size_t got = 0;
    while (text && got < *size) {
        ssize_t n = read(file, text + got, *size - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        got += (size_t) n;
    }
    close(file);
    if (!text || got < *size) {
        medals_fail(error, text ? MEDALS_E_IO : MEDALS_E_NOMEM,
                    "%s: %zu of %zu bytes could be read", path, got, *size);
        g_free(text);
        return NULL;
    }
    text[got] = '\0';
    return text;
}

struct MedalsWriter {
    char *target;
    char *temporary;
    FILE *stream;
};

/* The process that made a temporary name, or 0 if the name is none of ours. */
static long temporary_owner(const char *entry, const char *prefix)
{
    if (!g_str_has_prefix(entry, prefix) ||
        !g_str_has_suffix(entry, TEMPORARY_SUFFIX))
        return 0;
    return strtol(entry + strlen(prefix), NULL, 10);
}

static void remove_tree(const char *path)
{
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *entry;
    while (folder && (entry = g_dir_read_name(folder))) {
        g_autofree char *child = g_build_filename(path, entry, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR) &&
            !g_file_test(child, G_FILE_TEST_IS_SYMLINK))
            remove_tree(child);
        else
            g_unlink(child);
    }
    if (folder)
        g_dir_close(folder);
    g_remove(path);
}

/* Removes what killed writers of the same target left behind. */
static void sweep(const char *folder, const char *prefix)
{
    GDir *listing = g_dir_open(folder, 0, NULL);
    const char *entry;
    while (listing && (entry = g_dir_read_name(listing))) {
        long owner = temporary_owner(entry, prefix);
        if (owner <= 0 || (kill((pid_t) owner, 0) == 0 || errno == EPERM))
            continue;
        g_autofree char *path = g_build_filename(folder, entry, NULL);
        remove_tree(path);
    }
    if (listing)
        g_dir_close(listing);
}

/* A fresh temporary name beside `path`; sweeps first. */
static char *temporary_name(const char *path)
{
    static atomic_uint counter;
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *prefix = g_strdup_printf(".%s" TEMPORARY_INFIX, name);
    sweep(folder, prefix);
    g_autofree char *entry =
        g_strdup_printf("%s%ld-%u" TEMPORARY_SUFFIX, prefix, (long) getpid(),
                        atomic_fetch_add(&counter, 1));
    return g_build_filename(folder, entry, NULL);
}

MedalsWriter *medals_writer_begin(const char *path, GError **error)
{
    MedalsWriter *writer = g_new0(MedalsWriter, 1);
    writer->target = g_strdup(path);
    writer->temporary = temporary_name(path);
    int file =
        open(writer->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    writer->stream = file >= 0 ? fdopen(file, "w+b") : NULL;
    if (!writer->stream) {
        fail_errno(error, path, "cannot be written");
        if (file >= 0)
            close(file);
        medals_writer_abort(writer);
        return NULL;
    }
    return writer;
}

FILE *medals_writer_stream(MedalsWriter *writer)
{
    return writer->stream;
}

const char *medals_writer_temporary_path(const MedalsWriter *writer)
{
    return writer->temporary;
}

bool medals_writer_write(MedalsWriter *writer, const void *data, size_t size,
                         GError **error)
{
    if (fwrite(data, 1, size, writer->stream) == size)
        return true;
    return fail_errno(error, writer->target, "cannot be written");
}

void medals_writer_abort(MedalsWriter *writer)
{
    if (!writer)
        return;
    if (writer->stream)
        fclose(writer->stream);
    g_unlink(writer->temporary);
    g_free(writer->temporary);
    g_free(writer->target);
    g_free(writer);
}

bool medals_writer_commit(MedalsWriter *writer, GError **error)
{
    bool whole =
        fflush(writer->stream) == 0 && fsync(fileno(writer->stream)) == 0;
    if (whole) {
        int closed = fclose(writer->stream);
        writer->stream = NULL;
        whole = closed == 0 && g_rename(writer->temporary, writer->target) == 0;
    }
    if (!whole)
        fail_errno(error, writer->target, "cannot be written");
    medals_writer_abort(writer);
    return whole;
}

char *medals_folder_begin(const char *path, GError **error)
{
    g_autofree char *plain = g_strdup(path);
    size_t length = strlen(plain);
    while (length > 1 && plain[length - 1] == '/')
        plain[--length] = '\0';
    char *temporary = temporary_name(plain);
    if (g_mkdir(temporary, 0777) != 0) {
        fail_errno(error, path, "cannot be made");
        g_free(temporary);
        return NULL;
    }
    return temporary;
}

bool medals_folder_commit(const char *temporary, const char *path,
                          GError **error)
{
    g_autofree char *old = NULL;
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        old = temporary_name(path);
        if (g_rename(path, old) != 0) {
            fail_errno(error, path, "cannot be replaced");
            medals_folder_abort(temporary);
            return false;
        }
    }
    if (g_rename(temporary, path) != 0) {
        fail_errno(error, path, "cannot be written");
        if (old)
            g_rename(old, path);
        medals_folder_abort(temporary);
        return false;
    }
    if (old)
        remove_tree(old);
    return true;
}

void medals_folder_abort(const char *temporary)
{
    if (temporary)
        remove_tree(temporary);
}

bool medals_folder_private(const char *path, GError **error)
{
    if (g_mkdir_with_parents(path, 0700) != 0) {
        fail_errno(error, path, "cannot be made");
        return false;
    }
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return true;
    return medals_fail(error, MEDALS_E_IO, "%s: no folder; expected one", path);
}

bool medals_file_private(const char *path, GError **error)
{
    int file = g_open(path, O_RDWR | O_CREAT, 0600);
    if (file < 0) {
        fail_errno(error, path, "cannot be written");
        return false;
    }
    close(file);
    return true;
}

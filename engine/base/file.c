/*
 * file.c - mapped reading, whole-or-nothing writing
 */
#define _GNU_SOURCE
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"
#include "memory.h"
#include "place.h"

/* Temporary names that are tried: somebody may have made one of them. */
#define TRIES 100

struct MedalsMap {
    atomic_int references;
    uint8_t *data;
    size_t size;
};

/* Opens a regular file; size receives its length. */
static int open_regular(const char *path, size_t *size, GError **error)
{
    int file = medals_disk_may("open", path)
                   ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
                   : -1;
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
        medals_place_fail(error, path, "cannot be opened");
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
    if (size > 0 && !medals_disk_may("map", path))
        data = MAP_FAILED;
    else if (size > 0)
        data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (data == MAP_FAILED) {
        medals_place_fail(error, path, "cannot be mapped");
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
        ssize_t n = medals_disk_read(file, path, text + got, *size - got);
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
    MedalsPlace place;
    char *temporary; /* its entry; NULL: there is none */
    FILE *stream;
};

/* Not a folder, and not named like one: what a rename would refuse later. */
static bool check_target(const MedalsPlace *place, GError **error)
{
    if (!g_str_has_suffix(place->path, "/") &&
        medals_place_kind(place) != S_IFDIR)
        return true;
    errno = EISDIR;
    return medals_place_fail(error, place->path, "cannot be written");
}

/* A file that nobody else made, under the next temporary name. */
static int open_temporary(MedalsWriter *writer)
{
    for (int n = 0; n < TRIES; n++) {
        g_autofree char *name = medals_place_temporary(&writer->place, "tmp");
        int file = medals_disk_open(writer->place.folder, name,
                                    O_RDWR | O_CREAT | O_EXCL, 0666);
        if (file >= 0)
            writer->temporary = g_steal_pointer(&name);
        if (file >= 0 || errno != EEXIST)
            return file;
    }
    return -1;
}

MedalsWriter *medals_writer_begin(const char *path, GError **error)
{
    MedalsPlace place;
    if (!medals_place_open(&place, path, error))
        return NULL;
    MedalsWriter *writer = g_new0(MedalsWriter, 1);
    writer->place = place;
    if (check_target(&place, error)) {
        medals_place_sweep(&place);
        int file = open_temporary(writer);
        writer->stream = file >= 0 ? fdopen(file, "w+b") : NULL;
        if (writer->stream)
            return writer;
        medals_place_fail(error, path, "cannot be written");
        if (file >= 0)
            close(file);
    }
    medals_writer_abort(writer);
    return NULL;
}

FILE *medals_writer_stream(MedalsWriter *writer)
{
    return writer->stream;
}

bool medals_writer_write(MedalsWriter *writer, const void *data, size_t size,
                         GError **error)
{
    const char *path = writer->place.path;
    if (medals_disk_may("write", path) &&
        fwrite(data, 1, size, writer->stream) == size)
        return true;
    return medals_place_fail(error, path, "cannot be written");
}

void medals_writer_abort(MedalsWriter *writer)
{
    if (!writer)
        return;
    if (writer->stream)
        fclose(writer->stream);
    if (writer->temporary)
        medals_disk_unlink(writer->place.folder, writer->temporary, 0);
    g_free(writer->temporary);
    medals_place_close(&writer->place);
    g_free(writer);
}

/* All bytes are on the disk, and the file is closed. */
static bool finish(MedalsWriter *writer)
{
    FILE *stream = writer->stream;
    const char *path = writer->place.path;
    if (!medals_disk_may("flush", path) || fflush(stream) != 0 ||
        medals_disk_sync(fileno(stream), path) != 0)
        return false;
    writer->stream = NULL;
    int closed = fclose(stream);
    return medals_disk_may("close", path) && closed == 0;
}

static bool put_in_place(MedalsWriter *writer)
{
    const MedalsPlace *place = &writer->place;
    if (medals_disk_rename(place->folder, writer->temporary, place->name) != 0)
        return false;
    g_clear_pointer(&writer->temporary, g_free);
    return medals_disk_sync_folder(place->folder, place->path) == 0;
}

bool medals_writer_commit(MedalsWriter *writer, GError **error)
{
    bool whole = finish(writer) && put_in_place(writer);
    if (!whole)
        medals_place_fail(error, writer->place.path, "cannot be written");
    medals_writer_abort(writer);
    return whole;
}

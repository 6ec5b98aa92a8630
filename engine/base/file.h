/*
 * file.h - files mapped for reading, files written whole or not at all
 */
#ifndef MEDALS_FILE_H
#define MEDALS_FILE_H

#include <stdio.h>

#include "error.h"

/** A file mapped read-only. */
typedef struct MedalsMap MedalsMap;

/** @return NULL: MEDALS_E_IO (cannot be opened or mapped, is a folder) */
MedalsMap *medals_map_open(const char *path, GError **error);
MedalsMap *medals_map_ref(MedalsMap *map);
void medals_map_unref(MedalsMap *map);
const uint8_t *medals_map_peek(const MedalsMap *map, size_t *size);
/** Tells the system that the pages of [offset, offset+size) are not needed
 * for now; they are read again when touched. */
void medals_map_forget(const MedalsMap *map, size_t offset, size_t size);

/** Whole file as a NUL-terminated buffer, refused above `limit` bytes.
 * @owner g_free */
char *medals_file_read(const char *path, size_t limit, size_t *size,
                       GError **error);

/**
 * A file being written under a temporary name beside its target (place.h).
 * Leftovers of killed writers of the same target are removed when a new one
 * begins: files and folders of this user, never what a link leads to.
 */
typedef struct MedalsWriter MedalsWriter;

/** NULL: MEDALS_E_IO no such folder, the target is a folder */
MedalsWriter *medals_writer_begin(const char *path, GError **error);
/** The file under its temporary name, opened "w+b". Borrowed. */
FILE *medals_writer_stream(MedalsWriter *writer);
/** MEDALS_E_NOSPACE when the disk is full, else MEDALS_E_IO. */
bool medals_writer_write(MedalsWriter *writer, const void *data, size_t size,
                         GError **error);
/** Flushes, syncs, renames over the target, syncs the folder. Frees the writer
 * either way. On failure the target is what it was, or the new file, whole,
 * when only its folder could not be synced. */
bool medals_writer_commit(MedalsWriter *writer, GError **error);
/** Removes the temporary file. Frees the writer. NULL is accepted. */
void medals_writer_abort(MedalsWriter *writer);

/**
 * A folder being made under a temporary name beside its place.
 * @param path slashes at its end do not count
 * @return g_free'd path of the temporary folder; NULL: MEDALS_E_IO it cannot
 *         be made, something else than a folder is there, or the path ends in
 *         no name ("..", "/")
 */
char *medals_folder_begin(const char *path, GError **error);
/**
 * Puts it in its place. One that is there changes places with it at once and
 * is then removed; where the system cannot do so, in two steps of which the
 * first is undone by the next medals_folder_begin() if there is no second. A
 * link is replaced, not what it leads to. After a failure the old folder is in
 * its place and the new one is gone.
 */
bool medals_folder_commit(const char *temporary, const char *path,
                          GError **error);
void medals_folder_abort(const char *temporary);

/** Makes a folder (and those above it) that only its owner may look into,
 * mode 0700; one that is there stays as it is. */
bool medals_folder_private(const char *path, GError **error);
/**
 * A file that is on the disk takes the name of another, which is kept beside
 * it under the name and `aside` and the first free number. Where files can
 * have two names, one of them has the name at any moment.
 * @return false: MEDALS_E_IO (the old one has its name)
 */
bool medals_file_replace(const char *path, const char *fresh, const char *aside,
                         GError **error);
/** Removes a file, or a link and not what it leads to. One that is not there
 * is no failure. @return false: MEDALS_E_IO */
bool medals_file_remove(const char *path, GError **error);
/** Makes an empty file of mode 0600 where there is none. A link there is
 * refused: it may have been planted. */
bool medals_file_private(const char *path, GError **error);

#endif

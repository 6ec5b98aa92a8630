/*
 * zip.h - entries of a zip archive in memory, without trusting it
 *
 * Only the central directory is believed, and only after every number in it
 * has been compared with the size of the file. Zip64 is read; encrypted and
 * split archives are refused. Nothing is written anywhere, so names are plain
 * words, never paths.
 */
#ifndef MEDALS_ZIP_H
#define MEDALS_ZIP_H

#include "error.h"

typedef struct MedalsZipEntry {
    char *name;      /* as stored; owned by the archive */
    bool deflated;   /* else stored as it is */
    uint32_t crc;    /* of the content */
    uint64_t packed; /* bytes in the archive */
    uint64_t size;   /* bytes of the content, as the archive claims */
    uint64_t header; /* offset of the local header */
} MedalsZipEntry;

typedef struct MedalsZip {
    char *name; /* stands in messages */
    const uint8_t *data;
    size_t size;
    MedalsZipEntry *entries; /* in directory order */
    size_t count;
    GHashTable *by_name; /* name -> entry */
} MedalsZip;

/** @param data borrowed; must live as long as the archive
 *  @return NULL: MEDALS_E_INPUT no zip, damaged, a name twice; MEDALS_E_NOMEM */
MedalsZip *medals_zip_open(const char *name, const uint8_t *data, size_t size,
                           GError **error);
void medals_zip_free(MedalsZip *zip);
/** @return NULL: no such entry. Borrowed. */
const MedalsZipEntry *medals_zip_find(const MedalsZip *zip, const char *name);

/** Content of a stored entry, in place (its checksum is not computed).
 * @return NULL: MEDALS_E_INPUT compressed, or outside of the file */
const uint8_t *medals_zip_peek(const MedalsZip *zip,
                               const MedalsZipEntry *entry, GError **error);
/**
 * A copy of the content, inflated if need be, its checksum compared.
 * @param limit bytes that the caller is willing to take
 * @return NULL: MEDALS_E_INPUT larger than `limit`, larger than deflate can
 *         make of so few bytes, not as long as claimed, checksum wrong;
 *         MEDALS_E_NOMEM. @owner medals_free
 */
uint8_t *medals_zip_extract(const MedalsZip *zip, const MedalsZipEntry *entry,
                            uint64_t limit, GError **error);

#endif

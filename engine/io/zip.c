/*
 * zip.c - end record -> central directory -> local header -> content
 */
#include "zip.h"

#include <string.h>
#include <zlib.h>

#include "memory.h"

#define END_SIZE 22     /* end of central directory, without comment */
#define LOCATOR_SIZE 20 /* where the zip64 end record is */
#define END64_SIZE 56
#define CENTRAL_SIZE 46 /* one entry of the directory, without name */
#define LOCAL_SIZE 30
#define COMMENT_MAX 65535
#define ENTRIES_MAX 1000000
#define UNKNOWN32 0xffffffffu /* the number stands in the zip64 field */
#define ZIP64_FIELD 1
#define FLAG_ENCRYPTED 1
#define METHOD_STORED 0
#define METHOD_DEFLATED 8
/* Deflate makes at most 1032 bytes out of one. */
#define RATIO_MAX 1032

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t) (p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) | (uint32_t) get16(p + 2) << 16;
}

static uint64_t get64(const uint8_t *p)
{
    return get32(p) | (uint64_t) get32(p + 4) << 32;
}

static bool fail_damaged(const MedalsZip *zip, const char *what, GError **error)
{
    return medals_fail(error, MEDALS_E_INPUT, "%s: damaged zip archive: %s",
                       zip->name, what);
}

/* Whether [offset, offset+length) lies in the file. */
static bool inside(const MedalsZip *zip, uint64_t offset, uint64_t length)
{
    return offset <= zip->size && length <= zip->size - offset;
}

/* The end record is the last thing in the file but for its comment. */
static const uint8_t *find_end(const MedalsZip *zip)
{
    if (zip->size < END_SIZE)
        return NULL;
    size_t back = MIN(zip->size - END_SIZE, COMMENT_MAX);
    for (size_t comment = 0; comment <= back; comment++) {
        const uint8_t *p = zip->data + zip->size - END_SIZE - comment;
        if (!memcmp(p, "PK\5\6", 4) && get16(p + 20) == comment)
            return p;
    }
    return NULL;
}

typedef struct Directory {
    uint64_t count, size, offset;
} Directory;

static bool read_end64(const MedalsZip *zip, const uint8_t *end,
                       Directory *directory, GError **error)
{
    size_t at = (size_t) (end - zip->data);
    const uint8_t *locator = end - LOCATOR_SIZE;
    if (at < LOCATOR_SIZE || memcmp(locator, "PK\6\7", 4) != 0)
        return fail_damaged(zip, "no zip64 locator", error);
    uint64_t offset = get64(locator + 8);
    if (!inside(zip, offset, END64_SIZE) ||
        memcmp(zip->data + offset, "PK\6\6", 4) != 0)
        return fail_damaged(zip, "no zip64 end record", error);
    const uint8_t *p = zip->data + offset;
    if (get32(p + 16) != 0 || get32(p + 20) != 0 ||
        get64(p + 24) != get64(p + 32))
        return fail_damaged(zip, "one part of several; expected one file",
                            error);
    *directory = (Directory){get64(p + 32), get64(p + 40), get64(p + 48)};
    return true;
}

static bool read_end(const MedalsZip *zip, Directory *directory, GError **error)
{
    const uint8_t *p = find_end(zip);
    if (!p)
        return fail_damaged(zip, "no end record (a truncated file?)", error);
    *directory = (Directory){get16(p + 10), get32(p + 12), get32(p + 16)};
    if (directory->count == 0xffff || directory->size == UNKNOWN32 ||
        directory->offset == UNKNOWN32) {
        if (!read_end64(zip, p, directory, error))
            return false;
    } else if (get16(p + 4) != 0 || get16(p + 6) != 0 ||
               get16(p + 8) != get16(p + 10))
        return fail_damaged(zip, "one part of several; expected one file",
                            error);
    if (!inside(zip, directory->offset, directory->size))
        return fail_damaged(zip, "directory outside of the file", error);
    if (directory->count > ENTRIES_MAX ||
        directory->count > directory->size / CENTRAL_SIZE)
        return fail_damaged(zip, "more entries than its directory holds",
                            error);
    return true;
}

/* Replaces the numbers that did not fit 32 bits. */
static bool read_field64(const MedalsZip *zip, const uint8_t *field,
                         size_t length, MedalsZipEntry *entry, GError **error)
{
    uint64_t *wanted[] = {&entry->size, &entry->packed, &entry->header};
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        if (*wanted[i] != UNKNOWN32)
            continue;
        if (length < 8)
            return fail_damaged(zip, "zip64 field too short", error);
        *wanted[i] = get64(field);
        field += 8;
        length -= 8;
    }
    return true;
}

static bool read_extra(const MedalsZip *zip, const uint8_t *extra,
                       size_t length, MedalsZipEntry *entry, GError **error)
{
    while (length >= 4) {
        size_t field = get16(extra + 2);
        if (field > length - 4)
            return fail_damaged(zip, "extra field too long", error);
        if (get16(extra) == ZIP64_FIELD)
            return read_field64(zip, extra + 4, field, entry, error);
        extra += 4 + field;
        length -= 4 + field;
    }
    return true;
}

static bool check_entry(const MedalsZip *zip, const MedalsZipEntry *entry,
                        unsigned flags, unsigned method, GError **error)
{
    if (flags & FLAG_ENCRYPTED)
        return fail_damaged(zip, "encrypted; expected plain entries", error);
    if (method != METHOD_STORED && method != METHOD_DEFLATED)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: entry %.200s: compression method %u; expected "
                           "0 (none) or 8 (deflate)",
                           zip->name, entry->name, method);
    if (!entry->deflated && entry->packed != entry->size)
        return fail_damaged(zip, "a stored entry with two sizes", error);
    if (!inside(zip, entry->header, LOCAL_SIZE) ||
        !inside(zip, entry->header + LOCAL_SIZE, entry->packed))
        return fail_damaged(zip, "an entry outside of the file", error);
    if (entry->size / RATIO_MAX > entry->packed)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: entry %.200s: claims %" G_GUINT64_FORMAT
                           " bytes out of %" G_GUINT64_FORMAT
                           "; expected at most %d times as many",
                           zip->name, entry->name, entry->size, entry->packed,
                           RATIO_MAX);
    return true;
}

/* One entry of the directory at p, `left` bytes before its end. */
static bool read_entry(MedalsZip *zip, const uint8_t *p, size_t left,
                       size_t *used, GError **error)
{
    if (left < CENTRAL_SIZE || memcmp(p, "PK\1\2", 4) != 0)
        return fail_damaged(zip, "directory entry missing", error);
    size_t name = get16(p + 28), extra = get16(p + 30);
    *used = CENTRAL_SIZE + name + extra + get16(p + 32);
    if (*used > left)
        return fail_damaged(zip, "directory entry too long", error);
    if (memchr(p + CENTRAL_SIZE, '\0', name))
        return fail_damaged(zip, "an entry name with a NUL", error);
    MedalsZipEntry *entry = &zip->entries[zip->count++];
    *entry = (MedalsZipEntry){
        .name = g_strndup((const char *) p + CENTRAL_SIZE, name),
        .deflated = get16(p + 10) == METHOD_DEFLATED,
        .crc = get32(p + 16),
        .packed = get32(p + 20),
        .size = get32(p + 24),
        .header = get32(p + 42)};
    if (!read_extra(zip, p + CENTRAL_SIZE + name, extra, entry, error) ||
        !check_entry(zip, entry, get16(p + 8), get16(p + 10), error))
        return false;
    if (g_hash_table_insert(zip->by_name, entry->name, entry))
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: entry %.200s: there twice; expected once",
                       zip->name, entry->name);
}

static bool read_directory(MedalsZip *zip, GError **error)
{
    Directory directory;
    if (!read_end(zip, &directory, error))
        return false;
    zip->entries = medals_alloc((size_t) directory.count, sizeof *zip->entries,
                                zip->name, error);
    if (!zip->entries)
        return false;
    const uint8_t *p = zip->data + directory.offset;
    size_t left = (size_t) directory.size, used;
    for (uint64_t i = 0; i < directory.count; i++) {
        if (!read_entry(zip, p, left, &used, error))
            return false;
        p += used;
        left -= used;
    }
    return true;
}

MedalsZip *medals_zip_open(const char *name, const uint8_t *data, size_t size,
                           GError **error)
{
    MedalsZip *zip = g_new0(MedalsZip, 1);
    zip->name = g_strdup(name);
    zip->data = data;
    zip->size = size;
    zip->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    if (!read_directory(zip, error)) {
        medals_zip_free(zip);
        return NULL;
    }
    return zip;
}

void medals_zip_free(MedalsZip *zip)
{
    if (!zip)
        return;
    g_hash_table_unref(zip->by_name);
    for (size_t i = 0; i < zip->count; i++)
        g_free(zip->entries[i].name);
    medals_free(zip->entries);
    g_free(zip->name);
    g_free(zip);
}

const MedalsZipEntry *medals_zip_find(const MedalsZip *zip, const char *name)
{
    return g_hash_table_lookup(zip->by_name, name);
}

/* The packed bytes. The local header repeats name and extra field, with
 * lengths of its own. */
static const uint8_t *packed_bytes(const MedalsZip *zip,
                                   const MedalsZipEntry *entry, GError **error)
{
    const uint8_t *local = zip->data + entry->header;
    uint64_t begin = entry->header + LOCAL_SIZE;
    if (memcmp(local, "PK\3\4", 4) == 0) {
        begin += (uint64_t) get16(local + 26) + get16(local + 28);
        if (inside(zip, begin, entry->packed))
            return zip->data + begin;
    }
    medals_fail(error, MEDALS_E_INPUT,
                "%s: entry %.200s: its header is damaged", zip->name,
                entry->name);
    return NULL;
}

const uint8_t *medals_zip_peek(const MedalsZip *zip,
                               const MedalsZipEntry *entry, GError **error)
{
    if (!entry->deflated)
        return packed_bytes(zip, entry, error);
    medals_fail(error, MEDALS_E_INPUT,
                "%s: entry %.200s: compressed; expected it stored", zip->name,
                entry->name);
    return NULL;
}

/* Inflates exactly entry->size bytes; false when there are fewer or more.
 * zlib counts in 32 bits, so both sides are handed over in parts. */
static bool inflate_all(const MedalsZipEntry *entry, const uint8_t *src,
                        uint8_t *dst)
{
    const uint64_t part = 1u << 30;
    uint64_t in = entry->packed, out = entry->size;
    uint8_t beyond;
    z_stream stream = {.next_in = (Bytef *) src, .next_out = dst};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return false;
    int state = Z_OK;
    while (state == Z_OK) {
        if (stream.avail_in == 0) {
            stream.avail_in = (uInt) MIN(in, part);
            in -= stream.avail_in;
        }
        if (stream.avail_out == 0) {
            stream.avail_out = (uInt) MIN(out, part);
            out -= stream.avail_out;
        }
        bool full = stream.avail_out == 0;
        if (full) { /* one byte of room tells whether there is more */
            stream.next_out = &beyond;
            stream.avail_out = 1;
        }
        state = inflate(&stream, Z_NO_FLUSH);
        if (full && stream.avail_out == 0)
            state = Z_DATA_ERROR;
        else if (full)
            stream.avail_out = 0;
    }
    bool whole = state == Z_STREAM_END && stream.avail_out == 0 && out == 0;
    inflateEnd(&stream);
    return whole;
}

static uint32_t checksum(const uint8_t *data, uint64_t size)
{
    return (uint32_t) crc32_z(crc32_z(0, NULL, 0), data, (z_size_t) size);
}

uint8_t *medals_zip_extract(const MedalsZip *zip, const MedalsZipEntry *entry,
                            uint64_t limit, GError **error)
{
    if (entry->size > limit) {
        medals_fail(error, MEDALS_E_INPUT,
                    "%s: entry %.200s: %" G_GUINT64_FORMAT
                    " bytes; expected at most %" G_GUINT64_FORMAT,
                    zip->name, entry->name, entry->size, limit);
        return NULL;
    }
    const uint8_t *packed = packed_bytes(zip, entry, error);
    if (!packed)
        return NULL;
    uint8_t *content =
        medals_alloc((size_t) entry->size, 1, entry->name, error);
    if (!content)
        return NULL;
    bool whole = true;
    if (entry->deflated)
        whole = inflate_all(entry, packed, content);
    else
        memcpy(content, packed, (size_t) entry->size);
    if (whole && checksum(content, entry->size) == entry->crc)
        return content;
    medals_fail(
        error, MEDALS_E_INPUT,
        "%s: entry %.200s: its content is damaged; expected %" G_GUINT64_FORMAT
        " bytes of checksum %08x",
        zip->name, entry->name, entry->size, entry->crc);
    medals_free(content);
    return NULL;
}

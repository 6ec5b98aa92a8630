/*
 * zip_writer.c - local header, deflated bytes, then sizes filled in
 *
 * Every entry has a zip64 field, in the directory too, as NumPy writes them:
 * one form for small and large.
 */
#include "zip_writer.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#define BUFFER 65536
#define LOCAL_SIZE 30
#define FIELD64_SIZE 20 /* tag, length, size, packed size */
#define LEVEL 6
#define VERSION 45     /* zip64 */
#define DATE_1980 0x21 /* the first day that zip knows: no clock in results */

typedef struct Entry {
    char *name;
    uint32_t crc;
    uint64_t size, packed, header;
} Entry;

struct MedalsZipWriter {
    MedalsWriter *writer;
    GArray *entries;
    uint64_t at; /* bytes written */
};

static void entry_clear(void *entry)
{
    g_free(((Entry *) entry)->name);
}

MedalsZipWriter *medals_zip_writer_new(MedalsWriter *writer)
{
    MedalsZipWriter *zip = g_new0(MedalsZipWriter, 1);
    zip->writer = writer;
    zip->entries = g_array_new(FALSE, TRUE, sizeof(Entry));
    g_array_set_clear_func(zip->entries, entry_clear);
    return zip;
}

void medals_zip_writer_free(MedalsZipWriter *zip)
{
    if (!zip)
        return;
    g_array_unref(zip->entries);
    g_free(zip);
}

static void put(GByteArray *bytes, uint64_t value, int width)
{
    for (int i = 0; i < width; i++) {
        uint8_t byte = (uint8_t) (value >> (8 * i));
        g_byte_array_append(bytes, &byte, 1);
    }
}

static bool emit(MedalsZipWriter *zip, const void *data, size_t size,
                 GError **error)
{
    zip->at += size;
    return medals_writer_write(zip->writer, data, size, error);
}

static bool emit_bytes(MedalsZipWriter *zip, GByteArray *bytes, GError **error)
{
    bool ok = emit(zip, bytes->data, bytes->len, error);
    g_byte_array_unref(bytes);
    return ok;
}

/* What local header and directory have in common: version to crc, sizes in the
 * zip64 field, lengths of name and field. */
static void put_common(GByteArray *bytes, const Entry *entry, int field)
{
    put(bytes, VERSION, 2);
    put(bytes, 0, 2);
    put(bytes, Z_DEFLATED, 2);
    put(bytes, 0, 2);
    put(bytes, DATE_1980, 2);
    put(bytes, entry->crc, 4);
    put(bytes, 0xffffffff, 4);
    put(bytes, 0xffffffff, 4);
    put(bytes, strlen(entry->name), 2);
    put(bytes, (uint64_t) field, 2);
}

static GByteArray *local_header(const Entry *entry)
{
    GByteArray *bytes = g_byte_array_new();
    put(bytes, 0x04034b50, 4);
    put_common(bytes, entry, FIELD64_SIZE);
    g_byte_array_append(bytes, (const guint8 *) entry->name,
                        (guint) strlen(entry->name));
    put(bytes, 1, 2);
    put(bytes, FIELD64_SIZE - 4, 2);
    put(bytes, entry->size, 8);
    put(bytes, entry->packed, 8);
    return bytes;
}

static GByteArray *directory_entry(const Entry *entry)
{
    GByteArray *bytes = g_byte_array_new();
    put(bytes, 0x02014b50, 4);
    put(bytes, VERSION, 2);
    put_common(bytes, entry, FIELD64_SIZE + 8);
    put(bytes, 0, 2 + 2 + 2); /* comment, disk, inner attributes */
    put(bytes, 0, 4);
    put(bytes, 0xffffffff, 4);
    g_byte_array_append(bytes, (const guint8 *) entry->name,
                        (guint) strlen(entry->name));
    put(bytes, 1, 2);
    put(bytes, FIELD64_SIZE + 4, 2);
    put(bytes, entry->size, 8);
    put(bytes, entry->packed, 8);
    put(bytes, entry->header, 8);
    return bytes;
}

/* Deflates what is handed over; `last` ends the stream. */
static bool deflate_part(MedalsZipWriter *zip, z_stream *stream,
                         const uint8_t *data, size_t size, bool last,
                         GError **error)
{
    uint8_t buffer[BUFFER];
    const size_t part = 1u << 30; /* zlib counts in 32 bits */
    do {
        size_t now = MIN(size, part);
        stream->next_in = (Bytef *) data;
        stream->avail_in = (uInt) now;
        data += now;
        size -= now;
        do {
            stream->next_out = buffer;
            stream->avail_out = sizeof buffer;
            deflate(stream, last && size == 0 ? Z_FINISH : Z_NO_FLUSH);
            size_t made = sizeof buffer - stream->avail_out;
            if (made && !emit(zip, buffer, made, error))
                return false;
        } while (stream->avail_out == 0);
    } while (size > 0);
    return true;
}

static bool write_content(MedalsZipWriter *zip, Entry *entry, const void *head,
                          size_t head_size, const void *tail, size_t tail_size,
                          GError **error)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, LEVEL, Z_DEFLATED, -MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return medals_fail(error, MEDALS_E_NOMEM, "%s: no memory to compress",
                           entry->name);
    uint64_t begin = zip->at;
    bool ok = deflate_part(zip, &stream, head, head_size, false, error) &&
              deflate_part(zip, &stream, tail, tail_size, true, error);
    deflateEnd(&stream);
    entry->packed = zip->at - begin;
    return ok;
}

/* The header again, now that checksum and sizes are known. */
static bool rewrite_header(MedalsZipWriter *zip, const Entry *entry,
                           GError **error)
{
    FILE *stream = medals_writer_stream(zip->writer);
    if (fseeko(stream, (off_t) entry->header, SEEK_SET) != 0)
        return medals_fail(error, medals_errno_status(errno),
                           "%s: cannot be written: %s", entry->name,
                           g_strerror(errno));
    uint64_t end = zip->at;
    bool ok = emit_bytes(zip, local_header(entry), error);
    zip->at = end;
    if (ok && fseeko(stream, (off_t) end, SEEK_SET) != 0)
        return medals_fail(error, medals_errno_status(errno),
                           "%s: cannot be written: %s", entry->name,
                           g_strerror(errno));
    return ok;
}

static uint32_t join_crc(const void *head, size_t head_size, const void *tail,
                         size_t tail_size)
{
    uLong crc = crc32_z(crc32_z(0, NULL, 0), head, head_size);
    return (uint32_t) (tail_size ? crc32_z(crc, tail, tail_size) : crc);
}

bool medals_zip_writer_add(MedalsZipWriter *zip, const char *name,
                           const void *head, size_t head_size, const void *tail,
                           size_t tail_size, GError **error)
{
    Entry entry = {.name = g_strdup(name),
                   .crc = join_crc(head, head_size, tail, tail_size),
                   .size = (uint64_t) head_size + tail_size,
                   .header = zip->at};
    g_array_append_val(zip->entries, entry);
    Entry *kept = &g_array_index(zip->entries, Entry, zip->entries->len - 1);
    return emit_bytes(zip, local_header(kept), error) &&
           write_content(zip, kept, head, head_size, tail, tail_size, error) &&
           rewrite_header(zip, kept, error);
}

static GByteArray *end_records(uint64_t count, uint64_t begin, uint64_t end)
{
    GByteArray *bytes = g_byte_array_new();
    put(bytes, 0x06064b50, 4); /* zip64 end record */
    put(bytes, 44, 8);
    put(bytes, VERSION, 2);
    put(bytes, VERSION, 2);
    put(bytes, 0, 8);
    put(bytes, count, 8);
    put(bytes, count, 8);
    put(bytes, end - begin, 8);
    put(bytes, begin, 8);
    put(bytes, 0x07064b50, 4); /* its locator */
    put(bytes, 0, 4);
    put(bytes, end, 8);
    put(bytes, 1, 4);
    put(bytes, 0x06054b50, 4); /* end record */
    put(bytes, 0, 4);
    put(bytes, count, 2);
    put(bytes, count, 2);
    put(bytes, 0xffffffff, 4);
    put(bytes, 0xffffffff, 4);
    put(bytes, 0, 2);
    return bytes;
}

bool medals_zip_writer_end(MedalsZipWriter *zip, GError **error)
{
    uint64_t begin = zip->at;
    for (guint i = 0; i < zip->entries->len; i++) {
        const Entry *entry = &g_array_index(zip->entries, Entry, i);
        if (!emit_bytes(zip, directory_entry(entry), error))
            return false;
    }
    return emit_bytes(zip, end_records(zip->entries->len, begin, zip->at),
                      error);
}
